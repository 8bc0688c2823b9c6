using System.Collections.Concurrent;
using OssLogSinks.Emulator.Time;

namespace OssLogSinks.Emulator.Storage;

/// <summary>All buckets of the emulated account.</summary>
internal sealed class ObjectStore(EmulatorClock clock, StoreLog log)
{
    // A bucket must be in the log before its first object and after its removal, so both are one step.
    private readonly Lock _creating = new();
    private readonly ConcurrentDictionary<string, Bucket> _buckets = new(StringComparer.Ordinal);

    public IEnumerable<Bucket> Buckets => _buckets.Values.OrderBy(bucket => bucket.Name, StringComparer.Ordinal);

    public Bucket? Find(string? bucket) => bucket is null ? null : _buckets.GetValueOrDefault(bucket);

    public Bucket Get(string bucket) => Find(bucket) ?? throw new KeyNotFoundException($"There is no bucket '{bucket}'.");

    /// <summary>Raised with each change.</summary>
    public ChangeSignal Changed => log.Changed;

    public Bucket Create(string bucket)
    {
        lock (_creating)
        {
            if (Find(bucket) is { } existing)
                return existing;

            var created = new Bucket(bucket, clock.UtcNow, log);
            log.Write(new StoreChange(StoreChangeKind.BucketCreated, bucket) { Time = created.Created });
            _buckets[bucket] = created;
            return created;
        }
    }

    public void Remove(string bucket)
    {
        lock (_creating)
        {
            if (_buckets.TryRemove(bucket, out _))
                log.Write(new StoreChange(StoreChangeKind.BucketRemoved, bucket));
        }
    }

    /// <summary>Applies a change that was read from the log. One for a bucket that was removed is left out, as it was when it was made.</summary>
    public void Restore(StoreChange change)
    {
        switch (change.Kind)
        {
            case StoreChangeKind.BucketCreated:
                _buckets[change.Bucket] = new Bucket(change.Bucket, change.Time, log);
                break;
            case StoreChangeKind.BucketRemoved:
                _buckets.TryRemove(change.Bucket, out _);
                break;
            default:
                Find(change.Bucket)?.Slot(change.Key!).Restore(change);
                break;
        }
    }

    /// <summary>All that is stored, as the fewest changes.</summary>
    public IEnumerable<StoreChange> Snapshot()
    {
        foreach (var bucket in Buckets)
        {
            yield return new StoreChange(StoreChangeKind.BucketCreated, bucket.Name) { Time = bucket.Created };
            foreach (var slot in bucket.Slots)
            {
                if (slot.Snapshot() is { } change)
                    yield return change;
            }
        }
    }

    /// <summary>Appends at the current end, as a writer that is not under test.</summary>
    public void AppendAsForeignWriter(string bucket, string key, ReadOnlyMemory<byte> bytes)
    {
        var order = new AppendOrder(null, RequestBody.Of(bytes), clock.UtcNow);
        var (verdict, _) = Get(bucket).Slot(key).Append(order);
        if (verdict != AppendVerdict.Done)
            throw new InvalidOperationException($"'{key}' accepts no append: {verdict}.");
    }

    public void Put(string bucket, string key, ReadOnlyMemory<byte> bytes)
    {
        var body = RequestBody.Of(bytes);
        var state = new ObjectState(ObjectState.Normal, ObjectAttributes.Plain)
        {
            Length = body.Length,
            Crc64 = body.Crc64,
            Md5 = body.Md5,
            LastModified = clock.UtcNow,
        };
        if (!Get(bucket).Slot(key).Put(state, body))
            throw new InvalidOperationException($"'{key}' is locked.");
    }
}
