using System.Buffers.Binary;
#if NET8_0_OR_GREATER
using System.Numerics;
#endif

namespace OssLogSinks.Core.DiskBuffer.Format;

/// <summary>CRC-32C (Castagnoli, RFC 3720), which many processors compute in hardware. Used only for the buffer's own files.</summary>
internal static class Crc32C
{
    private const uint ReflectedPolynomial = 0x82F63B78;
    private const int Slices = 8;

    // Slice s of byte b is at s * 256 + b: the register after b and s zero bytes.
    private static readonly uint[] Table = BuildTable();

    /// <summary>Continues a CRC over more bytes.</summary>
    /// <param name="crc">The CRC so far; 0, or a seed, to begin.</param>
    /// <param name="bytes">The bytes that follow.</param>
    public static uint Append(uint crc, ReadOnlySpan<byte> bytes) => ~Step(~crc, bytes);

    /// <summary>As <see cref="Append"/>, but by table only: used where no processor instruction is available.</summary>
    internal static uint AppendByTable(uint crc, ReadOnlySpan<byte> bytes) => ~StepByTable(~crc, bytes);

    private static uint StepByTable(uint register, ReadOnlySpan<byte> bytes)
    {
        var table = Table;
        while (bytes.Length >= Slices)
        {
            var low = BinaryPrimitives.ReadUInt32LittleEndian(bytes) ^ register;
            var high = BinaryPrimitives.ReadUInt32LittleEndian(bytes.Slice(4));
            register = table[0x700 + (byte)low]
                ^ table[0x600 + (byte)(low >> 8)]
                ^ table[0x500 + (byte)(low >> 16)]
                ^ table[0x400 + (byte)(low >> 24)]
                ^ table[0x300 + (byte)high]
                ^ table[0x200 + (byte)(high >> 8)]
                ^ table[0x100 + (byte)(high >> 16)]
                ^ table[(byte)(high >> 24)];
            bytes = bytes.Slice(Slices);
        }

        foreach (var value in bytes)
            register = table[(byte)(register ^ value)] ^ (register >> 8);

        return register;
    }

    private static uint[] BuildTable()
    {
        var table = new uint[Slices * 256];
        for (var value = 0; value < 256; value++)
        {
            var register = (uint)value;
            for (var bit = 0; bit < 8; bit++)
                register = (register & 1) != 0 ? (register >> 1) ^ ReflectedPolynomial : register >> 1;

            table[value] = register;
        }

        for (var at = 256; at < table.Length; at++)
            table[at] = table[(byte)table[at - 256]] ^ (table[at - 256] >> 8);

        return table;
    }

#if NET8_0_OR_GREATER
    private static uint Step(uint register, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length >= sizeof(ulong))
        {
            register = BitOperations.Crc32C(register, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (var value in bytes)
            register = BitOperations.Crc32C(register, value);

        return register;
    }
#else
    private static uint Step(uint register, ReadOnlySpan<byte> bytes) => StepByTable(register, bytes);
#endif
}
