using System.IO.Compression;
using System.Text;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Keys;

namespace OssLogSinks.Core.Records;

/// <summary>How the bytes of an object come about: what it begins with, and whether it is compressed.</summary>
/// <param name="Compression">How it is compressed.</param>
/// <param name="AppendSize">The most bytes of an append, before compression.</param>
internal sealed record ObjectFormat(OssCompression Compression, int AppendSize)
{
    private const string GzipType = "application/gzip";

    private static readonly string? TextType = new OssObjectProperties().ContentType;

    /// <summary>How hard gzip tries.</summary>
    public CompressionLevel GzipLevel { get; init; }

    /// <summary>What the append begins with that creates an object; empty if objects begin with their records.</summary>
    public ReadOnlyMemory<byte> Header { get; init; }

    /// <summary>A header's bytes: text that ends as a line does.</summary>
    public static byte[] HeaderOf(string? text) =>
        string.IsNullOrEmpty(text) ? [] : Encoding.UTF8.GetBytes(text![text.Length - 1] is '\n' or '\r' ? text : text + "\n");

    /// <summary>What objects are created with if they are compressed.</summary>
    public static OssObjectProperties PropertiesOfCompressed(OssObjectProperties properties) =>
        // The content type of the plain text would mislead readers, unless a content encoding is set as well.
        properties.ContentType == TextType && string.IsNullOrEmpty(properties.ContentEncoding) ? properties with { ContentType = GzipType } : properties;

    /// <summary>What an append at this position begins with.</summary>
    public ReadOnlyMemory<byte> HeaderAt(long position) => position == 0 ? Header : default;

    /// <summary>An append of the records from the batch's cursor on, as many as belong into an object that has this many bytes.</summary>
    /// <param name="batch">The records.</param>
    /// <param name="position">The object's length.</param>
    /// <param name="limit">The length at which it is full; it is not yet.</param>
    public AppendBody Fill(AppendBatch batch, long position, long limit)
    {
        var header = HeaderAt(position);
        var end = header.Length == 0 ? batch.Count : batch.CutWithin(batch.Cursor, AppendSize - header.Length);
        return Compression == OssCompression.Gzip
            ? new GzipMember(GzipLevel).Of(batch, end, header, limit - position)
            : Plain(batch, Math.Min(end, batch.CutBelow(limit - position - header.Length)), header);
    }

    /// <summary>An append of the records from the batch's cursor to <paramref name="end"/>, whatever the space.</summary>
    public AppendBody Of(AppendBatch batch, int end, long position) =>
        Compression == OssCompression.Gzip
            ? new GzipMember(GzipLevel).Of(batch, end, HeaderAt(position), space: long.MaxValue)
            : Plain(batch, end, HeaderAt(position));

    private static AppendBody Plain(AppendBatch batch, int end, ReadOnlyMemory<byte> header) =>
        new(batch.BytesOf(batch.Cursor, end, header), end);
}
