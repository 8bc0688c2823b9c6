using System.Buffers;
using System.Net;
using System.Runtime.InteropServices;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Errors;

namespace OssLogSinks.Core.Tests.Support;

/// <summary>
/// Appendable objects in memory, behind the same seam as the real client, with the service's rule: an append is applied
/// if, and only if, it names the object's length. What happens around it is scripted, one step for each append.
/// </summary>
internal sealed class MemoryOss : IOssClient
{
    private readonly object _gate = new();
    private readonly Dictionary<string, Stored> _objects = [];
    private readonly Queue<Func<AppendObjectRequest, Task<AppendObjectResult>>> _script = new();
    private readonly Queue<Exception> _headFaults = new();

    public List<(string Key, long Position, int Length)> Appends { get; } = [];

    public List<string> Heads { get; } = [];

    public List<(string Key, OssByteRange? Range)> Gets { get; } = [];

    public List<(string Key, long Position)> Seals { get; } = [];

    /// <summary>What every seal meets; null for its answer.</summary>
    public Func<string, Task<SealObjectResult>>? SealStep { get; set; }

    /// <summary>What every append meets that no script is left for.</summary>
    public Func<AppendObjectRequest, Task<AppendObjectResult>>? Always { get; set; }

    /// <summary>What every GET meets; null for its answer.</summary>
    public Func<Exception?>? GetFault { get; set; }

    /// <summary>What becomes of the right answer to a GET on its way; null for nothing.</summary>
    public Func<GetObjectResult, GetObjectResult>? GetAnswer { get; set; }

    /// <summary>How all objects are stored.</summary>
    public string? ContentEncoding { get; set; }

    public string Text(string key) => System.Text.Encoding.UTF8.GetString(Bytes(key));

    public byte[] Bytes(string key)
    {
        lock (_gate)
            return _objects[key].ToArray();
    }

    /// <summary>How many lines an object has; none if there is no such object.</summary>
    public int LineCount(string key)
    {
        lock (_gate)
            return _objects.GetValueOrDefault(key)?.LineCount() ?? 0;
    }

    public IReadOnlyList<string> Keys
    {
        get
        {
            lock (_gate)
                return [.. _objects.Keys.Order(StringComparer.Ordinal)];
        }
    }

    public void Put(string key, string text, string? type = "Appendable", bool isSealed = false)
    {
        lock (_gate)
        {
            var stored = _objects[key] = new Stored { Type = type, IsSealed = isSealed };
            stored.Add(System.Text.Encoding.UTF8.GetBytes(text));
        }
    }

    public void AppendAsForeignWriter(string key, string text)
    {
        lock (_gate)
            Open(key).Add(System.Text.Encoding.UTF8.GetBytes(text));
    }

    public void Delete(string key)
    {
        lock (_gate)
            _objects.Remove(key);
    }

    public bool IsSealed(string key)
    {
        lock (_gate)
            return _objects[key].IsSealed;
    }

    /// <summary>Makes an object one of another kind, with the same bytes.</summary>
    public void SetType(string key, string type)
    {
        lock (_gate)
            _objects[key].Type = type;
    }

    public void Seal(string key)
    {
        lock (_gate)
            _objects[key].IsSealed = true;
    }

    /// <summary>The next append is met by <paramref name="step"/>, which may call <see cref="Apply"/>.</summary>
    public MemoryOss Next(Func<AppendObjectRequest, Task<AppendObjectResult>> step)
    {
        lock (_gate)
            _script.Enqueue(step);
        return this;
    }

    public MemoryOss NextFails(Exception error) => Next(_ => Task.FromException<AppendObjectResult>(error));

    /// <summary>The next append is applied, and its answer lost.</summary>
    public MemoryOss NextAnswerIsLost(Action? then = null) => Next(request =>
    {
        Apply(request);
        then?.Invoke();
        return Task.FromException<AppendObjectResult>(new OssException("The connection was lost.", null));
    });

    /// <summary>The next append is not applied, and nobody says so.</summary>
    public MemoryOss NextRequestIsLost(Action? then = null) => Next(_ =>
    {
        then?.Invoke();
        return Task.FromException<AppendObjectResult>(new OssException("The connection was lost.", null));
    });

    /// <summary>The next append is applied, and the answer says otherwise.</summary>
    public MemoryOss NextIsAppliedAndFails(Exception error) => Next(request =>
    {
        Apply(request);
        return Task.FromException<AppendObjectResult>(error);
    });

    public MemoryOss NextHeadFails(Exception error)
    {
        lock (_gate)
            _headFaults.Enqueue(error);
        return this;
    }

