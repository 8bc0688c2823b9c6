using System.Buffers;
using System.Text;
using CsCheck;
using OssLogSinks.Core.Client;

namespace OssLogSinks.Core.Tests.Client;

public class Crc64Tests
{
    [Theory]
    [InlineData("", 0UL)]
    [InlineData("a", 3675645893302102789UL)]
    [InlineData("abc", 3231342946509354535UL)]
    [InlineData("123456789", 11051210869376104954UL)]
    [InlineData("123456789abc", 6486910199801884966UL)]
    [InlineData("hello", 11177612005948864433UL)]
    [InlineData(" world", 189104202581697307UL)]
    [InlineData("hello world", 5981764153023615706UL)]
    [InlineData("hi oss,append object", 2313496259928504459UL)]
    [InlineData(",this is a demo", 13227265510150818984UL)]
    [InlineData("hi oss,append object,this is a demo", 8586970469916596321UL)]
    public void Text_HasTheDocumentedCrc(string text, ulong crc) => Assert.Equal(crc, Crc64.Append(0, Encoding.ASCII.GetBytes(text)));

    [Theory]
    [InlineData(1, 0x00, 2282658103124508505UL)]
    [InlineData(2, 0x00, 4760390118429842055UL)]
    [InlineData(32, 0x00, 14509182247117337356UL)]
    [InlineData(32, 0xFF, 16815823765876284111UL)]
    [InlineData(1024, 0x00, 14085117335336199948UL)]
    [InlineData(1024 * 1024, 0x00, 6947770692288575170UL)]
    public void RunOfOneByte_HasTheDocumentedCrc(int length, int value, ulong crc)
    {
        var bytes = new byte[length];
        Array.Fill(bytes, (byte)value);

        Assert.Equal(crc, Crc64.Append(0, bytes));
    }

    [Fact]
    public void LongBytes_HaveTheCrcOfTheirShortPieces() => Gen.Select(Gen.Byte.Array[0, 3000], Gen.Int[1, 200], Gen.ULong).Sample((bytes, piece, before) =>
    {
        // Short pieces go by table, long ones by multiplication where the processor has it.
        var crc = before;
        for (var at = 0; at < bytes.Length; at += piece)
            crc = Crc64.Append(crc, bytes.AsSpan(at, Math.Min(piece, bytes.Length - at)));

        Assert.Equal(crc, Crc64.Append(before, bytes));
    });

    [Fact]
    public void EveryByteOnce_HasTheDocumentedCrc() =>
        Assert.Equal(8232944260754389680UL, Crc64.Append(0, [.. Enumerable.Range(0, 256).Select(i => (byte)i)]));

    [Theory]
    [InlineData(1L << 30, 3534425600523290380UL)]
    [InlineData(5L << 30, 15254415181109384076UL)]
    public void GibibytesOfZeros_CombineToTheDocumentedCrc(long length, ulong crc) => Assert.Equal(crc, CrcOfZeros(length));

    [Theory]
    [InlineData(1L << 20, 8442702321445372776UL)]
    [InlineData(1L << 30, 14021328537929882887UL)]
    public void TextBeforeZeros_CombinesToTheDocumentedCrc(long zeros, ulong crc) =>
        Assert.Equal(crc, Crc64.Combine(11051210869376104954UL, CrcOfZeros(zeros), zeros));

    [Fact]
    public void Combine_KeepsWhatAnEmptyPartAdds()
    {
        Assert.Equal(5981764153023615706UL, Crc64.Combine(11177612005948864433UL, 189104202581697307UL, 6));
        Assert.Equal(6486910199801884966UL, Crc64.Combine(11051210869376104954UL, 3231342946509354535UL, 3));
        Assert.Equal(42UL, Crc64.Combine(42, 0, 0));
        Assert.Equal(42UL, Crc64.Combine(0, 42, long.MaxValue));
        Assert.Throws<ArgumentOutOfRangeException>(() => Crc64.Combine(1, 2, -1));
    }

    [Fact]
    public void Append_InTwoSteps_EqualsOneStepAndCombine() =>
        Gen.Select(Gen.Byte.Array[0, 300], Gen.Byte.Array[0, 300]).Sample((a, b) =>
        {
            byte[] joined = [.. a, .. b];
            var whole = Crc64.Append(0, joined);
            return whole == BitByBit(joined)
                && whole == Crc64.Append(Crc64.Append(0, a), b)
                && whole == Crc64.Combine(Crc64.Append(0, a), Crc64.Append(0, b), b.Length)
                && whole == Crc64.Append(0, Pieces(a, b));
        });

    private static ulong CrcOfZeros(long length)
    {
        var crc = Crc64.Append(0, [0]);
        var total = 0UL;
        for (var size = 1L; size <= length; size <<= 1)
        {
            total = (length & size) != 0 ? Crc64.Combine(total, crc, size) : total;
            crc = Crc64.Combine(crc, crc, size);
        }

        return total;
    }

    private static ulong BitByBit(byte[] bytes)
    {
        var register = ulong.MaxValue;
        foreach (var value in bytes)
        {
            register ^= value;
            for (var bit = 0; bit < 8; bit++)
                register = (register & 1) != 0 ? (register >> 1) ^ 0xC96C5795D7870F42 : register >> 1;
        }

        return ~register;
    }

    private static ReadOnlySequence<byte> Pieces(byte[] a, byte[] b)
    {
        var first = new Piece(a, 0);
        var second = first.Then(b);
        return new ReadOnlySequence<byte>(first, 0, second, b.Length);
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(byte[] bytes, long index)
        {
            Memory = bytes;
            RunningIndex = index;
        }

        public Piece Then(byte[] bytes)
        {
            var next = new Piece(bytes, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
