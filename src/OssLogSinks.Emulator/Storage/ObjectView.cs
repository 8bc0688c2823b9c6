namespace OssLogSinks.Emulator.Storage;

/// <summary>Shows an object's state to the outside.</summary>
internal static class ObjectView
{
    public static EmulatedObject Of(string key, ObjectState state)
    {
        var attributes = state.Attributes;
        return new EmulatedObject(key, state.Length, state.Type, state.Crc64)
        {
            NumberOfAppends = state.Appends,
            IsSealed = state.SealedAt is not null,
            ETag = state.ETag,
            ContentType = attributes.ContentType,
            StorageClass = attributes.StorageClass,
            Acl = attributes.Acl,
            Metadata = new Dictionary<string, string>(attributes.Metadata),
            Headers = new Dictionary<string, string>(attributes.Headers.Concat(attributes.Encryption), StringComparer.OrdinalIgnoreCase),
            Tags = new Dictionary<string, string>(attributes.Tags),
            LastModified = state.LastModified,
        };
    }
}
