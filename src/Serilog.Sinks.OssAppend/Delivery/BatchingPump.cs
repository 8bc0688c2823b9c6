using OssLogSinks.Intake;
using Serilog.Events;
using Serilog.Sinks.PeriodicBatching;

namespace Serilog.Sinks.OssAppend.Delivery;

/// <summary>
/// Serilog's own pump: the periodic-batching sink brings the events in batches. Its queue has no limit, since the gate in front keeps it;
/// by itself it neither counts what it drops nor bounds its close, and would be woken again by every event that it waits for.
/// </summary>
#pragma warning disable CA1001 // Drain disposes of the batching sink, which would dispose of this one in turn.
internal sealed class BatchingPump : IEventPump<LogEvent>, IBatchedLogEventSink
#pragma warning restore CA1001
{
    // Shorter than any timer: a batch is whatever is there.
    private static readonly TimeSpan NoWait = new(1);

    private readonly EventIntake<LogEvent> _intake;
    private readonly PeriodicBatchingSink _batching;

    public BatchingPump(EventIntake<LogEvent> intake, int batchSize)
    {
        _intake = intake;
        _batching = new PeriodicBatchingSink(this, new PeriodicBatchingSinkOptions
        {
            BatchSizeLimit = batchSize,
            Period = NoWait,
            QueueLimit = null,
        });
    }

    public void Post(LogEvent logEvent) => _batching.Emit(logEvent);

    public void Drain() => _batching.Dispose();

    /// <summary>None: its queue is not ours to look into.</summary>
    public IReadOnlyList<LogEvent> Last(int count) => [];

    /// <summary>Never throws: an exception would make Serilog repeat, or drop, a batch that the core has in part.</summary>
    public Task EmitBatchAsync(IEnumerable<LogEvent> batch) => _intake.HandOverAsync(batch);

    public Task OnEmptyBatchAsync() => _intake.Gate.WhenNext();
}
