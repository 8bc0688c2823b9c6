namespace OssLogSinks.Core.Spool.Disk;

/// <summary>
/// The streams that were seen anywhere in a folder: where a record is found out to belong whose own segment no longer says so.
/// Safe for several readers.
/// </summary>
internal sealed class SpoolStreams
{
    // Only damage ever asks, so it is enough to bound what a folder full of streams may take.
    private const int Kept = 16 << 10;

    private readonly object _gate = new();
    private readonly RecentStreams _streams;
    private readonly Func<IEnumerable<SegmentEntry>>? _segments;
    private readonly ISpoolFiles? _files;
    private readonly SpoolSalt _salt;
    private bool _isSearched;

    /// <summary>Streams that are told, and nothing else.</summary>
    public SpoolStreams()
        : this(new RecentStreams(Kept))
    {
    }

    /// <summary>Streams of a folder, which is searched as a whole, once, when a name is first missed.</summary>
    public SpoolStreams(ISpoolFiles files, string folder, SpoolSalt salt)
        : this()
    {
        _files = files;
        _salt = salt;
        _segments = () => SegmentEntry.In(files, folder, salt);
    }

    private SpoolStreams(RecentStreams streams) => _streams = streams;

    public void Add(SpoolStream stream)
    {
        lock (_gate)
            _streams.Add(stream);
    }

    public SpoolStream? Find(ulong hash)
    {
        lock (_gate)
        {
            if (_streams.TryFind(hash, out var stream))
                return stream;

            Search();
            return _streams.TryFind(hash, out stream) ? stream : null;
        }
    }

    private void Search()
    {
        if (_isSearched || _segments is null)
            return;

        _isSearched = true;
        var told = new SpoolStreams(_streams);
        try
        {
            foreach (var segment in _segments())
            {
                if (!segment.IsReadable)
                    continue;

                using var reader = new SegmentReader(_files!.OpenToRead(segment.Path), _salt, told, segment.FirstId);
                while (reader.TryRead(segment.Length, out _))
                {
                    // Each name that is read is told on the way.
                }
            }
        }
        catch (IOException)
        {
            // What could be read is known; the rest stays unknown and is reported as such.
        }
    }
}
