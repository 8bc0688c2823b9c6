using System.Text;
using CsCheck;
using OssLogSinks.Core.DiskBuffer.Format;

namespace OssLogSinks.Core.Tests.DiskBuffer.Format;

public class Crc32CTests
{
    [Theory]
    [InlineData("", 0x00000000U)]
    [InlineData("a", 0xC1D04330U)]
    [InlineData("123456789", 0xE3069283U)]
    [InlineData("The quick brown fox jumps over the lazy dog", 0x22620404U)]
    public void Text_HasTheKnownCrc(string text, uint crc)
    {
        Assert.Equal(crc, Crc32C.Append(0, Encoding.ASCII.GetBytes(text)));
        Assert.Equal(crc, Crc32C.AppendByTable(0, Encoding.ASCII.GetBytes(text)));
    }

    // RFC 3720, B.4.
    [Theory]
    [InlineData(0x00, 0, 0x8A9136AAU)]
    [InlineData(0xFF, 0, 0x62A8AB43U)]
    [InlineData(0x00, 1, 0x46DD794EU)]
    [InlineData(0x1F, -1, 0x113FDB5CU)]
    public void ThirtyTwoBytes_HaveTheCrcOfTheStandard(int first, int step, uint crc)
    {
        var bytes = Enumerable.Range(0, 32).Select(i => (byte)(first + (i * step))).ToArray();

        Assert.Equal(crc, Crc32C.Append(0, bytes));
        Assert.Equal(crc, Crc32C.AppendByTable(0, bytes));
    }

    [Fact]
    public void BothWays_AgreeAndContinue() =>
        Gen.Select(Gen.Byte.Array[0, 100], Gen.Byte.Array[0, 100], Gen.UInt).Sample((a, b, seed) =>
        {
            var whole = Crc32C.Append(seed, (byte[])[.. a, .. b]);
            return whole == Crc32C.Append(Crc32C.Append(seed, a), b) && whole == Crc32C.AppendByTable(Crc32C.AppendByTable(seed, a), b);
        });
}
