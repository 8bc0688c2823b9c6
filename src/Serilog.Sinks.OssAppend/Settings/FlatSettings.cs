using OssLogSinks.Core.Client;

namespace Serilog.Sinks.OssAppend.Settings;

/// <summary>Puts parameters together that are one setting in the options.</summary>
internal static class FlatSettings
{
    public static OssObjectProperties ObjectProperties(
        string? contentType,
        string? contentEncoding,
        OssAcl acl,
        OssStorageClass storageClass,
        OssServerSideEncryption serverSideEncryption,
        IDictionary<string, string>? metadata,
        IDictionary<string, string>? tags)
    {
        var unset = new OssObjectProperties();
        return unset with
        {
            ContentType = contentType ?? unset.ContentType,
            ContentEncoding = contentEncoding,
            Acl = acl,
            StorageClass = storageClass,
            ServerSideEncryption = serverSideEncryption,
            Metadata = metadata is null ? unset.Metadata : new Dictionary<string, string>(metadata),
            Tags = tags is null ? unset.Tags : new Dictionary<string, string>(tags),
        };
    }
}
