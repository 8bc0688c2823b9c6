using OssLogSinks.Core.Keys;

namespace OssLogSinks.Core.Appending;

/// <summary>
/// Knows which streams have one writer only. A stream whose key has the process's instance id belongs to the process, and to one writer
/// unless two sinks of the process use the same key. Thread-safe.
/// </summary>
internal sealed class StreamRegistry
{
    private readonly object _gate = new();

    // Guarded by _gate.
    private readonly Dictionary<(string Before, string After), List<StreamRegistration>> _writers = [];

    /// <summary>The registry that all appenders of this process share.</summary>
    public static StreamRegistry OfProcess { get; } = new();

    /// <summary>Registers a writer of a stream, until the registration is disposed.</summary>
    public StreamRegistration Register(string bucket, StreamKey stream)
    {
        var registration = new StreamRegistration(this, bucket, stream) { IsOnlyWriter = stream.IsOwn };
        if (!stream.IsOwn)
            return registration;

        lock (_gate)
        {
            if (!_writers.TryGetValue(NameOf(stream), out var others))
                _writers.Add(NameOf(stream), others = []);
            foreach (var sharing in others.Where(registration.MayShareBucket))
                sharing.IsOnlyWriter = registration.IsOnlyWriter = false;
            others.Add(registration);
        }

        return registration;
    }

    public void Remove(StreamRegistration registration)
    {
        lock (_gate)
        {
            var name = NameOf(registration.Stream);
            if (_writers.TryGetValue(name, out var others) && others.Remove(registration) && others.Count == 0)
                _writers.Remove(name);
        }
    }

    // Without the sequence: 'app.log' continues as 'app_001.log', which is also an object of 'app_{Sequence:000}.log'.
    private static (string Before, string After) NameOf(StreamKey stream) => (stream.Before.TrimEnd('_'), stream.After);
}

/// <summary>One writer of a stream.</summary>
internal sealed class StreamRegistration(StreamRegistry registry, string bucket, StreamKey stream) : IDisposable
{
    // Written when other writers register.
    private volatile bool _isOnlyWriter;

    public StreamKey Stream => stream;

    /// <summary>
    /// Whether the stream has had no other writer since this registration. It stays false after another writer has left: an append
    /// of that writer may still be in doubt.
    /// </summary>
    public bool IsOnlyWriter
    {
        get => _isOnlyWriter;
        set => _isOnlyWriter = value;
    }

    /// <summary>Whether both writers may write to the same bucket. The bucket of a custom client may be unknown; then it may be any.</summary>
    public bool MayShareBucket(StreamRegistration other) =>
        bucket.Length == 0 || other.Bucket.Length == 0 || string.Equals(bucket, other.Bucket, StringComparison.Ordinal);

    public void Dispose() => registry.Remove(this);

    private string Bucket => bucket;
}
