using System.Buffers.Binary;

namespace OssLogSinks.Core.DiskBuffer.Format;

/// <summary>What a block begins with. Nothing in it is believed before the checksum over the whole block is right.</summary>
/// <param name="Length">Bytes of the block, its header included.</param>
/// <param name="Count">Its records.</param>
/// <param name="FirstId">The id of its first record; the others follow without a gap.</param>
/// <param name="AcceptedAt">When its first record was accepted, in milliseconds of UTC.</param>
/// <param name="RecordsEnd">Where in the block its records end, and the names of their streams begin.</param>
internal readonly record struct BlockHeader(int Length, int Count, long FirstId, long AcceptedAt, int RecordsEnd)
{
    /// <summary>Bytes of a header.</summary>
    public const int Size = 40;

    /// <summary>The most that a block may have: the largest record and its stream's name.</summary>
    public const int LargestBlock = (64 << 20) + (16 << 10);

    /// <summary>The fewest bytes that a record takes.</summary>
    public const int SmallestRecord = 4;

    // What the checksum covers begins behind it.
    private const int CoveredFrom = 8;

    public long LastId => FirstId + Count - 1;

    /// <summary>Begins a block that is complete but for its header.</summary>
    public void WriteTo(Span<byte> block, FolderSalt salt)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(block, salt.Mark);
        BinaryPrimitives.WriteInt32LittleEndian(block.Slice(8), Length);
        BinaryPrimitives.WriteInt32LittleEndian(block.Slice(12), Count);
        BinaryPrimitives.WriteInt64LittleEndian(block.Slice(16), FirstId);
        BinaryPrimitives.WriteInt64LittleEndian(block.Slice(24), AcceptedAt);
        BinaryPrimitives.WriteInt32LittleEndian(block.Slice(32), RecordsEnd);
        BinaryPrimitives.WriteInt32LittleEndian(block.Slice(36), 0);
        BinaryPrimitives.WriteUInt32LittleEndian(block.Slice(4), Checksum(block.Slice(0, Length), salt));
    }

    /// <summary>Reads a header that can be one; whether it is, the checksum tells.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, FolderSalt salt, out BlockHeader header)
    {
        header = default;
        if (bytes.Length < Size || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != salt.Mark)
            return false;

        header = new BlockHeader(
            BinaryPrimitives.ReadInt32LittleEndian(bytes.Slice(8)),
            BinaryPrimitives.ReadInt32LittleEndian(bytes.Slice(12)),
            BinaryPrimitives.ReadInt64LittleEndian(bytes.Slice(16)),
            BinaryPrimitives.ReadInt64LittleEndian(bytes.Slice(24)),
            BinaryPrimitives.ReadInt32LittleEndian(bytes.Slice(32)));
        return header.Length is > Size and <= LargestBlock
            && header.RecordsEnd > Size && header.RecordsEnd < header.Length
            && header.Count > 0 && header.Count <= (header.RecordsEnd - Size) / SmallestRecord
            && header.FirstId > 0 && header.FirstId <= long.MaxValue - header.Count;
    }

    /// <summary>Whether a block is what was written.</summary>
    public static bool Verifies(ReadOnlySpan<byte> block, FolderSalt salt) =>
        BinaryPrimitives.ReadUInt32LittleEndian(block.Slice(4)) == Checksum(block, salt);

    private static uint Checksum(ReadOnlySpan<byte> block, FolderSalt salt) => Crc32C.Append(salt.Seed, block.Slice(CoveredFrom));
}
