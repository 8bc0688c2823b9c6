using OssLogSinks.Core.Telemetry;
using Serilog.Debugging;

namespace Serilog.Sinks.OssAppend.Diagnostics;

/// <summary>Writes the core's reports to Serilog's SelfLog. Report text is an argument, never the format string.</summary>
internal sealed class SelfLogDiagnostics : IOssDiagnostics
{
    public static readonly SelfLogDiagnostics Instance = new();

    private SelfLogDiagnostics()
    {
    }

    public void Report(OssDiagnosticEvent diagnosticEvent) =>
        SelfLog.WriteLine("OssAppend, {0}: {1}", diagnosticEvent.Level, diagnosticEvent);
}
