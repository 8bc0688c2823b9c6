using System.Buffers;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Errors;
using OssLogSinks.Tool.Output;

namespace OssLogSinks.Tool.Objects;

/// <summary>
/// Appends a file to an object in parts. It can be started again at any time: the object's length says how much is there, and its CRC-64
/// that these are the file's first bytes. A part that got no answer is looked for before it is sent again, so none is written twice.
/// </summary>
internal sealed class FileUpload(OssClient client, string path, string key, TimeProvider time)
{
    /// <summary>OSS takes no longer appendable object.</summary>
    public const long LongestObject = 5L * 1024 * 1024 * 1024;

    private const int MostFailures = 8;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Bytes of one append. Default: 8 MiB.</summary>
    public int PartSize { get; init; } = 8 * 1024 * 1024;

    /// <summary>Sends the appends; null for the client of the other requests.</summary>
    public OssClient? Uploads { get; init; }

    /// <summary>The content type of a new object. Default: <c>application/octet-stream</c>.</summary>
    public string ContentType { get; init; } = "application/octet-stream";

    /// <summary>Told at the start and after each part: the bytes in the object, and those of the file.</summary>
    public Action<long, long>? Progress { get; init; }

    /// <summary>Uploads what is missing.</summary>
    /// <exception cref="ToolException">The object has other content or takes no appends, or the file is too long or became shorter.</exception>
    public async Task<UploadResult> RunAsync(CancellationToken cancellationToken)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 0, FileOptions.SequentialScan | FileOptions.Asynchronous);
        await using (file.ConfigureAwait(false))
        {
            var length = file.Length;
            if (length > LongestObject)
                throw new ToolException(ExitCodes.Usage, $"The file has {length} bytes, but an appendable object at most {LongestObject}.", "Split the file.");

            var buffer = ArrayPool<byte>.Shared.Rent(PartSize);
            try
            {
                var start = await FindStartAsync(file, length, buffer, cancellationToken).ConfigureAwait(false);
                return await SendAsync(file, length, start, buffer, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    private async Task<ObjectState> FindStartAsync(FileStream file, long length, byte[] buffer, CancellationToken cancellationToken)
    {
        if (await HeadAsync(cancellationToken).ConfigureAwait(false) is not { } head)
            return new ObjectState(0, 0, Exists: false);

        if (head.Length > length)
            throw Other($"The object has {head.Length} bytes, but the file only {length}.");

        var crc = 0UL;
        for (var at = 0L; at < head.Length;)
        {
            var read = await ReadPartAsync(file, buffer, Math.Min(PartSize, head.Length - at), cancellationToken).ConfigureAwait(false);
            crc = Crc64.Append(crc, buffer.AsSpan(0, read));
            at += read;
        }

        if (head.Crc64 != crc)
            throw Other($"The object's {head.Length} bytes are not the first bytes of the file.");
        if (head.Length < length && !head.TakesAppends)
            throw new ToolException(ExitCodes.Found, "The object takes no more appends: it is sealed, or was not made by appending.", "Choose another key, or delete the object.");

        return new ObjectState(head.Length, crc, Exists: true);
    }

    private async Task<UploadResult> SendAsync(FileStream file, long length, ObjectState start, byte[] buffer, CancellationToken cancellationToken)
    {
        var state = start;
        Progress?.Invoke(state.Length, length);
        while (state.Length < length || !state.Exists)
        {
            var count = await ReadPartAsync(file, buffer, Math.Min(PartSize, length - state.Length), cancellationToken).ConfigureAwait(false);
            state = await SendPartAsync(state, buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
            Progress?.Invoke(state.Length, length);
        }

        return new UploadResult(state.Length, start.Length, state.Crc64);
    }

    private async Task<ObjectState> SendPartAsync(ObjectState before, ReadOnlyMemory<byte> part, CancellationToken cancellationToken)
    {
        var after = new ObjectState(before.Length + part.Length, Crc64.Append(before.Crc64, part.Span), Exists: true);
        var request = new AppendObjectRequest(key, before.Length, new ReadOnlySequence<byte>(part))
        {
            Properties = new OssObjectProperties { ContentType = ContentType },
            SendContentMd5 = true,
        };
        for (var failures = 1; ; failures++)
        {
            try
            {
                var answer = await (Uploads ?? client).AppendObjectAsync(request, cancellationToken).ConfigureAwait(false);
                return answer.Crc64 is null || answer.Crc64 == after.Crc64 ? after : throw Other("The object's CRC-64 is not that of the file.");
            }
            catch (OssException exception) when (MayBeWritten(exception) && failures < MostFailures)
            {
                await Task.Delay(Pause * failures, time, cancellationToken).ConfigureAwait(false);
                if (await IsWrittenAsync(before, after, exception, cancellationToken).ConfigureAwait(false))
                    return after;
            }
        }
    }

    // True if the part is in the object, false if it can be sent again.
    private async Task<bool> IsWrittenAsync(ObjectState before, ObjectState after, OssException failure, CancellationToken cancellationToken)
    {
        var head = await HeadAsync(cancellationToken).ConfigureAwait(false);
        if (head is null)
            return before.Length == 0 ? false : throw Other("The object was deleted meanwhile.");
        if (head.Length == after.Length && head.Crc64 == after.Crc64)
            return true;

        return head.Length == before.Length && head.Crc64 == before.Crc64 && failure.Code != "ObjectNotAppendable"
            ? false
            : throw Other("Something else writes to the object.");
    }

    private async Task<HeadObjectResult?> HeadAsync(CancellationToken cancellationToken)
    {
        for (var failures = 1; ; failures++)
        {
            try
            {
                return await client.HeadObjectAsync(new HeadObjectRequest(key), cancellationToken).ConfigureAwait(false);
            }
            catch (OssException exception) when (MayBeWritten(exception) && failures < MostFailures)
            {
                await Task.Delay(Pause * failures, time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static bool MayBeWritten(OssException exception) =>
        exception.Code is "PositionNotEqualToLength" || exception.StatusCode == 0 || (int)exception.StatusCode is >= 500 or 408 or 429
        || exception.Code is "RequestTimeout" or "InvalidDigest";

    private static async Task<int> ReadPartAsync(FileStream file, byte[] buffer, long count, CancellationToken cancellationToken)
    {
        var read = await file.ReadAtLeastAsync(buffer.AsMemory(0, (int)count), (int)count, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        return read == count ? read : throw new ToolException(ExitCodes.Found, "The file became shorter meanwhile.", "Wait until nothing writes to it.");
    }

    private static ToolException Other(string cause) => new(ExitCodes.Found, cause, "Choose another key, or delete the object.");

    private readonly record struct ObjectState(long Length, ulong Crc64, bool Exists);
}

/// <summary>What an upload did.</summary>
/// <param name="Length">The object's length now.</param>
/// <param name="Resumed">How much of it was there already.</param>
/// <param name="Crc64">CRC-64 of the object, which is that of the file.</param>
internal readonly record struct UploadResult(long Length, long Resumed, ulong Crc64);
