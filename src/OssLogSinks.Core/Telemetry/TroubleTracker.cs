namespace OssLogSinks.Core.Telemetry;

/// <summary>
/// Tracks whether there is trouble, since when, and the last failure. Trouble lasts from the first failure until every failed stream has delivered
/// and the disk buffer works. Thread-safe.
/// </summary>
internal sealed class TroubleTracker
{
    private readonly TimeProvider _time;
    private readonly object _gate = new();

    // Guarded by _gate. Has streams of running shippers only.
    private readonly HashSet<(object? Shipper, object? Stream)> _failing = [];
    private bool _hasGivenUp;
    private bool _isBufferFailing;
    private long _failures;
    private DateTimeOffset? _since;
    private DeliveryFailure? _last;

    public TroubleTracker(TimeProvider time) => _time = time;

    /// <summary>The latest failure, and since when there is trouble; null for none.</summary>
    public (DeliveryFailure? Last, DateTimeOffset? Since) Now
    {
        get
        {
            lock (_gate)
                return (_last, _since);
        }
    }

    /// <summary>Notes that a stream's request failed; false, without a note, if the request has ended meanwhile.</summary>
    public bool Fail((object? Shipper, object? Stream) stream, OssFailureKind kind, string message, string advice, Func<bool>? isOver)
    {
        lock (_gate)
        {
            if (isOver?.Invoke() == true)
                return false;

            _failing.Add(stream);
            Note(kind, message, advice);
            return true;
        }
    }

    /// <summary>A failing stream's events were dropped, so it fails no longer. The trouble ends with the next delivery.</summary>
    public void GiveUp((object? Shipper, object? Stream) stream)
    {
        lock (_gate)
            _hasGivenUp |= _failing.Remove(stream);
    }

    /// <summary>Notes that a stream delivered; returns whether no stream fails now.</summary>
    public bool Deliver((object? Shipper, object? Stream) stream)
    {
        lock (_gate)
        {
            if (_since is null)
                return true;

            _failing.Remove(stream);
            _hasGivenUp = false;
            EndIfOver();
            return _failing.Count == 0;
        }
    }

    /// <summary>The shipper has stopped, so its streams fail no longer.</summary>
    public void Forget(object shipper)
    {
        lock (_gate)
        {
            _failing.RemoveWhere(failing => ReferenceEquals(failing.Shipper, shipper));
            EndIfOver();
        }
    }

    public void FailBuffer(string message)
    {
        lock (_gate)
        {
            _isBufferFailing = true;
            Note(OssFailureKind.Buffer, message, "");
        }
    }

    public void BufferWorks()
    {
        lock (_gate)
        {
            _isBufferFailing = false;
            EndIfOver();
        }
    }

    private void Note(OssFailureKind kind, string message, string advice)
    {
        var now = _time.GetUtcNow();
        _since ??= now;
        _last = new DeliveryFailure(now, kind, PlainText.OneLine(message), advice, ++_failures);
    }

    private void EndIfOver()
    {
        if (_failing.Count > 0 || _hasGivenUp || _isBufferFailing)
            return;

        _since = null;
        _failures = 0;
    }
}
