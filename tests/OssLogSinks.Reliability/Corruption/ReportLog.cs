using System.Collections.Concurrent;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Reliability.Corruption;

/// <summary>Keeps an appender's reports, those apart that nobody has to worry about.</summary>
internal sealed class ReportLog : IOssDiagnostics
{
    private readonly ConcurrentQueue<OssDiagnosticEvent> _reports = new();

    /// <summary>Whether no trouble was reported.</summary>
    public bool IsEmpty => _reports.All(r => r.Level == OssDiagnosticLevel.Information);

    public void Report(OssDiagnosticEvent diagnosticEvent) => _reports.Enqueue(diagnosticEvent);

    public override string ToString() => string.Concat(_reports.Select(r => $"\n  {r.Level}: {r.Message}"));
}
