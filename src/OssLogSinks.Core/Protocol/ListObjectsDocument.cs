using System.Globalization;
using System.Net;
using System.Xml;
using System.Xml.Linq;

namespace OssLogSinks.Core.Protocol;

/// <summary>The XML answer of ListObjectsV2, read by local name; keys in it are percent-encoded if it says so.</summary>
internal static class ListObjectsDocument
{
    /// <summary>Reads a page; null if the bytes are not one.</summary>
    public static ListObjectsResult? TryRead(Stream stream)
    {
        try
        {
            using var reader = XmlReader.Create(stream, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
            var root = XDocument.Load(reader).Root;
            return root?.Name.LocalName == "ListBucketResult" ? Read(root) : null;
        }
        catch (Exception exception) when (exception is XmlException or FormatException or OverflowException or InvalidOperationException or ArgumentException)
        {
            return null;
        }
    }

    private static ListObjectsResult Read(XElement root)
    {
        var isEncoded = string.Equals(ValueOf(root, "EncodingType"), "url", StringComparison.OrdinalIgnoreCase);
        string? Decode(string? text) => isEncoded ? WebUtility.UrlDecode(text) : text;

        var objects = root.Elements()
            .Where(element => element.Name.LocalName == "Contents")
            .Select(element => new OssObjectSummary(
                Decode(ValueOf(element, "Key")) ?? throw new FormatException("An object without a key."),
                long.Parse(ValueOf(element, "Size") ?? "", NumberStyles.None, CultureInfo.InvariantCulture),
                ValueOf(element, "Type"),
                TimeOf(ValueOf(element, "LastModified"))))
            .ToArray();
        var isTruncated = string.Equals(ValueOf(root, "IsTruncated"), "true", StringComparison.OrdinalIgnoreCase);
        return new ListObjectsResult(objects, isTruncated ? Decode(ValueOf(root, "NextContinuationToken")) : null);
    }

    private static DateTimeOffset? TimeOf(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : null;

    private static string? ValueOf(XElement parent, string name) =>
        parent.Elements().FirstOrDefault(element => element.Name.LocalName == name)?.Value;
}
