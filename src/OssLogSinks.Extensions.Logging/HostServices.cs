using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OssLogSinks.Core.Shutdown;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Intake;

namespace OssLogSinks.Extensions.Logging;

/// <summary>
/// What the provider needs of the host: the log of the other providers, for reports, and the listener of lost events. Both may need the logger
/// factory, which needs the provider first, so they are resolved in the background. They are kept, since the container does not give them any
/// more when it is disposed, which is when most is reported.
/// </summary>
internal sealed class HostServices(IServiceProvider services) : IOssDiagnostics
{
    /// <summary>The category of reports. The provider itself takes nothing of that category.</summary>
    public const string Category = "OssLogSinks.OssAppend";

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    private readonly Task<(ILogger? Log, ILostEventListener? Listener)> _services = BoundedWait.RunAsync(() => Resolve(services));
    private int _awaits;

    /// <summary>Whether there is a listener; true while that is not known.</summary>
    public bool HasListener => !_services.IsCompleted || _services.Result.Listener is not null;

    /// <summary>
    /// Called for each event. The first one waits until the services are there, since a host may be disposed soon after it. Not for long: the
    /// listener may need what is just being created on this thread.
    /// </summary>
    public void Await()
    {
        if (!_services.IsCompleted && Interlocked.Exchange(ref _awaits, 1) == 0)
            _ = BoundedWait.For(_services, LongestWait, TimeProvider.System);
    }

    /// <summary>Logs a report to the other providers.</summary>
    public void Report(OssDiagnosticEvent diagnosticEvent) =>
        WhenResolved(host => host.Log?.Log(LogLevel.Information + (int)diagnosticEvent.Level, default, diagnosticEvent, null, static (report, _) => report.Message));

    /// <summary>Calls the listener.</summary>
    public void Tell(IReadOnlyCollection<LostEvent> events, OssDeliveryException failure) => WhenResolved(host => host.Listener?.OnLost(events, failure));

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
            log?.Log(LogLevel.Error, default, e.GetType(), null, static (type, _) => $"The listener of lost events cannot be created, so it is told of none: {type}.");
            return (log, null);
        }
    }

    private void WhenResolved(Action<(ILogger? Log, ILostEventListener? Listener)> action)
    {
        if (_services.IsCompleted)
            action(_services.Result);
        else
            _ = _services.ContinueWith(resolved => action(resolved.Result), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }
}

/// <summary>Passes lost events to the listener that the container has.</summary>
internal sealed class LostEventRelay(HostServices host, IOssDiagnostics diagnostics) : LossRelay<LostEvent>
{
    protected override bool HasListener => host.HasListener;

    protected override void Tell(IReadOnlyCollection<LostEvent> events, OssDeliveryException failure) => host.Tell(events, failure);

    protected override void OnListenerFailed(Exception failure) =>
        diagnostics.Report(new(OssDiagnosticLevel.Error, $"The listener of lost events itself failed, with {failure.GetType()}."));
}
