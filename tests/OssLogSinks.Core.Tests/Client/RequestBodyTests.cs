using System.Buffers;
using CsCheck;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Records;

namespace OssLogSinks.Core.Tests.Client;

public class RequestBodyTests
{
    private const int Piece = 64 << 10;

    // Few and many, empty ones, and some beyond what is written at a time.
    private static readonly Gen<int[]> Lengths = Gen.OneOf(Gen.Int[0, 100], Gen.Int[0, 20_000], Gen.Int[Piece - 1, Piece + 1], Gen.Int[0, 3 * Piece]).Array[0, 8];

    [Fact]
    public void AnyPieces_AreWrittenInOrder_InFewWrites() => Lengths.Sample(lengths =>
    {
        var written = new CountingStream();
        var bytes = new byte[lengths.Sum()];
        for (var i = 0; i < bytes.Length; i++)
            bytes[i] = (byte)(i * 31 / 7);

        using (var body = new RequestBody(Cut(bytes, lengths)))
            body.CopyToAsync(written, TestContext.Current.CancellationToken).GetAwaiter().GetResult();

        Assert.Equal(bytes, written.ToArray());

        // A large piece is written as it lies, and what is left of it; only small ones between two such are joined.
        Assert.True(written.Writes <= lengths.Sum(length => (length / Piece) + (length >= Piece ? 1 : 0)) + (bytes.Length / Piece) + 1, $"{written.Writes} writes");
    });

    private static ReadOnlySequence<byte> Cut(byte[] bytes, int[] lengths)
    {
        var pieces = new BytePieces();
        var start = 0;
        foreach (var length in lengths)
        {
            pieces.Add(bytes.AsMemory(start, length));
            start += length;
        }

        return pieces.ToSequence();
    }

    private sealed class CountingStream : MemoryStream
    {
        public int Writes { get; private set; }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Writes++;
            return base.WriteAsync(buffer, cancellationToken);
        }
    }
}
