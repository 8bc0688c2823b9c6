using System.Globalization;
using System.Net;
using System.Xml.Linq;

namespace OssLogSinks.Core.Client;

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
            {
                return null;
            }

            objects.Add(new OssObjectSummary(key, length, AnswerXml.ValueOf(element, "Type"), AnswerReading.TimeOf(AnswerXml.ValueOf(element, "LastModified"))));
        }

        var isTruncated = string.Equals(AnswerXml.ValueOf(root, "IsTruncated"), "true", StringComparison.OrdinalIgnoreCase);
        var next = Decode(AnswerXml.ValueOf(root, "NextContinuationToken"));

        // A page that is not the last and does not say how to go on would be taken for the whole bucket.
        return isTruncated && string.IsNullOrEmpty(next) ? null : new ListObjectsResult(objects, isTruncated ? next : null);
    }
}
