using System.Buffers.Binary;
using OssLogSinks.Core.DiskBuffer.Files;
using OssLogSinks.Core.DiskBuffer.Format;

namespace OssLogSinks.Core.DiskBuffer.Journal;

/// <summary>
/// One of the two files of a journal: a header, then entries one behind the other. It is filled with zeros up to its capacity
/// before it is used, so that the disk has the space when an entry has to be written. Not for two threads at once, but
/// <see cref="Sync"/> may run beside the rest.
/// </summary>
internal sealed class JournalFile : IDisposable
{
    private const ulong Begin = 0x4C4E_524A_4642_534F; // "OSBFJRNL"
    private const int FolderIdAt = 16;
    private const int GenerationAt = 24;
    private const int SnapshotAt = 32;
    private const int FlagsAt = 36;
    private const int CrcAt = 40;
    private const int Damaged = 1;
    private const int Piece = 64 << 10;

    private readonly IBufferFile _file;
    private readonly FolderId _folderId;
    private readonly byte[] _entry = new byte[JournalEntry.Size];
    private uint _seed;

    public JournalFile(IBufferFile file, FolderId folderId)
    {
        _file = file;
        _folderId = folderId;
        Bytes = file.Length;
    }

    /// <summary>Bytes that it takes on disk.</summary>
    public long Bytes { get; private set; }

    /// <summary>How many entries have space in it.</summary>
    public int Capacity => (int)Math.Min(int.MaxValue, Bytes / JournalEntry.Size) - 1;

    /// <summary>Bytes that a file for so many entries takes.</summary>
    public static long BytesFor(int entries) => (entries + 1L) * JournalEntry.Size;

    /// <summary>Makes space for so many entries.</summary>
    public void Grow(int entries)
    {
        var zeros = new byte[Piece];
        while (Bytes < BytesFor(entries))
        {
            var count = (int)Math.Min(Piece, BytesFor(entries) - Bytes);
            _file.Write(Bytes, zeros, 0, count);
            Bytes += count;
        }
    }

    /// <summary>Gives back the space for more than so many entries.</summary>
    public void Shrink(int entries)
    {
        if (Bytes <= BytesFor(entries))
            return;

        _file.SetLength(BytesFor(entries));
        Bytes = BytesFor(entries);
    }

