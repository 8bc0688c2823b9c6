using System.Collections.Concurrent;
using OssLogSinks.Emulator.Time;

namespace OssLogSinks.Emulator.Storage;

/// <summary>All buckets of the emulated account.</summary>
internal sealed class ObjectStore(EmulatorClock clock)
{
    private readonly ConcurrentDictionary<string, Bucket> _buckets = new(StringComparer.Ordinal);

    public IEnumerable<Bucket> Buckets => _buckets.Values.OrderBy(bucket => bucket.Name, StringComparer.Ordinal);

    public Bucket? Find(string? bucket) => bucket is null ? null : _buckets.GetValueOrDefault(bucket);

    public Bucket Get(string bucket) => Find(bucket) ?? throw new KeyNotFoundException($"There is no bucket '{bucket}'.");

    public Bucket Create(string bucket) => _buckets.GetOrAdd(bucket, name => new Bucket(name, clock.UtcNow));

    public void Remove(string bucket) => _buckets.TryRemove(bucket, out _);

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
