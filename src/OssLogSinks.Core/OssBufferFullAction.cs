using OssLogSinks.Core.Delivery;

namespace OssLogSinks.Core;

/// <summary>Which events are dropped when the disk buffer is full.</summary>
public enum OssBufferFullAction
{
    /// <summary>
    /// New records wait in memory; when that is full as well, <see cref="OssAppender.TryAppend"/> drops them, and
    /// <see cref="OssAppender.AppendAsync"/> waits for space.
    /// </summary>
    DropNewest,

    /// <summary>The oldest records on disk that are not yet on their way are dropped, a segment at a time, counted and reported.</summary>
    DropOldest,
}

/// <summary>
/// When records in the disk buffer are forced onto the disk's medium (fsync), so that they survive a power cut. Written records survive a
/// crash of the process in any case.
/// </summary>
public enum OssBufferSync
{
    /// <summary>With each write: what <see cref="OssFlushTarget.Disk"/> reports survives a power cut, and nothing is stored twice.</summary>
    EachWrite,

    /// <summary>
    /// Every <see cref="OssAppenderOptions.BufferSyncInterval"/>, and before anything is sent: a power cut loses what was
    /// written since, and nothing is stored twice.
    /// </summary>
    Interval,

    /// <summary>
    /// When the operating system decides, and when <see cref="OssFlushTarget.Disk"/> is requested. A power cut loses what was neither
    /// flushed nor written by then. The journal of what was stored may be lost too, so any event whose file is still there may be
    /// stored a second time, behind later ones of its stream. None is torn, and the next start goes on.
    /// </summary>
    None,
}
