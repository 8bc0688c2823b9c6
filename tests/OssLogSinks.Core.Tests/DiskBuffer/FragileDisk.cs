using OssLogSinks.Core.DiskBuffer.Files;

namespace OssLogSinks.Core.Tests.DiskBuffer;

/// <summary>
/// A folder in memory that dies in the middle of a chosen write, refuses chosen calls, is full when told, and forgets at a
/// power cut what was not synced, sector by sector. What is read after <see cref="Restart"/> is what a next process finds.
/// </summary>
internal sealed class FragileDisk : IBufferFiles
{
    /// <summary>Small, so that few entries of a journal fill one.</summary>
    public const int Sector = 64;

    private readonly Dictionary<string, Content> _files = [];

    /// <summary>How many more writes succeed before the process dies in one.</summary>
    public int WritesUntilDeath { get; set; } = int.MaxValue;

    /// <summary>How much of the write of its death still reaches the file, in thousandths.</summary>
    public int TornAt { get; set; }

    /// <summary>Whether the process is dead: nothing works any more.</summary>
    public bool IsDead { get; private set; }

    /// <summary>Whether no file can grow.</summary>
    public bool IsFull { get; set; }

    public bool RefusesWrites { get; set; }

    /// <summary>
    /// Whether syncs fail. What they should have made durable is then not made so by a later one that succeeds either, unless
    /// it is written again: that is how Linux does it.
    /// </summary>
    public bool RefusesSyncs { get; set; }

    public int Syncs { get; private set; }

    /// <summary>What runs in the middle of a sync, before anything is durable.</summary>
    public Action? DuringSync { get; set; }

    public Dictionary<string, byte[]> Bytes => _files.ToDictionary(f => f.Key, f => f.Value.Now);

    public void Put(string path, byte[] bytes) => _files[path] = new Content { Now = bytes, Durable = bytes };

    public void Remove(string path) => _files.Remove(path);

    /// <summary>The process is dead, the machine goes on.</summary>
    public void Restart() => (IsDead, RefusesWrites, RefusesSyncs, WritesUntilDeath) = (false, false, false, int.MaxValue);

    /// <summary>The machine dies: of each sector that was written since its last sync, the old or the new content is there.</summary>
    /// <param name="survives">Decides for each of them.</param>
    public void CutPower(Func<bool> survives)
    {
        foreach (var content in _files.Values)
        {
            var found = new byte[survives() ? content.Now.Length : content.Durable.Length];
            for (var at = 0; at < found.Length; at += Sector)
            {
                var source = survives() ? content.Now : content.Durable;
                var length = Math.Min(Math.Min(Sector, found.Length - at), Math.Max(0, source.Length - at));
                Array.Copy(source, Math.Min(at, source.Length), found, at, length);
            }

            content.Now = content.Durable = found;
        }

        Restart();
    }

    public IBufferFile Create(string path)
    {
        ThrowIfDead();
        if (_files.ContainsKey(path))
            throw new IOException("It exists.");
        if (IsFull)
            throw new IOException("The disk is full.");

        return new OpenFile(this, _files[path] = new Content());
    }

    public IBufferFile Open(string path)
    {
        ThrowIfDead();
        return new OpenFile(this, _files.TryGetValue(path, out var content) ? content : throw new FileNotFoundException(path));
    }

    public IBufferFile OpenToRead(string path) => Open(path);

    public IBufferFile OpenExclusively(string path, bool create) => throw new NotSupportedException();

    public IReadOnlyList<string> ForeignEntriesIn(string folder) => throw new NotSupportedException();

    public bool Exists(string path) => _files.ContainsKey(path);

    public long LengthOf(string path) => _files[path].Now.Length;

    public bool ExcludesOthers(string path) => throw new NotSupportedException();

    public void CreateFolder(string path) => throw new NotSupportedException();

    public IReadOnlyList<string> FilesIn(string folder) => throw new NotSupportedException();

    public IReadOnlyList<string> FoldersIn(string folder) => throw new NotSupportedException();

    public void Delete(string path) => throw new NotSupportedException();

    public void DeleteFolder(string path) => throw new NotSupportedException();

    public void Move(string from, string to) => throw new NotSupportedException();

    public void SyncFolder(string path) => ThrowIfDead();

    private void ThrowIfDead()
    {
        if (IsDead)
            throw new IOException("The process is dead.");
    }

    private sealed class Content
    {
        public byte[] Now { get; set; } = [];

        public byte[] Durable { get; set; } = [];

        // Sectors that a failed sync has taken for done, and that were not written again since.
        private readonly HashSet<long> _forgotten = [];

        public void Forget()
        {
            for (var at = 0; at < Now.Length; at += Sector)
            {
                if (!SectorOf(Now, at).SequenceEqual(SectorOf(Durable, at)))
                    _forgotten.Add(at);
            }
        }

        public void NoteWrite(long offset, int count)
        {
            for (var at = offset / Sector * Sector; at < offset + count; at += Sector)
                _forgotten.Remove(at);
        }

        public void MakeDurable(byte[] seen)
        {
            var durable = seen.ToArray();
            for (var at = 0; at < durable.Length; at += Sector)
            {
                var length = Math.Min(Sector, durable.Length - at);
                if (_forgotten.Contains(at) && at + length <= Durable.Length)
                    Durable.AsSpan(at, length).CopyTo(durable.AsSpan(at));
            }

            Durable = durable;
        }

        private static ReadOnlySpan<byte> SectorOf(byte[] bytes, int at) => bytes.AsSpan(Math.Min(at, bytes.Length), Math.Max(0, Math.Min(Sector, bytes.Length - at)));
    }

    private sealed class OpenFile(FragileDisk disk, Content content) : IBufferFile
    {
        public long Length => content.Now.Length;

        public void Write(long offset, byte[] bytes, int start, int count)
        {
            disk.ThrowIfDead();
            if (disk.RefusesWrites)
                throw new IOException("The write was refused.");
            if (disk.IsFull && offset + count > content.Now.Length)
                throw new IOException("The disk is full.");

            disk.IsDead = disk.WritesUntilDeath-- == 0;
            var written = disk.IsDead ? (int)((long)count * disk.TornAt / 1000) : count;
            var now = new byte[Math.Max(content.Now.Length, offset + written)];
            content.Now.CopyTo(now, 0);
            Array.Copy(bytes, start, now, offset, written);
            content.Now = now;
            content.NoteWrite(offset, written);
            disk.ThrowIfDead();
        }

        public int Read(long offset, byte[] buffer, int start, int count)
        {
            disk.ThrowIfDead();
            var length = (int)Math.Max(0, Math.Min(count, content.Now.Length - offset));
            Array.Copy(content.Now, Math.Min(offset, content.Now.Length), buffer, start, length);
            return length;
        }

        public void SetLength(long length)
        {
            disk.ThrowIfDead();
            var now = content.Now;
            Array.Resize(ref now, (int)length);
            content.Now = now;
        }

        public void Sync()
        {
            disk.ThrowIfDead();
            var seen = content.Now;
            disk.Syncs++;
            disk.DuringSync?.Invoke();
            if (disk.RefusesSyncs)
            {
                content.Forget();
                throw new IOException("The sync was refused.");
            }

            content.MakeDurable(seen);
        }

        public void Dispose()
        {
        }
    }
}
