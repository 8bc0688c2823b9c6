using OssLogSinks.Core.DiskBuffer.Files;
using OssLogSinks.Core.DiskBuffer.Journal;

namespace OssLogSinks.Core.Tests.DiskBuffer.Journal;

/// <summary>What a crash may leave of a journal's file, and how a file is read.</summary>
public class JournalFileTests
{
    private const string Folder = "buffer";
    private const int Header = JournalEntry.Size;
    private const int Begin = 24; // The kind of file, its version, and the folder's id are the same in each of its headers.

    private readonly MemoryDisk _disk = JournalWorld.NewDisk();

    [Fact]
    public void BeginningOfTheFirstHeader_IsNoDamage()
    {
        Create().Dispose();
        foreach (var (path, bytes) in JournalWorld.FilesOf(_disk))
        {
            for (var length = 1; length < Header; length++)
            {
                Put(path, bytes, length);
                Assert.False(JournalWorld.Found(_disk).IsDamaged, $"{path}: {length} bytes");
            }

            _disk.Put(path, bytes);
        }
    }

    [Fact]
    public void BeginningOfSomethingElse_IsDamage()
    {
        Create().Dispose();
        foreach (var (path, bytes) in JournalWorld.FilesOf(_disk))
        {
            for (var length = 1; length <= Begin; length++)
            {
                var foreign = bytes.ToArray();
                foreign[length - 1] ^= 0x80;
                Put(path, foreign, length);
                Assert.True(JournalWorld.Found(_disk).IsDamaged, $"{path}: {length} bytes");
            }

            _disk.Put(path, bytes);
        }
    }

    [Theory]
    [InlineData(Header - 1, Begin, true)]
    [InlineData(Header - 1, Header - 1, true)]
    [InlineData(Header, Begin, false)]
    public void TornFile_HasSpaceForAHeader(int length, int written, bool isDamaged)
    {
        Create().Dispose();
        var bytes = new byte[length];
        _disk.Bytes(Folder + "/journal.0").AsSpan(0, written).CopyTo(bytes);
        _disk.Put(Folder + "/journal.0", bytes);

        Assert.Equal(isDamaged, JournalWorld.Found(_disk).IsDamaged);
    }

    [Fact]
    public void TornHeaderBeforeOtherBytes_IsDamage()
    {
        Create().Dispose();
        var bytes = new byte[9 * JournalEntry.Size];
        _disk.Bytes(Folder + "/journal.0").AsSpan(0, Begin).CopyTo(bytes);
        bytes[Header] = 1;
        _disk.Put(Folder + "/journal.0", bytes);

        Assert.True(JournalWorld.Found(_disk).IsDamaged);
    }

    // The entries of the file's former generation say that it is no other file.
    [Fact]
    public void TornHeaderOfALaterGeneration_IsNoDamage()
    {
        using (var journal = Create())
        {
            journal.SegmentOpened(1);
            for (var id = 1; id <= 8; id++)
                journal.Settle(1, id);
        }

        var bytes = _disk.Bytes(Folder + "/journal.0");
        bytes[Begin] += 2;
        _disk.Put(Folder + "/journal.0", bytes);

        Assert.False(JournalWorld.Found(_disk).IsDamaged);
        Assert.Equal(8, JournalWorld.Found(_disk).Settled[1]);
    }

    [Fact]
    public void FileReadInParts_IsReadWhole()
    {
        using (var journal = Create())
            journal.Settle(1, 5);
        using var file = new JournalFile(new PartFile(_disk.Bytes(Folder + "/journal.0")), JournalWorld.FolderId);

        Assert.Equal([new JournalEntry(JournalEntryKind.Settled, 1, 5)], file.Read().Entries);
    }

    [Fact]
    public void FileThatBecameShorter_IsRefused()
    {
        using var file = new JournalFile(new PartFile(new byte[100]) { Length = 101 }, JournalWorld.FolderId);

        Assert.Throws<IOException>(file.Read);
    }

    private BufferJournal Create() => BufferJournal.Create(_disk, Folder, JournalWorld.FolderId, syncs: true, entries: 8);

    // A file of the same size with the first bytes only.
    private void Put(string path, byte[] bytes, int length)
    {
        var torn = new byte[bytes.Length];
        bytes.AsSpan(0, length).CopyTo(torn);
        _disk.Put(path, torn);
    }

    /// <summary>A file that reads a few bytes at a time.</summary>
    private sealed class PartFile(byte[] bytes) : IBufferFile
    {
        public long Length { get; init; } = bytes.Length;

        public int Read(long offset, byte[] buffer, int start, int count)
        {
            var part = bytes.AsSpan((int)offset, Math.Min(Math.Min(count, 7), bytes.Length - (int)offset));
            part.CopyTo(buffer.AsSpan(start, count));
            return part.Length;
        }

        public void Write(long offset, byte[] bytes, int start, int count) => throw new NotSupportedException();

        public void SetLength(long length) => throw new NotSupportedException();

        public void Sync() => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
