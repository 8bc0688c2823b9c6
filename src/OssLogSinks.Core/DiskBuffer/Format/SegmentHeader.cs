using System.Buffers.Binary;
using System.Globalization;
using OssLogSinks.Core.Client;

namespace OssLogSinks.Core.DiskBuffer.Format;

/// <summary>The header and the name of a segment file.</summary>
/// <param name="Version">The format's version, <see cref="FileVersion.Current"/> or one that this code cannot read.</param>
/// <param name="FolderId">The id of the folder that the file was written in; 0 if this code cannot read the version.</param>
/// <param name="FirstId">The id of the file's first record; 0 if this code cannot read the version.</param>
internal readonly record struct SegmentHeader(int Version, ulong FolderId, long FirstId)
{
    /// <summary>Bytes of a header.</summary>
    public const int Size = 40;

    /// <summary>The extension of a segment's name.</summary>
    public const string Extension = ".seg";

    private const ulong Begin = 0x4745_5346_5542_534F; // "OSBUFSEG"
    private const int Digits = 16;
    private const int CrcAt = 32;

    /// <summary>The name of the file whose first record has this id.</summary>
    public static string NameOf(long firstId) => firstId.ToString("x16", CultureInfo.InvariantCulture) + Extension;

    /// <summary>The first record's id, from a file's name.</summary>
    public static bool TryParseName(string name, out long firstId)
    {
        firstId = 0;
        if (name.Length != Digits + Extension.Length || !name.EndsWith(Extension, StringComparison.Ordinal))
            return false;

        var digits = name.Substring(0, Digits);
        return digits.All(c => c is (>= '0' and <= '9') or (>= 'a' and <= 'f'))
            && long.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out firstId);
    }

    /// <summary>Reads the header of a file; false if it is missing or damaged.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out SegmentHeader header)
    {
        header = default;
        if (!FileVersion.TryRead(bytes, Begin, out var version))
            return false;

        if (version != FileVersion.Current)
        {
            header = new SegmentHeader(version, 0, 0);
            return true;
        }

        if (bytes.Length < Size || BinaryPrimitives.ReadUInt32LittleEndian(bytes.Slice(CrcAt)) != Crc32C.Append(0, bytes.Slice(0, CrcAt)))
            return false;

        header = new SegmentHeader(
            version, BinaryPrimitives.ReadUInt64LittleEndian(bytes.Slice(16)), BinaryPrimitives.ReadInt64LittleEndian(bytes.Slice(24)));
        return true;
    }

    public byte[] ToBytes()
    {
        var bytes = new byte[Size];
        FileVersion.Write(bytes, Begin, Version);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(16), FolderId);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(24), FirstId);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(CrcAt), Crc32C.Append(0, bytes.AsSpan(0, CrcAt)));
        return bytes;
    }
}

/// <summary>The first 16 bytes of each file: its kind, its version, and a CRC-32C of both. Every later version keeps this layout.</summary>
internal static class FileVersion
{
    /// <summary>The version that this code writes, and the only one that it reads.</summary>
    public const int Current = 3;

    /// <summary>Bytes that are enough to read the version of any file.</summary>
    public const int LongestHeader = 128;

    private const int Size = 16;
    private const int CrcAt = 12;

    // Versions 1 and 2 were never released. Version 1 had other headers: 60 bytes with a CRC-32C for segments, an entry of 128 bytes with a CRC-64 for journals.
    private const ulong FirstSegment = 0x4C4F_4F50_5353_534F; // "OSSSPOOL"
    private const int FirstSegmentCrcAt = 56;
    private const uint FirstJournal = 0x01014A;
    private const int FirstJournalCrcAt = 120;

    public static void Write(Span<byte> target, ulong kind, int version)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(target, kind);
        BinaryPrimitives.WriteInt32LittleEndian(target.Slice(8), version);
        BinaryPrimitives.WriteUInt32LittleEndian(target.Slice(CrcAt), Crc32C.Append(0, target.Slice(0, CrcAt)));
    }

    public static bool TryRead(ReadOnlySpan<byte> source, ulong kind, out int version)
    {
        version = IsFirst(source) ? 1 : 0;
        if (version == 0 && source.Length >= Size && BinaryPrimitives.ReadUInt64LittleEndian(source) == kind && HasCrc32C(source, CrcAt))
            version = BinaryPrimitives.ReadInt32LittleEndian(source.Slice(8));
        return version != 0;
    }

    private static bool IsFirst(ReadOnlySpan<byte> source) =>
        (source.Length >= FirstSegmentCrcAt + sizeof(uint) && BinaryPrimitives.ReadUInt64LittleEndian(source) == FirstSegment && HasCrc32C(source, FirstSegmentCrcAt))
        || (source.Length >= LongestHeader && (BinaryPrimitives.ReadUInt32LittleEndian(source) & 0xFF_FFFF) == FirstJournal
            && BinaryPrimitives.ReadUInt64LittleEndian(source.Slice(FirstJournalCrcAt)) == Crc64.Append(0, source.Slice(0, FirstJournalCrcAt)));

    private static bool HasCrc32C(ReadOnlySpan<byte> source, int at) =>
        BinaryPrimitives.ReadUInt32LittleEndian(source.Slice(at)) == Crc32C.Append(0, source.Slice(0, at));
}
