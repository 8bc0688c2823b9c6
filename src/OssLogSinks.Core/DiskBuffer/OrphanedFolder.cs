using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.DiskBuffer.Files;
using OssLogSinks.Core.DiskBuffer.Folders;
using OssLogSinks.Core.DiskBuffer.Format;
using OssLogSinks.Core.DiskBuffer.Journal;
using OssLogSinks.Core.Records;
using OssLogSinks.Core.Shutdown;

namespace OssLogSinks.Core.DiskBuffer;

/// <summary>A folder that another process left, as it was found. Whatever is in it, it is opened and emptied.</summary>
internal sealed class OrphanedFolder
{
    private readonly JournalState _found;

    private OrphanedFolder(BufferFolder folder, JournalState found)
    {
        Folder = folder;
        _found = found;
    }

    public BufferFolder Folder { get; }

    /// <summary>Opens a folder whose lock is held.</summary>
    /// <returns>Null if it is to be left alone: another version of this library wrote it.</returns>
    /// <exception cref="IOException">The folder cannot be listed, or its journal not be written; the lock is given back.</exception>
    public static OrphanedFolder? Open(IBufferFiles files, string path, FolderName name, FolderLock folderLock, bool syncs, DamageReport damage)
    {
        BufferJournal? journal = null;
        try
        {
            // Whoever died may not have come to it; what the journal names from now on must be there.
            if (syncs)
                files.SyncFolder(path);

            // Nothing of the buffer's is a folder; one may stand where a file belongs.
            foreach (var inner in files.FoldersIn(path))
                TryDeleteFolder(files, Path.Combine(path, inner));

            var folderId = new FolderId(name.FolderId);
            var entries = FoundSegment.In(files, path, folderId);
            if (!entries.Exists(e => e.IsUnknownVersion))
                journal = BufferJournal.Open(files, path, folderId, syncs);
            if (journal is null)
            {
                damage.TellUnknownVersion(name.Text);
                folderLock.Dispose();
                return null;
            }

            if (syncs)
                SyncAll(files, entries);
            var found = journal.State;
            var folder = new BufferFolder(files, path, folderId, folderLock, journal, tracker: null);
            if (found.IsDamaged && entries.Count > 0)
                damage.TellJournal(name.Text);

            PutForeignAside(files, folder, damage);
            AddSegments(files, entries, found, folder, damage);

            // Sync the deletions before the journal forgets these files, and check that the journal can be written: without it nothing
            // could be sent, and this folder would block all others.
            if (syncs)
                files.SyncFolder(path);
            if (folder.SegmentCount > 0)
                journal.Sync();
            folder.Finish();
            return new OrphanedFolder(folder, found);
        }
        catch
        {
            journal?.Dispose();
            folderLock.Dispose();
            throw;
        }
    }

