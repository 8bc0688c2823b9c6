using System.Globalization;
using System.Reflection;
using System.Text;
using OssLogSinks.Core.Client;

namespace OssLogSinks.Battery.Parts;

/// <summary>
/// CRC-64 and CRC-32C of the assembly that ships: the published check values, and equality with code that goes bit by bit, over all lengths that choose another way.
/// The processor's instructions are used or not as the runtime decides, so run it with and without them.
/// </summary>
internal static class ChecksumPart
{
    private const int Longest = 1100;

    public static int Run()
    {
        var crc32C = Crc32C();
        var digits = Encoding.ASCII.GetBytes("123456789");
        var isRight = Crc64.Append(0, digits) == 0x995DC9BBDF1939FA && crc32C(0, digits) == 0xE3069283;

        var bytes = new byte[Longest + 16];
        new Random(1).NextBytes(bytes);
        var differences = 0;
        var sum = 0UL;
        for (var length = 0; length <= Longest; length++)
        {
            // Also from addresses that are no multiples of anything.
            var piece = bytes.AsSpan(length % 16, length);
            var (seen64, seen32) = (Crc64.Append((ulong)length, piece), crc32C((uint)length, piece));
            if (seen64 != Plain((ulong)length, piece, 0xC96C5795D7870F42, ulong.MaxValue) || seen32 != Plain((uint)length, piece, 0x82F63B78, uint.MaxValue))
                differences++;

            sum = (sum * 31) + seen64 + seen32;
        }

        LoggingPart.Say($"{(isRight ? "vectors right" : "vectors wrong")}, {differences} differences, instructions {Processor.Instructions}, sum {sum.ToString("x16", CultureInfo.InvariantCulture)}");
        return isRight && differences == 0 ? 0 : 3;
    }

    private delegate uint Checksum(uint crc, ReadOnlySpan<byte> bytes);

    // It is internal, and what ships is to be tried, not a copy.
    private static Checksum Crc32C() =>
        (Checksum)Delegate.CreateDelegate(
            typeof(Checksum),
            Type.GetType("OssLogSinks.Core.DiskBuffer.Format.Crc32C, OssLogSinks.Core", throwOnError: true)!.GetMethod("Append", BindingFlags.Public | BindingFlags.Static)!);

    private static ulong Plain(ulong crc, ReadOnlySpan<byte> bytes, ulong polynomial, ulong ones)
    {
        var register = crc ^ ones;
        foreach (var value in bytes)
        {
            register ^= value;
            for (var bit = 0; bit < 8; bit++)
                register = (register & 1) != 0 ? (register >> 1) ^ polynomial : register >> 1;
        }

        return register ^ ones;
    }
}
