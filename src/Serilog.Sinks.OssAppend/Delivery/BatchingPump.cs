using OssLogSinks.Intake;
using Serilog.Events;
using Serilog.Sinks.PeriodicBatching;

namespace Serilog.Sinks.OssAppend.Delivery;

/// <summary>
/// Serilog's own pump: the periodic-batching sink calls it with batches. Its queue has no limit, because the gate in front limits it.
/// Alone, the batching sink would not count its drops or bound its close, and would wake up for every event.
/// </summary>
#pragma warning disable CA1001 // Drain disposes the batching sink, which would dispose this pump in turn.
internal sealed class BatchingPump : IEventPump<LogEvent>, IBatchedLogEventSink
#pragma warning restore CA1001
{
    // Shorter than a timer can wait, so that a batch never waits for more events.
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

    /// <summary>Empty: the batching sink's queue cannot be read.</summary>
    public IReadOnlyList<LogEvent> Last(int count) => [];

    /// <summary>Never throws: after an exception Serilog would repeat or drop a batch that the core has taken in part.</summary>
    public Task EmitBatchAsync(IEnumerable<LogEvent> batch) => _intake.HandOverAsync(batch);

    public Task OnEmptyBatchAsync() => _intake.Gate.WhenNext();
}
