using System.Text.Json.Serialization;

namespace OssLogSinks.Emulator.Storage;

/// <summary>One change of what is stored. Applied in order, the changes give the same buckets and objects again.</summary>
internal sealed record StoreChange(StoreChangeKind Kind, string Bucket)
{
    public string? Key { get; init; }

    /// <summary>The object after the change; null if there is none.</summary>
    public ObjectState? State { get; init; }

    public bool IsLocked { get; init; }

    /// <summary>When the bucket was created; only for that change.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>The bytes that were added: the whole object if it is replaced.</summary>
    [JsonIgnore]
    public RequestBody? Body { get; init; }
}

/// <summary>What a change does. The numbers of these values are in data files, so their order stays as it is.</summary>
internal enum StoreChangeKind
{
    BucketCreated,
    BucketRemoved,

    /// <summary>An object is uploaded; it replaces any existing one.</summary>
    Replaced,

    /// <summary>Bytes are added to an object.</summary>
    Appended,

    /// <summary>Only the description changes: sealed, converted or locked.</summary>
    Described,

    Deleted,
}
