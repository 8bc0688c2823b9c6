using NLog.Targets.Wrappers;

namespace NLog.Targets;

/// <content>How the events get there: queue, memory, pace, retries.</content>
public sealed partial class OssAppendTarget
{
    /// <summary>What follows each event. Default: LF, on every machine.</summary>
    public LineEndingMode LineEnding { get; set; } = LineEndingMode.LF;

    /// <summary>
    /// The most events that wait in the queue to be rendered, 1 at least. Default: 50 000. The queue is for bursts; what
    /// waits for OSS waits rendered, within <see cref="MemoryLimit"/>.
    /// </summary>
    public int QueueLimit { get; set; } = 50_000;

    /// <summary>
    /// What becomes of an event that finds <see cref="QueueLimit"/> events waiting. Discard: it is given up, counted,
    /// reported, and its continuation called at once. Block: the thread that logs waits for room, for
    /// <see cref="BlockTimeoutMilliseconds"/> at most, and keeps pace with the rendering before, so that no more than some thousand events wait for it. Grow: the queue grows beyond its limit, without another one.
    /// Default: Discard; the application never waits.
    /// </summary>
    public AsyncTargetWrapperOverflowAction OverflowAction { get; set; } = AsyncTargetWrapperOverflowAction.Discard;

    /// <summary>
    /// How long Block waits for room, in milliseconds, before the event is discarded after all; -1 for as long as it takes.
    /// Default: -1. Without effect for the other <see cref="OverflowAction"/>s.
    /// </summary>
    public int BlockTimeoutMilliseconds { get; set; } = -1;

    /// <summary>
    /// Whether an event becomes text on the thread that logs it, as in a FileTarget without an AsyncWrapper, instead of waiting
    /// as an object for the background to do it. What waits is then bytes, within <see cref="MemoryLimit"/>. The whole program spends less
    /// CPU on an event, the call itself takes longer. <see cref="QueueLimit"/> and <see cref="BatchSize"/> have no meaning then;
    /// <see cref="OverflowAction"/> is about the memory, and cannot be Grow. Default: false.
    /// </summary>
    public bool RenderAtCall { get; set; }

    /// <summary>
    /// How many events are taken from the queue at a time, 1 at least. Default: 500. It does not bound an append; see
    /// <see cref="AppendIntervalMilliseconds"/> and <see cref="AppendSizeLimit"/>.
    /// </summary>
    public int BatchSize { get; set; } = 500;

    /// <summary>
    /// How long an event waits for others to share its append, in milliseconds. Default: 2000. A full append goes at once, a
    /// flush and a close too. Each append costs a request, as much as a whole PUT.
    /// </summary>
    public int AppendIntervalMilliseconds { get; set; } = 2000;

    /// <summary>The most bytes that one append carries, 4 KiB to 64 MiB. Default: 4 MiB.</summary>
    public int AppendSizeLimit { get; set; } = 4 << 20;

    /// <summary>
    /// The most bytes of one event, up to <see cref="AppendSizeLimit"/>. Default: 1 MiB. In the place of a larger one a placeholder is
    /// stored, with the same time and level, its size and the beginning of its message; it is counted and reported.
    /// </summary>
    public int RecordSizeLimit { get; set; } = 1 << 20;

    /// <summary>
    /// Whether an event that is too large is given up instead, counted, reported and its continuation told so, as is one whose placeholder
    /// is too large as well. Default: false.
    /// </summary>
    public bool DropTooLargeEvents { get; set; }

    /// <summary>
    /// The most memory that rendered, undelivered events may hold, in bytes; at least twice <see cref="AppendSizeLimit"/>, and
    /// eight times with a <see cref="BufferPath"/>. Default: 64 MiB. When it is used up, events wait in the queue.
    /// </summary>
    public long MemoryLimit { get; set; } = 64L << 20;

