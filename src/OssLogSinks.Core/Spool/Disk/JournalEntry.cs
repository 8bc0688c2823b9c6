using System.Buffers.Binary;
using OssLogSinks.Core.Appending;
using OssLogSinks.Core.Protocol;

namespace OssLogSinks.Core.Spool.Disk;

/// <summary>
/// One fact of the journal. On disk always <see cref="Size"/> bytes, sealed by a CRC over everything, its own place
/// included: an entry that reads well is one that was written there.
/// </summary>
/// <param name="Kind">What it says.</param>
/// <param name="Stream">
/// Of which stream; 0 where it speaks of none; for a header how many entries have room in the file, for the end of a segment the
/// id behind its last record.
/// </param>
/// <param name="Id">The record or segment; for a header the number of entries in the snapshot behind it.</param>
/// <param name="Intent">The append; only with an intent.</param>
internal readonly record struct JournalEntry(JournalEntryKind Kind, ulong Stream, long Id, AppendIntent? Intent = null)
{
    /// <summary>A power of two, so that an entry never lies on two sectors and is written whole or not at all.</summary>
    public const int Size = 128;

    private const byte Mark = (byte)'J';
    private const byte Version = 1;
    private const int SealedLength = Size - sizeof(ulong);

    public void WriteTo(Span<byte> target, in JournalPlace place)
    {
        target = target[..Size];
        target.Clear();
        target[0] = Mark;
        target[1] = Version;
        target[2] = (byte)Kind;
        target[3] = (byte)(place.Flags | (Intent?.Position.Crc64 is null ? 0 : JournalFlags.PositionHasCrc));
        BinaryPrimitives.WriteInt32LittleEndian(target[4..], place.Index);
        BinaryPrimitives.WriteInt64LittleEndian(target[8..], place.Generation);
        BinaryPrimitives.WriteInt32LittleEndian(target[16..], place.Synced);
        BinaryPrimitives.WriteUInt64LittleEndian(target[24..], Stream);
        BinaryPrimitives.WriteInt64LittleEndian(target[32..], Id);
        if (Intent is { } intent)
        {
            BinaryPrimitives.WriteInt32LittleEndian(target[20..], intent.Sequence);
            BinaryPrimitives.WriteInt64LittleEndian(target[40..], intent.Position.Length);
            BinaryPrimitives.WriteUInt64LittleEndian(target[48..], intent.Position.Crc64 ?? 0);
            BinaryPrimitives.WriteInt64LittleEndian(target[56..], intent.Length);
            BinaryPrimitives.WriteUInt64LittleEndian(target[64..], intent.Crc64);
            BinaryPrimitives.WriteInt64LittleEndian(target[72..], intent.FirstId);
            BinaryPrimitives.WriteInt64LittleEndian(target[80..], intent.LastId);
            BinaryPrimitives.WriteInt64LittleEndian(target[88..], intent.Earlier?.Length ?? 0);
            BinaryPrimitives.WriteUInt64LittleEndian(target[96..], intent.Earlier?.Crc64 ?? 0);
        }

        BinaryPrimitives.WriteUInt64LittleEndian(target[SealedLength..], Crc64.Append(0, target[..SealedLength]));
    }

    /// <summary>Reads an entry if it is whole, of this version, and stands where it was written.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, int index, out JournalEntry entry, out JournalPlace place)
    {
        entry = default;
        place = default;
        if (source[0] != Mark || source[1] != Version
            || BinaryPrimitives.ReadUInt64LittleEndian(source[SealedLength..]) != Crc64.Append(0, source[..SealedLength])
            || BinaryPrimitives.ReadInt32LittleEndian(source[4..]) != index)
            return false;

        var flags = (JournalFlags)source[3];
        place = new JournalPlace(
            BinaryPrimitives.ReadInt64LittleEndian(source[8..]),
            index,
            BinaryPrimitives.ReadInt32LittleEndian(source[16..]),
            flags & ~JournalFlags.PositionHasCrc);
        var kind = (JournalEntryKind)source[2];
        entry = new JournalEntry(
            kind,
            BinaryPrimitives.ReadUInt64LittleEndian(source[24..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[32..]),
            kind == JournalEntryKind.Intent ? ReadIntent(source, (flags & JournalFlags.PositionHasCrc) != 0) : null);
        return kind is >= JournalEntryKind.Header and <= JournalEntryKind.SegmentEnded;
    }

    private static AppendIntent ReadIntent(ReadOnlySpan<byte> source, bool positionHasCrc) =>
        new(
            BinaryPrimitives.ReadInt32LittleEndian(source[20..]),
            new AppendPosition(
                BinaryPrimitives.ReadInt64LittleEndian(source[40..]),
                positionHasCrc ? BinaryPrimitives.ReadUInt64LittleEndian(source[48..]) : null),
            BinaryPrimitives.ReadInt64LittleEndian(source[56..]),
            BinaryPrimitives.ReadUInt64LittleEndian(source[64..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[72..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[80..]))
        {
            Earlier = BinaryPrimitives.ReadInt64LittleEndian(source[88..]) is > 0 and var length
                ? new LostBody(length, BinaryPrimitives.ReadUInt64LittleEndian(source[96..]))
                : null,
        };
}

/// <summary>What an entry says. The numbers are on disk.</summary>
internal enum JournalEntryKind : byte
{
    /// <summary>The first of a slot: how many entries make up the snapshot.</summary>
    Header = 1,
    Settled = 2,
    Intent = 3,
    SegmentOpened = 4,
    SegmentDone = 5,
    SegmentRemoved = 6,

    /// <summary>A segment is complete; in the stream's place stands the id behind its last record.</summary>
    SegmentEnded = 7,
}

/// <summary>Where an entry stands.</summary>
/// <param name="Generation">The slot's, one higher with each change of slot.</param>
/// <param name="Index">In the slot.</param>
/// <param name="Synced">How many entries of the slot were known to be on the medium when this one was written: if one of them is gone, it is damage.</param>
/// <param name="Flags">What else is known.</param>
internal readonly record struct JournalPlace(long Generation, int Index, int Synced, JournalFlags Flags);

/// <summary>Marks of an entry. The numbers are on disk.</summary>
[Flags]
internal enum JournalFlags : byte
{
    None = 0,

    /// <summary>Part of the snapshot that a slot begins with.</summary>
    InSnapshot = 1,

    /// <summary>The position's CRC-64 is known.</summary>
    PositionHasCrc = 2,

    /// <summary>In a header: something was lost before this slot was begun.</summary>
    Damaged = 4,
}
