using System.Net;
using System.Xml;
using System.Xml.Linq;

namespace OssLogSinks.Core.Client;

/// <summary>
/// Reads the XML of answers by local names, without attributes. Refuses entities, and documents that are nested deeper than OSS's documents:
/// walking a tree costs stack for each level.
/// </summary>
internal static class AnswerXml
{
    // A listing has three levels.
    private const int DeepestLevel = 16;

    // Elements of OSS have no attribute but a namespace declaration.
    private const int MostAttributes = 64;

    /// <summary>The root of a document with that root name; null if the stream has no such document, or only a part of one.</summary>
    public static XElement? TryReadRoot(Stream stream, string root)
    {
        try
        {
            using var reader = XmlReader.Create(stream, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
            return reader.MoveToContent() == XmlNodeType.Element && reader.LocalName == root ? TryReadElement(reader) : null;
        }
        catch (Exception exception) when (exception is XmlException or InvalidOperationException or ArgumentException or NotSupportedException or FormatException)
        {
            return null;
        }
    }

    /// <summary>The text of the first child of that name; null if there is none.</summary>
    public static string? ValueOf(XElement? parent, string name) => Child(parent, name)?.Value;

    /// <summary>The first child of that name; null if there is none.</summary>
    public static XElement? Child(XElement? parent, string name) =>
        parent?.Elements().FirstOrDefault(element => element.Name.LocalName == name);

    // Reads to the end of the document, so that a truncated one is noticed.
    private static XElement? TryReadElement(XmlReader reader)
    {
        XElement? root = null;
        XElement? parent = null;
        do
        {
            if (reader.NodeType == XmlNodeType.Element)
            {
                if (reader.Depth > DeepestLevel || reader.AttributeCount > MostAttributes)
                    return null;

                var element = new XElement(reader.LocalName);
                parent?.Add(element);
                root ??= element;
                parent = reader.IsEmptyElement ? parent : element;
            }
            else if (reader.NodeType == XmlNodeType.EndElement)
            {
                parent = parent?.Parent;
            }
            else if (reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace)
            {
                parent?.Add(new XText(reader.Value));
            }
        }
        while (reader.Read());
        return root;
    }
}

/// <summary>The XML document of an error answer.</summary>
internal sealed class ErrorDocument
{
    private readonly XElement _root;

    private ErrorDocument(XElement root) => _root = root;

    /// <summary>The service's time in RequestTimeTooSkewed, sometimes one level down in <c>Detail</c>; null if absent.</summary>
    public DateTimeOffset? ServerTime =>
        AnswerReading.TimeOf(ValueOf(_root, "ServerTime") ?? ValueOf(AnswerXml.Child(_root, "Detail"), "ServerTime"));

    /// <summary>Reads a document; null if there is none.</summary>
    public static ErrorDocument? TryRead(Stream stream) => AnswerXml.TryReadRoot(stream, "Error") is { } root ? new ErrorDocument(root) : null;

    /// <summary>An element's text, trimmed; null if it is absent or empty.</summary>
    public string? ValueOf(string name) => ValueOf(_root, name);

    private static string? ValueOf(XElement? parent, string name)
    {
        var value = AnswerXml.ValueOf(parent, name)?.Trim();
        return string.IsNullOrEmpty(value) ? null : value;
    }
}

/// <summary>The XML answer of ListObjectsV2. Its keys are percent-encoded if it says so.</summary>
internal static class ListObjectsDocument
{
    /// <summary>Reads a page; null if there is none.</summary>
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

        var folders = root.Elements().Where(element => element.Name.LocalName == "CommonPrefixes")
            .Select(element => Decode(AnswerXml.ValueOf(element, "Prefix"))).OfType<string>().ToArray();
        var isTruncated = string.Equals(AnswerXml.ValueOf(root, "IsTruncated"), "true", StringComparison.OrdinalIgnoreCase);
        var next = Decode(AnswerXml.ValueOf(root, "NextContinuationToken"));

        // A truncated page without a token must not be taken for the whole bucket.
        return isTruncated && string.IsNullOrEmpty(next) ? null : new ListObjectsResult(objects, isTruncated ? next : null) { Folders = folders };
    }
}
