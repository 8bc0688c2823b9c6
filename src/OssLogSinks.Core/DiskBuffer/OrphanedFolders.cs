using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.DiskBuffer.Files;
using OssLogSinks.Core.DiskBuffer.Folders;
using OssLogSinks.Core.Shutdown;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.DiskBuffer;

/// <summary>
/// Takes over the folders of processes that have ended, and ships what is in them, one folder after the other. Each is shipped by
/// one process only: the one that has its lock. Those of one process are shipped in their order, whoever does it. One loop of its
/// own does all of this.
/// </summary>
internal sealed class OrphanedFolders
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(10);

    // A folder with a file that could not be opened is looked at again then.
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMinutes(1);

    private readonly IBufferFiles _files;
    private readonly string _path;
    private readonly Func<string, bool> _isOwn;
    private readonly bool _syncs;
    private readonly DamageReport _damage;
    private readonly DeliveryCounters _counters;
    private readonly DeliveryReporter _reporter;
    private readonly TimeProvider _time;
    private readonly Func<DeliveryPipeline> _openPipeline;
    private readonly object _gate = new();

    // Guarded by _gate: the folder that is being emptied, and by name the bytes of those that wait for their turn.
    private OrphanedFolder? _present;
    private Dictionary<string, long> _waiting = [];

    private DeliveryPipeline? _pipeline;
    private bool _hasNoLocks;

    // The loop's own: since when folders are left alone of which nothing is to be shipped, or something could not be read; and which ones were refused.
    private readonly Dictionary<string, long> _remainsSince = [];
    private readonly Dictionary<string, long> _postponedSince = [];
    private readonly HashSet<string> _refused = [];

    // Folders whose emptying ended by a fault: kept locked while what was read of them is on its way.
    private readonly List<OrphanedFolder> _failed = [];

    /// <param name="files">The disk.</param>
    /// <param name="path">The folder that all processes share.</param>
    /// <param name="isOwn">Whether a folder in it is this process's own.</param>
    /// <param name="syncs">Whether journals are made durable.</param>
    /// <param name="damage">What cannot be read is told here.</param>
    /// <param name="counters">Folders that were taken over are counted here.</param>
    /// <param name="reporter">And told here.</param>
    /// <param name="time">The clock.</param>
    /// <param name="openPipeline">Opens the way by which all of it is shipped.</param>
    public OrphanedFolders(
        IBufferFiles files, string path, Func<string, bool> isOwn, bool syncs, DamageReport damage, DeliveryCounters counters, DeliveryReporter reporter, TimeProvider time, Func<DeliveryPipeline> openPipeline)
    {
        _files = files;
        _path = path;
        _isOwn = isOwn;
        _syncs = syncs;
        _damage = damage;
        _counters = counters;
        _reporter = reporter;
        _time = time;
        _openPipeline = openPipeline;
    }

    /// <summary>Folders that belong to living processes, as of the last look.</summary>
    public int InUse { get; private set; }

    /// <summary>Folders that were emptied.</summary>
    public int Emptied { get; private set; }

    /// <summary>Bytes of the folders that are, or wait to be, taken over and are not yet emptied.</summary>
    public long Bytes
    {
        get
        {
            lock (_gate)
                return (_present?.Folder.Bytes ?? 0) + _waiting.Values.Sum();
        }
    }

    /// <summary>Where their records wait; null as long as there were none.</summary>
    public MemoryBuffer? Memory => Volatile.Read(ref _pipeline)?.Buffer;

    /// <summary>Looks for folders every now and then, until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await EmptyAllAsync(cancellationToken).ConfigureAwait(false);
            await Waiting.PauseAsync(LookInterval, _time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Takes over all folders whose owners have ended, and empties them.</summary>
    public async Task EmptyAllAsync(CancellationToken cancellationToken)
    {
        while (TakeNext() is { } orphan)
        {
            try
            {
                await orphan.EmptyAsync(_files, Pipeline().Buffer, _damage, _time, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception) when (!cancellationToken.IsCancellationRequested)
            {
                // Some of its records are being sent, so this process must not read it again. The next process takes the rest.
                LeaveToTheNext(orphan);
                throw;
            }

            var isEmptied = orphan.Folder.IsEmpty;
            lock (_gate)
            {
                _present = null;
                if (!isEmptied)
                    _waiting[orphan.Folder.Name] = orphan.Folder.Bytes;
            }

            orphan.Folder.Dispose();
            Emptied += isEmptied && !_remainsSince.Remove(orphan.Folder.Name) ? 1 : 0;
            if (!isEmptied)
                _postponedSince[orphan.Folder.Name] = _time.GetTimestamp();
            else if (!orphan.Folder.IsGone)
                Remain(orphan.Folder.Name, isForGood: orphan.Folder.KeepsFiles);
        }
    }

    /// <summary>Cuts off what is being sent, and leaves what is not delivered to whoever comes next. The loop must have ended.</summary>
    public async Task StopAsync()
    {
        if (Volatile.Read(ref _pipeline) is { } pipeline)
            await pipeline.StopAsync().ConfigureAwait(false);

        OrphanedFolder? left;
        lock (_gate)
            (left, _present) = (_present, null);
        left?.Folder.Dispose();
        _failed.ForEach(orphan => orphan.Folder.Dispose());
        _failed.Clear();
    }

    private void LeaveToTheNext(OrphanedFolder orphan)
    {
        _failed.Add(orphan);
        lock (_gate)
        {
            _present = null;
            _waiting[orphan.Folder.Name] = orphan.Folder.Bytes;
        }
    }

    private DeliveryPipeline Pipeline()
    {
        if (_pipeline is null)
            Volatile.Write(ref _pipeline, _openPipeline());
        return _pipeline!;
    }

    // Opens the first that is free; the bytes of the others count all the same: processes that die one after the other must not
    // fill the disk.
    private OrphanedFolder? TakeNext()
    {
        var waiting = new Dictionary<string, long>();

        // Processes that have a folder before the present one, from which something is still to be shipped.
        var earlier = new HashSet<uint>();
        OrphanedFolder? next = null;
        InUse = 0;
        foreach (var name in Names())
        {
            try
            {
                if (IsPostponed(name.Text, waiting) || Look(name, mayTake: next is null && !earlier.Contains(name.Process), waiting, ref next))
                    earlier.Add(name.Process);
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                // It has gone meanwhile.
            }
            catch (IOException e)
            {
                earlier.Add(name.Process);
                if (_refused.Add(name.Text))
                    _reporter.Buffer(OssDiagnosticLevel.Warning, $"What a process left in '{name.Text}' cannot be taken over: {e.Message} It is tried again.");
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
            foreach (var text in _files.FoldersIn(_path))
            {
                if (!_hasNoLocks && !_isOwn(text) && !IsRecent(_remainsSince, text) && FolderName.TryParse(text, out var name))
                    names.Add(name);
            }

            _damage.ReportForeignEntries(_path, _files.ForeignEntriesIn(_path));
        }
        catch (IOException)
        {
            // Not there yet, or not to be listed: whoever writes to it reports that. There is another look.
        }

        names.Sort((a, b) => string.CompareOrdinal(a.Text, b.Text));
        return names;
    }

    private bool IsPostponed(string name, Dictionary<string, long> waiting)
    {
        var isPostponed = _failed.Exists(orphan => orphan.Folder.Name == name) || IsRecent(_postponedSince, name);
        if (isPostponed)
            waiting[name] = BytesOf(Path.Combine(_path, name));
        return isPostponed;
    }

    // It cannot be deleted now, for instance. What must stay in it was told, and would be told each time.
    private void Remain(string name, bool isForGood) => _remainsSince[name] = isForGood ? long.MaxValue : _time.GetTimestamp();

    private bool IsRecent(Dictionary<string, long> since, string name) =>
        since.TryGetValue(name, out var at) && _time.GetElapsedTime(at) < RetryInterval;

    private long BytesOf(string path) => _files.FilesIn(path).Sum(file => _files.LengthOf(Path.Combine(path, file)));

    // Takes a folder if it can. Says whether something of it is still to be shipped, by whomever.
    private bool Look(FolderName name, bool mayTake, Dictionary<string, long> waiting, ref OrphanedFolder? next)
    {
        var path = Path.Combine(_path, name.Text);
        if (_files.FilesIn(path).Count == 0 && _files.ForeignEntriesIn(path).Count == 0)
        {
            // Its process ended while creating it. If the process still runs, it creates it again.
            DeleteEmpty(name.Text, path);
            return false;
        }

        if (FolderLock.TryTake(_files, path, create: true) is not { } folderLock)
        {
            InUse++;
            return true;
        }

        if (!folderLock.Excludes)
        {
            folderLock.Dispose();
            _hasNoLocks = true;
            InUse++;
            _reporter.Buffer(
                OssDiagnosticLevel.Warning,
                $"The file system of '{_path}' knows no locks, so nobody can tell whether a process still writes to a folder there: what other processes left is not shipped.");
            return true;
        }

        if (!mayTake || _hasNoLocks)
        {
            folderLock.Dispose();
            waiting[name.Text] = BytesOf(path);
            return true;
        }

        next = Take(path, name, folderLock);
        return next is not null;
    }

    private void DeleteEmpty(string name, string path)
    {
        try
        {
            _files.DeleteFolder(path);
        }
        catch (IOException)
        {
            // Somebody has put a folder into it, for instance. Nothing in it is to be shipped.
            Remain(name, isForGood: false);
        }
    }

    private OrphanedFolder? Take(string path, FolderName name, FolderLock folderLock)
    {
        if (OrphanedFolder.Open(_files, path, name, folderLock, _syncs, _damage) is not { } orphan)
        {
            Remain(name.Text, isForGood: true);
            return null;
        }

        if (_remainsSince.ContainsKey(name.Text) || _postponedSince.ContainsKey(name.Text))
            return orphan;

        _counters.TookOverOrphan();
        if (orphan.Folder.SegmentCount > 0)
            _reporter.Buffer(OssDiagnosticLevel.Information, $"Events that a process left in '{orphan.Folder.Path}' are being shipped.");
        return orphan;
    }
}
