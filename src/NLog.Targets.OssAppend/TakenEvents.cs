
namespace NLog.Targets.OssAppend;

/// <summary>
/// What has been taken from the queue and not yet been handed over. A layout may hang, and then a close gives up what it has in hand:
/// each event belongs either to the worker or to that close, never to both.
/// </summary>
internal sealed class TakenEvents
{
    private readonly object _gate = new();

    // Guarded by _gate.
    private readonly List<QueuedEvent> _events = [];
    private int _next;
    private bool _isRendering;
    private bool _isGivenUp;

    /// <summary>Takes the next ones from the queue, if none are left.</summary>
    public void Fill(EventQueue queue, int most)
    {
        lock (_gate)
        {
            if (_isGivenUp || _next < _events.Count)
                return;

            queue.TakeInto(_events, most);
        }
    }

    /// <summary>Lets the worker begin with the next event; false if there is none, or they were given up.</summary>
    public bool TryBegin(out QueuedEvent queued)
    {
        lock (_gate)
        {
            _isRendering = !_isGivenUp && _next < _events.Count;
            queued = _isRendering ? _events[_next++] : default;
            if (!_isRendering && !_isGivenUp)
                Clear();
            return _isRendering;
        }
    }

    /// <summary>Makes the event that the worker has begun with the worker's for good; false if it was given up meanwhile.</summary>
    public bool TryKeep()
    {
        lock (_gate)
        {
            _isRendering = false;
            return !_isGivenUp;
        }
    }

    /// <summary>Takes everything away from the worker that it has not kept, and lets it take no more.</summary>
    /// <returns>The events, in their order.</returns>
    public IReadOnlyList<QueuedEvent> GiveUp()
    {
        lock (_gate)
        {
            _isGivenUp = true;
            return _events.GetRange(_next - (_isRendering ? 1 : 0), _events.Count - _next + (_isRendering ? 1 : 0));
        }
    }

    private void Clear()
    {
        _events.Clear();
        _next = 0;
    }
}
