using OssLogSinks.Core;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Reliability;

/// <summary>Keeps the last that a drain has told, and passes its reports on to the error output.</summary>
internal sealed class LatestProgress : IProgress<OssDrainProgress>, IOssDiagnostics
{
    private volatile OssDrainProgress? _value;

    public OssDrainProgress? Value => _value;

    public void Report(OssDrainProgress value) => _value = value;

    public void Report(OssDiagnosticEvent diagnosticEvent) => Console.Error.WriteLine($"{diagnosticEvent.Level}: {diagnosticEvent.Message}");
}
