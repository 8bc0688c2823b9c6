using OssLogSinks.Core.Diagnostics;

namespace OssLogSinks.Core.Spool.Disk;

/// <summary>
/// Takes over the folders of processes that are no more, and ships what is in them, one folder after the other. Each is
/// shipped by one process only: the one that has its lock. One loop of its own does all of this.
/// </summary>
internal sealed class SpoolAdoption
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(10);

    // Each takes several open files, and one at a time is emptied: the rest is left to other processes as well.
    private const int MostHeld = 4;

    private readonly ISpoolFiles _files;
    private readonly string _path;
    private readonly string? _ownName;
    private readonly bool _syncs;
    private readonly DamageReport _damage;
    private readonly DeliverySetup _setup;
    private readonly Func<ShippingLane> _openLane;
    private readonly object _gate = new();

    // Guarded by _gate.
    private readonly List<AdoptedFolder> _held = [];

    // By name: the bytes of those that wait for their turn.
    private Dictionary<string, long> _waiting = [];

    private ShippingLane? _lane;
    private bool _hasNoLocks;

    // The loop's own: what is left of a folder that nobody can remove, and which ones have been refused.
    private readonly HashSet<string> _remains = [];
    private readonly HashSet<string> _refused = [];
    private Dictionary<string, long> _measured = [];

    /// <param name="files">The disk.</param>
    /// <param name="path">The folder that all processes share.</param>
    /// <param name="ownName">This process's own folder in it; null if it has none.</param>
    /// <param name="syncs">Whether journals are made durable.</param>
    /// <param name="damage">What cannot be read is told here.</param>
    /// <param name="setup">The clock and the reports.</param>
    /// <param name="openLane">Opens the way by which all of it is shipped.</param>
    public SpoolAdoption(
        ISpoolFiles files, string path, string? ownName, bool syncs, DamageReport damage, DeliverySetup setup, Func<ShippingLane> openLane)
    {
        _files = files;
        _path = path;
        _ownName = ownName;
        _syncs = syncs;
        _damage = damage;
        _setup = setup;
        _openLane = openLane;
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
                return _held.Sum(f => f.Folder.Bytes) + _waiting.Values.Sum();
        }
    }

    /// <summary>The way by which all of it is shipped; null as long as nothing was.</summary>
    public MemorySpool? Memory => Volatile.Read(ref _lane)?.Spool;

    /// <summary>Looks for folders every now and then, until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await EmptyAllAsync(cancellationToken).ConfigureAwait(false);
            await Waiting.PauseAsync(LookInterval, _setup.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Takes over all folders whose owners are no more, and empties them.</summary>
    public async Task EmptyAllAsync(CancellationToken cancellationToken)
    {
        do
        {
            TakeAll();
            while (Next() is { } adopted)
            {
                await adopted.EmptyAsync(_files, Lane().Spool, _damage, _setup.Time, cancellationToken).ConfigureAwait(false);
                lock (_gate)
                    _held.Remove(adopted);
                adopted.Folder.Dispose();
                Emptied++;
                if (!adopted.Folder.IsGone)
                    _remains.Add(adopted.Name);
            }
        }
        while (HasWaiting());
    }

    /// <summary>Cuts off what is being sent, and leaves what is not stored to whoever comes next. The loop must have ended.</summary>
    public async Task StopAsync()
    {
        if (Volatile.Read(ref _lane) is { } lane)
            await lane.StopAsync().ConfigureAwait(false);

        foreach (var adopted in _held)
            adopted.Folder.Dispose();
        _held.Clear();
    }

    private AdoptedFolder? Next()
    {
        lock (_gate)
            return _held.Count > 0 ? _held[0] : null;
    }

    private bool HasWaiting()
    {
        lock (_gate)
            return _waiting.Count > 0;
    }

    private ShippingLane Lane()
    {
        if (_lane is null)
            Volatile.Write(ref _lane, _openLane());
        return _lane!;
    }

    private void TakeAll()
    {
        InUse = 0;
        _measured = _waiting;
        lock (_gate)
            _waiting = [];
        try
        {
            foreach (var name in _files.FoldersIn(_path))
                if (name != _ownName && SpoolFolderName.TryParse(name, out var parsed) && !_hasNoLocks && !_remains.Contains(name))
                    Take(parsed);
        }
        catch (IOException)
        {
            // Not there yet, or not to be listed: whoever writes to it reports that. There is another look.
        }
    }

    private void Take(SpoolFolderName name)
    {
        lock (_gate)
        {
            if (_held.Exists(f => f.Name == name.Text))
                return;

            // Nobody writes to it any more.
            if (_held.Count == MostHeld && _measured.TryGetValue(name.Text, out var bytes))
            {
                _waiting.Add(name.Text, bytes);
                return;
            }
        }

        try
        {
            var path = Path.Combine(_path, name.Text);
            if (_files.FilesIn(path).Count == 0)
            {
                // Left in the moment of its making; should its owner live, it makes it again.
                _files.DeleteFolder(path);
                return;
            }

            if (FolderLock.TryTake(_files, path, create: true) is not { } folderLock)
            {
                InUse++;
                return;
            }

            if (!folderLock.Excludes)
            {
                folderLock.Dispose();
                _hasNoLocks = true;
                InUse++;
                _setup.Reporter.Buffer(
                    OssDiagnosticLevel.Warning,
                    $"The file system of '{_path}' knows no locks, so nobody can tell whether a process still writes to a folder there: what other processes left is not shipped.");
                return;
            }

            if (_held.Count < MostHeld)
                Hold(AdoptedFolder.Open(_files, path, name, folderLock, _syncs, _damage));
            else
                LetWait(name.Text, path, folderLock);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            // It has gone meanwhile.
        }
        catch (IOException e)
        {
            if (_refused.Add(name.Text))
                _setup.Reporter.Buffer(OssDiagnosticLevel.Warning, $"What a process left in '{name.Text}' cannot be taken over: {e.Message} It is tried again.");
        }
    }

    private void Hold(AdoptedFolder adopted)
    {
        lock (_gate)
            _held.Add(adopted);

        _setup.Counters.Adopted();
        if (adopted.Folder.HasSegments)
            _setup.Reporter.Buffer(OssDiagnosticLevel.Information, $"Events that a process left in '{adopted.Folder.Path}' are being shipped.");
    }

    // Its bytes count all the same: processes that die one after the other must not fill the disk.
    private void LetWait(string name, string path, FolderLock folderLock)
    {
        folderLock.Dispose();
        var bytes = 0L;
        foreach (var file in _files.FilesIn(path))
        {
            using var opened = _files.OpenToRead(Path.Combine(path, file));
            bytes += opened.Length;
        }

        lock (_gate)
            _waiting[name] = bytes;
    }
}
