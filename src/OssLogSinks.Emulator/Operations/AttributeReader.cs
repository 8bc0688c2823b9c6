using System.Text;
using OssLogSinks.Emulator.Protocol;
using OssLogSinks.Emulator.Storage;

namespace OssLogSinks.Emulator.Operations;

/// <summary>Reads and checks the object attributes in a creating request.</summary>
internal static class AttributeReader
{
    private const int MaxMetadataBytes = 8 * 1024;
    private const int MaxTags = 10;

    private static readonly string[] StoredHeaders = ["Cache-Control", "Content-Disposition", "Content-Encoding", "Content-Language", "Expires"];

    public static (ObjectAttributes? Attributes, OssError? Error) Read(OssRequest request)
    {
        var acl = request.Header(OssHeader.ObjectAcl) ?? "default";
        var storageClass = request.Header(OssHeader.StorageClass) ?? "Standard";
        var metadata = Pairs(request, OssHeader.MetadataPrefix);
        var tags = ParseTags(request.Header(OssHeader.Tagging));
        var error = CheckAcl(acl) ?? CheckStorageClass(request, storageClass) ?? CheckEncryption(request) ?? CheckTraffic(request) ?? CheckMetadata(metadata);
        if (error is null && tags is null)
            error = OssErrors.InvalidArgument(OssHeader.Tagging, request.Header(OssHeader.Tagging));

        return error is not null ? (null, error) : (new ObjectAttributes
        {
            Acl = acl,
            StorageClass = storageClass,
            ContentType = request.Header("Content-Type") ?? "application/octet-stream",
            Headers = [.. StoredHeaders.Where(request.Headers.ContainsKey).Select(name => KeyValuePair.Create(name, request.Header(name)!))],
            Metadata = metadata,
            Tags = tags!,
            Encryption = [.. Pairs(request, OssHeader.EncryptionPrefix).Select(pair => KeyValuePair.Create(OssHeader.EncryptionPrefix + pair.Key, pair.Value))],
        }, null);
    }

    private static List<KeyValuePair<string, string>> Pairs(OssRequest request, string prefix)
    {
        var pairs = new List<KeyValuePair<string, string>>();
        foreach (var (name, value) in request.Headers)
        {
            if (name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
                pairs.Add(new(name[prefix.Length..].ToLowerInvariant(), value.ToString()));
        }

        return pairs;
    }

    private static OssError? CheckAcl(string acl) =>
        acl is "default" or "private" or "public-read" or "public-read-write" ? null : OssErrors.InvalidArgument(OssHeader.ObjectAcl, acl);

    private static OssError? CheckStorageClass(OssRequest request, string storageClass)
    {
        if (storageClass is "Standard" or "IA" or "Archive")
            return null;

        var isColder = storageClass is "ColdArchive" or "DeepColdArchive";
        return isColder && request.Operation != OssOperation.AppendObject
            ? null
            : OssErrors.InvalidArgument(OssHeader.StorageClass, storageClass, isColder ? "0016-00000503" : null);
    }

    private static OssError? CheckEncryption(OssRequest request)
    {
        var method = request.Header(OssHeader.Encryption);
        var data = request.Header(OssHeader.DataEncryption);
        if (method is not (null or "AES256" or "KMS" or "SM4"))
            return OssErrors.InvalidEncryption(OssHeader.Encryption, method);

        return data is null || (data == "SM4" && method == "KMS") ? null : OssErrors.InvalidEncryption(OssHeader.DataEncryption, data);
    }

    private static OssError? CheckTraffic(OssRequest request) =>
        request.Header(OssHeader.TrafficLimit) is not { } text || (long.TryParse(text, out var bits) && bits is >= 245760 and <= 838860800)
            ? null
            : OssErrors.InvalidArgument(OssHeader.TrafficLimit, text, "0004-00000502");

    private static OssError? CheckMetadata(List<KeyValuePair<string, string>> metadata)
    {
        var bytes = metadata.Sum(pair => Encoding.UTF8.GetByteCount(pair.Key) + Encoding.UTF8.GetByteCount(pair.Value));
        return bytes > MaxMetadataBytes
            ? new OssError(400, "InvalidArgument", "The user metadata is larger than 8 KB.", "0011-00000002")
            : null;
    }

    private static List<KeyValuePair<string, string>>? ParseTags(string? text)
    {
        var tags = new List<KeyValuePair<string, string>>();
        if (string.IsNullOrEmpty(text))
            return tags;

        var parsed = QueryParameters.TryParse(text)?.All;
        tags.AddRange((parsed ?? []).Select(tag => KeyValuePair.Create(tag.Name, tag.Value)));
        var valid = tags.Count is > 0 and <= MaxTags && tags.All(tag => tag.Key.Length is > 0 and <= 128 && tag.Value.Length <= 256);
        return valid && tags.DistinctBy(tag => tag.Key).Count() == tags.Count ? tags : null;
    }
}
