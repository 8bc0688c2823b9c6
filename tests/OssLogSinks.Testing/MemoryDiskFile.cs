using OssLogSinks.Core.DiskBuffer.Files;

namespace OssLogSinks.Testing;

/// <summary>A file of a <see cref="MemoryDisk"/> as somebody has it open. Dead, as its holder is, after a kill or a power cut.</summary>
internal sealed class MemoryDiskFile(MemoryDisk disk, MemoryFileNode node, string path, bool isExclusive, bool mayWrite) : IBufferFile
{
    private bool _isDead;

    public bool IsExclusive => isExclusive;

    public bool MayWrite => mayWrite;

    public long Length => disk.Do(DiskAct.Read, path, () => Alive().Length);

    public void Write(long offset, byte[] bytes, int start, int count) => disk.DoWrite(path, Writable, offset, bytes.AsMemory(start, count));

    public int Read(long offset, byte[] buffer, int start, int count) =>
        disk.Do(DiskAct.Read, path, () => Alive().Read(offset, buffer.AsSpan(start, count)));

    public void SetLength(long length) => disk.DoSetLength(path, Writable, length);

    public void Sync() => disk.DoSync(path, Alive);

    public void Dispose() => disk.Release(this);

    /// <summary>Makes it useless, and lets others have the file.</summary>
    public void Die()
    {
        _isDead = true;
        node.Holders.Remove(this);
    }

    private MemoryFileNode Alive() => _isDead ? throw new IOException("Whoever had this file open is dead.") : node;

    private MemoryFileNode Writable() => mayWrite ? Alive() : throw new IOException("The file is open to be read.");
}
