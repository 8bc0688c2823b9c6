using OssLogSinks.Core.Delivery;

namespace OssLogSinks.Core;

/// <summary>
/// When records in the disk buffer are forced onto the disk's own medium (fsync). Whatever is chosen, what was written
/// survives the death of the process; the choice is about the death of the machine.
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
    /// When the operating system likes, and when <see cref="OssFlushTarget.Disk"/> is asked for. A power cut loses what was neither
    /// flushed nor written by then. The notes of what was stored may be lost too, so any event whose file is still there may be
    /// stored a second time, behind later ones of its stream. None is torn, and the next start goes on.
    /// </summary>
    None,
}
