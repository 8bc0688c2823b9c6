using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Intake;

namespace OssLogSinks.Extensions.Logging;

/// <summary>
/// What the provider needs of the host: the log of the other providers, for reports, and the listener of lost events. Both may need the logger
/// factory, which needs the provider first.
/// </summary>
internal sealed class HostServices(IServiceProvider services) : IOssDiagnostics
{
    /// <summary>The category of reports. The provider itself takes nothing of that category.</summary>
    public const string Category = "OssLogSinks.OssAppend";

    public LateServices<(ILogger? Log, ILostEventListener? Listener)> Late { get; } = new(() => Resolve(services));

    /// <summary>Logs a report to the other providers. The levels of a report are the log levels Information, Warning and Error.</summary>
    public void Report(OssDiagnosticEvent diagnosticEvent) =>
        Late.Use(host => host.Log?.Log(LogLevel.Information + (int)diagnosticEvent.Level, default, diagnosticEvent, null, static (report, _) => report.ToString()));

    private static (ILogger? Log, ILostEventListener? Listener) Resolve(IServiceProvider services)
    {
        ILogger? log = null;
        try
        {
            log = services.GetService<ILoggerFactory>()?.CreateLogger(Category);
            return (log, services.GetService<ILostEventListener>());
        }
        catch (Exception e)
        {
            // The container was disposed meanwhile, or cannot create the listener.
            var report = new OssDiagnosticEvent(
                OssDiagnosticLevel.Error, $"The listener of lost events cannot be created, so it is not called: {e.GetType()}.", HelpSections.ListenerFailed);
            log?.Log(LogLevel.Error, default, report, null, static (report, _) => report.ToString());
            return (log, null);
        }
    }
}

/// <summary>Passes lost events to the listener that the container has.</summary>
internal sealed class LostEventRelay(HostServices host, Action<OssDiagnosticEvent> report) : LossRelay<LostEvent>
{
    protected override bool HasListener => host.Late.IsOrMayBe(static host => host.Listener is not null);

    protected override void Tell(IReadOnlyCollection<LostEvent> events, OssDeliveryException failure) => host.Late.Use(host => host.Listener?.OnLost(events, failure));

    protected override void OnListenerFailed(Exception failure) =>
        report(new(OssDiagnosticLevel.Error, $"The listener of lost events failed with {failure.GetType()}.", HelpSections.ListenerFailed));
}
