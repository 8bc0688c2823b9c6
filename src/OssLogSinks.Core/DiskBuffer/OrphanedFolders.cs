using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.DiskBuffer.Files;
using OssLogSinks.Core.DiskBuffer.Folders;
using OssLogSinks.Core.Shutdown;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.DiskBuffer;

/// <summary>
/// Takes over the folders of ended processes and ships their records, one folder after the other. A folder is shipped only by the process that
/// holds its lock. The folders of one process are shipped in order. Runs in one loop.
/// </summary>
internal sealed class OrphanedFolders(
    IBufferFiles files,
    string path,
    Func<string, bool> isOwn,
    bool syncs,
    DamageReport damage,
    DeliveryCounters counters,
    DeliveryReporter reporter,
    TimeProvider time,
    Func<DeliveryPipeline> openPipeline)
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(10);

    // The pause before a folder that was left alone is checked again.
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMinutes(1);

    private readonly object _gate = new();

    // Guarded by _gate: the folder being emptied, and by name the bytes of the folders that wait.
    private OrphanedFolder? _present;
    private Dictionary<string, long> _waiting = [];

    private DeliveryPipeline? _pipeline;
    private bool _hasNoLocks;

    // Used by the loop only, by name: folders that are left alone for now, and folders reported as impossible to take over.
    private readonly Dictionary<string, LeftFolder> _left = [];
    private readonly HashSet<string> _refused = [];

    /// <summary>
    /// Whether this process has written the numbers of all folders to its own; until then, an emptied folder with numbers is kept. Null if numbers
    /// need not be kept.
    /// </summary>
    public Func<bool>? HoldsNumbers { get; init; }

    /// <summary>Folders of running processes, as of the last check, and folders on a file system without locks.</summary>
    public int InUse { get; private set; }

    /// <summary>Folders that were emptied.</summary>
    public int Emptied { get; private set; }

    /// <summary>Bytes of the folder that is being emptied, and of those that wait for that.</summary>
    public long Bytes
    {
        get
        {
            lock (_gate)
                return (_present?.Folder.Bytes ?? 0) + _waiting.Values.Sum();
        }
    }

    /// <summary>The memory buffer of their records; null until a folder was taken over.</summary>
    public MemoryBuffer? Memory => Volatile.Read(ref _pipeline)?.Buffer;

    /// <summary>Checks for folders at an interval, until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await EmptyAllAsync(cancellationToken).ConfigureAwait(false);
            await Waiting.PauseAsync(LookInterval, time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Takes over all folders whose owners have ended, and empties them.</summary>
    public async Task EmptyAllAsync(CancellationToken cancellationToken)
    {
        while (TakeNext() is { } orphan)
        {
            try
            {
                if (_pipeline is null)
                    Volatile.Write(ref _pipeline, openPipeline());
                await orphan.EmptyAsync(files, _pipeline!.Buffer, damage, time, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception) when (!cancellationToken.IsCancellationRequested)
            {
                // Some of its records may be in flight, so this process must not read the folder again. It keeps the lock until it closes; then
                // another process can send what is left.
                Leave(orphan.Folder, new LeftFolder(null, HasEvents: true, orphan));
                throw;
            }

            var folder = orphan.Folder;
            var isEmptied = folder.IsEmpty;
            folder.KeepsNumbers = HoldsNumbers?.Invoke() == false && folder.Journal.HasNumbers;
            var wasEmptied = _left.TryGetValue(folder.Name, out var before) && !before.HasEvents;
            Emptied += isEmptied && !wasEmptied ? 1 : 0;
            Leave(folder, new LeftFolder(isEmptied && folder.KeepsFiles ? null : time.GetTimestamp(), HasEvents: !isEmptied));
            folder.Dispose();
            if (folder.IsGone)
                _left.Remove(folder.Name);
        }
    }

    /// <summary>Cancels the requests, and leaves undelivered records to the next process. The loop must have ended.</summary>
    public async Task StopAsync()
    {
        if (Volatile.Read(ref _pipeline) is { } pipeline)
            await pipeline.StopAsync().ConfigureAwait(false);

        OrphanedFolder? present;
        lock (_gate)
            (present, _present) = (_present, null);
        foreach (var orphan in _left.Values.Select(left => left.Locked).Append(present).OfType<OrphanedFolder>())
        {
            orphan.TellRemoved(files, damage);
            orphan.Folder.Dispose();
        }

        _left.Clear();
    }

    private void Leave(BufferFolder folder, LeftFolder left)
    {
        _left[folder.Name] = left;
        lock (_gate)
        {
            _present = null;
            if (left.HasEvents)
                _waiting[folder.Name] = folder.Bytes;
        }
    }

    // Opens the first folder that is free. The bytes of the others count too: processes that crash one after the other must not fill the disk.
    private OrphanedFolder? TakeNext()
    {
        var waiting = new Dictionary<string, long>();

        // Processes with an earlier folder that still has records to ship.
        var earlier = new HashSet<uint>();
        OrphanedFolder? next = null;
        InUse = 0;
        foreach (var name in Names())
        {
            try
            {
                if (Look(name, mayTake: next is null && !earlier.Contains(name.Process), waiting, ref next))
                    earlier.Add(name.Process);
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                // The folder was deleted in the meantime.
            }
            catch (IOException e)
            {
                earlier.Add(name.Process);
                if (_refused.Add(name.Text))
                    reporter.Buffer(OssDiagnosticLevel.Warning, HelpAnchors.OtherProcess, $"Events that another process left in '{name.Text}' cannot be sent yet: {e.Message} It is retried.");
            }
        }

        lock (_gate)
            (_present, _waiting) = (next, waiting);
        return next;
    }

    private List<FolderName> Names()
    {
        var names = new List<FolderName>();
        try
        {
            foreach (var text in files.FoldersIn(path))
            {
                if (!_hasNoLocks && !isOwn(text) && FolderName.TryParse(text, out var name))
                    names.Add(name);
            }

            damage.ReportForeignEntries(path, files.ForeignEntriesIn(path));
        }
        catch (IOException)
        {
            // The folder does not exist yet or cannot be listed. The writer reports that; the next check retries.
        }

        names.Sort((a, b) => string.CompareOrdinal(a.Text, b.Text));
        return names;
    }

    // Takes a folder if possible. Returns whether records in it are still to be shipped, by this process or another.
    private bool Look(FolderName name, bool mayTake, Dictionary<string, long> waiting, ref OrphanedFolder? next)
    {
        var folder = Path.Combine(path, name.Text);
        if (_left.TryGetValue(name.Text, out var left) && (left.Since is not { } at || time.GetElapsedTime(at) < RetryInterval))
        {
            if (left.HasEvents)
                waiting[name.Text] = BytesOf(folder);
            return left.HasEvents;
        }

        if (files.FilesIn(folder).Count == 0 && files.ForeignEntriesIn(folder).Count == 0)
        {
            // The process of this folder ended while creating it; if it still runs, it creates the folder again. The folder may contain another
            // folder, and then it cannot be deleted.
            if (!BufferFiles.Try(() => files.DeleteFolder(folder)))
                _left[name.Text] = new LeftFolder(time.GetTimestamp(), HasEvents: false);
            return false;
        }

        if (FolderLock.TryTake(files, folder, create: true) is not { } folderLock)
        {
            InUse++;
            return true;
        }

        if (!folderLock.Excludes)
        {
            folderLock.Dispose();
            InUse++;
            if (_hasNoLocks)
                return true;

            _hasNoLocks = true;
            reporter.Buffer(
                OssDiagnosticLevel.Warning,
                HelpAnchors.OtherProcess,
                $"The file system of '{path}' does not support locks, so this process cannot tell whether another one still writes there. Events that other processes left there are not sent.");
            return true;
        }

        if (!mayTake || _hasNoLocks)
        {
            if (folderLock.EndLook())
            {
                _left.Remove(name.Text);
                return false;
            }

            waiting[name.Text] = BytesOf(folder);
            return true;
        }

        next = Take(folder, name, folderLock);
        return next is not null;
    }

    private long BytesOf(string folder) => files.FilesIn(folder).Sum(file => files.LengthOf(Path.Combine(folder, file)));

    private OrphanedFolder? Take(string folder, FolderName name, FolderLock folderLock)
    {
        if (OrphanedFolder.Open(files, folder, name, folderLock, syncs, damage) is not { } orphan)
        {
            _left[name.Text] = new LeftFolder(null, HasEvents: false);
            return null;
        }

        if (_left.ContainsKey(name.Text))
            return orphan;

        // Only numbers were left: its events are in OSS.
        if (orphan.Folder.SegmentCount == 0 && orphan.Folder.Journal.HasNumbers)
            return orphan;

        counters.TookOverOrphan();
        if (orphan.Folder.SegmentCount > 0)
            reporter.Buffer(OssDiagnosticLevel.Information, HelpAnchors.OtherProcess, $"Events that another process left in '{orphan.Folder.Path}' are being sent.");
        return orphan;
    }

    /// <summary>A folder that is left alone for now.</summary>
    /// <param name="Since">When it was last checked; null if it is not checked again.</param>
    /// <param name="HasEvents">Whether records in it are still to be shipped.</param>
    /// <param name="Locked">The folder, if it stays locked because its records are in flight.</param>
    private sealed record LeftFolder(long? Since, bool HasEvents, OrphanedFolder? Locked = null);
}
