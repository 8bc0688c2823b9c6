namespace OssLogSinks.Core.Spool.Disk;

/// <summary>A folder that another process left, as it was found. Whatever is in it, it is opened and emptied.</summary>
internal sealed class AdoptedFolder
{
    private static readonly HashSet<string> OwnFiles = ["lock", "journal.0", "journal.1"];

    private readonly JournalState _found;

    private AdoptedFolder(string name, SpoolFolder folder, JournalState found)
    {
        Name = name;
        Folder = folder;
        _found = found;
    }

    public string Name { get; }

    public SpoolFolder Folder { get; }

    /// <summary>Opens a folder whose lock is held.</summary>
    /// <exception cref="IOException">The folder cannot be listed, or its journal not be written; the lock is given back.</exception>
    public static AdoptedFolder Open(ISpoolFiles files, string path, SpoolFolderName name, FolderLock folderLock, bool syncs, DamageReport damage)
    {
        SpoolJournal? journal = null;
        try
        {
            // Whoever died may not have come to it; what the journal names from now on must be there.
            if (syncs)
                files.SyncFolder(path);

            var salt = new SpoolSalt(name.Salt);
            var entries = SegmentEntry.In(files, path, salt);
            if (syncs)
                SyncAll(files, entries);
            var names = files.FilesIn(path);
            journal = SpoolJournal.Open(files, path, syncs);
            var found = journal.State;
            var folder = new SpoolFolder(files, path, salt, folderLock, journal, book: null);
            if (found.IsDamaged && entries.Count > 0)
                damage.TellJournal(name.Text);

            foreach (var foreign in names.Where(n => !OwnFiles.Contains(n) && !SegmentHeader.TryParseName(n, out _)))
                PutAside(files, path, name, foreign, damage);
            AddSegments(files, entries, found, folder, journal, name, damage);

            // Deleted names are gone for good before the journal may forget them, and it can be written to: without it
            // nothing could be sent, and no other folder would have its turn.
            if (syncs)
                files.SyncFolder(path);
            if (folder.HasSegments)
                journal.Sync();
            folder.Finish();
            return new AdoptedFolder(name.Text, folder, found);
        }
        catch
        {
            journal?.Dispose();
            folderLock.Dispose();
            throw;
        }
    }

    /// <summary>Ships all that is in it; ends when all of it has met its fate.</summary>
    public async Task EmptyAsync(ISpoolFiles files, MemorySpool memory, DamageReport damage, TimeProvider time, CancellationToken cancellationToken)
    {
        memory.LookAnew();
        var loader = new SpoolLoader(files, Folder, memory, damage, time, _found.Settled);
        await loader.TakeOverAsync(_found.Intents, cancellationToken).ConfigureAwait(false);
        await loader.RunAsync(cancellationToken).ConfigureAwait(false);
        while (true)
        {
            var changed = Folder.Changed.Next;
            memory.Flush();
            if (Folder.IsEmpty)
                return;

            await Waiting.WithAsync(changed, cancellationToken).ConfigureAwait(false);
        }
    }

    private static void AddSegments(
        ISpoolFiles files, IReadOnlyList<SegmentEntry> entries, JournalState found, SpoolFolder folder, SpoolJournal journal, SpoolFolderName name, DamageReport damage)
    {
        var ids = new HashSet<long>();
        var present = new HashSet<long>(entries.Where(e => !IsEmpty(e)).Select(e => e.FirstId));
        foreach (var entry in entries)
        {
            // The journal says that all of it has met its fate, or there is nothing in it: only deleting it was left.
            if (found.DoneSegments.Contains(entry.FirstId) || IsEmpty(entry))
                folder.KeepsFiles |= !TryDelete(files, entry.Path);
            else if (!entry.IsOurs && damage.PutAside(name.Text, entry))
                journal.SegmentRemoved(entry.FirstId);
            else if (!entry.IsOurs)
                folder.KeepsFiles = true;
            else if (ids.Add(entry.FirstId))
                folder.Begin(new SpoolSegment(entry.FirstId, entry.Below, entry.Path) { Length = entry.Length, End = entry.End ?? found.EndOf(entry.FirstId) });
            else
                folder.KeepsFiles |= !damage.PutAside(name.Text, entry.Name, entry.Path, entry.Length);
        }

        foreach (var missing in found.Segments.Where(id => !present.Contains(id)))
        {
            var end = found.EndOf(missing)
                ?? entries.FirstOrDefault(e => e.FirstId == missing)?.End
                ?? present.Concat(found.Segments).Where(id => id > missing).DefaultIfEmpty(missing).Min();
            damage.TellMissing(name.Text, missing, end > missing ? end - missing : null);
            journal.SegmentRemoved(missing);
        }
    }

    // Whoever was killed between a write and its sync has left what only the system's memory holds. What is shipped from there
    // and forgotten by a power cut afterwards would be missed.
    private static void SyncAll(ISpoolFiles files, IReadOnlyList<SegmentEntry> entries)
    {
        foreach (var entry in entries.Where(e => e.IsReadable))
        {
            try
            {
                using var file = files.Open(entry.Path);
                file.Sync();
            }
            catch (IOException)
            {
                // What can be read is shipped all the same.
            }
        }
    }

    private static bool IsEmpty(SegmentEntry entry) => entry.IsReadable && entry.Length == 0;

    private static bool TryDelete(ISpoolFiles files, string path)
    {
        try
        {
            files.Delete(path);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static void PutAside(ISpoolFiles files, string path, SpoolFolderName name, string foreign, DamageReport damage)
    {
        var file = Path.Combine(path, foreign);
        damage.PutAside(name.Text, foreign, file, LengthOf(files, file));
    }

    private static long LengthOf(ISpoolFiles files, string path)
    {
        try
        {
            using var opened = files.OpenToRead(path);
            return opened.Length;
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
