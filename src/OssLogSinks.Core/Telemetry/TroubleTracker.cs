namespace OssLogSinks.Core.Telemetry;

/// <summary>
/// Knows whether there is trouble, since when, and what failed last. There is trouble from the first failure on until every stream that
/// failed has delivered and the buffer on disk works. Any thread may tell and ask.
/// </summary>
internal sealed class TroubleTracker
{
    private readonly TimeProvider _time;
    private readonly object _gate = new();

    // Guarded by _gate. A stream that was forgotten by its shipper is in no trouble, so this holds what waits and nothing else.
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

    /// <summary>A stream's request failed.</summary>
    /// <param name="stream">The stream and who ships it.</param>
    /// <param name="kind">What kind of failure it was.</param>
    /// <param name="message">What happened.</param>
    /// <param name="advice">What to do about it.</param>
    /// <param name="isOver">Whether the request has ended meanwhile, so that this comes too late; null if it cannot.</param>
    /// <returns>False if it came too late, and was not noted.</returns>
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

    /// <summary>A failing stream's events were given up, so that it fails no longer. The trouble is over when something is delivered.</summary>
    public void GiveUp((object? Shipper, object? Stream) stream)
    {
        lock (_gate)
            _hasGivenUp |= _failing.Remove(stream);
    }

    /// <summary>A stream delivered; that tells nothing of the others.</summary>
    /// <returns>Whether no stream fails now.</returns>
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

    /// <summary>Nobody ships these streams any more.</summary>
    public void Forget(object shipper)
    {
        lock (_gate)
        {
            _failing.RemoveWhere(failing => ReferenceEquals(failing.Shipper, shipper));
            EndIfOver();
        }
    }

    /// <summary>The buffer on disk failed.</summary>
    public void FailBuffer(string message)
    {
        lock (_gate)
        {
            _isBufferFailing = true;
            Note(OssFailureKind.Buffer, message, "");
        }
    }

    /// <summary>The buffer on disk took something.</summary>
    public void MendBuffer()
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
