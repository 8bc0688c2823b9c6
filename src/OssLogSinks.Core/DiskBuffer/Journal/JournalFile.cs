using System.Buffers.Binary;
using OssLogSinks.Core.DiskBuffer.Files;
using OssLogSinks.Core.DiskBuffer.Format;

namespace OssLogSinks.Core.DiskBuffer.Journal;

/// <summary>
/// One of the two files of a journal: a header, then the entries. It is filled with zeros up to its capacity before it is used, so that the disk
/// has the space when an entry must be written. Not thread-safe, except that <see cref="Sync"/> may run at the same time.
/// </summary>
internal sealed class JournalFile(IBufferFile file, FolderId folderId) : IDisposable
{
    private const ulong Begin = 0x4C4E_524A_4642_534F; // "OSBFJRNL"
    private const int FolderIdAt = 16;
    private const int GenerationAt = 24;
    private const int SnapshotAt = 32;
    private const int FlagsAt = 36;
    private const int CrcAt = 40;
    private const int Damaged = 1;

    private static readonly byte[] Zeros = new byte[64 << 10];

    private readonly byte[] _entry = new byte[JournalEntry.Size];

    /// <summary>Bytes that it takes on disk. Of a file that is not new, known after <see cref="Read"/>.</summary>
    public long Bytes { get; private set; }

    /// <summary>The number of entries that it has space for.</summary>
    public int Capacity => (int)Math.Min(int.MaxValue, Bytes / JournalEntry.Size) - 1;

    /// <summary>The generation of its snapshot; a higher one is later.</summary>
    public int Generation { get; private set; }

    /// <summary>Bytes that a file for this many entries takes.</summary>
    public static long BytesFor(int entries) => (entries + 1L) * JournalEntry.Size;

    /// <summary>Reserves space for this many entries.</summary>
    public void Grow(int entries)
    {
        while (Bytes < BytesFor(entries))
        {
            var count = (int)Math.Min(Zeros.Length, BytesFor(entries) - Bytes);
            file.Write(Bytes, Zeros, 0, count);
            Bytes += count;
        }
    }

    /// <summary>Frees the space beyond this many entries.</summary>
    public void Shrink(int entries)
    {
        if (Bytes <= BytesFor(entries))
            return;

        file.SetLength(BytesFor(entries));
        Bytes = BytesFor(entries);
    }

