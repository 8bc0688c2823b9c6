using System.Buffers;
using System.Net;
using System.Text;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Errors;

namespace OssLogSinks.Testing;

/// <summary>
/// The fake OSS of all tests: appendable objects in memory, with the service's rule that an append is applied if, and only if,
/// it names the object's length. It records every request, and a test scripts what goes wrong. Safe for several threads.
/// </summary>
public sealed class MemoryOss : ISelfLimitingClient
{
    private readonly object _gate = new();
    private readonly CallSignal _calls = new();

    // Guarded by _gate.
    private readonly Dictionary<string, StoredObject> _objects = [];
    private readonly Queue<Func<AppendObjectRequest, Task<AppendObjectResult>>> _script = new();
    private readonly Queue<Exception> _headFaults = new();
    private readonly List<(string Key, long Position, int Length)> _appends = [];
    private readonly List<string> _heads = [];
    private readonly List<(string Key, OssByteRange? Range)> _gets = [];
    private readonly List<(string Key, long Position)> _seals = [];
    private readonly List<AppendObjectRequest> _creations = [];
    private TaskCompletionSource? _held;

    /// <summary>Whether the bytes of objects are kept, or only their length and CRC-64. Default: true.</summary>
    public bool KeepsBytes { get; init; } = true;

    /// <summary>Whether answers tell a CRC-64. Default: true.</summary>
    public bool TellsCrc { get; init; } = true;

    /// <summary>Whether a request that waits for its answer ends when it is cancelled. Default: true.</summary>
    public bool HeedsCancellation { get; set; } = true;

    /// <summary>What every append and every HEAD fails with; null for none.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Answers every append that has no scripted step; null for the right answer.</summary>
    public Func<AppendObjectRequest, Task<AppendObjectResult>>? Always { get; set; }

    /// <summary>Answers every seal, given its key; null for the right answer.</summary>
    public Func<string, Task<SealObjectResult>>? SealStep { get; set; }

    /// <summary>What a GET fails with; null, or a null result, for nothing.</summary>
    public Func<Exception?>? GetFault { get; set; }

    /// <summary>Changes the right answer to a GET; null for no change.</summary>
    public Func<GetObjectResult, GetObjectResult>? GetAnswer { get; set; }

    /// <summary>The content encoding that every object has.</summary>
    public string? ContentEncoding { get; set; }

    /// <summary>Every append that came in, in order.</summary>
    public IReadOnlyList<(string Key, long Position, int Length)> Appends => Copy(_appends);

    public IReadOnlyList<string> Heads => Copy(_heads);

    public IReadOnlyList<(string Key, OssByteRange? Range)> Gets => Copy(_gets);

    public IReadOnlyList<(string Key, long Position)> Seals => Copy(_seals);

    /// <summary>The appends that created objects, in order and without their bytes.</summary>
    public IReadOnlyList<AppendObjectRequest> Creations => Copy(_creations);

    /// <summary>The keys of all objects, in ordinal order.</summary>
    public IReadOnlyList<string> Keys
    {
        get
        {
            lock (_gate)
                return [.. _objects.Keys.Order(StringComparer.Ordinal)];
        }
    }

    /// <summary>Bytes in all objects.</summary>
    public long Length
    {
        get
        {
            lock (_gate)
                return _objects.Values.Sum(o => o.Length);
        }
    }

    /// <summary>The text of all objects, in the order of their keys.</summary>
    public string AllText => string.Concat(Keys.Select(Text));

    /// <summary>The lines of all objects, in the order of their keys.</summary>
    public string[] Lines => AllText.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>A refusal as the service gives it: with a request id.</summary>
    public static OssException Refusal(HttpStatusCode status, string code) => new(status, code, code + ".") { RequestId = "5C3D8D2A0ACA54D87B430000" };

    public static OssException Unavailable() => Refusal(HttpStatusCode.ServiceUnavailable, "ServiceUnavailable");

    /// <summary>A step that never ends.</summary>
    public static Task Never(AppendObjectRequest request) => new TaskCompletionSource().Task;

    public string Text(string key) => Encoding.UTF8.GetString(Bytes(key));

    public byte[] Bytes(string key)
    {
        lock (_gate)
            return _objects[key].Bytes.ToArray();
    }

    /// <summary>How many lines an object has; none if there is no such object.</summary>
    public int LineCount(string key)
    {
        lock (_gate)
            return _objects.TryGetValue(key, out var found) ? found.Bytes.Count((byte)'\n') : 0;
    }

