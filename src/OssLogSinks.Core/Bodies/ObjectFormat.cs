using System.IO.Compression;
using OssLogSinks.Core.Batching;
using OssLogSinks.Core.Protocol;

namespace OssLogSinks.Core.Bodies;

/// <summary>How the bytes of an object come about: what it begins with, and whether it is compressed.</summary>
/// <param name="Compression">How.</param>
/// <param name="AppendSize">The most bytes of an append, before compression.</param>
internal sealed record ObjectFormat(OssCompression Compression, int AppendSize)
{
    /// <summary>How hard gzip tries.</summary>
    public CompressionLevel GzipLevel { get; init; }

    private const string GzipType = "application/gzip";
    private static readonly string? Text = new OssObjectProperties().ContentType;

    /// <summary>An append of the records from the batch's cursor on, as many as belong into an object that has this many bytes.</summary>
    /// <param name="batch">The records.</param>
    /// <param name="position">The object's length.</param>
    /// <param name="limit">The length at which it is full; it is not yet.</param>
    public AppendBody Fill(AppendBatch batch, long position, long limit)
    {
        var room = limit - position;
        if (Compression == OssCompression.Gzip)
            return new GzipMember(GzipLevel).Of(batch, batch.Count, default, room);

        var end = batch.CutBelow(room);
        return new AppendBody(batch.BytesTo(end), end);
    }

    /// <summary>An append of the records from the batch's cursor to <paramref name="end"/>, whatever the room.</summary>
    public AppendBody Of(AppendBatch batch, int end, long position) =>
        Compression == OssCompression.Gzip
            ? new GzipMember(GzipLevel).Of(batch, end, default, long.MaxValue)
            : new AppendBody(batch.BytesTo(end), end);

    // The type of what stands inside would mislead whoever goes by it, unless an encoding is named as well.
    public static OssObjectProperties PropertiesOfCompressed(OssObjectProperties properties) =>
        properties.ContentType == Text && string.IsNullOrEmpty(properties.ContentEncoding) ? properties with { ContentType = GzipType } : properties;
}
