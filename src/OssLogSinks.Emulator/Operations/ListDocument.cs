using System.Globalization;
using System.Text;
using OssLogSinks.Emulator.Protocol;
using OssLogSinks.Emulator.Storage;
using OssLogSinks.Emulator.Time;

namespace OssLogSinks.Emulator.Operations;

/// <summary>The XML of a page, for both list operations.</summary>
internal sealed class ListDocument(OssRequest request, ListPage page, int maxKeys)
{
    private readonly bool _isV2 = request.Operation == OssOperation.ListObjectsV2;
    private readonly bool _encode = request.Query["encoding-type"] == "url";

    public string Render(string bucket)
    {
        var query = request.Query;
        var xml = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n").Open("ListBucketResult");
        xml.Element("Name", bucket).Element("Prefix", Name(query["prefix"] ?? ""));
        xml.Element("MaxKeys", maxKeys.ToString(CultureInfo.InvariantCulture));
        xml.Element("Delimiter", Name(query["delimiter"])).Element("EncodingType", _encode ? "url" : null);
        xml.Element("IsTruncated", page.Next is null ? "false" : "true");
        if (_isV2)
        {
            xml.Element("StartAfter", Name(query["start-after"])).Element("ContinuationToken", query["continuation-token"]);
            xml.Element("KeyCount", page.Count.ToString(CultureInfo.InvariantCulture));
            xml.Element("NextContinuationToken", page.Next is null ? null : Name(ListOperations.WriteToken(page.Next)));
        }
        else
        {
            xml.Element("Marker", Name(query["marker"] ?? "")).Element("NextMarker", Name(page.Next));
        }

        foreach (var (key, state) in page.Objects)
            AppendObject(xml, key, state);

        foreach (var prefix in page.CommonPrefixes)
            xml.Open("CommonPrefixes").Element("Prefix", Name(prefix)).Close("CommonPrefixes");

        return xml.Close("ListBucketResult").ToString();
    }

    private void AppendObject(StringBuilder xml, string key, ObjectState state)
    {
        xml.Open("Contents").Element("Key", Name(key)).Element("LastModified", InstantText.Xml(state.LastModified));
        xml.Element("ETag", state.ETag).Element("Type", state.Type);
        xml.Element("Size", state.Length.ToString(CultureInfo.InvariantCulture)).Element("StorageClass", state.Attributes.StorageClass);
        if (!_isV2 || request.Query["fetch-owner"] == "true")
            BucketOperations.AppendOwner(xml);

        xml.Close("Contents");
    }

    private string? Name(string? text) => _encode && text is not null ? PercentEncoding.Encode(text) : text;
}
