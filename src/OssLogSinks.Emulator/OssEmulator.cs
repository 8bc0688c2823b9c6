using OssLogSinks.Emulator.Authentication;
using OssLogSinks.Emulator.Faults;
using OssLogSinks.Emulator.Http;
using OssLogSinks.Emulator.Operations;
using OssLogSinks.Emulator.Storage;
using OssLogSinks.Emulator.Time;

namespace OssLogSinks.Emulator;

/// <summary>
/// An OSS on the loopback, for tests and samples: atomic appends at strict positions, verified signatures, scripted faults, and
/// a way past HTTP to look at the objects and to change them as somebody else would.
/// </summary>
public sealed class OssEmulator : IAsyncDisposable
{
    private readonly EmulatorClock _clock;
    private readonly ObjectStore _store;
    private readonly CredentialStore _credentials;
    private readonly RequestLog _log;
    private readonly CancellationTokenSource _stopping = new();
    private readonly LoopbackServer _server;
    private int _disposed;

    private OssEmulator(OssEmulatorOptions options)
    {
        Options = options;
        _clock = new EmulatorClock(options.TimeProvider);
        _store = new ObjectStore(_clock);
        _credentials = new CredentialStore(_clock);
        _log = new RequestLog(options, _clock);
        var pipeline = new RequestPipeline(options, _clock, _store, _credentials)
        {
            Faults = Faults,
            Log = _log,
            Stopping = _stopping.Token,
        };
        _server = new LoopbackServer(options.Port, pipeline.HandleAsync);
    }

    /// <summary>The endpoint to give to a client: <c>http://127.0.0.1:port</c>.</summary>
    public Uri Endpoint { get; private set; } = new("http://127.0.0.1");

    /// <summary>The region that signatures must name.</summary>
    public string Region => Options.Region;

    /// <summary>The access key id of the account.</summary>
    public string AccessKeyId => Options.AccessKeyId;

    /// <summary>The secret of that key.</summary>
    public string AccessKeySecret => Options.AccessKeySecret;

    /// <summary>The options that the emulator was started with.</summary>
    public OssEmulatorOptions Options { get; }

    /// <summary>The time provider of the options, without the shift of <see cref="ShiftClock"/>.</summary>
    public TimeProvider TimeProvider => Options.TimeProvider;

    /// <summary>What shall go wrong.</summary>
    public FaultScript Faults { get; } = new();

    /// <summary>The requests so far, oldest first, as a snapshot; see <see cref="OssEmulatorOptions.RecordLimit"/>.</summary>
    public IReadOnlyList<RecordedRequest> Requests => _log.Snapshot();

    /// <summary>Starts an emulator.</summary>
    /// <param name="options">How it behaves; the defaults if null.</param>
    /// <param name="cancellationToken">Ends the attempt to start.</param>
    /// <returns>The running emulator; dispose it to stop it.</returns>
    public static async Task<OssEmulator> StartAsync(OssEmulatorOptions? options = null, CancellationToken cancellationToken = default)
    {
        var emulator = new OssEmulator(options ?? new OssEmulatorOptions());
        emulator.Prepare();
        emulator.Endpoint = await emulator._server.StartAsync(cancellationToken).ConfigureAwait(false);
        return emulator;
    }

    /// <summary>Forgets the requests so far.</summary>
    public void ClearRequests() => _log.Clear();

    /// <summary>Creates a bucket; nothing happens if it exists.</summary>
    /// <param name="bucket">Its name, by the rules of OSS.</param>
    public void CreateBucket(string bucket)
    {
        if (!ResourceNames.IsBucketName(bucket))
            throw new ArgumentException($"'{bucket}' is not a bucket name.", nameof(bucket));

        _store.Create(bucket);
    }

    /// <summary>Makes a bucket behave as one with versioning: its answers name the version <c>null</c>. Old versions are not kept.</summary>
    /// <param name="bucket">The bucket.</param>
    /// <param name="isVersioned">True for versioning on or suspended.</param>
    public void SetVersioning(string bucket, bool isVersioned) => _store.Get(bucket).IsVersioned = isVersioned;

    /// <summary>Blocks a bucket, as OSS does when a bill is overdue: its requests answer 403 BucketDisable.</summary>
    /// <param name="bucket">The bucket.</param>
    /// <param name="isDisabled">True to block, false to open again.</param>
    public void DisableBucket(string bucket, bool isDisabled = true) => _store.Get(bucket).IsDisabled = isDisabled;

    /// <summary>The objects of a bucket, sorted by the UTF-8 bytes of their keys.</summary>
    /// <param name="bucket">The bucket.</param>
    /// <param name="prefix">Only keys that begin so; all by default.</param>
    /// <returns>A snapshot.</returns>
    public IReadOnlyList<EmulatedObject> ListObjects(string bucket, string prefix = "") =>
        [.. _store.Get(bucket).List(prefix).Select(found => EmulatedObject.Of(found.Key, found.State))];

    /// <summary>An object as it is now.</summary>
    /// <param name="bucket">The bucket.</param>
    /// <param name="key">The object key.</param>
    /// <returns>The object; null if there is none.</returns>
    public EmulatedObject? FindObject(string bucket, string key) =>
        _store.Get(bucket).Find(key)?.State is { } state ? EmulatedObject.Of(key, state) : null;

