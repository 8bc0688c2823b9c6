using CsCheck;
using OssLogSinks.Core.Keys;
using OssLogSinks.Core.Protocol;
using OssLogSinks.Core.Spool.Disk;

namespace OssLogSinks.Core.Tests.Spool.Disk;

public class SpoolStreamTests
{
    [Fact]
    public void AnyName_IsReadBackAndSaysWhereItEnds() =>
        Gen.Select(Gen.String.AlphaNumeric, Gen.Int[0, 2].Select(i => i == 0 ? null : i == 1 ? "" : "000"), Gen.String[Gen.Char['a', '\uD7FF'], 0, 300], Gen.Byte.Array[0, 20])
            .Sample((before, format, after, behind) =>
            {
                var stream = new SpoolStream(new StreamKey(before, new SequencePart(format), after));
                byte[] bytes = [.. stream.Encoded, .. behind];

                Assert.True(SpoolStream.TryDecode(bytes, out var decoded, out var length));
                Assert.Equal(stream.Encoded.Length, length);
                Assert.Equal(stream.Key, decoded.Key);
                Assert.Equal(stream, decoded);
                Assert.Equal(Crc64.Append(0, stream.Encoded), decoded.Hash);
                Assert.False(SpoolStream.TryDecode(stream.Encoded[..^1], out _, out _));
            });

    [Fact]
    public void AnyBytes_AreANameOrAreRefused() =>
        Gen.Byte.Array[0, 40].Sample(bytes =>
        {
            if (SpoolStream.TryDecode(bytes, out var stream, out var length))
                Assert.Equal(bytes[..length], stream.Encoded.ToArray());
        });

    [Fact]
    public void LengthBeyondAllBounds_IsRefused() =>
        Assert.False(SpoolStream.TryDecode([0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 1, 1], out _, out _));

    [Fact]
    public void KeyLongerThanAnyTemplateRenders_IsRefused() =>
        Assert.Throws<ArgumentException>(() => new SpoolStream(new StreamKey(new string('k', SpoolStream.MaxBytes), new SequencePart(null), "")));
}
