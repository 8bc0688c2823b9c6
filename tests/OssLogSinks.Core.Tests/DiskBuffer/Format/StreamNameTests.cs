using CsCheck;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.DiskBuffer.Format;
using OssLogSinks.Core.Keys;

namespace OssLogSinks.Core.Tests.DiskBuffer.Format;

public class StreamNameTests
{
    [Fact]
    public void AnyName_IsReadBackAndSaysWhereItEnds() =>
        Gen.Select(Gen.String[Gen.Char.AlphaNumeric, 1, 30], Gen.Int[0, 2].Select(i => i == 0 ? null : i == 1 ? "0" : "000"), Gen.String[Gen.Char['a', '\u0FFF'], 0, 300], Gen.Byte.Array[0, 20])
            .Sample((before, format, after, behind) =>
            {
                var stream = new StreamName(new StreamKey(before, new SequencePart(format), after));
                byte[] bytes = [.. stream.Encoded, .. behind];

                Assert.True(StreamName.TryDecode(bytes, out var decoded, out var length));
                Assert.Equal(stream.Encoded.Length, length);
                Assert.Equal(stream.Key, decoded.Key);
                Assert.Equal(stream, decoded);
                Assert.Equal(Crc64.Append(0, stream.Encoded), decoded.Hash);
                Assert.False(StreamName.TryDecode(stream.Encoded[..^1], out _, out _));
            });

    [Fact]
    public void AnyBytes_AreANameOrAreRefused() =>
        Gen.Byte.Array[0, 40].Sample(bytes =>
        {
            if (StreamName.TryDecode(bytes, out var stream, out var length))
                Assert.Equal(bytes[..length], stream.Encoded.ToArray());
        });

    [Theory]
    [InlineData("/etc/", null, "")]
    [InlineData("a/../", null, "b")]
    [InlineData("a", "D999999999", ".log")]
    [InlineData("a", "", ".log")]
    [InlineData("a\u202E", null, ".log")]
    [InlineData("", null, "")]
    public void NameThatNoSettingsLeadTo_IsRefused(string before, string? format, string after) =>
        Assert.False(StreamName.TryDecode(new StreamName(new StreamKey(before, new SequencePart(format), after)).Encoded, out _, out _));

    [Fact]
    public void LengthBeyondAllBounds_IsRefused() =>
        Assert.False(StreamName.TryDecode([0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 1, 1], out _, out _));

    [Fact]
    public void KeyLongerThanAnyTemplateRenders_IsRefused() =>
        Assert.Throws<ArgumentException>(() => new StreamName(new StreamKey(new string('k', StreamName.MaxBytes), new SequencePart(null), "")));
}