    /// <summary>The last line of an object, which ends with one; null if there is no such object.</summary>
    public string? LastLine(string key)
    {
        lock (_gate)
        {
            if (!_objects.TryGetValue(key, out var found))
                return null;

            var lines = found.Bytes[..^1];
            return Encoding.UTF8.GetString(lines[(lines.LastIndexOf((byte)'\n') + 1)..]);
        }
    }

    /// <summary>How long an object is; null if there is no such object.</summary>
    public long? LengthOf(string key)
    {
        lock (_gate)
            return _objects.GetValueOrDefault(key)?.Length;
    }

    /// <summary>Whether these bytes are at this position of an object.</summary>
    public bool Holds(string key, long position, ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
            return _objects.TryGetValue(key, out var found) && found.Length >= position + bytes.Length && found.Bytes.Slice((int)position, bytes.Length).SequenceEqual(bytes);
    }

    public void Put(string key, string text, string? type = "Appendable", bool isSealed = false)
    {
        lock (_gate)
        {
            var stored = _objects[key] = new StoredObject(KeepsBytes) { Type = type, IsSealed = isSealed };
            stored.Add(Sequence(Encoding.UTF8.GetBytes(text)));
        }
    }

    /// <summary>Another writer appends at the object's end, or creates the object.</summary>
    public void AppendAsForeignWriter(string key, string text)
    {
        lock (_gate)
            Open(key).Add(Sequence(Encoding.UTF8.GetBytes(text)));
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

    /// <summary>A retention rule covers an object: it takes no more appends, and a HEAD does not say so.</summary>
    public void Lock(string key)
    {
        lock (_gate)
            _objects[key].IsLocked = true;
    }

    public bool IsLocked(string key)
    {
        lock (_gate)
            return _objects.TryGetValue(key, out var found) && found.IsLocked;
    }

    /// <summary>From now on no append is applied or answered, until <see cref="Release"/>.</summary>
    public void Hold() => _held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Answers the appends that were held, and later ones at once.</summary>
    public void Release() => Interlocked.Exchange(ref _held, null)?.TrySetResult();

    /// <summary>The next append is answered by <paramref name="step"/>, which may call <see cref="Apply"/>.</summary>
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

    /// <summary>The next append is not applied, and not answered.</summary>
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

    /// <summary>Every append is applied when <paramref name="step"/> has ended; if the step fails, that is the answer.</summary>
    public void BeforeEach(Func<AppendObjectRequest, Task> step) => Always = async request =>
    {
        await step(request);
        return Apply(request);
    };

    /// <summary>Ends when so many appends have come in.</summary>
    public Task WhenAppended(int count = 1) => _calls.UntilAsync(() => Appends.Count >= count);

    /// <summary>Applies an append, as the service does.</summary>
    /// <exception cref="OssException">The service's refusal.</exception>
    public AppendObjectResult Apply(AppendObjectRequest request)
    {
        AppendObjectResult result;
        lock (_gate)
        {
            var found = _objects.GetValueOrDefault(request.Key);
            if (found is { Type: not ("Appendable" or null) })
                throw Refusal(HttpStatusCode.Conflict, "ObjectNotAppendable");
            if (found is { IsSealed: true })
                throw Refusal(HttpStatusCode.Conflict, "AppendSealedObjectNotAllowed");
            if (found is { IsLocked: true })
                throw Refusal(HttpStatusCode.Conflict, "FileImmutable");
            if (request.Position != (found?.Length ?? 0))
                throw Refusal(HttpStatusCode.Conflict, "PositionNotEqualToLength");

            if (found is null)
                _creations.Add(request with { Body = default });
            var stored = Open(request.Key);
            stored.Add(request.Body);
            result = new AppendObjectResult(stored.Length, Crc(stored), null, null);
        }

        _calls.Set();
        return result;
    }

    /// <summary>Answers a HEAD, as the service does.</summary>
    /// <exception cref="OssException">The service's refusal.</exception>
    public HeadObjectResult Head(string key)
    {
        lock (_gate)
        {
            return _objects.TryGetValue(key, out var found)
                ? new HeadObjectResult(found.Length, Crc(found), found.Type) { IsSealed = found.IsSealed, ContentEncoding = ContentEncoding }
                : throw Refusal(HttpStatusCode.NotFound, "NoSuchKey");
        }
    }

    /// <summary>Answers a GET, as the service does.</summary>
    /// <exception cref="OssException">The service's refusal.</exception>
    public GetObjectResult Get(GetObjectRequest request)
    {
        lock (_gate)
        {
            if (!_objects.TryGetValue(request.Key, out var found))
                throw Refusal(HttpStatusCode.NotFound, "NoSuchKey");

            var bytes = found.Bytes.ToArray();
            if (request.Range is not { } range)
                return new GetObjectResult(new MemoryStream(bytes), null);
            if (range.Start + range.Length > bytes.Length)
                throw Refusal(HttpStatusCode.RequestedRangeNotSatisfiable, "InvalidRange");

            return new GetObjectResult(new MemoryStream(bytes, (int)range.Start, (int)range.Length), range) { ContentEncoding = ContentEncoding };
        }
    }

    public async Task<AppendObjectResult> AppendObjectAsync(AppendObjectRequest request, CancellationToken cancellationToken)
    {
        Func<AppendObjectRequest, Task<AppendObjectResult>>? step;
        lock (_gate)
        {
            _appends.Add((request.Key, request.Position, (int)request.Body.Length));
            if (!_script.TryDequeue(out step))
                step = Always;
        }

        _calls.Set();
        var token = HeedsCancellation ? cancellationToken : CancellationToken.None;
        if (_held is { } held)
            await held.Task.WaitAsync(token);
        if (Failure is { } failure)
            throw failure;

        return step is null ? Apply(request) : await step(request).WaitAsync(token);
    }

    public Task<HeadObjectResult?> HeadObjectAsync(HeadObjectRequest request, CancellationToken cancellationToken) => Answer<HeadObjectResult?>(() =>
    {
        Record(_heads, request.Key);
        if (Failure is { } failure)
            throw failure;
        lock (_gate)
        {
            if (_headFaults.TryDequeue(out var fault))
                throw fault;
        }

        return LengthOf(request.Key) is null ? null : Head(request.Key);
    });

    public Task<GetObjectResult> GetObjectAsync(GetObjectRequest request, CancellationToken cancellationToken) => Answer(() =>
    {
        Record(_gets, (request.Key, request.Range));
        if (GetFault?.Invoke() is { } fault)
            throw fault;

        var right = Get(request);
        return GetAnswer?.Invoke(right) ?? right;
    });

    public async Task<SealObjectResult> SealObjectAsync(string key, long position, CancellationToken cancellationToken)
    {
        Record(_seals, (key, position));
        if (SealStep is { } step)
            return await step(key).WaitAsync(cancellationToken);

        lock (_gate)
        {
            if (!_objects.TryGetValue(key, out var found))
                throw Refusal(HttpStatusCode.NotFound, "NoSuchKey");
            if (found.Length != position)
                throw Refusal(HttpStatusCode.Conflict, "PositionNotEqualToLength");

            found.IsSealed = true;
            return new SealObjectResult(new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero), null);
        }
    }

