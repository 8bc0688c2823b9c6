using System.Buffers;
using System.Buffers.Binary;

namespace OssLogSinks.Core.Client;

/// <summary>
/// CRC-64/XZ, the checksum that OSS keeps over each whole object (<c>x-oss-hash-crc64ecma</c>): reflected, polynomial
/// 0x42F0E1EBA9EA3693, initial register and final complement all ones (documentation "Check data integrity by using CRC-64").
/// </summary>
/// <remarks>
/// <c>System.IO.Hashing.Crc64</c> is another, unreflected CRC and gives values that never match. The CRC of no bytes is 0,
/// so a fresh computation starts with 0.
/// </remarks>
public static partial class Crc64
{
    private const ulong ReflectedPolynomial = 0xC96C5795D7870F42;
    private const int Slices = 16;

    // Below this, folding costs more than it saves.
    private const int ShortestFolded = 256;

    // Slice s of byte b stands at s * 256 + b: the register after b and s zero bytes.
    private static readonly ulong[] Table = BuildTable();

    // Entry k is x to the power 8 * 2^k modulo the polynomial: what 2^k zero bytes do to a register.
    private static readonly ulong[] ZeroBytes = BuildZeroBytes();

    /// <summary>Continues a CRC over more bytes.</summary>
    /// <param name="crc">The CRC so far; 0 to begin.</param>
    /// <param name="bytes">The bytes that follow.</param>
    /// <returns>The CRC over everything so far.</returns>
    public static ulong Append(ulong crc, ReadOnlySpan<byte> bytes)
    {
        var table = Table;
        var register = ~crc;
        if (bytes.Length >= ShortestFolded)
            bytes = bytes[FoldByMultiplying(ref register, bytes)..];

        while (bytes.Length >= Slices)
        {
            var low = BinaryPrimitives.ReadUInt64LittleEndian(bytes) ^ register;
            var high = BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]);
            register = Fold(table, low, 15) ^ Fold(table, high, 7);
            bytes = bytes[Slices..];
        }

        foreach (var value in bytes)
            register = table[(byte)(register ^ value)] ^ (register >> 8);

        return ~register;
    }

    /// <summary>Continues a CRC over more bytes that lie in several pieces.</summary>
    /// <param name="crc">The CRC so far; 0 to begin.</param>
    /// <param name="bytes">The bytes that follow.</param>
    /// <returns>The CRC over everything so far.</returns>
    public static ulong Append(ulong crc, ReadOnlySequence<byte> bytes)
    {
        foreach (var piece in bytes)
            crc = Append(crc, piece.Span);

        return crc;
    }

    /// <summary>The CRC of A followed by B, from the CRCs of both and without their bytes.</summary>
    /// <param name="crcA">CRC of A.</param>
    /// <param name="crcB">CRC of B.</param>
    /// <param name="lengthB">B's length in bytes.</param>
    /// <returns>The CRC of A and B joined.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative.</exception>
    public static ulong Combine(ulong crcA, ulong crcB, long lengthB)
    {
        if (lengthB < 0)
            throw new ArgumentOutOfRangeException(nameof(lengthB), lengthB, "Must not be negative.");

        for (var k = 0; lengthB != 0; k++, lengthB >>= 1)
        {
            if ((lengthB & 1) != 0)
                crcA = Multiply(ZeroBytes[k], crcA);
        }

        return crcA ^ crcB;
    }

    private static ulong Fold(ulong[] table, ulong word, int slice)
    {
        var at = slice << 8;
        return table[at + (byte)word]
            ^ table[at - 0x100 + (byte)(word >> 8)]
            ^ table[at - 0x200 + (byte)(word >> 16)]
            ^ table[at - 0x300 + (byte)(word >> 24)]
            ^ table[at - 0x400 + (byte)(word >> 32)]
            ^ table[at - 0x500 + (byte)(word >> 40)]
            ^ table[at - 0x600 + (byte)(word >> 48)]
            ^ table[at - 0x700 + (byte)(word >> 56)];
    }

    private static ulong ShiftOneBit(ulong register) =>
        (register & 1) != 0 ? (register >> 1) ^ ReflectedPolynomial : register >> 1;

    // The product of two polynomials modulo the CRC's; in reflected order the highest bit is x^0.
    private static ulong Multiply(ulong a, ulong b)
    {
        var product = 0UL;
        for (; a != 0; a <<= 1)
        {
            if ((a & 0x8000_0000_0000_0000) != 0)
                product ^= b;

            b = ShiftOneBit(b);
        }

        return product;
    }

    private static ulong[] BuildTable()
    {
        var table = new ulong[Slices * 256];
        for (var value = 0; value < 256; value++)
        {
            var register = (ulong)value;
            for (var bit = 0; bit < 8; bit++)
                register = ShiftOneBit(register);

            table[value] = register;
        }

        for (var at = 256; at < table.Length; at++)
        {
            var before = table[at - 256];
            table[at] = table[(byte)before] ^ (before >> 8);
        }

        return table;
    }

    private static ulong[] BuildZeroBytes()
    {
        var powers = new ulong[63];
        powers[0] = 1UL << (63 - 8);
        for (var k = 1; k < powers.Length; k++)
            powers[k] = Multiply(powers[k - 1], powers[k - 1]);

        return powers;
    }
}
