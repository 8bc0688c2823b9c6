using System.Buffers.Binary;
using System.Globalization;

namespace OssLogSinks.Core.Spool.Disk;

/// <summary>What a segment file begins with, and how it is called.</summary>
/// <param name="Version">The format's version, <see cref="CurrentVersion"/> or one that this code cannot read.</param>
/// <param name="Salt">The salt of the folder in which it was written.</param>
/// <param name="FirstId">The id of its first record.</param>
/// <param name="EarlierEnd">
/// Records from this id on do not count if they stand in an earlier segment: they were to be cut off there, and could not be.
/// </param>
/// <param name="PreviousFirstId">The first id of the segment right before this one; 0 if there is none.</param>
/// <param name="PreviousEnd">The id behind that segment's last record.</param>
internal readonly record struct SegmentHeader(int Version, ulong Salt, long FirstId, long EarlierEnd, long PreviousFirstId, long PreviousEnd)
{
    public const int CurrentVersion = 1;

    /// <summary>Bytes of a header.</summary>
    public const int Size = 60;

    /// <summary>How a segment's name ends.</summary>
    public const string Extension = ".seg";

    private const ulong Begin = 0x4C4F_4F50_5353_534F; // "OSSSPOOL"
    private const int VersionAt = 8;
    private const int SaltAt = 16;
    private const int FirstIdAt = 24;
    private const int EarlierEndAt = 32;
    private const int PreviousAt = 40;
    private const int PreviousEndAt = 48;
    private const int CrcAt = 56;
    private const int Digits = 16;

    /// <summary>The name of the file whose first record has this id.</summary>
    public static string NameOf(long firstId) => firstId.ToString("x16", CultureInfo.InvariantCulture) + Extension;

    /// <summary>The first record's id as a file's name says it.</summary>
    public static bool TryParseName(string name, out long firstId)
    {
        firstId = 0;
        if (name.Length != Digits + Extension.Length || !name.EndsWith(Extension, StringComparison.Ordinal))
            return false;

        foreach (var digit in name.AsSpan(0, Digits))
        {
            var value = digit is >= '0' and <= '9' ? digit - '0' : digit is >= 'a' and <= 'f' ? digit - 'a' + 10 : -1;
            if (value < 0)
                return false;

            firstId = (firstId << 4) | (long)value;
        }

        return true;
    }

    /// <summary>Reads the header of a file; false if there is none that is whole.</summary>
    public static bool TryRead(ISpoolFile file, out SegmentHeader header)
    {
        var bytes = new byte[Size];
        var count = 0;
        for (var read = -1; read != 0 && count < Size; count += read)
            read = file.Read(count, bytes, count, Size - count);

        return TryRead(bytes.AsSpan(0, count), out header);
    }

    public static bool TryRead(ReadOnlySpan<byte> bytes, out SegmentHeader header)
    {
        header = default;
        if (bytes.Length < Size
            || BinaryPrimitives.ReadUInt64LittleEndian(bytes) != Begin
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes.Slice(CrcAt)) != Crc32C.Append(0, bytes.Slice(0, CrcAt)))
        {
            return false;
        }

        header = new SegmentHeader(
            BinaryPrimitives.ReadInt32LittleEndian(bytes.Slice(VersionAt)),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes.Slice(SaltAt)),
            BinaryPrimitives.ReadInt64LittleEndian(bytes.Slice(FirstIdAt)),
            BinaryPrimitives.ReadInt64LittleEndian(bytes.Slice(EarlierEndAt)),
            BinaryPrimitives.ReadInt64LittleEndian(bytes.Slice(PreviousAt)),
            BinaryPrimitives.ReadInt64LittleEndian(bytes.Slice(PreviousEndAt)));
        return true;
    }

    public byte[] ToBytes()
    {
        var bytes = new byte[Size];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, Begin);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(VersionAt), Version);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(SaltAt), Salt);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(FirstIdAt), FirstId);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(EarlierEndAt), EarlierEnd);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(PreviousAt), PreviousFirstId);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(PreviousEndAt), PreviousEnd);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(CrcAt), Crc32C.Append(0, bytes.AsSpan(0, CrcAt)));
        return bytes;
    }
}
