using OssLogSinks.Core.Telemetry;
using Serilog.Debugging;

namespace Serilog.Sinks.OssAppend.Diagnostics;

/// <summary>Writes the core's reports to Serilog's own log; foreign text is an argument there, never the format.</summary>
internal sealed class SelfLogDiagnostics : IOssDiagnostics
{
    public static readonly SelfLogDiagnostics Instance = new();

    private SelfLogDiagnostics()
    {
    }

    public void Report(OssDiagnosticEvent diagnosticEvent) =>
        SelfLog.WriteLine("OssAppend, {0}: {1}", diagnosticEvent.Level, diagnosticEvent.Message);
}
