namespace OssLogSinks.Intake;

/// <summary>Passes events from the callers to one thread at a time, in order. It waits on the gate and calls the intake.</summary>
internal interface IEventPump<TEvent>
{
    /// <summary>Queues an event; called under the gate's lock, and never after the gate is closed.</summary>
    void Post(TEvent logEvent);

    /// <summary>Blocks until every posted event was handed over or given up. The gate is already closed.</summary>
    void Drain();

    /// <summary>
    /// The last <paramref name="count"/> posted events, oldest first, or fewer if the pump cannot list them. The intake no longer takes any of
    /// them.
    /// </summary>
    IReadOnlyList<TEvent> Last(int count);
}

/// <summary>A pump with its own queue and loop, for a framework without one.</summary>
internal sealed class LoopPump<TEvent> : IEventPump<TEvent>
{
    private readonly EventIntake<TEvent> _intake;
    private readonly int _batchSize;
    private readonly Task _loop;

    // Guarded by the gate's lock. Only the loop changes the batch; it uses it outside the lock while it hands it over.
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
            // Read before the queue, so that the last batch includes everything posted before the close.
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
            // The close reports the events that remain.
            if (_intake.Gate.IsGivenUp)
                return false;

            _batch.Clear();
            while (_batch.Count < _batchSize && _waiting.Count > 0)
                _batch.Add(_waiting.Dequeue());

            return _batch.Count > 0;
        }
    }
}
