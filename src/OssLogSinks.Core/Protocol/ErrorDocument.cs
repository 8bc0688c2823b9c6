using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace OssLogSinks.Core.Protocol;

/// <summary>
/// OSS's XML error document, read by local name so that namespaces, unknown elements and line breaks in values do not matter.
/// Whatever is not a whole such document is none.
/// </summary>
internal sealed class ErrorDocument
{
    private readonly XElement _root;

    private ErrorDocument(XElement root) => _root = root;

    /// <summary>The service's time, which RequestTimeTooSkewed tells, sometimes one level down in <c>Detail</c>; null if absent.</summary>
    public DateTimeOffset? ServerTime =>
        DateTimeOffset.TryParse(
            ValueOf(_root, "ServerTime") ?? ValueOf(Child(_root, "Detail"), "ServerTime"),
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var time)
            ? time
            : null;

    /// <summary>Reads a document; null if the bytes hold none: HTML, nothing, or the beginning of one.</summary>
    public static ErrorDocument? TryRead(Stream stream)
    {
        try
        {
            using var reader = XmlReader.Create(stream, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
            var root = XDocument.Load(reader).Root;
            return root?.Name.LocalName == "Error" ? new ErrorDocument(root) : null;
        }
        catch (Exception exception) when (exception is XmlException or InvalidOperationException or ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>An element's text, trimmed; null if it is absent or empty.</summary>
    public string? ValueOf(string name) => ValueOf(_root, name);

    private static string? ValueOf(XElement? parent, string name)
    {
        var value = Child(parent, name)?.Value.Trim();
        return string.IsNullOrEmpty(value) ? null : value;
    }

    private static XElement? Child(XElement? parent, string name) =>
        parent?.Elements().FirstOrDefault(element => element.Name.LocalName == name);
}
