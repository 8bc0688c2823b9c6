namespace OssLogSinks.Emulator.Storage;

/// <summary>The state of one key. Every change to its object is one atomic step under the slot's lock.</summary>
internal sealed class KeySlot(string key)
{
    // Guards everything below. Held for a commit or a snapshot, never during I/O.
    private readonly Lock _lock = new();
    private ObjectState? _state;
    private ObjectBytes _bytes = new();
    private bool _locked;

    public string Key { get; } = key;

    public ObjectState? State
    {
        get
        {
            lock (_lock)
            {
                return _state;
            }
        }
    }

    /// <summary>Compares the position with the length and appends, in one step.</summary>
    public (AppendVerdict Verdict, ObjectState? State) Append(AppendOrder order)
    {
        lock (_lock)
        {
            var verdict = CheckAppend(order);
            if (verdict == AppendVerdict.Done && !order.CheckOnly)
                Commit(order);

            return (verdict, _state);
        }
    }

    public bool Put(ObjectState state, RequestBody body)
    {
        lock (_lock)
        {
            if (_locked)
                return false;

            _bytes = new ObjectBytes();
            _bytes.Append(body);
            _state = state;
            return true;
        }
    }

    public bool Delete()
    {
        lock (_lock)
        {
            if (_locked)
                return false;

            _state = null;
            _bytes = new ObjectBytes();
            return true;
        }
    }

    public (AppendVerdict Verdict, ObjectState? State) Seal(long? position, DateTimeOffset now)
    {
        lock (_lock)
        {
            var verdict = _state switch
            {
                null => AppendVerdict.Absent,
                { IsAppendable: false } => AppendVerdict.NotAppendable,
                _ when position is not null && position != _state.Length => AppendVerdict.WrongPosition,
                _ => AppendVerdict.Done,
            };
            if (verdict == AppendVerdict.Done)
                _state = _state! with { SealedAt = _state.SealedAt ?? now };

            return (verdict, _state);
        }
    }

    /// <summary>Converts the object to a Normal one with the same bytes; nothing happens if there is none.</summary>
    public void Convert()
    {
        lock (_lock)
        {
            _state = _state is null ? null : _state with { Type = ObjectState.Normal };
        }
    }

    /// <summary>Puts the object under retention: no append, overwrite or deletion until it is unlocked.</summary>
    public void Lock(bool locked)
    {
        lock (_lock)
        {
            _locked = locked;
        }
    }

    /// <summary>The state and the bytes that <paramref name="range"/> selects from it, as one snapshot.</summary>
    public ObjectReading? Read(Func<ObjectState, (long Start, long Length)> range)
    {
        lock (_lock)
        {
            if (_state is null)
                return null;

            var (start, length) = range(_state);
            return new ObjectReading(_state, _bytes.IsReadable ? _bytes.Slice(start, length) : null);
        }
    }

    private AppendVerdict CheckAppend(AppendOrder order)
    {
        if (_locked)
            return AppendVerdict.Immutable;

        if (_state is { IsAppendable: false })
            return AppendVerdict.NotAppendable;

        if (_state?.SealedAt is not null)
            return AppendVerdict.Sealed;

        var length = _state?.Length ?? 0;
        if (order.Position is not null && order.Position != length)
            return AppendVerdict.WrongPosition;

        return order.Body.Length > order.MaxLength - length ? AppendVerdict.TooLarge : AppendVerdict.Done;
    }

    private void Commit(AppendOrder order)
    {
        var before = _state ?? new ObjectState(ObjectState.Appendable, order.Attributes) { LastModified = order.Now };
        if (_state is not null && order.Body.Length == 0)
            return;

        _bytes.Append(order.Body);
        _state = before with
        {
            Length = before.Length + order.Body.Length,
            Crc64 = Crc64.Combine(before.Crc64, order.Body.Crc64, order.Body.Length),
            Appends = before.Appends + 1,
            LastModified = order.Now,
        };
    }
}

/// <summary>One append to carry out: the position (null: at the end), the body and the time.</summary>
internal sealed record AppendOrder(long? Position, RequestBody Body, DateTimeOffset Now)
{
    public ObjectAttributes Attributes { get; init; } = ObjectAttributes.Plain;

    public long MaxLength { get; init; } = long.MaxValue;

    /// <summary>If true, only returns what would happen.</summary>
    public bool CheckOnly { get; init; }
}

/// <summary>The outcome of an append or a seal; only <see cref="Done"/> has changed the object.</summary>
internal enum AppendVerdict
{
    Done,
    NotAppendable,
    Sealed,
    Immutable,
    WrongPosition,
    TooLarge,
    Absent,
}

/// <summary>A snapshot of state and bytes; without bytes if the emulator keeps none.</summary>
internal sealed record ObjectReading(ObjectState State, IReadOnlyList<ReadOnlyMemory<byte>>? Bytes);
