using System.Buffers;
using System.Buffers.Binary;
#if NET8_0_OR_GREATER
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Arm = System.Runtime.Intrinsics.Arm;
#endif

namespace OssLogSinks.Core.Client;

/// <summary>
/// CRC-64/XZ, the checksum that OSS keeps over each whole object (<c>x-oss-hash-crc64ecma</c>): reflected, polynomial
/// 0x42F0E1EBA9EA3693, initial register and final complement all ones (documentation "Check data integrity by using CRC-64").
/// </summary>
/// <remarks>
/// <c>System.IO.Hashing.Crc64</c> is another, unreflected CRC, so its values do not match those of OSS. The CRC of no bytes is 0,
/// so a fresh computation starts with 0.
/// </remarks>
public static class Crc64
{
    private const ulong ReflectedPolynomial = 0xC96C5795D7870F42;
    private const int Slices = 16;

    // Below this, folding costs more than it saves.
    private const int ShortestFolded = 256;

    // Entry s * 256 + b is the register after byte b and s zero bytes.
    private static readonly ulong[] Table = BuildTable();

    // Entry k is x to the power 8 * 2^k modulo the polynomial: the effect of 2^k zero bytes.
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

    /// <summary>Continues a CRC over more bytes, in several pieces.</summary>
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

    // Long runs of bytes by carry-less multiplication, where .NET and the processor have it: a lane of sixteen bytes is moved over
    // the bytes that follow by multiplying it with the power of x between them, modulo the polynomial.
#if NET8_0_OR_GREATER
    private const int Lanes = 4;
    private const int LaneBits = 128;

    // The carry-less product of two reflected words is that of their polynomials times x: hence one power less.
    private static readonly Vector128<ulong> PastOneLane = Vector128.Create(PowerOfX(LaneBits + 63), PowerOfX(LaneBits - 1));
    private static readonly Vector128<ulong> PastAllLanes = Vector128.Create(PowerOfX((Lanes * LaneBits) + 63), PowerOfX((Lanes * LaneBits) - 1));

    // Processes as many bytes as it can, and returns their number.
    private static int FoldByMultiplying(ref ulong register, ReadOnlySpan<byte> bytes)
    {
        if (!BitConverter.IsLittleEndian || !(Pclmulqdq.IsSupported || Arm.Aes.IsSupported))
            return 0;

        var words = MemoryMarshal.Cast<byte, Vector128<ulong>>(bytes);
        var (a, b, c, d) = (words[0] ^ Vector128.CreateScalar(register), words[1], words[2], words[3]);
        var at = Lanes;
        for (; at + Lanes <= words.Length; at += Lanes)
        {
            a = Move(a, PastAllLanes) ^ words[at];
            b = Move(b, PastAllLanes) ^ words[at + 1];
            c = Move(c, PastAllLanes) ^ words[at + 2];
            d = Move(d, PastAllLanes) ^ words[at + 3];
        }

        var last = Move(Move(Move(a, PastOneLane) ^ b, PastOneLane) ^ c, PastOneLane) ^ d;

        // These sixteen bytes have the same remainder as all processed ones.
        register = Fold(Table, last[0], 15) ^ Fold(Table, last[1], 7);
        return at * Vector128<byte>.Count;
    }

    private static Vector128<ulong> Move(Vector128<ulong> lane, Vector128<ulong> powers) => Pclmulqdq.IsSupported
        ? Pclmulqdq.CarrylessMultiply(lane, powers, 0x00) ^ Pclmulqdq.CarrylessMultiply(lane, powers, 0x11)
        : Arm.Aes.PolynomialMultiplyWideningLower(lane.GetLower(), powers.GetLower()) ^ Arm.Aes.PolynomialMultiplyWideningUpper(lane, powers);

    private static ulong PowerOfX(int exponent)
    {
        var power = 0x8000_0000_0000_0000;
        for (; exponent > 0; exponent--)
            power = ShiftOneBit(power);

        return power;
    }
#else
    private static int FoldByMultiplying(ref ulong register, ReadOnlySpan<byte> bytes) => 0;
#endif
}
