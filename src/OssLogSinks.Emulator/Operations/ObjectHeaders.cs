using System.Globalization;
using OssLogSinks.Emulator.Protocol;
using OssLogSinks.Emulator.Storage;

namespace OssLogSinks.Emulator.Operations;

/// <summary>The response headers that describe an object.</summary>
internal static class ObjectHeaders
{
    /// <summary>Sets the CRC-64 of the whole object, its ETag and, for an appendable object, its current length.</summary>
    public static OssReply SetContent(this OssReply reply, ObjectState state) => reply
        .Set(OssHeader.Crc64, state.Crc64.ToString(CultureInfo.InvariantCulture))
        .Set("ETag", state.ETag)
        .Set(OssHeader.NextAppendPosition, state.IsAppendable ? state.Length.ToString(CultureInfo.InvariantCulture) : null);

    /// <summary>An answer with all headers of HEAD and GET.</summary>
    public static OssReply Describe(ObjectState state, Bucket bucket, int status = 200)
    {
        var attributes = state.Attributes;
        return new OssReply(status) { ContentLength = state.Length }
            .SetContent(state)
            .Set("Content-Type", attributes.ContentType)
            .Set("Last-Modified", state.LastModified.ToString("r", CultureInfo.InvariantCulture))
            .Set("Accept-Ranges", "bytes")
            .Set("Content-MD5", state.Md5 is null ? null : Convert.ToBase64String(state.Md5))
            .Set(OssHeader.ObjectType, state.Type)
            .Set(OssHeader.StorageClass, attributes.StorageClass)
            .Set(OssHeader.SealedTime, state.SealedAt?.ToString("r", CultureInfo.InvariantCulture))
            .Set(OssHeader.TaggingCount, attributes.Tags.Count == 0 ? null : attributes.Tags.Count.ToString(CultureInfo.InvariantCulture))
            .Set(OssHeader.VersionId, bucket.IsVersioned ? "null" : null)
            .SetAll(attributes.Headers)
            .SetAll(attributes.Encryption)
            .SetAll(attributes.Metadata.Select(pair => KeyValuePair.Create(OssHeader.MetadataPrefix + pair.Key, pair.Value)));
    }
}
