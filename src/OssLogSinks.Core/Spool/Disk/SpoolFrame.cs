using System.Buffers.Binary;

namespace OssLogSinks.Core.Spool.Disk;

/// <summary>
/// The head of one stored record. On disk, little endian: mark, length of the whole frame, CRC-32C of what follows the
/// head, length of the stream's name (none if an earlier frame of the block has it), offset of the event's time in minutes,
/// id, time and time of acceptance in UTC ticks, hash of the stream, CRC-32C of the head. Behind it the name and the record.
/// </summary>
/// <remarks>The head has a CRC of its own, so that a length is known to be true before anything is read because of it.</remarks>
internal readonly struct SpoolFrame
{
    /// <summary>Bytes of a head.</summary>
    public const int HeadSize = 52;

    /// <summary>The longest frame that is written or believed.</summary>
    public const int MaxLength = 1 << 30;

    private const int LengthAt = 4;
    private const int BodyCrcAt = 8;
    private const int KeyLengthAt = 12;
    private const int MinutesAt = 14;
    private const int IdAt = 16;
    private const int TimeAt = 24;
    private const int AcceptedAt = 32;
    private const int StreamAt = 40;
    private const int HeadCrcAt = 48;

    private const int LargestMinutes = 14 * 60;

    private SpoolFrame(int length, int keyLength, uint bodyCrc, long id, DateTimeOffset time, long acceptedTicks, ulong streamHash)
    {
        Length = length;
        KeyLength = keyLength;
        BodyCrc = bodyCrc;
        Id = id;
        Time = time;
        AcceptedTicks = acceptedTicks;
        StreamHash = streamHash;
    }

    public int Length { get; }

    public int KeyLength { get; }

    public uint BodyCrc { get; }

    public long Id { get; }

    public DateTimeOffset Time { get; }

    public long AcceptedTicks { get; }

    public ulong StreamHash { get; }

    /// <summary>Writes the head before a body that is already in its place.</summary>
    /// <param name="frame">The whole frame.</param>
    /// <param name="salt">The folder's salt.</param>
    /// <param name="keyLength">How much of the body is the stream's name.</param>
    /// <param name="id">The record's number.</param>
    /// <param name="time">The event's time.</param>
    /// <param name="acceptedTicks">When it was accepted, in UTC ticks.</param>
    /// <param name="streamHash">The hash of its stream.</param>
    public static void WriteHead(
        Span<byte> frame, SpoolSalt salt, int keyLength, long id, DateTimeOffset time, long acceptedTicks, ulong streamHash)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(frame, salt.Mark);
        BinaryPrimitives.WriteInt32LittleEndian(frame.Slice(LengthAt), frame.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(frame.Slice(BodyCrcAt), Crc32C.Append(salt.Seed, frame.Slice(HeadSize)));
        BinaryPrimitives.WriteUInt16LittleEndian(frame.Slice(KeyLengthAt), (ushort)keyLength);
        BinaryPrimitives.WriteInt16LittleEndian(frame.Slice(MinutesAt), (short)(time.Offset.Ticks / TimeSpan.TicksPerMinute));
        BinaryPrimitives.WriteInt64LittleEndian(frame.Slice(IdAt), id);
        BinaryPrimitives.WriteInt64LittleEndian(frame.Slice(TimeAt), time.UtcTicks);
        BinaryPrimitives.WriteInt64LittleEndian(frame.Slice(AcceptedAt), acceptedTicks);
        BinaryPrimitives.WriteUInt64LittleEndian(frame.Slice(StreamAt), streamHash);
        BinaryPrimitives.WriteUInt32LittleEndian(frame.Slice(HeadCrcAt), Crc32C.Append(salt.Seed, frame.Slice(0, HeadCrcAt)));
    }

    /// <summary>Reads a head from bytes that may be anything; true only if it was written with this salt and is whole.</summary>
    public static bool TryReadHead(ReadOnlySpan<byte> bytes, SpoolSalt salt, out SpoolFrame frame)
    {
        frame = default;
        if (bytes.Length < HeadSize
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != salt.Mark
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes.Slice(HeadCrcAt)) != Crc32C.Append(salt.Seed, bytes.Slice(0, HeadCrcAt)))
        {
            return false;
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes.Slice(LengthAt));
        var keyLength = BinaryPrimitives.ReadUInt16LittleEndian(bytes.Slice(KeyLengthAt));
        var minutes = BinaryPrimitives.ReadInt16LittleEndian(bytes.Slice(MinutesAt));
        var ticks = BinaryPrimitives.ReadInt64LittleEndian(bytes.Slice(TimeAt));

        // What follows is only ever false in a file that somebody made on purpose.
        if (length is < HeadSize or > MaxLength || keyLength > length - HeadSize || !IsTime(ticks, minutes))
            return false;

        var offset = TimeSpan.FromMinutes(minutes);
        frame = new SpoolFrame(
            length,
            keyLength,
            BinaryPrimitives.ReadUInt32LittleEndian(bytes.Slice(BodyCrcAt)),
            BinaryPrimitives.ReadInt64LittleEndian(bytes.Slice(IdAt)),
            new DateTimeOffset(ticks + offset.Ticks, offset),
            BinaryPrimitives.ReadInt64LittleEndian(bytes.Slice(AcceptedAt)),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes.Slice(StreamAt)));
        return true;
    }

    /// <summary>Whether these bytes, the head's own included, are what was written.</summary>
    public bool Verifies(ReadOnlySpan<byte> bytes, SpoolSalt salt) =>
        bytes.Length == Length && Crc32C.Append(salt.Seed, bytes.Slice(HeadSize)) == BodyCrc;

    private static bool IsTime(long ticks, int minutes)
    {
        if (ticks < 0 || ticks > DateTime.MaxValue.Ticks || minutes is < -LargestMinutes or > LargestMinutes)
            return false;

        var local = ticks + (minutes * TimeSpan.TicksPerMinute);
        return local >= 0 && local <= DateTime.MaxValue.Ticks;
    }
}
