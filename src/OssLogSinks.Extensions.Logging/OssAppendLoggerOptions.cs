using OssLogSinks.Core;
using OssLogSinks.Intake.Settings;

namespace OssLogSinks.Extensions.Logging;

/// <summary>
/// Every setting of the provider: those that it shares with the Serilog sink and the NLog target, and its own. Read from
/// <c>Logging:OssAppend</c> and from code; read again when the configuration changes.
/// </summary>
public sealed class OssAppendLoggerOptions : OssAppenderOptions
{
    /// <summary>The formatter that writes an event as the simple console formatter does with <c>SingleLine</c>.</summary>
    public const string LineFormatter = "line";

    /// <summary>The formatter that writes an event as one line of compact JSON (CLEF).</summary>
    public const string ClefFormatter = "clef";

    /// <summary>
    /// How an event becomes text: <c>line</c>, <c>clef</c>, or the name of a
    /// <see cref="Microsoft.Extensions.Logging.Console.ConsoleFormatter"/> that the container has, <c>json</c> after <c>AddConsole()</c> for
    /// instance. Default: <c>line</c>.
    /// </summary>
    public string Formatter { get; set; } = LineFormatter;

    /// <summary>
    /// Whether the text of an event has its scopes too. Placeholders in the <see cref="OssAppenderOptions.ObjectKey"/> get values of scopes in
    /// both cases. A console formatter does not use this setting; it has its own. Default: false.
    /// </summary>
    public bool IncludeScopes { get; set; }

    /// <summary>
    /// The .NET date format of the time at the beginning of a <c>line</c>; empty for no time. Default: <c>yyyy-MM-dd HH:mm:ss.fff zzz</c>.
    /// </summary>
    public string TimestampFormat { get; set; } = "yyyy-MM-dd HH:mm:ss.fff zzz";

    /// <summary>Whether the time of a <c>line</c> is UTC instead of the machine's local time. Default: false.</summary>
    public bool UseUtcTimestamp { get; set; }

    /// <summary>
    /// Whether line ends, escape sequences of terminals, other control characters (not tabs) and marks of text direction in a <c>line</c> are
    /// escaped: written as <c>\n</c> or <c>\u001B</c> for instance. Logged text can then neither look like another event nor change what a
    /// terminal shows. If false, line ends become spaces and the other characters stay, as in the lines of the console formatter. It cannot be
    /// true with another <see cref="Formatter"/>, which would not use it. Default: false.
    /// </summary>
    public bool EscapeControlCharacters { get; set; }

    /// <summary>
    /// Whether a log call waits when the memory for undelivered events is full, up to <see cref="BlockTimeout"/>. If false, the event is
    /// dropped, counted and passed to the <see cref="ILostEventListener"/>. Default: false.
    /// </summary>
    public bool BlockWhenFull { get; set; }

    /// <summary>
    /// How long a log call waits for space if <see cref="BlockWhenFull"/> is true. If there is still no space then, the
    /// event is dropped.
    /// <see cref="Timeout.InfiniteTimeSpan"/> means no limit. Default: 10 seconds.
    /// </summary>
    public TimeSpan BlockTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Whether a process that ends without disposing its host or logger factory waits until everything is in OSS, for
    /// <see cref="OssAppenderOptions.CloseTimeout"/> and a few seconds at most: at a return from Main, Environment.Exit, SIGTERM, Ctrl-C (with
    /// .NET 8 and later) and an unhandled exception; see <see cref="OssLogSinks.Core.Shutdown.ProcessExitDrain"/>. Give the process that time,
    /// and the time that its host needs to stop, before your orchestrator kills it. Default: true.
    /// </summary>
    public bool DrainOnProcessExit { get; set; } = true;

    /// <summary>
    /// Whether an event larger than <see cref="OssAppenderOptions.EventSizeLimitBytes"/> is dropped, counted and passed to the
    /// <see cref="ILostEventListener"/>. If false, a placeholder is stored instead of it. Default: false.
    /// </summary>
    public bool DropTooLargeEvents { get; set; }

    /// <summary>What was read from the configuration; null if it was not read.</summary>
    internal NamedSettings? Configured { get; set; }
}
