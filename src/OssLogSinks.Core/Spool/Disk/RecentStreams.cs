using System.Diagnostics.CodeAnalysis;

namespace OssLogSinks.Core.Spool.Disk;

/// <summary>
/// The streams that were named last, by hash: at least <c>capacity</c> of them and at most twice as many, however many there
/// are. Not for two threads at once.
/// </summary>
internal sealed class RecentStreams
{
    private readonly int _capacity;
    private Dictionary<ulong, SpoolStream> _young = [];
    private Dictionary<ulong, SpoolStream> _old = [];

    public RecentStreams(int capacity) => _capacity = capacity;

    public void Add(SpoolStream stream)
    {
        if (_young.Count >= _capacity && !_young.ContainsKey(stream.Hash))
            (_old, _young) = (_young, []);

        _young[stream.Hash] = stream;
    }

    public bool TryFind(ulong hash, [NotNullWhen(true)] out SpoolStream? stream) =>
        _young.TryGetValue(hash, out stream) || _old.TryGetValue(hash, out stream);
}
