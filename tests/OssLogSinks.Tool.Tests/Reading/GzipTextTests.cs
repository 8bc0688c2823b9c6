using System.IO.Compression;
using System.Text;
using OssLogSinks.Tool.Reading;

namespace OssLogSinks.Tool.Tests.Reading;

public class GzipTextTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8192)]
    [InlineData(int.MaxValue)]
    public async Task WholeMembers_AreReadToTheEnd(int pieceSize)
    {
        // Random bytes do not get shorter, so members end at all places of .NET's own buffer of 8 KiB.
        var random = new Random(3);
        for (var members = 0; members < 12; members++)
        {
            var (gzip, text) = (new MemoryStream(), new MemoryStream());
            for (var i = 0; i < members; i++)
            {
                var part = new byte[random.Next(3) switch { 0 => random.Next(20), 1 => 8192 - 60 + random.Next(60), _ => random.Next(40_000) }];
                random.NextBytes(part);
                gzip.Write(Zip(part));
                text.Write(part);
            }

            var (read, isWhole) = await ReadAsync(gzip.ToArray(), pieceSize);

            Assert.True(isWhole);
            Assert.Equal(text.ToArray(), read);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(int.MaxValue)]
    public async Task CutAtAnyByte_IsNoticedAndNothingIsMadeUp(int pieceSize)
    {
        var (first, second) = (Text(1, 5), Text(2, 60));
        byte[] whole = [.. Zip(first), .. Zip(second)];
        for (var length = 1; length < whole.Length; length++)
        {
            var (read, isWhole) = await ReadAsync(whole[..length], pieceSize);

            Assert.Equal(length == Zip(first).Length, isWhole);
            Assert.True(((byte[])[.. first, .. second]).AsSpan().StartsWith(read), $"Cut at {length}, other text is read.");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(int.MaxValue)]
    public async Task BytesBehindTheLastMember_AreNoticed(int pieceSize)
    {
        var text = Text(1, 20);
        byte[][] ends = [.. Enumerable.Range(0, 256).Select(value => new[] { (byte)value }), new byte[512], [0x1F, 0x8B], [0x1F, 0x8B, 8], Zip(text)[..10], "more text\n"u8.ToArray()];
        foreach (var end in ends)
        {
            var (read, isWhole) = await ReadAsync([.. Zip(text), .. end], pieceSize);

            Assert.False(isWhole);
            Assert.Equal(text, read);
        }
    }

    [Fact]
    public async Task BytesBehindAMemberOfAnyLength_AreNoticed()
    {
        // The member ends at each place around the end of .NET's own buffer.
        for (var length = 8192 - 80; length < 8192 + 10; length++)
        {
            var part = new byte[length];
            new Random(length).NextBytes(part);

            var (read, isWhole) = await ReadAsync([.. Zip(part), 0], int.MaxValue);

            Assert.False(isWhole);
            Assert.Equal(part, read);
        }
    }

    private static byte[] Text(int seed, int lines) =>
        Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, lines).Select(i => $"line {i} of {seed}: {new Random(seed + i).Next()}\n")));

    private static byte[] Zip(byte[] text)
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(text);

        return bytes.ToArray();
    }

    private static async Task<(byte[] Text, bool IsWhole)> ReadAsync(byte[] gzip, int pieceSize)
    {
        using var text = new MemoryStream();
        await using var opened = new GzipText(new PiecesStream(gzip, pieceSize), "a.gz");
        try
        {
            await opened.CopyToAsync(text, 4096, TestContext.Current.CancellationToken);
            return (text.ToArray(), true);
        }
        catch (InvalidDataException)
        {
            return (text.ToArray(), false);
        }
    }

    /// <summary>Gives at most so many bytes at once.</summary>
    private sealed class PiecesStream(byte[] bytes, int pieceSize) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, pieceSize)], cancellationToken);
    }
}
