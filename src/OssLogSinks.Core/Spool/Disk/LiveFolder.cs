using OssLogSinks.Core.Appending;
using OssLogSinks.Core.Diagnostics;

namespace OssLogSinks.Core.Spool.Disk;

/// <summary>
/// The folder that this process writes to: made when the disk allows it, bounded to the byte, and read only as far as it is
/// as safe as the settings ask for. Used by the writer's loop alone, except for <see cref="Folder"/> and <see cref="Opened"/>.
/// </summary>
internal sealed partial class LiveFolder : IDisposable
{
    private readonly ISpoolFiles _files;
    private readonly DiskSpoolSettings _settings;
    private readonly SpoolFolderName _name;
    private readonly FlushBook _book;
    private readonly DeliveryFate _fate;
    private readonly Func<long> _otherBytes;
    private readonly List<Written> _unpublished = [];
    private readonly HashSet<string> _unsynced = [];
    private readonly StreamCensus _census = new();
    private SegmentWriter? _writer;
    private SpoolSegment? _segment;
    private long _published;
    private SpoolFolder? _folder;

    /// <param name="files">The disk.</param>
    /// <param name="settings">Where, and how much.</param>
    /// <param name="book">Who waits for records.</param>
    /// <param name="setup">The clock, and who takes what is dropped.</param>
    /// <param name="otherBytes">Bytes of folders that were taken over, which count against the limit too.</param>
    public LiveFolder(ISpoolFiles files, DiskSpoolSettings settings, FlushBook book, DeliverySetup setup, Func<long> otherBytes)
    {
        _files = files;
        _settings = settings;
        _book = book;
        _fate = setup.Fate;
        _name = SpoolFolderName.New(setup.Time);
        _otherBytes = otherBytes;
    }

    public SpoolSalt Salt => new(_name.Salt);

    public string Name => _name.Text;

    /// <summary>The folder; null as long as the disk has not allowed one.</summary>
    public SpoolFolder? Folder => Volatile.Read(ref _folder);

    /// <summary>Beats when <see cref="Folder"/> is there.</summary>
    public Pulse Opened { get; } = new();

    /// <summary>The last record that is written, if not yet safe.</summary>
    public long LastId => _writer?.LastId ?? 0;

    /// <summary>Whether something is read already that only a flush makes durable.</summary>
    public bool HasUnsynced => _unsynced.Count > 0;

    /// <summary>Whether everything on disk is on its way.</summary>
    public bool IsCaughtUp => Folder is not { } folder || folder.IsCaughtUp;

    /// <summary>Beats when there may be room again, or the reader has caught up.</summary>
    public Task Changed => Folder?.Changed.Next ?? Opened.Next;

    private bool Syncs => _settings.SyncInterval is not null;

    /// <summary>Whether the limit allows to write a block; makes room if the settings say so.</summary>
    public bool HasRoomFor(SpoolBlock block)
    {
        while (!Fits(block))
        {
            if (_settings.FullAction != OssBufferFullAction.DropOldest || !CanFit(block) || _folder!.DropOldest() is not { } dropped)
                return false;

            _fate.LostOnDisk(DropReason.SpoolFull, dropped.Count, "the buffer on disk was full, and its oldest events gave way.");
            _book.GiveUp(dropped.FirstId, dropped.Count);
        }

        return true;
    }

    /// <summary>Writes a block for which there is room.</summary>
    /// <exception cref="IOException">The disk refused; records after <see cref="LastId"/> are not written, even if they were before.</exception>
    public void Write(SpoolBlock block)
    {
        try
        {
            _writer!.Write(block);
        }
        catch (IOException)
        {
            ForgetUnwritten();
            throw;
        }

        var extent = _writer.Current!;
        _census.Add(block);
        _unpublished.Add(new Written(extent.FirstId, extent.Path, extent.Written, block.Count, block.LastId));
        if (!Syncs)
        {
            Publish();
            if (_unsynced.Add(extent.Path))
                _unsynced.IntersectWith(_folder!.Segments().Select(segment => segment.Path));
        }
    }

    /// <summary>Makes everything durable that was written; from then on it is read.</summary>
    /// <exception cref="IOException">The disk refused; records after <see cref="LastId"/> are not written.</exception>
    public void Sync()
    {
        if (!Syncs)
        {
            SyncPublished();
            return;
        }

        try
        {
            _writer?.Sync();
        }
        catch (IOException)
        {
            ForgetUnwritten();
            throw;
        }

        Publish();
    }

    /// <summary>
    /// Writes no more to the present file, so that it goes when all of it stands in OSS: a full disk may have no other room to
    /// give. What counts of it is read from now on.
    /// </summary>
    public void EndSegment()
    {
        try
        {
            _writer?.EndFile();
        }
        catch (IOException)
        {
            ForgetUnwritten();
        }

        Publish();
        _folder?.EndSegments();
    }

    /// <summary>No more will be written. What waits stays on disk; the folder goes if nothing does.</summary>
    public void Dispose()
    {
        _writer?.Dispose();
        _folder?.Finish();
        _folder?.Dispose();
        if (_folder is null)
            ClearUp();
    }

    // The journal has room reserved before there is anything to remember: it must be able to grow when the limit is reached.
    private bool Fits(SpoolBlock block)
    {
        _census.Forget(_folder!.OldestId ?? (_unpublished.Count > 0 ? _unpublished[0].FirstId : block.FirstId));
        var unpublished = _writer!.TotalBytes - _published;
        return _folder.BytesWith(_census.CountWith(block)) + unpublished + _writer.CostOf(block.Length) + _otherBytes() <= _settings.SizeLimit;
    }

    // Whether it would with nothing else on disk; if not, nothing needs to give way to it.
    private bool CanFit(SpoolBlock block) =>
        SpoolJournal.MostBytes(block.Streams.Count, segments: 1) + SegmentHeader.Size + block.Length + _otherBytes() <= _settings.SizeLimit;

    private void Publish()
    {
        foreach (var written in _unpublished)
        {
            if (_segment?.FirstId != written.FirstId)
                _folder!.Begin(_segment = new SpoolSegment(written.FirstId, long.MaxValue, written.Path));
            _published += written.End - _segment.Length;
            _folder!.Publish(_segment, written.End, written.Count, written.LastId);
        }

        _unpublished.Clear();
    }

    private void ForgetUnwritten() => _unpublished.RemoveAll(written => written.LastId > LastId);

    // What is read already is not written anew if this fails: the system tries again, or does not.
    private void SyncPublished()
    {
        _writer?.SyncPresent();
        foreach (var path in _unsynced.Where(path => path != _writer?.Current?.Path))
        {
            try
            {
                using var file = _files.Open(path);
                file.Sync();
            }
            catch (FileNotFoundException)
            {
                // All of it stands in OSS.
            }
        }

        if (_folder is { } folder && _unsynced.Count > 0)
        {
            _files.SyncFolder(folder.Path);
            SyncNames();
        }

        _unsynced.Clear();
    }

    private readonly record struct Written(long FirstId, string Path, long End, int Count, long LastId);
}
