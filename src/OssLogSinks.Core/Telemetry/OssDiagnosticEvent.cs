namespace OssLogSinks.Core.Telemetry;

/// <summary>The level of a report. The end of a trouble is reported at the level of the trouble.</summary>
public enum OssDiagnosticLevel
{
    /// <summary>Nothing is wrong: what was found at start, or a finished object, for instance.</summary>
    Information,

    /// <summary>Something is wrong, or is often a mistake, but no event was dropped for it so far.</summary>
    Warning,

    /// <summary>Events were or may be lost, an operator must act, or an object or the disk buffer is damaged.</summary>
    Error,
}

/// <summary>One report of the appender about itself. The message is one line without secrets, event text or braces.</summary>
/// <param name="Level">The level.</param>
/// <param name="Message">What happened, and what to do about it.</param>
/// <param name="HelpAnchor">The section of docs/troubleshooting.md that explains it.</param>
public sealed record OssDiagnosticEvent(OssDiagnosticLevel Level, string Message, string HelpAnchor)
{
    /// <summary>What happened, and what to do about it.</summary>
    public string Message { get; } = PlainText.OneLine(Message);

    /// <summary>Gives the message and where to read on, on one line.</summary>
    public override string ToString() => $"{Message} {HelpAnchors.Reference(HelpAnchor)}";
}

/// <summary>
/// Receives the appender's reports about itself. Called on any thread, also on those that log or start the appender; must not throw.
/// </summary>
public interface IOssDiagnostics
{
    /// <summary>Receives one report.</summary>
    void Report(OssDiagnosticEvent diagnosticEvent);
}

/// <summary>
/// Writes reports to standard error, for hosts whose console or container log is read, and passes them on.
/// </summary>
internal sealed class ConsoleDiagnostics : IOssDiagnostics
{
    private readonly IOssDiagnostics? _next;
    private readonly TextWriter _console;

    // The console is allowed here, because the setting ReportToConsole asks for it.
#pragma warning disable RS0030
    public ConsoleDiagnostics(IOssDiagnostics? next)
        : this(next, Console.Error)
#pragma warning restore RS0030
    {
    }

    internal ConsoleDiagnostics(IOssDiagnostics? next, TextWriter console)
    {
        _next = next;
        _console = console;
    }

    public void Report(OssDiagnosticEvent diagnosticEvent)
    {
        try
        {
            _console.WriteLine($"OssAppend, {diagnosticEvent.Level}: {diagnosticEvent}");
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The console is closed.
        }

        _next?.Report(diagnosticEvent);
    }
}