    public AppendObjectResult Apply(AppendObjectRequest request)
    {
        lock (_gate)
        {
            var found = _objects.GetValueOrDefault(request.Key);
            if (found is { Type: not ("Appendable" or null) })
                throw Refusal(HttpStatusCode.Conflict, "ObjectNotAppendable");
            if (found is { IsSealed: true })
                throw Refusal(HttpStatusCode.Conflict, "AppendSealedObjectNotAllowed");
            if (request.Position != (found?.Length ?? 0))
                throw Refusal(HttpStatusCode.Conflict, "PositionNotEqualToLength");

            var stored = Open(request.Key);
            stored.Add(request.Body.ToArray());
            return new AppendObjectResult(stored.Length, stored.Crc64, null, null);
        }
    }

    public async Task<AppendObjectResult> AppendObjectAsync(AppendObjectRequest request, CancellationToken cancellationToken)
    {
        Func<AppendObjectRequest, Task<AppendObjectResult>>? step;
        lock (_gate)
        {
            Appends.Add((request.Key, request.Position, (int)request.Body.Length));
            if (!_script.TryDequeue(out step))
                step = Always;
        }

        return step is null ? Apply(request) : await step(request).WaitAsync(cancellationToken);
    }

    public Task<HeadObjectResult> HeadObjectAsync(HeadObjectRequest request, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            Heads.Add(request.Key);
            if (_headFaults.TryDequeue(out var fault))
                return Task.FromException<HeadObjectResult>(fault);

            return _objects.TryGetValue(request.Key, out var found)
                ? Task.FromResult(new HeadObjectResult(found.Length, found.Crc64, found.Type) { IsSealed = found.IsSealed, ContentEncoding = ContentEncoding })
                : Task.FromException<HeadObjectResult>(Refusal(HttpStatusCode.NotFound, "NoSuchKey"));
        }
    }

    public Task<GetObjectResult> GetObjectAsync(GetObjectRequest request, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            Gets.Add((request.Key, request.Range));
            if (GetFault?.Invoke() is { } fault)
                return Task.FromException<GetObjectResult>(fault);

            if (!_objects.TryGetValue(request.Key, out var found))
                return Task.FromException<GetObjectResult>(Refusal(HttpStatusCode.NotFound, "NoSuchKey"));

            var bytes = found.ToArray();
            if (request.Range is not { } range)
                return Task.FromResult(new GetObjectResult(new MemoryStream(bytes), null));
            if (range.Start + range.Length > bytes.Length)
                return Task.FromException<GetObjectResult>(Refusal(HttpStatusCode.RequestedRangeNotSatisfiable, "InvalidRange"));

            var right = new GetObjectResult(new MemoryStream(bytes, (int)range.Start, (int)range.Length), range) { ContentEncoding = ContentEncoding };
            return Task.FromResult(GetAnswer?.Invoke(right) ?? right);
        }
    }

    public async Task<SealObjectResult> SealObjectAsync(string key, long position, CancellationToken cancellationToken)
    {
        Func<string, Task<SealObjectResult>>? step;
        lock (_gate)
        {
            Seals.Add((key, position));
            step = SealStep;
        }

        if (step is not null)
            return await step(key).WaitAsync(cancellationToken);

        lock (_gate)
        {
            if (!_objects.TryGetValue(key, out var found))
                throw Refusal(HttpStatusCode.NotFound, "NoSuchKey");
            if (found.Length != position)
                throw Refusal(HttpStatusCode.Conflict, "PositionNotEqualToLength");

            found.IsSealed = true;
            return new SealObjectResult(AppenderTesting.Noon, null);
        }
    }

    public static OssException Refusal(HttpStatusCode status, string code) => new(status, code, code + ".") { RequestId = "5C3D8D2A0ACA54D87B430000" };

    private Stored Open(string key)
    {
        if (!_objects.TryGetValue(key, out var stored))
            _objects.Add(key, stored = new Stored());
        return stored;
    }

    private sealed class Stored
    {
        private readonly List<byte> _bytes = [];

        public int Length => _bytes.Count;

        public string? Type { get; set; } = "Appendable";

        public bool IsSealed { get; set; }

        public ulong Crc64 { get; private set; }

        public void Add(byte[] bytes)
        {
            _bytes.AddRange(bytes);
            Crc64 = OssLogSinks.Core.Client.Crc64.Append(Crc64, bytes);
        }

        public byte[] ToArray() => [.. _bytes];

        public int LineCount() => CollectionsMarshal.AsSpan(_bytes).Count((byte)'\n');
    }
}