    /// <summary>Begins a generation with a snapshot of the state. Older entries in the file no longer count.</summary>
    public void Start(IReadOnlyList<JournalEntry> snapshot, int generation, bool isDamaged, bool sync)
    {
        Grow(snapshot.Count + 1);
        Generation = generation;
        var bytes = new byte[BytesFor(snapshot.Count)];
        WriteBegin(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(GenerationAt), generation);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(SnapshotAt), snapshot.Count);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(FlagsAt), isDamaged ? Damaged : 0);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(CrcAt), Crc32C.Append(0, bytes.AsSpan(0, CrcAt)));
        for (var i = 0; i < snapshot.Count; i++)
            snapshot[i].WriteTo(bytes.AsSpan((i + 1) * JournalEntry.Size), folderId, new JournalPlace(generation, i, 0));
        file.Write(0, bytes, 0, bytes.Length);
        if (sync)
            file.Sync();
    }

    public void Write(in JournalEntry entry, int index, int synced)
    {
        entry.WriteTo(_entry, folderId, new JournalPlace(Generation, index, synced));
        file.Write((index + 1L) * JournalEntry.Size, _entry, 0, JournalEntry.Size);
    }

    public void Sync() => file.Sync();

    public void Dispose() => file.Dispose();

    /// <summary>Reads its content, up to the size of the largest journal.</summary>
    /// <exception cref="IOException">The disk refused.</exception>
    public JournalContent Read()
    {
        Bytes = file.Length;
        var bytes = new byte[(int)Math.Min(Bytes, BufferJournal.MostBytes)];
        for (var done = 0; done < bytes.Length;)
        {
            var read = file.Read(done, bytes, done, bytes.Length - done);
            done += read > 0 ? read : throw new IOException("The journal is shorter than it was.");
        }

        var hasVersion = FileVersion.TryRead(bytes, Begin, out var version);
        var content = new JournalContent { IsUnknownVersion = hasVersion && version != FileVersion.Current };
        var hasHeader = hasVersion && !content.IsUnknownVersion && bytes.Length >= JournalEntry.Size
            && BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(CrcAt)) == Crc32C.Append(0, bytes.AsSpan(0, CrcAt))
            && BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(FolderIdAt)) == folderId.Value;
        if (hasHeader)
        {
            content.Generation = Generation = content.LastGeneration = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(GenerationAt));
            content.WasDamaged = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(FlagsAt)) == Damaged;
        }

        ReadEntries(bytes, content, hasHeader ? BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(SnapshotAt)) : int.MaxValue);
        content.IsReplaced = content.LastGeneration == 0 && !MayBeTorn(bytes);
        return content;
    }

    private void WriteBegin(Span<byte> bytes)
    {
        FileVersion.Write(bytes, Begin, FileVersion.Current);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.Slice(FolderIdAt), folderId.Value);
    }

    // A crash leaves the file at its full size, with at least the beginning of its first header.
    private bool MayBeTorn(byte[] bytes)
    {
        var last = Array.FindLastIndex(bytes, b => b != 0);
        Span<byte> begin = stackalloc byte[GenerationAt];
        WriteBegin(begin);
        return bytes.Length >= JournalEntry.Size && last is >= 0 and < JournalEntry.Size
            && begin.StartsWith(bytes.AsSpan(0, Math.Min(last + 1, GenerationAt)));
    }

    private void ReadEntries(byte[] bytes, JournalContent content, int snapshot)
    {
        var (firstGap, wasSynced, inSnapshot) = (int.MaxValue, 0, 0);
        for (var i = 0; (i + 2L) * JournalEntry.Size <= bytes.Length; i++)
        {
            var isRead = JournalEntry.TryRead(bytes.AsSpan((i + 1) * JournalEntry.Size), folderId, out var entry, out var place) && place.Index == i;
            if (isRead)
                content.LastGeneration = Math.Max(content.LastGeneration, place.Generation);
            if (!isRead || place.Generation != content.Generation)
            {
                firstGap = Math.Min(firstGap, i);
                continue;
            }

            content.Entries.Add(entry);
            wasSynced = Math.Max(wasSynced, place.Synced);
            inSnapshot += i < snapshot ? 1 : 0;
            content.IsInUse |= i >= snapshot;
        }

        content.IsWhole = inSnapshot == snapshot;
        content.HasLost = firstGap < wasSynced;
    }
}

/// <summary>The content of one journal file.</summary>
internal sealed class JournalContent
{
    public bool IsUnknownVersion { get; init; }

    /// <summary>
    /// Whether it has nothing that was written for its folder: no entries and no space for them, only zeros, or bytes of something else. A
    /// crash leaves the space, and a part of a header at least.
    /// </summary>
    public bool IsReplaced { get; set; }

    /// <summary>The generation in its header; 0 if the header cannot be read.</summary>
    public int Generation { get; set; }

    /// <summary>The highest generation in the header and in all entries, including those that no longer count.</summary>
    public int LastGeneration { get; set; }

    /// <summary>Whether entries were lost before this generation began.</summary>
    public bool WasDamaged { get; set; }

    /// <summary>The readable entries of its generation, in order.</summary>
    public List<JournalEntry> Entries { get; } = [];

    /// <summary>Whether its snapshot is complete.</summary>
    public bool IsWhole { get; set; }

    /// <summary>Whether entries were written after the snapshot: then the snapshot was complete.</summary>
    public bool IsInUse { get; set; }

    /// <summary>Whether entries are missing that were known to be durable.</summary>
    public bool HasLost { get; set; }
}
