using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.DiskBuffer.Files;
using OssLogSinks.Core.DiskBuffer.Folders;
using OssLogSinks.Core.DiskBuffer.Format;
using OssLogSinks.Core.DiskBuffer.Journal;
using OssLogSinks.Core.Records;
using OssLogSinks.Core.Shutdown;

namespace OssLogSinks.Core.DiskBuffer;

/// <summary>
/// A folder that an ended process left. Damaged or unexpected contents do not prevent it from being opened and emptied; only a folder of another
/// version of this library is left alone.
/// </summary>
internal sealed class OrphanedFolder
{
    private readonly JournalState _found;

    // By stream: appends that may have been sent, and their records read so far.
    private readonly Dictionary<ulong, RecoveredAppend> _open = [];

    private OrphanedFolder(BufferFolder folder, JournalState found) => (Folder, _found) = (folder, found);

    public BufferFolder Folder { get; }

    /// <summary>Opens a folder whose lock is held.</summary>
    /// <returns>Null if it must be left alone: another version of this library wrote it.</returns>
    /// <exception cref="IOException">The folder cannot be listed, or its journal cannot be written; the lock is released.</exception>
    public static OrphanedFolder? Open(IBufferFiles files, string path, FolderName name, FolderLock folderLock, bool syncs, DamageReport damage)
    {
        BufferJournal? journal = null;
        try
        {
            // The ended process may not have synced the folder. Files that the journal names from now on must exist even after a power cut.
            if (syncs)
                files.SyncFolder(path);

            // The buffer creates no folders here. Delete empty ones: one may have the name that a file of the buffer needs.
            foreach (var inner in files.FoldersIn(path))
                _ = BufferFiles.Try(() => files.DeleteFolder(Path.Combine(path, inner)));

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
                entries.ForEach(entry => BufferFiles.Try(() => Sync(files, entry.Path)));
            var found = journal.State;
            entries = entries.ConvertAll(entry => entry.AsNamed(entries, found));
            var folder = new BufferFolder(files, path, folderId, folderLock, journal, tracker: null);
            if (found.IsDamaged && entries.Count > 0)
                damage.TellJournal(name.Text);

            // The ended process may not have synced the entries because of which files are deleted now.
            if (syncs && found.DoneSegments.Count > 0)
                journal.Sync();
            PutForeignAside(files, folder, entries, damage);
            entries.ForEach(entry => Add(files, entry, entries, found, folder, damage));
            TellMissing(entries, found, folder, damage);

            // Sync the deletions before the journal forgets these files. Check that the journal can be written: without it nothing could be sent,
            // and this folder would block all others.
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

    /// <summary>
    /// Ships the records of the folder. Completes when they are settled; those from a file on that cannot be opened are left for later.
    /// </summary>
    public async Task EmptyAsync(IBufferFiles files, MemoryBuffer memory, DamageReport damage, TimeProvider time, CancellationToken cancellationToken)
    {
        memory.Relocate();
        foreach (var intent in _found.Intents.Where(i => !IsSettled(i.Key, i.Value.LastId)))
            _open.Add(intent.Key, new RecoveredAppend(intent.Value, new FolderSource(Folder, intent.Key)));
        var reader = new BufferReader(files, memory, damage, time) { IsTaken = (records, segment) => IsTaken(records, segment, memory) };

        // Records after a file that cannot be opened are left for later, to keep their order.
        var isWhole = true;
        foreach (var segment in Folder.Segments())
        {
            isWhole = await reader.ReadAsync(new Part(Folder, segment), cancellationToken).ConfigureAwait(false);
            if (!isWhole)
                break;
        }

        while (isWhole && _open.Count > 0)
            TakeOver(_open.Keys.First(), memory);

        while (true)
        {
            var changed = Folder.Changed.NextAsync();
            memory.Flush();
            if (Folder.IsAtRest && reader.IsCaughtUp)
                return;

            await Waiting.WithAsync(reader.OrAcceptingAgain(changed), cancellationToken).ConfigureAwait(false);
            reader.CatchUp(cancellationToken);
        }
    }

    /// <summary>
    /// Reports segments whose files were removed while their records waited in memory: otherwise nothing would report them once the folder is
    /// deleted. Call it at the close, after the last request.
    /// </summary>
    public void TellRemoved(IBufferFiles files, DamageReport damage)
    {
        IReadOnlyList<string> names = [];
        var isFolderGone = false;
        try
        {
            names = files.FilesIn(Folder.Path);
        }
        catch (DirectoryNotFoundException)
        {
            isFolderGone = true;
        }
        catch (IOException)
        {
            return;
        }

        foreach (var segment in Folder.Segments().Where(s => !s.IsDone && !names.Contains(Path.GetFileName(s.Path), StringComparer.Ordinal) && !files.Exists(s.Path)))
        {
            if (damage.IsFirstLoss(Folder.Name, segment.FirstId))
                damage.TellRemoved(Folder.Name, segment.FirstId, segment.IsUnread ? null : segment.Unsettled);

            // If the whole folder was moved, its journal must stay as it is.
            if (!isFolderGone)
                Folder.Journal.SegmentRemoved(segment.FirstId);
        }
    }

    private bool IsSettled(ulong stream, long id) => _found.Settled.TryGetValue(stream, out var through) && id <= through;

    // The records of an append that the other process had in flight are sent again as that append, before any other record of their stream. They
    // need no more memory than that process used for them.
    private bool IsTaken(BlockRecords records, Segment segment, MemoryBuffer memory)
    {
        var stream = records.Streams[records.StreamIndex];
        if (IsSettled(stream.Hash, records.Id))
            return true;
        if (!_open.TryGetValue(stream.Hash, out var append))
            return false;

        var isPartOfIt = records.Id <= append.Intent.LastId;
        if (isPartOfIt)
        {
            append.Add(records, segment, memory);
            Folder.Count(segment, 1, 0);
        }

        if (records.Id >= append.Intent.LastId)
            TakeOver(stream.Hash, memory);
        return isPartOfIt;
    }

    private void TakeOver(ulong stream, MemoryBuffer memory)
    {
        var append = _open[stream];
        _open.Remove(stream);
        if (append.Batch is not { } batch)
            return;

        foreach (var part in append.Counts)
            Folder.Count(part.Segment, -part.Count, part.Count);
        memory.TakeOver(append.Stream!, append.Time, append.Intent, batch);
    }

    private static void Add(IBufferFiles files, FoundSegment entry, List<FoundSegment> entries, JournalState found, BufferFolder folder, DamageReport damage)
    {
        var name = Path.GetFileName(entry.Path);

        // Three kinds of files only need to be deleted: those whose records are all settled, as the journal says, empty ones, and those that never
        // had records, since the journal would name them otherwise.
        var neverHadRecords = entry.IsOurs && entry.Length <= SegmentHeader.Size && !found.IsDamaged && !found.Segments.Contains(entry.FirstId);
        if (found.DoneSegments.Contains(entry.FirstId) || entry.Length == 0 || neverHadRecords)
            folder.KeepsFiles |= !BufferFiles.Try(() => files.Delete(entry.Path));
        else if (folder.Has(entry.FirstId))
            folder.KeepsFiles |= !damage.PutAside(folder.Name, [(name, entry.Path, entry.Length)]);
        else if (!entry.IsOurs || (entry.Length <= SegmentHeader.Size && found.Segments.Contains(entry.FirstId)))
            PutUnreadableAside(entry, entries, found, folder, damage);
        else
            folder.Begin(SegmentOf(entry, entries, found));
    }

    private static Segment SegmentOf(FoundSegment entry, List<FoundSegment> entries, JournalState found) => new(entry.FirstId, entry.Path)
    {
        Length = entry.Length,
        IsFinal = true,
        IsUnread = true,
        End = found.EndOf(entry.FirstId),
        Next = found.IsDamaged ? NextOf(entry.FirstId, entries, found) : null,
        HadRecords = found.Segments.Contains(entry.FirstId),
    };

    private static void PutUnreadableAside(FoundSegment entry, List<FoundSegment> entries, JournalState found, BufferFolder folder, DamageReport damage)
    {
        // A file that has no more than a header, and that the journal does not know, has never had records.
        var (records, bound) = LossOf(entry.FirstId, entries, found);
        if (!found.Segments.Contains(entry.FirstId) && !found.IsDamaged)
            records = entry.Length <= SegmentHeader.Size ? 0 : null;
        if (damage.PutAside(folder.Name, entry.FirstId, entry.Path, entry.Length, records, bound))
            folder.Journal.SegmentRemoved(entry.FirstId);
        else
            folder.KeepsFiles = true;
    }

    private static void TellMissing(List<FoundSegment> entries, JournalState found, BufferFolder folder, DamageReport damage)
    {
        // An empty file that a damaged journal does not know may have had records.
        var present = new HashSet<long>(entries.Where(e => e.Length > 0).Select(e => e.FirstId));
        var empty = found.IsDamaged ? entries.Select(e => e.FirstId).Except(found.DoneSegments) : [];
        foreach (var missing in found.Segments.Union(empty).Where(id => !present.Contains(id)))
        {
            var (records, bound) = LossOf(missing, entries, found);
            if (damage.IsFirstLoss(folder.Name, missing))
                damage.TellMissing(folder.Name, missing, records, bound);
            folder.Journal.SegmentRemoved(missing);
        }
    }

    // How many records a segment had: up to its end, or at most up to the next segment. Null if unknown.
    private static (long? Records, DamageBound Bound) LossOf(long segment, List<FoundSegment> entries, JournalState found) =>
        found.EndOf(segment) is { } end ? (end - segment, DamageBound.Exact) : (NextOf(segment, entries, found) - segment, DamageBound.AtMost);

    private static long? NextOf(long segment, List<FoundSegment> entries, JournalState found) =>
        entries.Select(e => e.FirstId).Concat(found.Segments).Where(id => id > segment).Select(id => (long?)id).Min();

    private static void PutForeignAside(IBufferFiles files, BufferFolder folder, List<FoundSegment> entries, DamageReport damage)
    {
        var foreign = files.FilesIn(folder.Path)
            .Where(name => name != FolderLock.FileName && !BufferJournal.IsName(name))
            .Select(name => (Name: name, Path: Path.Combine(folder.Path, name)))
            .Where(file => !entries.Exists(entry => entry.Path == file.Path))
            .Select(file => (file.Name, file.Path, LengthOf(files, file.Path)))
            .ToList();
        folder.KeepsFiles |= !damage.PutAside(folder.Name, foreign);
        damage.ReportForeignEntries(folder.Path, files.ForeignEntriesIn(folder.Path));
    }

    private static long LengthOf(IBufferFiles files, string path)
    {
        var length = 0L;
        _ = BufferFiles.Try(() => length = files.LengthOf(path));
        return length;
    }

    // A process that was killed between a write and its sync leaves data that may be only in the system's memory. Data that is shipped and then
    // lost in a power cut would be reported as missing. If this sync fails, readable records are shipped all the same.
    private static void Sync(IBufferFiles files, string path)
    {
        using var file = files.Open(path);
        file.Sync();
    }

    /// <summary>An append that may have been sent, with its unsettled records.</summary>
    private sealed class RecoveredAppend(AppendIntent intent, FolderSource source)
    {
        public AppendIntent Intent { get; } = intent;

        public StreamName? Stream { get; private set; }

        public DateTimeOffset Time { get; private set; }

        /// <summary>Null if none of its records was found.</summary>
        public AppendBatch? Batch { get; private set; }

        /// <summary>The number of its records in each segment.</summary>
        public List<(Segment Segment, long Count)> Counts { get; } = [];

        public void Add(BlockRecords records, Segment segment, MemoryBuffer memory)
        {
            var record = records.Current;
            if (Batch is null)
                (Stream, Time, Batch) = (records.Streams[records.StreamIndex], record.Time, new AppendBatch(memory.TimestampOf(record.AcceptedTicks), source));

            var last = Counts.Count - 1;
            if (last >= 0 && Counts[last].Segment == segment)
            {
                Counts[last] = (segment, Counts[last].Count + 1);
                source.Parts[last] = (segment, records.Id);
            }
            else
            {
                Counts.Add((segment, 1));
                source.Parts.Add((segment, records.Id));
            }

            Batch.Add(record.Utf8, state: null, records.Id);
        }
    }
}

/// <summary>A segment file that was found. Its header identifies it, because file names may have been changed.</summary>
internal sealed record FoundSegment(string Path, long FirstId, long Length)
{
    /// <summary>Whether any of it may have been written for its folder.</summary>
    public bool IsOurs { get; init; } = true;

    public bool IsUnknownVersion { get; init; }

    /// <summary>The segment files of a folder, ordered by id: files with the name or the header of a segment.</summary>
    /// <exception cref="IOException">The folder cannot be listed.</exception>
    public static List<FoundSegment> In(IBufferFiles files, string folder, FolderId folderId)
    {
        var found = new List<FoundSegment>();
        foreach (var name in files.FilesIn(folder))
        {
            var path = System.IO.Path.Combine(folder, name);
            if (SegmentHeader.TryParseName(name, out var named))
                found.Add(Look(files, path, named, folderId));
            else if (name != FolderLock.FileName && !BufferJournal.IsName(name) && TryRecognize(files, path, folderId) is { } recognized)
                found.Add(recognized);
        }

        return [.. found.GroupBy(s => s.FirstId).OrderBy(same => same.Key).SelectMany(same => Sort([.. same], files, folderId))];
    }

    // If several files claim to be the same segment, the one with the most readable records comes first, then the one with the right name.
    private static IEnumerable<FoundSegment> Sort(FoundSegment[] same, IBufferFiles files, FolderId folderId) => same.Length == 1
        ? same
        : same.OrderByDescending(s => s.IsOurs).ThenByDescending(s => s.RecordsIn(files, folderId)).ThenBy(s => System.IO.Path.GetFileName(s.Path) == SegmentHeader.NameOf(s.FirstId) ? 0 : 1);

    /// <summary>
    /// If the header and the first blocks are damaged, the first intact block names a later id than the file's name. The journal knows which of
    /// the two is the segment's.
    /// </summary>
    public FoundSegment AsNamed(List<FoundSegment> entries, JournalState found) =>
        SegmentHeader.TryParseName(System.IO.Path.GetFileName(Path), out var named)
        && named < FirstId && found.Segments.Contains(named) && !found.Segments.Contains(FirstId) && !entries.Exists(e => e.FirstId == named)
            ? this with { FirstId = named }
            : this;

    private long RecordsIn(IBufferFiles files, FolderId folderId)
    {
        var records = 0L;
        BufferFiles.Try(() =>
        {
            using var reader = Open(files, folderId);
            while (reader.TryRead())
                records += reader.Current!.Header.Count;
        });
        return records;
    }

    private SegmentReader Open(IBufferFiles files, FolderId folderId) =>
        new(files.OpenToRead(Path), folderId, new StreamNames(), nextId: 0) { UpTo = Math.Min(Length, BufferReader.LongestSegment) };

    private static FoundSegment? TryRecognize(IBufferFiles files, string path, FolderId folderId)
    {
        try
        {
            var found = new FoundSegment(path, 0, files.LengthOf(path));
            using var reader = found.Open(files, folderId);
            return reader.ReadHeader() is { Version: FileVersion.Current, FirstId: > 0 } header && header.FolderId == folderId.Value
                ? found with { FirstId = header.FirstId }
                : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static FoundSegment Look(IBufferFiles files, string path, long named, FolderId folderId)
    {
        var found = new FoundSegment(path, named, files.LengthOf(path));
        try
        {
            using var reader = found.Open(files, folderId);
            if (reader.ReadHeader() is { } header)
            {
                return header.Version != FileVersion.Current ? found with { IsUnknownVersion = true }
                    : header.FolderId == folderId.Value && header.FirstId > 0 ? found with { FirstId = header.FirstId }
                    : found with { IsOurs = false };
            }

            // If the header is damaged, the first intact block identifies the segment.
            return reader.TryRead() ? found with { FirstId = reader.Current!.Header.FirstId } : found with { IsOurs = false };
        }
        catch (IOException)
        {
            // The reader tries it again later.
            return found;
        }
    }
}
