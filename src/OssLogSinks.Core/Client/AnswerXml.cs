using System.Net;
using System.Xml;
using System.Xml.Linq;

namespace OssLogSinks.Core.Client;

/// <summary>
/// Reads the XML of answers. The service's documents are flat: one that is nested deeper is not from OSS and is refused before a tree is
/// made of it, since walking a tree costs stack for each level. Entities are refused too.
/// </summary>
internal static class AnswerXml
{
    // Contents, Owner and ID of a listing are at 1 to 3; what the service may add has space.
    private const int DeepestLevel = 16;

    // The service's elements have a namespace at most.
    private const int MostAttributes = 64;

    /// <summary>The document's root, if it has that name; null if the bytes hold no such document: HTML, nothing, or the beginning of one.</summary>
    /// <param name="stream">The bytes; they are read twice.</param>
    /// <param name="root">The root's local name.</param>
    public static XElement? TryReadRoot(Stream stream, string root)
    {
        try
        {
            return IsFlat(stream, root) ? Load(stream) : null;
        }
        catch (Exception exception) when (exception is XmlException or InvalidOperationException or ArgumentException or NotSupportedException or FormatException)
        {
            return null;
        }
    }

    /// <summary>The text of the first child of that name, whatever its namespace; null if it is absent.</summary>
    public static string? ValueOf(XElement? parent, string name) => Child(parent, name)?.Value;

    /// <summary>The first child of that name, whatever its namespace; null if it is absent.</summary>
    public static XElement? Child(XElement? parent, string name) =>
        parent?.Elements().FirstOrDefault(element => element.Name.LocalName == name);

    private static bool IsFlat(Stream stream, string root)
    {
        var start = stream.Position;
        using (var reader = Open(stream))
        {
            if (reader.MoveToContent() != XmlNodeType.Element || reader.LocalName != root)
                return false;

            do
            {
                if (reader.Depth > DeepestLevel || reader.AttributeCount > MostAttributes)
                    return false;
            }
            while (reader.Read());
        }

        stream.Position = start;
        return true;
    }

    private static XElement? Load(Stream stream)
    {
        using var reader = Open(stream);
        return XDocument.Load(reader).Root;
    }

    private static XmlReader Open(Stream stream) =>
        XmlReader.Create(stream, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
}

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

/// <summary>The XML answer of ListObjectsV2, read by local name; keys in it are percent-encoded if it says so.</summary>
internal static class ListObjectsDocument
{
    /// <summary>Reads a page; null if the bytes are not one.</summary>
    public static ListObjectsResult? TryRead(Stream stream) => AnswerXml.TryReadRoot(stream, "ListBucketResult") is { } root ? TryRead(root) : null;

    private static ListObjectsResult? TryRead(XElement root)
    {
        var isEncoded = string.Equals(AnswerXml.ValueOf(root, "EncodingType"), "url", StringComparison.OrdinalIgnoreCase);
        string? Decode(string? text) => isEncoded ? WebUtility.UrlDecode(text) : text;

        var objects = new List<OssObjectSummary>();
        foreach (var element in root.Elements().Where(element => element.Name.LocalName == "Contents"))
        {
            if (Decode(AnswerXml.ValueOf(element, "Key")) is not { Length: > 0 } key || AnswerReading.LengthIn(AnswerXml.ValueOf(element, "Size")) is not { } length)
                return null;

            objects.Add(new OssObjectSummary(key, length, AnswerXml.ValueOf(element, "Type"), AnswerReading.TimeOf(AnswerXml.ValueOf(element, "LastModified"))));
        }

        var isTruncated = string.Equals(AnswerXml.ValueOf(root, "IsTruncated"), "true", StringComparison.OrdinalIgnoreCase);
        var next = Decode(AnswerXml.ValueOf(root, "NextContinuationToken"));

        // A page that is not the last and does not say how to go on would be taken for the whole bucket.
        return isTruncated && string.IsNullOrEmpty(next) ? null : new ListObjectsResult(objects, isTruncated ? next : null);
    }
}
