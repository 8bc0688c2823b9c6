using System.Buffers.Binary;

namespace OssLogSinks.Emulator.Storage;

/// <summary>CRC-64/XZ as OSS computes it (reflected, both complements), by slicing-by-8. Combines two CRCs without their bytes.</summary>
internal static class Crc64
{
    private const ulong ReflectedPolynomial = 0xC96C5795D7870F42;

    private static readonly ulong[][] Tables = BuildTables();
    private static readonly ulong[][] ZeroByteOperators = BuildOperators();

    /// <summary>Continues <paramref name="crc"/> (0 at the start) over <paramref name="bytes"/>.</summary>
    public static ulong Append(ulong crc, ReadOnlySpan<byte> bytes)
    {
        ulong[] t0 = Tables[0], t1 = Tables[1], t2 = Tables[2], t3 = Tables[3];
        ulong[] t4 = Tables[4], t5 = Tables[5], t6 = Tables[6], t7 = Tables[7];
        var register = ~crc;
        while (bytes.Length >= 8)
        {
            var x = register ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            register = t7[(byte)x] ^ t6[(byte)(x >> 8)] ^ t5[(byte)(x >> 16)] ^ t4[(byte)(x >> 24)]
                ^ t3[(byte)(x >> 32)] ^ t2[(byte)(x >> 40)] ^ t1[(byte)(x >> 48)] ^ t0[(byte)(x >> 56)];
            bytes = bytes[8..];
        }

        foreach (var b in bytes)
            register = t0[(byte)register ^ b] ^ (register >> 8);

        return ~register;
    }

    /// <summary>The CRC of A followed by B, from the CRC of each and the length of B.</summary>
    public static ulong Combine(ulong first, ulong second, long secondLength)
    {
        for (var bit = 0; secondLength != 0; bit++, secondLength >>= 1)
        {
            if ((secondLength & 1) != 0)
                first = Multiply(ZeroByteOperators[bit], first);
        }

        return first ^ second;
    }

    private static ulong[][] BuildTables()
    {
        var tables = new ulong[8][];
        tables[0] = new ulong[256];
        for (var n = 0; n < 256; n++)
        {
            var entry = (ulong)n;
            for (var bit = 0; bit < 8; bit++)
                entry = (entry & 1) != 0 ? (entry >> 1) ^ ReflectedPolynomial : entry >> 1;

            tables[0][n] = entry;
        }

        for (var slice = 1; slice < 8; slice++)
        {
            var shorter = tables[slice - 1];
            tables[slice] = Array.ConvertAll(shorter, entry => tables[0][(byte)entry] ^ (entry >> 8));
        }

        return tables;
    }

    // Operator k advances the register over 2^k zero bytes.
    private static ulong[][] BuildOperators()
    {
        var operators = new ulong[63][];
        var current = new ulong[64];
        current[0] = ReflectedPolynomial;
        for (var column = 1; column < 64; column++)
            current[column] = 1UL << (column - 1);

        current = Square(Square(Square(current)));
        for (var k = 0; k < operators.Length; k++)
        {
            operators[k] = current;
            current = Square(current);
        }

        return operators;
    }

    private static ulong[] Square(ulong[] matrix) => Array.ConvertAll(matrix, column => Multiply(matrix, column));

    private static ulong Multiply(ulong[] matrix, ulong vector)
    {
        var product = 0UL;
        for (var column = 0; vector != 0; column++, vector >>= 1)
            product ^= matrix[column] & (0 - (vector & 1));

        return product;
    }
}
