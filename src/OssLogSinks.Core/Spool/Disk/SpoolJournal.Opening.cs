namespace OssLogSinks.Core.Spool.Disk;

/// <content>How a journal begins, is taken over, and goes.</content>
internal sealed partial class SpoolJournal
{
    /// <summary>The most that the journal of a folder takes that never held more than this: a mark and an open append for each stream, a beginning and an end for each segment.</summary>
    public static long MostBytes(int streams, int segments) =>
        2L * JournalEntry.Size * SpoolJournalSlot.WantedFor(1 + (2 * segments) + (2 * streams));

    /// <summary>Begins the journal of a new folder.</summary>
    /// <param name="files">The disk.</param>
    /// <param name="folder">The folder; it exists and has no journal.</param>
    /// <param name="syncs">Whether what must survive a power cut is forced onto the medium.</param>
    /// <param name="entries">How many entries either file has room for at first.</param>
    /// <exception cref="IOException">There is no room, or the folder cannot be written.</exception>
    public static SpoolJournal Create(ISpoolFiles files, string folder, bool syncs, int entries = SpoolJournalSlot.UsualEntries)
    {
        var slots = SlotsOf(files, folder, entries);
        try
        {
            foreach (var slot in slots)
                slot.Create();

            files.SyncFolder(folder);
            var journal = new SpoolJournal(slots, syncs, forgets: true, new JournalState());

            // A generation in either file: from now on, one that is empty has been emptied.
            journal.ChangeSlot(sync: true);
            journal.ChangeSlot(sync: true);
            return journal;
        }
        catch
        {
            foreach (var slot in slots)
                slot.Dispose();

            throw;
        }
    }

    /// <summary>
    /// Takes over the journal of a folder whose owner is dead. Nothing that it holds makes this fail: what is wrong is in
    /// <see cref="State"/>. Writes nothing before the first entry.
    /// </summary>
    /// <param name="files">The disk.</param>
    /// <param name="folder">The folder; its lock is held.</param>
    /// <param name="syncs">Whether what must survive a power cut is forced onto the medium.</param>
    /// <param name="entries">How many entries either file has room for at first.</param>
    public static SpoolJournal Open(ISpoolFiles files, string folder, bool syncs, int entries = SpoolJournalSlot.UsualEntries)
    {
        var slots = SlotsOf(files, folder, entries);
        var found = SpoolJournalReading.Read(slots[0].Read(), slots[1].Read());

        // Whoever was killed before the sync may have left a generation that a power cut would take back, after the one before
        // it has been written over.
        if (syncs)
            foreach (var slot in slots)
                slot.TrySync();
        return new SpoolJournal(slots, syncs, forgets: false, found.State) { _current = found.Newest, _generation = found.Generation };
    }

    /// <summary>Deletes the journal of a folder in which nothing waits; to be called after <see cref="Dispose"/>.</summary>
    /// <exception cref="IOException">The disk refused.</exception>
    public void Delete()
    {
        // The newer one goes last: what the older one says is not true any more.
        _slots[1 - _current].Delete();
        if (_syncs)
            _slots[_current].SyncFolder();
        _slots[_current].Delete();
    }

    private static SpoolJournalSlot[] SlotsOf(ISpoolFiles files, string folder, int entries) =>
        [new(files, folder, 0, entries), new(files, folder, 1, entries)];
}