    /// <summary>How many objects are appended to at the same time, 1 to 64; an object takes one append at a time. Default: 4.</summary>
    public int ConcurrentAppends { get; set; } = 4;

    /// <summary>How many objects are remembered with their position, 1 at least; one that was forgotten is found again by a HEAD. Default: 1000.</summary>
    public int OpenStreamLimit { get; set; } = 1000;

    /// <summary>
    /// Whether each append carries its MD5, so that OSS refuses a body damaged on its way before it is stored. Default:
    /// false; damage is found all the same, by CRC-64, and mended by appending once more.
    /// </summary>
    public bool SendContentMd5 { get; set; }

    /// <summary>
    /// Whether a finished object is sealed with its exact length, so that lifecycle rules may move it to the cold classes: one that
    /// is full, or whose period is over. Default: false. Needs an account that has access to the operation, and the RAM action
    /// <c>oss:SealAppendObject</c>; see <see cref="OssLogSinks.Core.OssAppenderOptions.SealFinishedObjects"/>.
    /// </summary>
    public bool SealFinishedObjects { get; set; }

    /// <summary>How long one request may take, its answer included, in seconds. Default: 30.</summary>
    public int RequestTimeoutSeconds { get; set; } = 30;

    /// <summary>
    /// How long a connection may take to be made, in seconds. Default: 5. Not effective in the build for .NET Standard 2.0 (.NET Framework, Mono, .NET before 8), whose handler has no such limit:
    /// <see cref="RequestTimeoutSeconds"/> holds there.
    /// </summary>
    public int ConnectTimeoutSeconds { get; set; } = 5;

    /// <summary>
    /// The pause after a first failure, in milliseconds; doubles with each more up to <see cref="RetryDelayLimitSeconds"/>, and each is drawn at
    /// random between nothing and that. Default: 200.
    /// </summary>
    public int RetryDelayMilliseconds { get; set; } = 200;

    /// <summary>The longest pause after failures, in seconds. Default: 20.</summary>
    public int RetryDelayLimitSeconds { get; set; } = 20;

    /// <summary>
    /// The pause after a refusal that only an operator can mend, in seconds: no permission, no such bucket, a wrong key. Default: 30.
    /// </summary>
    public int RefusalRetryDelaySeconds { get; set; } = 30;

    /// <summary>
    /// How long an append is tried before its events are given up, counted and reported, in seconds; -1 for as long as it
    /// takes. Default: one hour, and with a <see cref="BufferPath"/> as long as it takes.
    /// </summary>
    public int? RetryTimeLimitSeconds { get; set; }

    /// <summary>
    /// How long a close waits for what was accepted to be stored, in seconds; what is left then is given up, counted and
    /// reported. With a <see cref="BufferPath"/> it stays on disk instead, and the next process ships it. Default: 10. NLog's own
    /// shutdown flushes before it closes, with a timeout of its own.
    /// </summary>
    public int CloseTimeoutSeconds { get; set; } = 10;

    /// <summary>
    /// How long a flush, <c>LogManager.Flush()</c> for instance, takes at most before its continuation is told that not everything is stored
    /// yet, in seconds: 1 to 86400; -1 for as long as it takes. Delivery goes on. Default: 5, well below the 15 seconds that NLog's own shutdown
    /// waits for all targets together, so that an application stops in order while OSS does not answer.
    /// </summary>
    public int FlushTimeoutSeconds { get; set; } = 5;

    /// <summary>
    /// Whether an application that ends without <c>LogManager.Shutdown()</c> is kept until everything is stored, for
    /// <see cref="CloseTimeoutSeconds"/> at most: at a return from Main, Environment.Exit, SIGTERM, Ctrl-C and an unhandled exception;
    /// see <see cref="OssLogSinks.Core.Shutdown.ProcessEnd"/>. Default: true. Whoever stops the process, an orchestrator for instance, must give it that long.
    /// </summary>
    public bool DrainOnProcessExit { get; set; } = true;
}
