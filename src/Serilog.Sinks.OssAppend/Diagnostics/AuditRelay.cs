using OssLogSinks.Core.Telemetry;

namespace Serilog.Sinks.OssAppend.Diagnostics;

/// <summary>An event whose log call waits for its fate, which is told once.</summary>
internal sealed class AuditedEvent
{
    private readonly TaskCompletionSource<OssDeliveryException?> _told = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends with null when the event stands in OSS, and with the failure when it was given up.</summary>
    public Task<OssDeliveryException?> Told => _told.Task;

    public void Tell(OssDeliveryException? failure) => _told.TrySetResult(failure);
}

/// <summary>Tells each log call that waits what became of its event.</summary>
internal sealed class AuditRelay : IDeliveryListener
{
    public static readonly AuditRelay Instance = new();

    private AuditRelay()
    {
    }

    public void OnStored(IReadOnlyList<object> states) => Tell(states, null);

    public void OnLost(IReadOnlyList<object> states, OssDeliveryException failure) => Tell(states, failure);

    private static void Tell(IReadOnlyList<object> states, OssDeliveryException? failure)
    {
        foreach (var state in states)
            ((AuditedEvent)state).Tell(failure);
    }
}
