using System.Buffers;
using System.IO.Compression;
using OssLogSinks.Core.Client;

namespace OssLogSinks.Core.Records;

/// <summary>
/// One gzip member an append: members that follow each other are one file (RFC 1952, section 2.2), so that an object made of
/// them is whole after each append, and two writers of one object do not disturb each other.
/// </summary>
internal sealed class GzipMember(CompressionLevel level)
{
    // Nearer to an object's limit than this, it is asked how long the member has become only after so much text.
    private const int SmallestStep = 4 << 10;

    // What cannot be compressed takes a bit more for each byte where a compressor is in a hurry (zlib-ng's quick level, with its fixed
    // codes of nine bits); others store it as it is. Header and trailer take 18 bytes.
    private const int BytesPerExtraByte = 8;
    private const int Frame = 64;

    /// <summary>The most bytes that a member of so much text has.</summary>
    public static long MostBytes(long plain) => plain + (plain / BytesPerExtraByte) + Frame;

    /// <summary>Compresses records of a batch from its cursor on, behind a header, until they are all in or the member is as long as there is space.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="end">The record after the last one that may be taken.</param>
    /// <param name="header">What stands before them.</param>
    /// <param name="space">Bytes after which no more records are begun.</param>
    public AppendBody Of(AppendBatch batch, int end, ReadOnlyMemory<byte> header, long space)
    {
        var plain = batch.BytesOf(batch.Cursor, end, header);
        var target = new PooledBytes();
        using (var gzip = new GZipStream(target, level, leaveOpen: true))
        {
            if (MostBytes(plain.Length) <= space)
            {
                Write(gzip, plain);
            }
            else
            {
                end = WriteWithin(batch, end, header, space, gzip, target);
                plain = batch.BytesOf(batch.Cursor, end, header);
            }
        }

        return new AppendBody(plain, end, target);
    }

    // How long the member has become is known for certain after a flush only, and each costs some bytes: the nearer the end of the
    // space, the more often. Text hardly ever becomes longer than it was, so that what is written between two does not pass the space by itself.
    private static int WriteWithin(AppendBatch batch, int end, ReadOnlyMemory<byte> header, long space, GZipStream gzip, PooledBytes target)
    {
        var next = batch.Cursor;
        var before = header;
        while (next < end && (next == batch.Cursor || target.Length < space))
        {
            var step = Math.Min(end, batch.CutWithin(next, Math.Max(SmallestStep, space - target.Length)));
            Write(gzip, batch.BytesOf(next, step, before));
            gzip.Flush();
            before = default;
            next = step;
        }

        return next;
    }

    private static void Write(GZipStream gzip, ReadOnlySequence<byte> bytes)
    {
        foreach (var memory in bytes)
        {
            var piece = memory.AsArray();
            gzip.Write(piece.Array!, piece.Offset, piece.Count);
        }
    }
}