    private static ReadOnlySequence<byte> Sequence(byte[] bytes) => new(bytes);

    private static Task<T> Answer<T>(Func<T> answer)
    {
        try
        {
            return Task.FromResult(answer());
        }
        catch (Exception e)
        {
            return Task.FromException<T>(e);
        }
    }

    private ulong? Crc(StoredObject stored) => TellsCrc ? stored.Crc64 : null;

    private void Record<T>(List<T> requests, T request)
    {
        lock (_gate)
            requests.Add(request);
        _calls.Set();
    }

    private T[] Copy<T>(List<T> list)
    {
        lock (_gate)
            return [.. list];
    }

    private StoredObject Open(string key)
    {
        if (!_objects.TryGetValue(key, out var stored))
            _objects.Add(key, stored = new StoredObject(KeepsBytes));
        return stored;
    }

    private sealed class StoredObject(bool keepsBytes)
    {
        private readonly ArrayBufferWriter<byte> _bytes = new();

        public string? Type { get; set; } = "Appendable";

        public bool IsSealed { get; set; }

        public bool IsLocked { get; set; }

        public long Length { get; private set; }

        public ulong Crc64 { get; private set; }

        public ReadOnlySpan<byte> Bytes => _bytes.WrittenSpan;

        public void Add(ReadOnlySequence<byte> bytes)
        {
            foreach (var part in bytes)
            {
                if (keepsBytes)
                    _bytes.Write(part.Span);
                Crc64 = Core.Client.Crc64.Append(Crc64, part.Span);
            }

            Length += bytes.Length;
        }
    }
}
