using OssLogSinks.Core.Keys;

namespace OssLogSinks.Core.Appending;

/// <summary>
/// Which streams have one writer only. A stream whose key holds the process's instance id belongs to the process; if two sinks of
/// the process have the same key, they share it. Any thread may claim.
/// </summary>
internal sealed class StreamClaims
{
    private readonly object _gate = new();

    // Guarded by _gate.
    private readonly Dictionary<(string Before, string After), List<StreamClaim>> _claims = [];

    /// <summary>The claims of this process.</summary>
    public static StreamClaims OfProcess { get; } = new();

    /// <summary>Takes part in writing a stream, until the claim is disposed.</summary>
    public StreamClaim Claim(string bucket, StreamKey stream)
    {
        var claim = new StreamClaim(this, bucket, stream) { IsSole = stream.IsOwn };
        if (!stream.IsOwn)
            return claim;

        lock (_gate)
        {
            if (!_claims.TryGetValue(NameOf(stream), out var others))
                _claims.Add(NameOf(stream), others = []);
            foreach (var sharing in others.Where(claim.MayShareBucket))
                sharing.IsSole = claim.IsSole = false;
            others.Add(claim);
        }

        return claim;
    }

    public void Release(StreamClaim claim)
    {
        lock (_gate)
        {
            if (_claims.TryGetValue(NameOf(claim.Stream), out var others) && others.Remove(claim) && others.Count == 0)
                _claims.Remove(NameOf(claim.Stream));
        }
    }

    // Without the sequence: 'app.log' goes on as 'app_001.log', which is an object of 'app_{Sequence:000}.log' too.
    private static (string Before, string After) NameOf(StreamKey stream) => (stream.Before.TrimEnd('_'), stream.After);
}

/// <summary>One writer's part in a stream.</summary>
internal sealed class StreamClaim(StreamClaims claims, string bucket, StreamKey stream) : IDisposable
{
    // Set by other claims' threads.
    private volatile bool _isSole;

    public string Bucket => bucket;

    public StreamKey Stream => stream;

    /// <summary>
    /// Whether nobody else has written to the stream since this claim was made. It stays false once another did: what that one
    /// appended last may still be unknown to this one.
    /// </summary>
    public bool IsSole
    {
        get => _isSole;
        set => _isSole = value;
    }

    /// <summary>Whether both may write to the same bucket: a client that is plugged in may have one of its own, which nobody knows here.</summary>
    public bool MayShareBucket(StreamClaim other) => bucket.Length == 0 || other.Bucket.Length == 0 || string.Equals(bucket, other.Bucket, StringComparison.Ordinal);

    public void Dispose() => claims.Release(this);
}
