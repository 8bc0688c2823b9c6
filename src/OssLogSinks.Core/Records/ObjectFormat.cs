using System.Buffers;
using System.IO.Compression;
using System.Text;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Platform;
using OssLogSinks.Core.Keys;

namespace OssLogSinks.Core.Records;

/// <summary>The format of an object: its header, and its compression.</summary>
/// <param name="Compression">How it is compressed.</param>
/// <param name="AppendSize">The most bytes of an append, before compression.</param>
internal sealed record ObjectFormat(OssCompression Compression, int AppendSize)
{
    private const string GzipType = "application/gzip";

    private static readonly string? TextType = new OssObjectProperties().ContentType;

    public CompressionLevel GzipLevel { get; init; }

    /// <summary>The first bytes of each object; empty for none.</summary>
    public ReadOnlyMemory<byte> Header { get; init; }

    /// <summary>The bytes of a header, with a line end.</summary>
    public static byte[] HeaderOf(string? text) =>
        string.IsNullOrEmpty(text) ? [] : Encoding.UTF8.GetBytes(text![text.Length - 1] is '\n' or '\r' ? text : text + "\n");

    /// <summary>The properties of compressed objects.</summary>
    public static OssObjectProperties PropertiesOfCompressed(OssObjectProperties properties) =>
        // The default content type is wrong for gzip, unless a content encoding is set as well.
        properties.ContentType == TextType && string.IsNullOrEmpty(properties.ContentEncoding) ? properties with { ContentType = GzipType } : properties;

    /// <summary>The header of an append at this position.</summary>
    public ReadOnlyMemory<byte> HeaderAt(long position) => position == 0 ? Header : default;

    /// <summary>An append of the records from the batch's cursor on, as many as an object of this length takes before it reaches the limit.</summary>
    public AppendBody Fill(AppendBatch batch, long position, long limit)
    {
        var header = HeaderAt(position);
        var end = header.Length == 0 ? batch.Count : batch.CutWithin(batch.Cursor, AppendSize - header.Length);
        return Compression == OssCompression.Gzip
            ? new GzipMember(GzipLevel).Of(batch, end, header, limit - position)
            : Plain(batch, Math.Min(end, batch.CutBelow(limit - position - header.Length)), header);
    }

    /// <summary>An append of the records from the batch's cursor to <paramref name="end"/>, without a limit.</summary>
    public AppendBody Of(AppendBatch batch, int end, long position) =>
        Compression == OssCompression.Gzip
            ? new GzipMember(GzipLevel).Of(batch, end, HeaderAt(position), space: long.MaxValue)
            : Plain(batch, end, HeaderAt(position));

    private static AppendBody Plain(AppendBatch batch, int end, ReadOnlyMemory<byte> header) =>
        new(batch.BytesOf(batch.Cursor, end, header), end);
}

/// <summary>
/// Compresses each append to one gzip member. Consecutive members are one valid file (RFC 1952, section 2.2), so the object can be read
/// after each append, also with several writers.
/// </summary>
internal sealed class GzipMember(CompressionLevel level)
{
    // Near the object's limit, the member's length is checked after so much text at the earliest.
    private const int SmallestStep = 4 << 10;

    // Incompressible bytes grow by one bit each with zlib-ng's quick level (fixed codes of nine bits); others store them as they are.
    // Header and trailer have 18 bytes.
    private const int BytesPerExtraByte = 8;
    private const int Frame = 64;

    /// <summary>The most bytes of a member of so much text.</summary>
    public static long MostBytes(long plain) => plain + (plain / BytesPerExtraByte) + Frame;

    /// <summary>Compresses a header and records of a batch from its cursor to <paramref name="end"/>, or until the member has filled the space.</summary>
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

    // The member's length is known only after a flush, which costs some bytes, so flush more often near the end of the space. Text hardly
    // ever grows, so one step does not exceed the space.
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
