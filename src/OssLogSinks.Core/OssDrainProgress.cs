namespace OssLogSinks.Core;

/// <summary>How far <see cref="OssAppender.DrainAsync"/> has come.</summary>
public sealed record OssDrainProgress
{
    /// <summary>Folders of processes that are no more, emptied so far.</summary>
    public int Folders { get; init; }

    /// <summary>Folders that were left alone, because the process that owns them lives.</summary>
    public int FoldersInUse { get; init; }

    /// <summary>Records that were brought to OSS.</summary>
    public long Delivered { get; init; }

    /// <summary>Records that could not be read and were put aside; see <see cref="Telemetry.DeliverySnapshot.QuarantinedRecords"/>.</summary>
    public long Quarantined { get; init; }

    /// <summary>Bytes on disk that are still to be shipped.</summary>
    public long BytesLeft { get; init; }
}
