using System.Xml.Linq;

namespace OssLogSinks.Core.Client;

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
        AnswerReading.TimeOf(ValueOf(_root, "ServerTime") ?? ValueOf(AnswerXml.Child(_root, "Detail"), "ServerTime"));

    /// <summary>Reads a document; null if the bytes hold none.</summary>
    public static ErrorDocument? TryRead(Stream stream) => AnswerXml.TryReadRoot(stream, "Error") is { } root ? new ErrorDocument(root) : null;

    /// <summary>An element's text, trimmed; null if it is absent or empty.</summary>
    public string? ValueOf(string name) => ValueOf(_root, name);

    private static string? ValueOf(XElement? parent, string name)
    {
        var value = AnswerXml.ValueOf(parent, name)?.Trim();
        return string.IsNullOrEmpty(value) ? null : value;
    }
}