    /// <summary>Ships all that is in it; ends when all of it is settled.</summary>
    public async Task EmptyAsync(IBufferFiles files, MemoryBuffer memory, DamageReport damage, TimeProvider time, CancellationToken cancellationToken)
    {
        memory.Relocate();
        var taken = new Dictionary<ulong, AppendIntent>();
        var reader = new BufferReader(files, memory, damage, time) { IsWanted = (stream, id) => !IsSettled(stream, id) };
        if (!await TakeOverAsync(reader, memory, taken, cancellationToken).ConfigureAwait(false))
            return;

        // All of that is read once more in its turn, and passed over.
        reader.LastId = 0;
        reader.IsWanted = (stream, id) => !IsSettled(stream, id) && !(taken.TryGetValue(stream, out var intent) && id <= intent.LastId);
        var segments = Folder.Segments();
        var read = 0;
        while (read < segments.Count && await reader.ReadAsync(Folder, segments[read], cancellationToken).ConfigureAwait(false))
            read++;

        // What comes behind a file that cannot be opened stays for later, in its order.
        while (true)
        {
            var changed = Folder.Changed.NextAsync();
            memory.Flush();
            if (segments.Take(read).All(s => s.IsDone) && segments.All(s => s.Waiting == 0))
                return;
            if (reader.IsStuck && Folder.IsPassedOver(segments))
                return;

            await Waiting.WithAsync(reader.OrAcceptingAgain(changed), cancellationToken).ConfigureAwait(false);
            await reader.CatchUpAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private bool IsSettled(ulong stream, long id) => _found.Settled.TryGetValue(stream, out var through) && id <= through;

    // Takes out what is left of the appends that the other process was sending when it ended, before anything else is shipped.
    // What that holds at once in memory is what that process held.
    private async Task<bool> TakeOverAsync(BufferReader reader, MemoryBuffer memory, Dictionary<ulong, AppendIntent> taken, CancellationToken cancellationToken)
    {
        var open = _found.Intents.Where(i => !IsSettled(i.Key, i.Value.LastId)).ToDictionary(i => i.Key, i => i.Value);
        if (open.Count == 0)
            return true;

        var (first, last) = (open.Values.Min(i => i.FirstId), open.Values.Max(i => i.LastId));
        var recovered = new Dictionary<ulong, RecoveredAppend>();
        var segments = Folder.Segments();
        for (var i = 0; i < segments.Count && segments[i].FirstId <= last; i++)
        {
            if (i + 1 < segments.Count && segments[i + 1].FirstId <= first)
                continue;

            var segment = segments[i];
            if (!await reader.ScanAsync(Folder, segment, records => Task.FromResult(Gather(records, segment, memory, reader, open, recovered)), reader.LastId, cancellationToken).ConfigureAwait(false))
                return false;
        }

        foreach (var found in recovered)
        {
            taken.Add(found.Key, open[found.Key]);
            memory.TakeOver(found.Value.Stream, found.Value.Time, open[found.Key], found.Value.Batch);
        }

        return true;
    }

    private bool Gather(
        BlockRecords records, Segment segment, MemoryBuffer memory, BufferReader reader, Dictionary<ulong, AppendIntent> open, Dictionary<ulong, RecoveredAppend> recovered)
    {
        var waiting = 0;
        while (records.TryRead())
        {
            if (records.Id <= reader.LastId)
                continue;

            reader.LastId = records.Id;
            var stream = records.Streams[records.StreamIndex];
            if (!open.TryGetValue(stream.Hash, out var intent) || records.Id > intent.LastId || IsSettled(stream.Hash, records.Id))
                continue;

            var record = records.Current;
            if (!recovered.TryGetValue(stream.Hash, out var found))
            {
                var source = new FolderSource(Folder, stream.Hash);
                var batch = new AppendBatch(memory.TimestampOf(record.AcceptedTicks), source);
                recovered.Add(stream.Hash, found = new RecoveredAppend(stream, record.Time, batch, source));
            }

            var parts = found.Source.Parts;
            if (parts.Count > 0 && parts[parts.Count - 1].Segment == segment)
                parts[parts.Count - 1] = (segment, record.Id);
            else
                parts.Add((segment, record.Id));

            found.Batch.Add(record.Utf8, state: null, record.Id);
            waiting++;
        }

        Folder.Read(segment, read: 0, waiting);
        return true;
    }

    private static void AddSegments(IBufferFiles files, List<FoundSegment> entries, JournalState found, BufferFolder folder, DamageReport damage)
    {
        var present = new HashSet<long>(entries.Where(e => e.Length > 0).Select(e => e.FirstId));
        var begun = new HashSet<long>();
        foreach (var entry in entries)
        {
            // The journal says that all of it is settled, or there is nothing in it: only deleting it was left.
            if (found.DoneSegments.Contains(entry.FirstId) || entry.Length == 0)
                folder.KeepsFiles |= !TryDelete(files, entry.Path);
            else if (!entry.IsOurs && damage.PutAside(folder.Name, Path.GetFileName(entry.Path), entry.Path, entry.Length))
                folder.Journal.SegmentRemoved(entry.FirstId);
            else if (!entry.IsOurs)
                folder.KeepsFiles = true;
            else if (begun.Add(entry.FirstId))
                folder.Begin(new Segment(entry.FirstId, entry.Path) { Length = entry.Length, IsFinal = true, End = found.EndOf(entry.FirstId) });
            else
                folder.KeepsFiles |= !damage.PutAside(folder.Name, [(Path.GetFileName(entry.Path), entry.Path, entry.Length)]);
        }

        foreach (var missing in found.Segments.Where(id => !present.Contains(id)))
        {
            var end = found.EndOf(missing) ?? present.Concat(found.Segments).Where(id => id > missing).DefaultIfEmpty(missing).Min();
            damage.TellMissing(folder.Name, missing, end > missing ? end - missing : null);
            folder.Journal.SegmentRemoved(missing);
        }
    }

    // Whoever was killed between a write and its sync has left what only the system's memory holds. What is shipped from there
    // and forgotten by a power cut afterwards would be missed.
    private static void SyncAll(IBufferFiles files, List<FoundSegment> entries)
    {
        foreach (var entry in entries)
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

    private static bool TryDelete(IBufferFiles files, string path)
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

    private static void TryDeleteFolder(IBufferFiles files, string path)
    {
        try
        {
            files.DeleteFolder(path);
        }
        catch (IOException)
        {
            // Somebody has put something there.
        }
    }

    private static void PutForeignAside(IBufferFiles files, BufferFolder folder, DamageReport damage)
    {
        var foreign = files.FilesIn(folder.Path)
            .Where(name => name != FolderLock.FileName && !BufferJournal.IsName(name) && !SegmentHeader.TryParseName(name, out _))
            .Select(name => (name, Path.Combine(folder.Path, name), LengthOf(files, Path.Combine(folder.Path, name))))
            .ToList();
        folder.KeepsFiles |= !damage.PutAside(folder.Name, foreign);
        damage.ReportForeignEntries(folder.Path, files.ForeignEntriesIn(folder.Path));
    }

    private static long LengthOf(IBufferFiles files, string path)
    {
        try
        {
            return files.LengthOf(path);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private sealed record RecoveredAppend(StreamName Stream, DateTimeOffset Time, AppendBatch Batch, FolderSource Source);
}

/// <summary>A segment file as it was found: its header says which one it is, for names may have been changed.</summary>
internal sealed record FoundSegment(string Path, long FirstId, long Length)
{
    /// <summary>Whether anything in it may have been written in its folder.</summary>
    public bool IsOurs { get; init; } = true;

    public bool IsUnknownVersion { get; init; }

    /// <summary>The segment files of a folder, in the order of their ids.</summary>
    /// <exception cref="IOException">The folder cannot be listed.</exception>
    public static List<FoundSegment> In(IBufferFiles files, string folder, FolderId folderId)
    {
        var found = new List<FoundSegment>();
        foreach (var name in files.FilesIn(folder))
        {
            if (SegmentHeader.TryParseName(name, out var named))
                found.Add(Look(files, System.IO.Path.Combine(folder, name), named, folderId));
        }

        // Where two say that they are the same one, the one that has that name.
        return [.. found.OrderBy(s => s.FirstId).ThenBy(s => System.IO.Path.GetFileName(s.Path) == SegmentHeader.NameOf(s.FirstId) ? 0 : 1)];
    }

    private static FoundSegment Look(IBufferFiles files, string path, long named, FolderId folderId)
    {
        var found = new FoundSegment(path, named, files.LengthOf(path));
        try
        {
            // Where the header is damaged, the first block that is whole tells.
            using var reader = new SegmentReader(files.OpenToRead(path), folderId, new StreamNames(), nextId: 0);
            var isRead = reader.TryRead(Math.Min(found.Length, SegmentHeader.Size));
            isRead |= reader.Header is null && reader.TryRead(Math.Min(found.Length, BufferReader.LongestSegment));
            if (reader.Header is { } header)
            {
                return header.Version != FileVersion.Current ? found with { IsUnknownVersion = true }
                    : header.FolderId == folderId.Value && header.FirstId > 0 ? found with { FirstId = header.FirstId }
                    : found with { IsOurs = false };
            }

            return isRead ? found with { FirstId = reader.Current!.Header.FirstId } : found with { IsOurs = false };
        }
        catch (IOException)
        {
            // Whoever reads it tries again.
            return found;
        }
    }
}
