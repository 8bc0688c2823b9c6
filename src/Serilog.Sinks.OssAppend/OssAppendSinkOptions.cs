using OssLogSinks.Core;
using Serilog.Formatting;

namespace Serilog.Sinks.OssAppend;

/// <summary>
/// Every setting of the sink: those that it shares with the NLog target and the logger provider, and Serilog's own. Read once, when the logger is
/// configured; later changes have no effect.
/// </summary>
public sealed class OssAppendSinkOptions : OssAppenderOptions
{
    /// <summary>The default of <see cref="OutputTemplate"/>, as the File sink's: time, level, message, and the exception if there is one.</summary>
    public const string DefaultOutputTemplate = "{Timestamp:yyyy-MM-dd HH:mm:ss.fff zzz} [{Level:u3}] {Message:lj}{NewLine}{Exception}";

    /// <summary>
    /// Turns an event into text, including the line end. In JSON, write the name of its type:
    /// <c>Serilog.Formatting.Compact.CompactJsonFormatter, Serilog.Formatting.Compact</c> for instance. Default: none;
    /// <see cref="OutputTemplate"/> is used.
    /// </summary>
    public ITextFormatter? Formatter { get; set; }

    /// <summary>
    /// How an event becomes text if there is no <see cref="Formatter"/>.
    /// Default: <c>{Timestamp:yyyy-MM-dd HH:mm:ss.fff zzz} [{Level:u3}] {Message:lj}{NewLine}{Exception}</c>.
    /// </summary>
    public string OutputTemplate { get; set; } = DefaultOutputTemplate;

    /// <summary>The culture for <see cref="OutputTemplate"/>; a <see cref="Formatter"/> does not use it. Default: the invariant culture.</summary>
    public IFormatProvider? FormatProvider { get; set; }

    /// <summary>
    /// Whether line ends, escape sequences of terminals, other control characters (not tabs) and marks of text direction in an event's message,
    /// properties and exception are escaped: written as <c>\n</c> or <c>\u001B</c> for instance. Logged text can then neither look like another
    /// event nor change what a terminal shows. Line ends of the <see cref="OutputTemplate"/> stay, and those of an exception, whose second and
    /// later lines begin with white space. It cannot be combined with a <see cref="Formatter"/>, which would not use it; JSON escapes line ends
    /// by itself. Default: false.
    /// </summary>
    public bool EscapeControlCharacters { get; set; }

    /// <summary>
    /// The most events that are rendered at a time, at least 1. It does not limit an append;
    /// <see cref="OssAppenderOptions.AppendSizeLimitBytes"/> does. Default: 500.
    /// </summary>
    public int BatchSizeLimit { get; set; } = 500;

    /// <summary>
    /// The most events that may wait to be rendered, at least 1. When they are rendered, they wait as bytes, within
    /// <see cref="OssAppenderOptions.MemoryLimitBytes"/>. The queue fills only when that memory is full, or when events are logged faster than
    /// they can be rendered. Default: 50000.
    /// </summary>
    public int QueueLimit { get; set; } = 50_000;

    /// <summary>
    /// Whether a log call waits for space when the queue is full, up to <see cref="BlockTimeout"/>. If false, the event is dropped, counted and
    /// passed to the failure listener. If true, log calls also wait for short times when some thousand events wait to be rendered; they never
    /// wait for OSS before the queue is full. Default: false.
    /// </summary>
    public bool BlockWhenFull { get; set; }

    /// <summary>
    /// How long a log call waits for space if <see cref="BlockWhenFull"/> is true. If there is still no space then, the
    /// event is dropped.
    /// <see cref="Timeout.InfiniteTimeSpan"/> means no limit. Default: 10 seconds.
    /// </summary>
    public TimeSpan BlockTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Whether an event becomes text within the log call, as in the File sink, and then waits as bytes within
    /// <see cref="OssAppenderOptions.MemoryLimitBytes"/>. The program uses less CPU time in total, but each log call takes longer. There is then
    /// no queue, so <see cref="QueueLimit"/> and <see cref="BatchSizeLimit"/> have no effect, and <see cref="BlockWhenFull"/> waits for memory.
    /// Default: false; events are rendered in the background.
    /// </summary>
    public bool RenderAtCall { get; set; }

    /// <summary>
    /// Whether a process that ends without closing the logger waits until everything is in OSS, for
    /// <see cref="OssAppenderOptions.CloseTimeout"/> and a few seconds at most: at a return from Main, Environment.Exit, SIGTERM, Ctrl-C (with
    /// .NET 8 and later) and an unhandled exception; see <see cref="OssLogSinks.Core.Shutdown.ProcessExitDrain"/>. Give the process that time,
    /// and the time that its host needs to stop, before your orchestrator kills it. Default: true.
    /// </summary>
    public bool DrainOnProcessExit { get; set; } = true;

    /// <summary>
    /// Whether an event larger than <see cref="OssAppenderOptions.EventSizeLimitBytes"/> is dropped, counted and passed to the failure listener.
    /// If false, a placeholder is stored instead of it. An audit always throws. Default: false.
    /// </summary>
    public bool DropTooLargeEvents { get; set; }

    /// <summary>
    /// Lets the application flush the sink and read its counters. In JSON, write the name of a static property:
    /// <c>Shop.Logging::Monitor, Shop</c> for instance. Default: none.
    /// </summary>
    public OssAppendMonitor? Monitor { get; set; }
}
