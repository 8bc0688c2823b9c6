using System.Buffers.Binary;
using OssLogSinks.Core.DiskBuffer.Format;
using OssLogSinks.Core.Records;

namespace OssLogSinks.Core.DiskBuffer.Journal;

/// <summary>
/// One entry of the journal. On disk it always has <see cref="Size"/> bytes with a checksum and its place, so that an entry that was copied or is
/// of an earlier generation does not count.
/// </summary>
/// <param name="Kind">The kind of entry.</param>
/// <param name="Stream">The stream; 0 if there is none.</param>
/// <param name="Id">The record, or the first record of the segment; for <see cref="JournalEntryKind.Numbered"/> the last number.</param>
/// <param name="End">For the end of a segment: the id after its last record. For <see cref="JournalEntryKind.Numbered"/>: the sequence.</param>
/// <param name="Intent">The append; for <see cref="JournalEntryKind.Earlier"/>, one with only the body.</param>
internal readonly record struct JournalEntry(JournalEntryKind Kind, ulong Stream, long Id, long End = 0, AppendIntent? Intent = null)
{
    /// <summary>Bytes of an entry.</summary>
    public const int Size = 80;

    private const byte PositionHasCrc = 1;
    private const byte KeepsEarlier = 2;

    /// <summary>The entry for how far a stream's records are numbered.</summary>
    public static JournalEntry OfNumber(ulong stream, SequenceMark mark) =>
        new(JournalEntryKind.Numbered, stream, mark.Last, unchecked((long)mark.Id));

    public void WriteTo(Span<byte> target, FolderId folderId, in JournalPlace place)
    {
        target = target.Slice(0, Size);
        target.Clear();
        target[4] = (byte)Kind;
        BinaryPrimitives.WriteInt32LittleEndian(target.Slice(8), place.Index);
        BinaryPrimitives.WriteInt32LittleEndian(target.Slice(12), place.Synced);
        BinaryPrimitives.WriteUInt64LittleEndian(target.Slice(16), Stream);
        BinaryPrimitives.WriteInt64LittleEndian(target.Slice(24), Intent?.FirstId ?? Id);
        BinaryPrimitives.WriteInt64LittleEndian(target.Slice(32), Intent?.LastId ?? End);
        BinaryPrimitives.WriteInt32LittleEndian(target.Slice(76), place.Generation);
        if (Intent is { } intent)
        {
            target[5] = (byte)((intent.Position.Crc64 is null ? 0 : PositionHasCrc) | (intent.Earlier.Count > 0 ? KeepsEarlier : 0));
            BinaryPrimitives.WriteInt64LittleEndian(target.Slice(40), intent.Position.Length);
            BinaryPrimitives.WriteUInt64LittleEndian(target.Slice(48), intent.Position.Crc64 ?? 0);
            BinaryPrimitives.WriteInt64LittleEndian(target.Slice(56), intent.Length);
            BinaryPrimitives.WriteUInt64LittleEndian(target.Slice(64), intent.Crc64);
            BinaryPrimitives.WriteInt32LittleEndian(target.Slice(72), intent.Sequence);
        }

        BinaryPrimitives.WriteUInt32LittleEndian(target, Crc32C.Append(folderId.Seed, target.Slice(4)));
    }

    /// <summary>Reads an entry if it is intact.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, FolderId folderId, out JournalEntry entry, out JournalPlace place)
    {
        (entry, place) = (default, default);
        source = source.Slice(0, Size);
        var kind = (JournalEntryKind)source[4];
        if (BinaryPrimitives.ReadUInt32LittleEndian(source) != Crc32C.Append(folderId.Seed, source.Slice(4)) || kind is < JournalEntryKind.Settled or > JournalEntryKind.Numbered)
            return false;

        place = new JournalPlace(
            BinaryPrimitives.ReadInt32LittleEndian(source.Slice(76)),
            BinaryPrimitives.ReadInt32LittleEndian(source.Slice(8)),
            BinaryPrimitives.ReadInt32LittleEndian(source.Slice(12)));
        var intent = kind is JournalEntryKind.Intent or JournalEntryKind.Earlier ? ReadIntent(source) : null;
        entry = new JournalEntry(
            kind,
            BinaryPrimitives.ReadUInt64LittleEndian(source.Slice(16)),
            BinaryPrimitives.ReadInt64LittleEndian(source.Slice(24)),
            BinaryPrimitives.ReadInt64LittleEndian(source.Slice(32)),
            intent);
        return intent is null || (intent is { Sequence: >= 0, Position.Length: >= 0, Length: > 0, FirstId: > 0 } && intent.LastId >= intent.FirstId);
    }

    private static AppendIntent ReadIntent(ReadOnlySpan<byte> source)
    {
        var position = new AppendPosition(
            BinaryPrimitives.ReadInt64LittleEndian(source.Slice(40)),
            (source[5] & PositionHasCrc) != 0 ? BinaryPrimitives.ReadUInt64LittleEndian(source.Slice(48)) : null);
        var intent = new AppendIntent(
            BinaryPrimitives.ReadInt32LittleEndian(source.Slice(72)),
            position,
            BinaryPrimitives.ReadInt64LittleEndian(source.Slice(56)),
            BinaryPrimitives.ReadUInt64LittleEndian(source.Slice(64)),
            BinaryPrimitives.ReadInt64LittleEndian(source.Slice(24)),
            BinaryPrimitives.ReadInt64LittleEndian(source.Slice(32)));

        // The entries before this one say which bodies they are.
        return (source[5] & KeepsEarlier) != 0 ? intent with { Earlier = [intent.Body] } : intent;
    }
}

/// <summary>The place of an entry.</summary>
/// <param name="Generation">The generation of the file.</param>
/// <param name="Index">The index in the file.</param>
/// <param name="Synced">How many entries of the file were known to be durable when this one was written.</param>
internal readonly record struct JournalPlace(int Generation, int Index, int Synced);

/// <summary>The kinds of entries. The numbers are stored on disk.</summary>
internal enum JournalEntryKind : byte
{
    /// <summary>All records of a stream up to an id have been delivered or dropped.</summary>
    Settled = 1,

    /// <summary>An append is about to be sent.</summary>
    Intent = 2,
    SegmentOpened = 3,

    /// <summary>All records of a segment have been delivered or dropped; its file may be deleted.</summary>
    SegmentDone = 4,

    /// <summary>The file of a segment was deleted.</summary>
    SegmentRemoved = 5,

    /// <summary>A segment is complete.</summary>
    SegmentEnded = 6,

    /// <summary>Other bytes that an earlier process sent to the same place, for the intent of the same stream.</summary>
    Earlier = 7,

    /// <summary>How far the numbers of a stream's records are on disk.</summary>
    Numbered = 8,
}
