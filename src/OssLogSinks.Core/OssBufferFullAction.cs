namespace OssLogSinks.Core;

/// <summary>What gives way when the disk buffer is full.</summary>
public enum OssBufferFullAction
{
    /// <summary>
    /// New records wait in memory; when that is full as well, <see cref="OssAppender.TryAppend"/> drops them, and
    /// <see cref="OssAppender.AppendAsync"/> waits for room.
    /// </summary>
    DropNewest,

    /// <summary>The oldest records on disk that are not yet on their way are dropped, a segment at a time, counted and reported.</summary>
    DropOldest,
}