    /// <summary>Begins a generation with all that still matters; whatever was in the file is no entry any more.</summary>
    public void Start(IReadOnlyList<JournalEntry> snapshot, long generation, bool isDamaged, bool sync)
    {
        Grow(snapshot.Count + 1);
        _seed = SeedOf(_folderId, generation);
        var bytes = new byte[BytesFor(snapshot.Count)];
        FileVersion.Write(bytes, Begin, FileVersion.Current);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(FolderIdAt), _folderId.Value);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(GenerationAt), generation);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(SnapshotAt), snapshot.Count);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(FlagsAt), isDamaged ? Damaged : 0);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(CrcAt), Crc32C.Append(0, bytes.AsSpan(0, CrcAt)));
        for (var i = 0; i < snapshot.Count; i++)
            snapshot[i].WriteTo(bytes.AsSpan((i + 1) * JournalEntry.Size), _seed, i, synced: 0);
        _file.Write(0, bytes, 0, bytes.Length);
        if (sync)
            _file.Sync();
    }

    public void Write(in JournalEntry entry, int index, int synced)
    {
        entry.WriteTo(_entry, _seed, index, synced);
        _file.Write((index + 1L) * JournalEntry.Size, _entry, 0, JournalEntry.Size);
    }

    public void Sync() => _file.Sync();

    public void Dispose() => _file.Dispose();

    /// <summary>Reads a journal file, at most as much of it as any journal has.</summary>
    /// <exception cref="IOException">The disk refused.</exception>
    public static JournalContent Read(IBufferFile file, FolderId folderId)
    {
        var length = (int)Math.Min(file.Length, BufferJournal.MostBytes);
        var bytes = new byte[length];
        for (var done = 0; done < length;)
        {
            var read = file.Read(done, bytes, done, length - done);
            done += read > 0 ? read : throw new IOException("The journal is shorter than it was.");
        }

        if (!FileVersion.TryRead(bytes, Begin, out var version))
            return new JournalContent { Unreadable = bytes };
        if (version != FileVersion.Current)
            return new JournalContent { IsUnknownVersion = true };
        if (length < JournalEntry.Size
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(CrcAt)) != Crc32C.Append(0, bytes.AsSpan(0, CrcAt))
            || BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(FolderIdAt)) != folderId.Value)
        {
            return new JournalContent { Unreadable = bytes };
        }

        return ReadEntries(bytes, folderId);
    }

    private static JournalContent ReadEntries(byte[] bytes, FolderId folderId)
    {
        var content = new JournalContent
        {
            Generation = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(GenerationAt)),
            WasDamaged = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(FlagsAt)) == Damaged,
        };
        var snapshot = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(SnapshotAt));
        var seed = SeedOf(folderId, content.Generation);
        var (firstGap, wasSynced, inSnapshot) = (int.MaxValue, 0, 0);
        for (var i = 0; (i + 2L) * JournalEntry.Size <= bytes.Length; i++)
        {
            if (!JournalEntry.TryRead(bytes.AsSpan((i + 1) * JournalEntry.Size), seed, i, out var entry, out var synced))
            {
                firstGap = Math.Min(firstGap, i);
                continue;
            }

            content.Entries.Add(entry);
            wasSynced = Math.Max(wasSynced, synced);
            if (i < snapshot)
                inSnapshot++;
            else
                content.IsInUse = true;
        }

        content.IsWhole = inSnapshot == snapshot;
        content.HasLost = firstGap < wasSynced;
        return content;
    }

    internal static uint SeedOf(FolderId folderId, long generation) => folderId.Seed ^ (uint)(generation * 0x9E37_79B1);
}

/// <summary>What one journal file was found to hold.</summary>
internal sealed class JournalContent
{
    /// <summary>So many generations may have been tried and have failed; no disk fails that often.</summary>
    public const int Attempts = 64;

    /// <summary>Of its header; 0 if that cannot be read.</summary>
    public long Generation { get; init; }

    public bool IsUnknownVersion { get; init; }

    /// <summary>What stands in it if its header cannot be read; null if it can.</summary>
    public byte[]? Unreadable { get; init; }

    /// <summary>Whether it holds nothing at all, which no journal file does.</summary>
    public bool IsBlank => Unreadable?.All(b => b == 0) == true;

    /// <summary>Whether something was lost before this generation began.</summary>
    public bool WasDamaged { get; init; }

    /// <summary>The entries that can be read, in order.</summary>
    public List<JournalEntry> Entries { get; } = [];

    /// <summary>Whether the snapshot that it begins with is whole.</summary>
    public bool IsWhole { get; set; }

    /// <summary>Whether something was written behind the snapshot: then the snapshot had been whole.</summary>
    public bool IsInUse { get; set; }

    /// <summary>Whether entries are missing that were known to be durable.</summary>
    public bool HasLost { get; set; }

    /// <summary>Whether a file without a header holds entries of a generation that came after this one.</summary>
    public bool HoldsEntriesAfter(long generation, FolderId folderId)
    {
        for (var next = generation + 1; Unreadable is not null && next <= generation + Attempts; next++)
        {
            var seed = JournalFile.SeedOf(folderId, next);
            for (var i = 0; (i + 2L) * JournalEntry.Size <= Unreadable.Length; i++)
            {
                if (JournalEntry.TryRead(Unreadable.AsSpan((i + 1) * JournalEntry.Size), seed, i, out _, out _))
                    return true;
            }
        }

        return false;
    }
}
