using NLog.Common;
using OssLogSinks.Core.Telemetry;

namespace NLog.Targets.OssAppend;

/// <summary>Writes reports to NLog's internal log, with the target's name first. Report text is never used as a format string.</summary>
internal sealed class InternalLoggerDiagnostics : IOssDiagnostics
{
    private readonly Target _target;

    public InternalLoggerDiagnostics(Target target) => _target = target;

    public void Report(OssDiagnosticEvent diagnosticEvent)
    {
        var level = diagnosticEvent.Level switch
        {
            OssDiagnosticLevel.Information => LogLevel.Info,
            OssDiagnosticLevel.Warning => LogLevel.Warn,
            _ => LogLevel.Error,
        };
        InternalLogger.Log(level, "{0}: {1}", _target, diagnosticEvent);
    }
}
