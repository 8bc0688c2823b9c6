using System.Runtime.InteropServices;
using OssLogSinks.Core.Shutdown;

namespace OssLogSinks.Core.Client.Platform;

/// <summary>Overloads of streams and contents that .NET Standard 2.0 does not have.</summary>
internal static class StreamMemory
{
    /// <summary>The memory as an array. It is copied if no array is behind it; memory of this library always has one.</summary>
    public static ArraySegment<byte> AsArray(this ReadOnlyMemory<byte> memory) =>
        MemoryMarshal.TryGetArray(memory, out var segment) ? segment : new ArraySegment<byte>(memory.ToArray());

    /// <summary>Writes all of the memory.</summary>
    public static ValueTask WriteMemoryAsync(this Stream stream, ReadOnlyMemory<byte> memory)
    {
#if NET8_0_OR_GREATER
        return stream.WriteAsync(memory);
#else
        var piece = memory.AsArray();
        return new ValueTask(stream.WriteAsync(piece.Array!, piece.Offset, piece.Count));
#endif
    }

    /// <summary>Reads what is there; 0 at the end.</summary>
    public static ValueTask<int> ReadMemoryAsync(this Stream stream, Memory<byte> buffer, CancellationToken cancellationToken)
    {
#if NET8_0_OR_GREATER
        return stream.ReadAsync(buffer, cancellationToken);
#else
        return ReadThroughArrayAsync(stream, buffer, cancellationToken);
#endif
    }

    /// <summary>
    /// As <see cref="ReadMemoryAsync"/>, but ends with the token even if the stream does not: on .NET Framework, the stream of an answer ignores the
    /// token of a read that has begun. After a cancellation, the stream may still write to the buffer.
    /// </summary>
    public static async ValueTask<int> ReadOrCancelAsync(this Stream stream, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var read = stream.ReadMemoryAsync(buffer, cancellationToken);
        return read.IsCompleted
            ? await read.ConfigureAwait(false)
            : await Waiting.WithAsync(read.AsTask(), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The body of an answer whose head was read.</summary>
    public static Task<Stream> OpenAsync(this HttpContent content, CancellationToken cancellationToken)
    {
#if NET8_0_OR_GREATER
        return content.ReadAsStreamAsync(cancellationToken);
#else
        _ = cancellationToken;
        return content.ReadAsStreamAsync();
#endif
    }

#if !NET8_0_OR_GREATER
    private static async ValueTask<int> ReadThroughArrayAsync(Stream stream, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (MemoryMarshal.TryGetArray<byte>(buffer, out var segment))
            return await stream.ReadAsync(segment.Array!, segment.Offset, segment.Count, cancellationToken).ConfigureAwait(false);

        var copy = new byte[buffer.Length];
        var count = await stream.ReadAsync(copy, 0, copy.Length, cancellationToken).ConfigureAwait(false);
        copy.AsMemory(0, count).CopyTo(buffer);
        return count;
    }
#endif
}
