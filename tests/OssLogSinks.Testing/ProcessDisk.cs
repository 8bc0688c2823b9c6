using OssLogSinks.Core.DiskBuffer.Files;

namespace OssLogSinks.Testing;

/// <summary>
/// The disk as one process sees it while it lives. Its death lies between two acts, or in the middle of a write; afterwards
/// every call is refused, and what it had open is free for others.
/// </summary>
internal sealed class ProcessDisk(MemoryDisk disk) : IBufferFiles
{
    private readonly object _gate = new();
    private readonly HashSet<ProcessFile> _open = [];
    private long _actsLeft = long.MaxValue;
    private long _writesLeft = long.MaxValue;

    public bool IsDead { get; private set; }

    /// <summary>How much of a write in the middle of which it dies still reaches the file. Default: half.</summary>
    public double LastWriteShare { get; init; } = 0.5;

    /// <summary>The most files that were open at once.</summary>
    public int MostOpen { get; private set; }

    /// <summary>What happens at the chosen act, before the process is dead.</summary>
    public Action? OnDeath { get; set; }

    /// <summary>Dies after so many more acts that change something.</summary>
    public void DieAfter(long acts)
    {
        lock (_gate)
            _actsLeft = acts;
    }

    /// <summary>Dies in the middle of a write, after so many whole ones.</summary>
    public void DieInWrite(long after)
    {
        lock (_gate)
            _writesLeft = after;
    }

    public void Die()
    {
        lock (_gate)
        {
            if (IsDead)
                return;

            IsDead = true;
            foreach (var file in _open)
                file.Inner.Dispose();
            OnDeath?.Invoke();
        }
    }

    public void CreateFolder(string path) => Change(() => disk.CreateFolder(path));

    public IReadOnlyList<string> FilesIn(string folder) => Do(() => disk.FilesIn(folder));

    public IReadOnlyList<string> FoldersIn(string folder) => Do(() => disk.FoldersIn(folder));

    public IReadOnlyList<string> ForeignEntriesIn(string folder) => Do(() => disk.ForeignEntriesIn(folder));

    public bool Exists(string path) => disk.Exists(path);

    public long LengthOf(string path) => Do(() => disk.LengthOf(path));

    public bool ExcludesOthers(string path) => disk.ExcludesOthers(path);

    public IBufferFile Create(string path) => Change(() => Hold(disk.Create(path)));

    public IBufferFile Open(string path) => Do(() => Hold(disk.Open(path)));

    public IBufferFile OpenToRead(string path) => Do(() => Hold(disk.OpenToRead(path)));

    public IBufferFile OpenExclusively(string path, bool create) => Do(() => Hold(disk.OpenExclusively(path, create)));

    public void Delete(string path) => Change(() => disk.Delete(path));

    public void DeleteFolder(string path) => Change(() => disk.DeleteFolder(path));

    public void Move(string from, string to) => Change(() => disk.Move(from, to));

    public void SyncFolder(string path) => Change(() => disk.SyncFolder(path));

    private ProcessFile Hold(IBufferFile inner)
    {
        var file = new ProcessFile(this, inner);
        _open.Add(file);
        MostOpen = Math.Max(MostOpen, _open.Count);
        return file;
    }

    private void Change(Action act) => Change(() =>
    {
        act();
        return true;
    });

    private T Change<T>(Func<T> act) => Do(() =>
    {
        Live();
        return act();
    });

    private T Do<T>(Func<T> act)
    {
        lock (_gate)
            return IsDead ? throw new IOException("The process is dead.") : act();
    }

    private void Live(Action? inTheMiddle = null)
    {
        if (_actsLeft-- > 0 && (inTheMiddle is null || _writesLeft-- > 0))
            return;

        inTheMiddle?.Invoke();
        Die();
        throw new IOException("The process is dead.");
    }

    private sealed class ProcessFile(ProcessDisk disk, IBufferFile inner) : IBufferFile
    {
        public IBufferFile Inner => inner;

        public long Length => disk.Do(() => inner.Length);

        public void Write(long offset, byte[] bytes, int start, int count) => disk.Do(() =>
        {
            disk.Live(() => inner.Write(offset, bytes, start, (int)(count * disk.LastWriteShare)));
            inner.Write(offset, bytes, start, count);
            return true;
        });

        public int Read(long offset, byte[] buffer, int start, int count) => disk.Do(() => inner.Read(offset, buffer, start, count));

        public void SetLength(long length) => disk.Change(() => inner.SetLength(length));

        public void Sync() => disk.Change(inner.Sync);

        public void Dispose()
        {
            lock (disk._gate)
            {
                if (disk._open.Remove(this))
                    inner.Dispose();
            }
        }
    }
}
