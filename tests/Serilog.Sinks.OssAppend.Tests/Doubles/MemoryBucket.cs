using System.Collections.Concurrent;
using System.Net;
using System.Text;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Errors;

namespace Serilog.Sinks.OssAppend.Tests.Doubles;

/// <summary>A bucket of appendable objects in memory; it can hold its answers back, refuse, and not heed cancellation.</summary>
public sealed class MemoryBucket : IOssClient
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (long Length, ulong Crc64, MemoryStream? Bytes)> _objects = [];
    private TaskCompletionSource? _held;
    private int _appends;

    /// <summary>False: bytes are counted, not kept.</summary>
    public bool KeepsBytes { get; init; } = true;

    /// <summary>False: a request that is held does not end when it is cancelled.</summary>
    public bool HeedsCancellation { get; init; } = true;

    /// <summary>What every request is refused with; null if none is.</summary>
    public Exception? Refusal { get; set; }

    /// <summary>Done when an append has come in.</summary>
    public TaskCompletionSource FirstAppend { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What its objects were created with.</summary>
    public ConcurrentQueue<OssObjectProperties> Created { get; } = new();

    public int Appends => Volatile.Read(ref _appends);

    public IReadOnlyList<string> Keys
    {
        get
        {
            lock (_lock)
                return [.. _objects.Keys.Order(StringComparer.Ordinal)];
        }
    }

    /// <summary>All bytes of all objects, in the order of the keys.</summary>
    public string Text => string.Concat(Keys.Select(TextOf));

    public IReadOnlyList<string> Lines => Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public string TextOf(string key) => Encoding.UTF8.GetString(BytesOf(key));

    public byte[] BytesOf(string key)
    {
        lock (_lock)
            return _objects[key].Bytes!.ToArray();
    }

    /// <summary>From now on appends are not answered.</summary>
    public void Hold() => _held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Answers those that were held, and the others at once.</summary>
    public void Release()
    {
        var held = _held;
        _held = null;
        held?.TrySetResult();
    }

    public async Task<AppendObjectResult> AppendObjectAsync(AppendObjectRequest request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _appends);
        FirstAppend.TrySetResult();
        if (_held is { } held)
            await held.Task.WaitAsync(HeedsCancellation ? cancellationToken : CancellationToken.None);
        if (Refusal is { } refusal)
            throw refusal;

        lock (_lock)
        {
            if (!_objects.TryGetValue(request.Key, out var found))
                found = (0, 0, KeepsBytes ? new MemoryStream() : null);
            if (found.Length != request.Position)
                throw new OssException(HttpStatusCode.Conflict, "PositionNotEqualToLength", "Position is not equal to file length.") { RequestId = "5C3D8D2A0ACA54D87B430000" };

            if (request.Position == 0 && request.Properties is { } properties)
                Created.Enqueue(properties);
            foreach (var segment in request.Body)
                found.Bytes?.Write(segment.Span);
            found = (found.Length + request.Body.Length, Crc64.Append(found.Crc64, request.Body), found.Bytes);
            _objects[request.Key] = found;
            return new AppendObjectResult(found.Length, found.Crc64, null, null);
        }
    }

    public Task<HeadObjectResult> HeadObjectAsync(HeadObjectRequest request, CancellationToken cancellationToken)
    {
        if (Refusal is { } refusal)
            throw refusal;

        lock (_lock)
        {
            return _objects.TryGetValue(request.Key, out var found)
                ? Task.FromResult(new HeadObjectResult(found.Length, found.Crc64, "Appendable"))
                : throw new OssException(HttpStatusCode.NotFound, "NoSuchKey", "The specified key does not exist.") { RequestId = "5C3D8D2A0ACA54D87B430000" };
        }
    }

    public Task<GetObjectResult> GetObjectAsync(GetObjectRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<SealObjectResult> SealObjectAsync(string key, long position, CancellationToken cancellationToken) => throw new NotSupportedException();
}
