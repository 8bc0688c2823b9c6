using System.Text;
using OssLogSinks.Emulator.Storage;

namespace OssLogSinks.Emulator.Tests.Storage;

public class EmulatorCrc64Tests
{
    [Theory]
    [InlineData("", 0UL)]
    [InlineData("a", 3675645893302102789UL)]
    [InlineData("abc", 3231342946509354535UL)]
    [InlineData("123456789", 11051210869376104954UL)]
    [InlineData("hello world", 5981764153023615706UL)]
    [InlineData("hi oss,append object,this is a demo", 8586970469916596321UL)]
    public void KnownText_HasItsCrc(string text, ulong expected) => Assert.Equal(expected, Crc64.Append(0, Encoding.UTF8.GetBytes(text)));

    [Theory]
    [InlineData(1, 2282658103124508505UL)]
    [InlineData(32, 14509182247117337356UL)]
    [InlineData(1 << 20, 6947770692288575170UL)]
    public void Zeros_HaveTheirCrc(int length, ulong expected) => Assert.Equal(expected, Crc64.Append(0, new byte[length]));

    [Fact]
    public void AllByteValues_HaveTheirCrc() =>
        Assert.Equal(8232944260754389680UL, Crc64.Append(0, [.. Enumerable.Range(0, 256).Select(b => (byte)b)]));

    [Theory]
    [InlineData(11177612005948864433UL, 189104202581697307UL, 6, 5981764153023615706UL)]
    [InlineData(11051210869376104954UL, 3231342946509354535UL, 3, 6486910199801884966UL)]
    [InlineData(11051210869376104954UL, 6947770692288575170UL, 1 << 20, 8442702321445372776UL)]
    [InlineData(11051210869376104954UL, 3534425600523290380UL, 1 << 30, 14021328537929882887UL)]
    [InlineData(7UL, 0UL, 0, 7UL)]
    [InlineData(0UL, 7UL, 99, 7UL)]
    public void TwoParts_Combine(ulong first, ulong second, long length, ulong expected) =>
        Assert.Equal(expected, Crc64.Combine(first, second, length));

    [Fact]
    public void EveryCut_ContinuesToTheSameCrc()
    {
        var bytes = new byte[100];
        new Random(1).NextBytes(bytes);
        var whole = Crc64.Append(0, bytes);
        Assert.All(Enumerable.Range(0, 101), cut => Assert.Equal(whole, Crc64.Append(Crc64.Append(0, bytes.AsSpan(0, cut)), bytes.AsSpan(cut))));
    }
}
