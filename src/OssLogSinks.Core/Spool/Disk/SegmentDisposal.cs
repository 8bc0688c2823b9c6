namespace OssLogSinks.Core.Spool.Disk;

/// <summary>
/// Deletes segments whose records have all met their fate, each after the journal says so: a file that is still there after
/// a crash is then not shipped again. One that cannot be deleted is tried again with the next. Any thread may call.
/// </summary>
internal sealed class SegmentDisposal
{
    private readonly ISpoolFiles _files;
    private readonly string _folder;
    private readonly SpoolJournal _journal;

    // Guarded by itself.
    private readonly HashSet<SpoolSegment> _waiting = [];
    private bool _isClosed;

    public SegmentDisposal(ISpoolFiles files, string folder, SpoolJournal journal)
    {
        _files = files;
        _folder = folder;
        _journal = journal;
    }

    /// <summary>Deletes these, and those that could not be deleted before.</summary>
    /// <returns>Those that are gone now.</returns>
    public IReadOnlyList<SpoolSegment> Delete(IReadOnlyList<SpoolSegment> done)
    {
        lock (_waiting)
        {
            if (_isClosed)
                return [];

            _waiting.UnionWith(done);
            var gone = _waiting.Where(TryDelete).ToList();
            _waiting.ExceptWith(gone);
            return gone;
        }
    }

    /// <summary>Deletes nothing any more: the journal is closed.</summary>
    public void Close()
    {
        lock (_waiting)
            _isClosed = true;
    }

    private bool TryDelete(SpoolSegment segment)
    {
        try
        {
            _journal.SegmentDone(segment.FirstId);
            _files.Delete(segment.Path);

            // Before the journal forgets it: a name that came back after a power cut would be shipped again.
            if (_journal.Syncs)
                _files.SyncFolder(_folder);
        }
        catch (IOException)
        {
            return false;
        }

        _journal.SegmentRemoved(segment.FirstId);
        return true;
    }
}