    /// <summary>The bytes of an object.</summary>
    /// <param name="bucket">The bucket.</param>
    /// <param name="key">The object key.</param>
    /// <returns>A copy of the bytes.</returns>
    /// <exception cref="KeyNotFoundException">There is no such object.</exception>
    /// <exception cref="InvalidOperationException">The emulator keeps no bodies.</exception>
    public byte[] ReadObject(string bucket, string key)
    {
        var reading = _store.Get(bucket).Find(key)?.Read(state => (0, state.Length))
            ?? throw new KeyNotFoundException($"There is no object '{key}' in '{bucket}'.");
        return reading.Bytes is null
            ? throw new InvalidOperationException("This emulator was told to keep no bodies.")
            : new RequestBody(reading.State.Length, reading.State.Crc64, null, reading.Bytes).ToArray();
    }

    /// <summary>Another writer appends at the end of an object, creating it if need be.</summary>
    /// <param name="bucket">The bucket.</param>
    /// <param name="key">The object key.</param>
    /// <param name="bytes">What it appends.</param>
    /// <exception cref="InvalidOperationException">The object takes no append.</exception>
    public void AppendAsForeignWriter(string bucket, string key, ReadOnlySpan<byte> bytes) =>
        _store.AppendAsForeignWriter(bucket, key, bytes.ToArray());

    /// <summary>Somebody uploads a Normal object, over whatever was there.</summary>
    /// <param name="bucket">The bucket.</param>
    /// <param name="key">The object key.</param>
    /// <param name="bytes">The new content.</param>
    /// <exception cref="InvalidOperationException">The object is locked.</exception>
    public void PutObject(string bucket, string key, ReadOnlySpan<byte> bytes) => _store.Put(bucket, key, bytes.ToArray());

    /// <summary>Somebody deletes an object; nothing happens if there is none.</summary>
    /// <param name="bucket">The bucket.</param>
    /// <param name="key">The object key.</param>
    /// <exception cref="InvalidOperationException">The object is locked.</exception>
    public void DeleteObject(string bucket, string key)
    {
        if (!_store.Get(bucket).Slot(key).Delete())
            throw new InvalidOperationException($"'{key}' is locked.");
    }

    /// <summary>Somebody seals an appendable object, whether or not sealing is enabled for clients.</summary>
    /// <param name="bucket">The bucket.</param>
    /// <param name="key">The object key.</param>
    /// <exception cref="InvalidOperationException">There is no appendable object.</exception>
    public void SealObject(string bucket, string key)
    {
        var (verdict, _) = _store.Get(bucket).Slot(key).Seal(null, _clock.UtcNow);
        if (verdict != AppendVerdict.Done)
            throw new InvalidOperationException($"'{key}' cannot be sealed: {verdict}.");
    }

    /// <summary>Makes a Normal object of an appendable one, with the same bytes, as OSS does where it moves a sealed one to a cold class.</summary>
    /// <param name="bucket">The bucket.</param>
    /// <param name="key">The object key.</param>
    public void ConvertObject(string bucket, string key) => _store.Get(bucket).Slot(key).Convert();

    /// <summary>Puts a key under retention (WORM): appends, overwriting and deletion answer 409 FileImmutable.</summary>
    /// <param name="bucket">The bucket.</param>
    /// <param name="key">The object key.</param>
    /// <param name="isLocked">True to lock, false to unlock.</param>
    public void LockObject(string bucket, string key, bool isLocked = true) => _store.Get(bucket).Slot(key).Lock(isLocked);

    /// <summary>Adds a key, or replaces the one with the same access key id.</summary>
    /// <param name="credentials">The key.</param>
    public void SetCredentials(EmulatedCredentials credentials) => _credentials.Set(credentials);

    /// <summary>Removes a key: requests that use it answer 403 InvalidAccessKeyId.</summary>
    /// <param name="accessKeyId">Its id.</param>
    public void RemoveCredentials(string accessKeyId) => _credentials.Remove(accessKeyId);

    /// <summary>Lets the token of a temporary key expire now: 403 SecurityTokenExpired.</summary>
    /// <param name="accessKeyId">The id of the key.</param>
    /// <exception cref="KeyNotFoundException">There is no such key.</exception>
    public void ExpireToken(string accessKeyId) => _credentials.ExpireToken(accessKeyId);

    /// <summary>Moves the server's clock against that of the clients; shifts add up.</summary>
    /// <param name="by">How far; negative for backwards.</param>
    public void ShiftClock(TimeSpan by) => _clock.Shift(by);

    /// <summary>Closes every open connection, idle or not, as a server does that restarts.</summary>
    public void AbortConnections() => _server.AbortConnections();

    /// <summary>Stops at once: held and delayed requests are cut, writes still to land do not.</summary>
    /// <returns>A task for the stop.</returns>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;

        await _stopping.CancelAsync().ConfigureAwait(false);
        await _server.DisposeAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    private void Prepare()
    {
        _credentials.Set(new EmulatedCredentials(Options.AccessKeyId, Options.AccessKeySecret));
        foreach (var credentials in Options.Credentials)
            _credentials.Set(credentials);

        foreach (var bucket in Options.Buckets)
            CreateBucket(bucket);
    }
}
