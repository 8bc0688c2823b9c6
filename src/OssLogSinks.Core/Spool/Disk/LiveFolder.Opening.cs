namespace OssLogSinks.Core.Spool.Disk;

/// <content>How the folder is made, and what goes again of one that never was.</content>
internal sealed partial class LiveFolder
{
    private const int LockAttempts = 10;

    /// <summary>Makes the folder, if it is not there yet.</summary>
    /// <exception cref="IOException">The disk refused.</exception>
    public void Open()
    {
        if (_folder is not null)
            return;

        var path = Path.Combine(_settings.Path, _name.Text);
        var folderLock = TakeLock(path);
        SpoolJournal? journal = null;
        try
        {
            // What an attempt before this one left behind.
            DeleteJournals(path);
            journal = SpoolJournal.Create(_files, path, Syncs);
            if (Syncs)
                SyncNames();
        }
        catch
        {
            journal?.Dispose();
            GiveUp(path, folderLock);
            throw;
        }

        _writer = new SegmentWriter(_files, path, Salt, _settings.SegmentSize, Syncs);
        Volatile.Write(ref _folder, new SpoolFolder(_files, path, Salt, folderLock, journal, _book));
        Opened.Beat();
    }

    private void ClearUp()
    {
        try
        {
            var path = Path.Combine(_settings.Path, _name.Text);
            if (_files.FoldersIn(_settings.Path).Contains(_name.Text) && FolderLock.TryTake(_files, path, create: true) is { } folderLock)
                GiveUp(path, folderLock);
        }
        catch (IOException)
        {
            // Another process does it.
        }
    }

    // The folders above may have been made just now; those that were not are not ours to sync, and may refuse it.
    private void SyncNames()
    {
        _files.SyncFolder(_settings.Path);
        for (var above = Path.GetDirectoryName(_settings.Path); !string.IsNullOrEmpty(above); above = Path.GetDirectoryName(above))
        {
            try
            {
                _files.SyncFolder(above);
            }
            catch (IOException)
            {
                return;
            }
        }
    }

    // Another process takes a folder without a file for one that was left, and deletes it.
    private FolderLock TakeLock(string path)
    {
        for (var attempt = 0; attempt < LockAttempts; attempt++)
        {
            _files.CreateFolder(path);
            if (FolderLock.TryTake(_files, path, create: true) is { } taken)
                return taken;
        }

        throw new IOException($"The folder '{path}' cannot be locked.");
    }

    private void DeleteJournals(string path)
    {
        foreach (var journal in _files.FilesIn(path).Where(name => name.StartsWith("journal.", StringComparison.Ordinal)))
            _files.Delete(Path.Combine(path, journal));
    }

    // A disk that never allows the folder keeps nothing of it, as far as it allows that.
    private void GiveUp(string path, FolderLock folderLock)
    {
        try
        {
            DeleteJournals(path);
        }
        catch (IOException)
        {
            // The next attempt does it.
        }

        folderLock.ReleaseAndDelete();
    }
}
