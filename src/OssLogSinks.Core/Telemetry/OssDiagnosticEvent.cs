namespace OssLogSinks.Core.Telemetry;

/// <summary>How much a report matters. The end of a trouble is reported at the level of the trouble, so that whoever saw the one sees the other.</summary>
public enum OssDiagnosticLevel
{
    /// <summary>Good to know: what was found at start, or an object that was finished, for instance.</summary>
    Information,

    /// <summary>Something is wrong, but nothing is lost yet.</summary>
    Warning,

    /// <summary>Events were lost, or will be unless somebody acts.</summary>
    Error,
}

/// <summary>One report of the appender about itself. Its text is one line, and holds no secrets, no event text and no braces.</summary>
/// <param name="Level">How much it matters.</param>
/// <param name="Message">What happened, and what to do about it.</param>
public sealed record OssDiagnosticEvent(OssDiagnosticLevel Level, string Message)
{
    /// <summary>What happened, and what to do about it.</summary>
    public string Message { get; } = PlainText.OneLine(Message);
}

/// <summary>
/// Where the appender reports about itself: a front door writes to its framework's own channel. Called from background
/// threads; must not throw.
/// </summary>
public interface IOssDiagnostics
{
    /// <summary>Takes one report.</summary>
    void Report(OssDiagnosticEvent diagnosticEvent);
}

/// <summary>
/// Writes reports to the process's standard error, for hosts whose console or container log people read, and hands them on. Nothing
/// that is written there comes back as a log event.
/// </summary>
internal sealed class ConsoleDiagnostics : IOssDiagnostics
{
    private readonly IOssDiagnostics? _next;
    private readonly TextWriter _console;

    // The user has asked for the console by a setting.
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
            _console.WriteLine($"OssAppend, {diagnosticEvent.Level}: {diagnosticEvent.Message}");
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // A closed console takes nothing; the other channel may.
        }

        _next?.Report(diagnosticEvent);
    }
}
