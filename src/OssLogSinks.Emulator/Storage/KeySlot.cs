namespace OssLogSinks.Emulator.Storage;

/// <summary>
/// The state of one key. Every change to its object is one atomic step under the slot's lock: written to the log first, then applied.
/// </summary>
internal sealed class KeySlot(string bucket, string key, StoreLog log)
{
    // Guards everything below. Held for a commit or a snapshot; the only I/O under it is the write to the data file, if there is one.
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
                Append(order, _state ?? new ObjectState(ObjectState.Appendable, order.Attributes) { LastModified = order.Now });

            return (verdict, _state);
        }
    }

    public bool Put(ObjectState state, RequestBody body)
    {
        lock (_lock)
        {
            if (_locked)
                return false;

            Commit(Change(StoreChangeKind.Replaced) with { State = state, Body = body });
            return true;
        }
    }

    public bool Delete()
    {
        lock (_lock)
        {
            if (_locked)
                return false;

            if (_state is not null)
                Commit(Change(StoreChangeKind.Deleted) with { State = null });

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
            if (verdict == AppendVerdict.Done && _state!.SealedAt is null)
                Commit(Change(StoreChangeKind.Described) with { State = _state with { SealedAt = now } });

            return (verdict, _state);
        }
    }

    /// <summary>Converts the object to a Normal one with the same bytes; nothing happens if there is none.</summary>
    public void Convert()
    {
        lock (_lock)
        {
            if (_state is not null)
                Commit(Change(StoreChangeKind.Described) with { State = _state with { Type = ObjectState.Normal } });
        }
    }

    /// <summary>Puts the object under retention: no append, overwrite or deletion until it is unlocked.</summary>
    public void Lock(bool locked)
    {
        lock (_lock)
        {
            Commit(Change(StoreChangeKind.Described) with { IsLocked = locked });
        }
    }

    /// <summary>Applies a change that was read from the log.</summary>
    public void Restore(StoreChange change)
    {
        lock (_lock)
        {
            Apply(change);
        }
    }

    /// <summary>The whole object as one change; null if there is neither an object nor a lock.</summary>
    public StoreChange? Snapshot()
    {
        lock (_lock)
        {
            if (_state is null)
                return _locked ? Change(StoreChangeKind.Described) : null;

            return Change(StoreChangeKind.Replaced) with { Body = new RequestBody(_state.Length, _state.Crc64, _state.Md5, _bytes.Slice(0, _bytes.Length)) };
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

    private void Append(AppendOrder order, ObjectState before)
    {
        if (_state is not null && order.Body.Length == 0)
            return;

        var after = before with
        {
            Length = before.Length + order.Body.Length,
            Crc64 = Crc64.Combine(before.Crc64, order.Body.Crc64, order.Body.Length),
            Appends = before.Appends + 1,
            LastModified = order.Now,
        };
        Commit(Change(StoreChangeKind.Appended) with { State = after, Body = order.Body });
    }

    private StoreChange Change(StoreChangeKind kind) => new(kind, bucket) { Key = Key, State = _state, IsLocked = _locked };

    // A change that cannot be written must not be seen.
    private void Commit(StoreChange change)
    {
        log.Write(change);
        Apply(change);
    }

    private void Apply(StoreChange change)
    {
        if (change.Kind is StoreChangeKind.Replaced or StoreChangeKind.Deleted)
            _bytes = new ObjectBytes();

        if (change.Body is not null)
            _bytes.Append(change.Body);

        _state = change.State;
        _locked = change.IsLocked;
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

/// <summary>The outcome of an append or a seal; the object is unchanged after each but <see cref="Done"/>.</summary>
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
