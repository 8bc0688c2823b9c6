using System.Collections.Concurrent;
using System.Net;
using System.Text;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Errors;

namespace NLog.Targets.OssAppend.Tests.Support;

/// <summary>Appendable objects in memory, with a hook in front of every append.</summary>
internal sealed class MemoryOss : IOssClient
{
    private readonly object _gate = new();
    private readonly SortedDictionary<string, MemoryStream> _objects = new(StringComparer.Ordinal);
    private int _appends;

    /// <summary>Runs before an append is applied; what it throws is the service's answer.</summary>
    public Func<AppendObjectRequest, CancellationToken, Task> BeforeAppend { get; set; } = (_, _) => Task.CompletedTask;

    public ConcurrentQueue<AppendObjectRequest> Creations { get; } = new();

    public int Appends => Volatile.Read(ref _appends);

    public IReadOnlyList<string> Keys
    {
        get
        {
            lock (_gate)
                return [.. _objects.Keys];
        }
    }

    public long Length
    {
        get
        {
            lock (_gate)
                return _objects.Values.Sum(o => o.Length);
        }
    }

    public string Everything => string.Concat(Keys.Select(Text));

    public string[] Lines => Everything.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public static Exception Unavailable() => new OssException(HttpStatusCode.ServiceUnavailable, "ServiceUnavailable", "Not now.");

    public static Task Hang(AppendObjectRequest request, CancellationToken cancellationToken) => Task.Delay(Timeout.Infinite, cancellationToken);

    public string Text(string key) => Encoding.UTF8.GetString(Bytes(key));

    public byte[] Bytes(string key)
    {
        lock (_gate)
            return _objects[key].ToArray();
    }

    public async Task<AppendObjectResult> AppendObjectAsync(AppendObjectRequest request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _appends);
        await BeforeAppend(request, cancellationToken);
        if (request.Position == 0)
            Creations.Enqueue(request);

        lock (_gate)
        {
            if (!_objects.TryGetValue(request.Key, out var content))
                _objects.Add(request.Key, content = new MemoryStream());
            if (request.Position != content.Length)
                throw new OssException(HttpStatusCode.Conflict, "PositionNotEqualToLength", "Position is not equal to file length") { NextPosition = content.Length, RequestId = "5C3D8D2A0ACA54D87B430000" };

            foreach (var part in request.Body)
                content.Write(part.Span);

            return new AppendObjectResult(content.Length, null, null, null);
        }
    }

    public Task<HeadObjectResult> HeadObjectAsync(HeadObjectRequest request, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return _objects.TryGetValue(request.Key, out var content)
                ? Task.FromResult(new HeadObjectResult(content.Length, null, "Appendable"))
                : Task.FromException<HeadObjectResult>(new OssException(HttpStatusCode.NotFound, "NoSuchKey", "The object does not exist.") { RequestId = "5C3D8D2A0ACA54D87B430000" });
        }
    }

    public Task<GetObjectResult> GetObjectAsync(GetObjectRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<SealObjectResult> SealObjectAsync(string key, long position, CancellationToken cancellationToken) => throw new NotSupportedException();
}
