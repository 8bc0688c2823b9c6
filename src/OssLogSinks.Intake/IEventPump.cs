namespace OssLogSinks.Intake;

/// <summary>Carries events from the callers to one thread at a time, in order. It waits by the gate's clock and calls the intake.</summary>
internal interface IEventPump<TEvent>
{
    /// <summary>Takes an event; called under the gate's lock, and never after the gate is closed.</summary>
    void Post(TEvent logEvent);

    /// <summary>Blocks until every posted event was handed over. The gate is closed before.</summary>
    void Drain();

    /// <summary>The last events that were posted, as far as the pump can still name them, oldest first. The intake takes none of them any more.</summary>
    IReadOnlyList<TEvent> Last(int count);
}

/// <summary>A pump with a queue and a loop of its own, for a framework that brings none.</summary>
internal sealed class LoopPump<TEvent> : IEventPump<TEvent>
{
    private readonly EventIntake<TEvent> _intake;
    private readonly int _batchSize;
    private readonly Task _loop;

    // Guarded by the gate's lock. The batch belongs to the loop while it is handed over; only the loop changes it.
    private readonly Queue<TEvent> _waiting = new();
    private readonly List<TEvent> _batch = [];

    public LoopPump(EventIntake<TEvent> intake, int batchSize)
    {
        _intake = intake;
        _batchSize = batchSize;
        _loop = Task.Run(RunAsync);
    }

    public void Post(TEvent logEvent) => _waiting.Enqueue(logEvent);

    public void Drain() => _loop.GetAwaiter().GetResult();

    public IReadOnlyList<TEvent> Last(int count)
    {
        lock (_intake.Gate.Lock)
        {
            var fromBatch = Math.Max(0, Math.Min(count - _waiting.Count, _batch.Count));
            return [.. _batch.GetRange(_batch.Count - fromBatch, fromBatch), .. _waiting];
        }
    }

    private async Task RunAsync()
    {
        while (true)
        {
            // Asked first: what was posted before the close is in the queue.
            var isClosed = _intake.Gate.IsClosed;
            if (TakeBatch())
                await _intake.HandOverAsync(_batch).ConfigureAwait(false);
            else if (isClosed)
                return;
            else
                await _intake.Gate.WhenNext().ConfigureAwait(false);
        }
    }

    private bool TakeBatch()
    {
        lock (_intake.Gate.Lock)
        {
            // The close names what is left.
            if (_intake.Gate.IsGivenUp)
                return false;

            _batch.Clear();
            while (_batch.Count < _batchSize && _waiting.Count > 0)
                _batch.Add(_waiting.Dequeue());

            return _batch.Count > 0;
        }
    }
}
