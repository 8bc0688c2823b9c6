using OssLogSinks.Core.Delivery;

namespace OssLogSinks.Core;

/// <summary>Which events are dropped when the disk buffer is full.</summary>
public enum OssBufferFullAction
{
    /// <summary>
    /// New records wait in memory; when that is full as well, <see cref="OssAppender.TryAppend"/> drops them, and
    /// <see cref="OssAppender.Append"/> and <see cref="OssAppender.AppendAsync"/> wait for space.
    /// </summary>
    DropNewest,

    /// <summary>The oldest records on disk that are not being sent are dropped, a segment (file) at a time, counted and reported.</summary>
    DropOldest,
}

/// <summary>
/// When records in the disk buffer are forced onto the disk's medium (fsync), so that they survive a power cut. Written records survive a
/// crash of the process in any case.
/// </summary>
public enum OssBufferSync
{
    /// <summary>
    /// With each write: events that a flush to <see cref="OssFlushTarget.Disk"/> has reported as stored survive a power cut, and nothing is stored
    /// twice.
    /// </summary>
    EachWrite,

    /// <summary>
    /// Every <see cref="OssAppenderOptions.BufferSyncInterval"/>, and before anything is sent: a power cut loses what was
    /// written since the last sync, and nothing is stored twice.
    /// </summary>
    Interval,

    /// <summary>
    /// When the operating system decides, and with a flush to <see cref="OssFlushTarget.Disk"/>. A power cut loses what neither has put onto
    /// the medium by then. The journal of what was stored may be lost too, so any event whose file is still there may be
    /// stored a second time, behind later ones of its stream. No event is torn, and the next process delivers what is left.
    /// </summary>
    None,
}
