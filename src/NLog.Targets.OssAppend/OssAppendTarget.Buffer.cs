using NLog.Layouts;
using OssLogSinks.Core;
using OssLogSinks.Core.Delivery;

namespace NLog.Targets;

/// <content>The buffer on disk: where events wait that have to survive the process.</content>
public sealed partial class OssAppendTarget
{
    /// <summary>
    /// A folder where events wait on disk until they stand in OSS, so that they survive a crash, a kill and, as
    /// <see cref="BufferSync"/> says, a power cut. Made if it is not there; any number of processes may share it, and each
    /// ships what processes left that are no more. Default: none, events wait in memory.
    /// </summary>
    /// <remarks>
    /// An event is safe once it is on disk: its continuation is called with success then, and it is not kept in memory as
    /// well. Losses after that are counted and reported, without the events; a FallbackGroup does not learn of them.
    /// What still waits in the queue is lost with the process; a flush with <see cref="FlushTarget"/> Disk waits until it is on disk.
    /// </remarks>
    public Layout? BufferPath { get; set; }

    /// <summary>
    /// The most bytes that the files under <see cref="BufferPath"/> take which this process made or took over: at least
    /// 8 MiB, and four times <see cref="AppendSizeLimit"/>. Default: 1 GiB. Checked before each write. When it is reached,
    /// <see cref="BufferFullAction"/> decides.
    /// </summary>
    public long BufferSizeLimitBytes { get; set; } = 1L << 30;

    /// <summary>
    /// What gives way when <see cref="BufferSizeLimitBytes"/> is reached. Default: DropNewest; new events wait in memory within
    /// <see cref="MemoryLimit"/>, then in the queue, and when that is full too <see cref="OverflowAction"/> decides.
    /// DropOldest: the oldest events on disk that are not yet on their way are dropped, counted and reported.
    /// </summary>
    public OssBufferFullAction BufferFullAction { get; set; }

    /// <summary>
    /// When events in the buffer are forced onto the disk's own medium; what was written survives the death of the process
    /// whatever it says, so it is about the death of the machine. Default: EachWrite, some twenty times a second at most.
    /// </summary>
    public OssBufferSync BufferSync { get; set; }

    /// <summary>How often, with <see cref="BufferSync"/> Interval, in milliseconds. Default: 1000.</summary>
    public int BufferSyncIntervalMilliseconds { get; set; } = 1000;

    /// <summary>
    /// What a flush, <c>LogManager.Flush()</c> for instance, waits for. Oss: every event logged before stands in OSS. Disk: every
    /// event is on disk, synced whatever <see cref="BufferSync"/> says, or in OSS already, so that a flush does not wait for the
    /// network, as with a FileTarget; without a <see cref="BufferPath"/> the same as Oss. Default: Oss.
    /// </summary>
    public OssFlushTarget FlushTarget { get; set; }
}
