using OssLogSinks.Core.Appending;
using OssLogSinks.Core.Diagnostics;

namespace OssLogSinks.Core.Spool.Disk;

/// <summary>
/// The folder that this process writes to: made when the disk allows it, bounded to the byte, and read only as far as it is
/// as safe as the settings ask for. Used by the writer's loop alone, except for <see cref="Folder"/> and <see cref="Opened"/>.
/// </summary>
internal sealed class LiveFolder : IDisposable
{
    private readonly ISpoolFiles _files;
    private readonly DiskSpoolSettings _settings;
    private readonly SpoolFolderName _name;
    private readonly FlushBook _book;
    private readonly DeliveryFate _fate;
    private readonly Func<long> _otherBytes;
    private readonly List<Written> _unpublished = [];
    private readonly HashSet<string> _unsynced = [];
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

    /// <summary>Makes the folder, if it is not there yet.</summary>
    /// <exception cref="IOException">The disk refused.</exception>
    public void Open()
    {
        if (_folder is not null)
            return;

        var path = Path.Combine(_settings.Path, _name.Text);
        _files.CreateFolder(path);
        var folderLock = FolderLock.TryTake(_files, path, create: true) ?? throw new IOException($"The folder '{path}' cannot be locked.");
        try
        {
            // What an attempt before this one left behind.
            foreach (var left in _files.FilesIn(path).Where(name => name.StartsWith("journal.", StringComparison.Ordinal)))
                _files.Delete(Path.Combine(path, left));

            SyncNames(path);
            var journal = SpoolJournal.Create(_files, path, Syncs);
            _writer = new SegmentWriter(_files, path, Salt, _settings.SegmentSize, Syncs);
            Volatile.Write(ref _folder, new SpoolFolder(_files, path, Salt, folderLock, journal, _book));
        }
        catch
        {
            folderLock.Dispose();
            throw;
        }

        Opened.Beat();
    }

    // All the way up: any of these folders may be new.
    private void SyncNames(string path)
    {
        for (var above = Path.GetDirectoryName(path); Syncs && above is { Length: > 0 }; above = Path.GetDirectoryName(above))
            _files.SyncFolder(above);
    }

    /// <summary>Writes a block, if the limit allows it.</summary>
    /// <returns>False if there is no room now.</returns>
    /// <exception cref="IOException">The disk refused; records after <see cref="LastId"/> are not written, even if they were before.</exception>
    public bool TryWrite(SpoolBlock block)
    {
        if (!HasRoom(block.Length))
            return false;

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
        _unpublished.Add(new Written(extent.FirstId, extent.Path, extent.Written, block.Count, block.LastId));
        if (!Syncs)
        {
            _unsynced.Add(extent.Path);
            Publish();
        }

        return true;
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

    /// <summary>No more will be written. What waits stays on disk; the folder goes if nothing does.</summary>
    public void Dispose()
    {
        _writer?.Dispose();
        _folder?.Finish();
        _folder?.Dispose();
    }

    private bool HasRoom(int length)
    {
        while (!Fits(length))
        {
            if (_settings.FullAction != OssBufferFullAction.DropOldest || _folder!.DropOldest() is not { } dropped)
                return false;

            _fate.LostOnDisk(DropReason.SpoolFull, dropped.Count, "the buffer on disk was full, and its oldest events gave way.");
            _book.GiveUp(dropped.FirstId, dropped.Count);
        }

        return true;
    }

    private bool Fits(int length) =>
        _folder!.Bytes + (_writer!.TotalBytes - _published) + _writer.CostOf(length) + _otherBytes() <= _settings.SizeLimit;

    private void Publish()
    {
        foreach (var written in _unpublished)
        {
            if (_segment?.FirstId != written.FirstId)
                _folder!.Begin(_segment = new SpoolSegment(written.FirstId, long.MaxValue, written.Path));
            _published += written.End - _segment.Length;
            _folder!.Publish(_segment, written.End, written.Count);
        }

        _unpublished.Clear();
    }

    private void ForgetUnwritten() => _unpublished.RemoveAll(written => written.LastId > LastId);

    // What is read already is not written anew if this fails: the system tries again, or does not.
    private void SyncPublished()
    {
        foreach (var path in _unsynced)
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

        _unsynced.Clear();
        if (_folder is { } folder)
            _files.SyncFolder(folder.Path);
    }

    private readonly record struct Written(long FirstId, string Path, long End, int Count, long LastId);
}
