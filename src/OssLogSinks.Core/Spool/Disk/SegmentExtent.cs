namespace OssLogSinks.Core.Spool.Disk;

/// <summary>How far a segment is written: a fact of one moment, which a reader may look at while the writer goes on.</summary>
/// <param name="Path">The file.</param>
/// <param name="FirstId">The id of its first record.</param>
/// <param name="Written">Bytes that count, its header included.</param>
/// <param name="Synced">Bytes of these that are known to be on the medium.</param>
internal sealed record SegmentExtent(string Path, long FirstId, long Written, long Synced);
