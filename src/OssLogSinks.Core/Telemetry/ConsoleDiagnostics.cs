namespace OssLogSinks.Core.Telemetry;

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
