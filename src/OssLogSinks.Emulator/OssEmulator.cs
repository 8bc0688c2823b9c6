using OssLogSinks.Emulator.Authentication;
using OssLogSinks.Emulator.Faults;
using OssLogSinks.Emulator.Http;
using OssLogSinks.Emulator.Operations;
using OssLogSinks.Emulator.Page;
using OssLogSinks.Emulator.Storage;
using OssLogSinks.Emulator.Time;

namespace OssLogSinks.Emulator;

/// <summary>
/// An OSS emulator on the loopback address, for tests and samples: atomic appends at exact positions, verified signatures and scripted
/// faults. Its methods read and change objects directly, without HTTP, as another client would.
/// </summary>
public sealed class OssEmulator : IAsyncDisposable
{
    private readonly EmulatorClock _clock;
    private readonly ObjectStore _store;
    private readonly CredentialStore _credentials;
    private readonly RequestLog _log;
    private readonly StoreLog _changes = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly EmulatorPage _page;
    private readonly LoopbackServer _server;
    private int _disposed;

    private OssEmulator(OssEmulatorOptions options)
    {
        Options = options;
        _clock = new EmulatorClock(options.TimeProvider);
        _store = new ObjectStore(_clock, _changes);
        _credentials = new CredentialStore(_clock);
        _log = new RequestLog(options, _clock);
        var traffic = new TrafficMeter(options.TimeProvider);
        var pipeline = new RequestPipeline(options, _clock, _store, _credentials)
        {
            Faults = Faults,
            Log = _log,
            Traffic = traffic,
            Stopping = _stopping.Token,
        };
        _page = new EmulatorPage(_store, Faults, traffic, options.TimeProvider)
        {
            Describe = () => new PageDescription(EndpointText, options.Region, options.AccessKeyId),
            Stopping = _stopping.Token,
        };
        _server = new LoopbackServer(
            options.Port,
            options.Certificate,
            context => options.ServePage && EmulatorPage.Handles(context) ? _page.HandleAsync(context) : pipeline.HandleAsync(context));
    }

    /// <summary>The endpoint for clients: <c>http://127.0.0.1:port</c>, or <c>https</c> with a certificate.</summary>
    public Uri Endpoint { get; private set; } = new("http://127.0.0.1");

    /// <summary>The address of the web page; see <see cref="OssEmulatorOptions.ServePage"/>.</summary>
    public Uri Page => new(Endpoint, EmulatorPage.Prefix);

    /// <summary>The region that V4 signatures must name.</summary>
    public string Region => Options.Region;

    /// <summary>The access key id of the account.</summary>
    public string AccessKeyId => Options.AccessKeyId;

    /// <summary>The secret of that key.</summary>
    public string AccessKeySecret => Options.AccessKeySecret;

    /// <summary>The options that the emulator was started with.</summary>
    public OssEmulatorOptions Options { get; }

    /// <summary>The time provider of the options, not changed by <see cref="ShiftClock"/>.</summary>
    public TimeProvider TimeProvider => Options.TimeProvider;

    /// <summary>The faults to inject.</summary>
    public FaultScript Faults { get; } = new();

    /// <summary>A snapshot of the requests so far, oldest first; see <see cref="OssEmulatorOptions.RecordLimit"/>.</summary>
    public IReadOnlyList<RecordedRequest> Requests => _log.Snapshot();

    /// <summary>Starts an emulator.</summary>
    /// <param name="options">The settings; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the start.</param>
    /// <returns>The running emulator; dispose it to stop it.</returns>
    /// <exception cref="IOException">The port is in use.</exception>
    /// <exception cref="DataFileException">The data folder cannot be used.</exception>
    /// <exception cref="ArgumentException">A bucket's name is invalid, or there is a data folder but bodies are not kept.</exception>
    public static async Task<OssEmulator> StartAsync(OssEmulatorOptions? options = null, CancellationToken cancellationToken = default)
    {
        var emulator = new OssEmulator(options ?? new OssEmulatorOptions());
        try
        {
            emulator.Prepare();
            emulator.Endpoint = await emulator._server.StartAsync(cancellationToken).ConfigureAwait(false);
            return emulator;
        }
        catch
        {
            await emulator.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Removes the requests so far from <see cref="Requests"/>.</summary>
    public void ClearRequests() => _log.Clear();

    /// <summary>Creates a bucket; nothing happens if it exists.</summary>
    /// <param name="bucket">A name that follows the rules of OSS.</param>
    public void CreateBucket(string bucket)
    {
        if (!ResourceNames.IsBucketName(bucket))
            throw new ArgumentException($"'{bucket}' is not a bucket name.", nameof(bucket));

        _store.Create(bucket);
    }

    /// <summary>Makes a bucket behave like one with versioning: its answers contain the version <c>null</c>. Old versions are not kept.</summary>
    /// <param name="bucket">The bucket.</param>
    /// <param name="isVersioned">True if versioning is enabled or suspended.</param>
    public void SetVersioning(string bucket, bool isVersioned) => _store.Get(bucket).IsVersioned = isVersioned;

    /// <summary>Blocks a bucket, as OSS does when a bill is overdue: its requests answer 403 BucketDisable.</summary>
    /// <param name="bucket">The bucket.</param>
    /// <param name="isDisabled">True to block, false to unblock.</param>
    public void DisableBucket(string bucket, bool isDisabled = true) => _store.Get(bucket).IsDisabled = isDisabled;

    /// <summary>The objects of a bucket, sorted by the UTF-8 bytes of their keys.</summary>
    /// <param name="bucket">The bucket.</param>
    /// <param name="prefix">Only keys with this prefix; all by default.</param>
    /// <returns>A snapshot.</returns>
    public IReadOnlyList<EmulatedObject> ListObjects(string bucket, string prefix = "") =>
        [.. _store.Get(bucket).List(prefix).Select(found => EmulatedObject.Of(found.Key, found.State))];

    /// <summary>The current state of an object.</summary>
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
    /// <exception cref="InvalidOperationException">The emulator does not keep bodies (<see cref="OssEmulatorOptions.KeepBodies"/>).</exception>
    public byte[] ReadObject(string bucket, string key)
    {
        var reading = _store.Get(bucket).Find(key)?.Read(state => (0, state.Length))
            ?? throw new KeyNotFoundException($"There is no object '{key}' in '{bucket}'.");
        return reading.Bytes is null
            ? throw new InvalidOperationException("This emulator is configured to keep no bodies.")
            : new RequestBody(reading.State.Length, reading.State.Crc64, null, reading.Bytes).ToArray();
    }

    /// <summary>Appends at the end of an object as another writer, and creates the object if necessary.</summary>
    /// <param name="bucket">The bucket.</param>
    /// <param name="key">The object key.</param>
    /// <param name="bytes">The bytes to append.</param>
    /// <exception cref="InvalidOperationException">The object accepts no append.</exception>
    public void AppendAsForeignWriter(string bucket, string key, ReadOnlySpan<byte> bytes) =>
        _store.AppendAsForeignWriter(bucket, key, bytes.ToArray());

    /// <summary>Uploads a Normal object as another client would; it replaces any existing object.</summary>
    /// <param name="bucket">The bucket.</param>
    /// <param name="key">The object key.</param>
    /// <param name="bytes">The new content.</param>
    /// <exception cref="InvalidOperationException">The object is locked.</exception>
    public void PutObject(string bucket, string key, ReadOnlySpan<byte> bytes) => _store.Put(bucket, key, bytes.ToArray());

    /// <summary>Deletes an object as another client would; nothing happens if there is none.</summary>
    /// <param name="bucket">The bucket.</param>
    /// <param name="key">The object key.</param>
    /// <exception cref="InvalidOperationException">The object is locked.</exception>
    public void DeleteObject(string bucket, string key)
    {
        if (!_store.Get(bucket).Slot(key).Delete())
            throw new InvalidOperationException($"'{key}' is locked.");
    }

    /// <summary>Seals an appendable object as another client would, even if sealing is not enabled for clients.</summary>
    /// <param name="bucket">The bucket.</param>
    /// <param name="key">The object key.</param>
    /// <exception cref="InvalidOperationException">There is no appendable object.</exception>
    public void SealObject(string bucket, string key)
    {
        var (verdict, _) = _store.Get(bucket).Slot(key).Seal(null, _clock.UtcNow);
        if (verdict != AppendVerdict.Done)
            throw new InvalidOperationException($"'{key}' cannot be sealed: {verdict}.");
    }

    /// <summary>
    /// Converts an appendable object to a Normal one with the same bytes, as OSS does when it moves a sealed object to a cold storage class.
    /// </summary>
    /// <param name="bucket">The bucket.</param>
    /// <param name="key">The object key.</param>
    public void ConvertObject(string bucket, string key) => _store.Get(bucket).Slot(key).Convert();

    /// <summary>Puts a key under retention (WORM): appends, overwrites and deletions answer 409 FileImmutable.</summary>
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

    /// <summary>Expires the token of a temporary key now; its requests answer 403 SecurityTokenExpired.</summary>
    /// <param name="accessKeyId">The id of the key.</param>
    /// <exception cref="KeyNotFoundException">There is no such key.</exception>
    public void ExpireToken(string accessKeyId) => _credentials.ExpireToken(accessKeyId);

    /// <summary>Shifts the server's clock relative to the clients'; shifts add up.</summary>
    /// <param name="by">The shift; negative for backwards.</param>
    public void ShiftClock(TimeSpan by) => _clock.Shift(by);

    /// <summary>Closes every open connection, idle or not, like a server that restarts.</summary>
    public void AbortConnections() => _server.AbortConnections();

    /// <summary>Stops at once: held and delayed requests are cut off, and late writes that are still pending are not stored.</summary>
    /// <returns>A task that completes when the emulator has stopped.</returns>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;

        await _stopping.CancelAsync().ConfigureAwait(false);
        await _server.DisposeAsync().ConfigureAwait(false);
        _changes.Dispose();
        _stopping.Dispose();
    }

    private string EndpointText => Endpoint.GetLeftPart(UriPartial.Authority);

    private void Prepare()
    {
        if (Options is { DataFolder: not null, KeepBodies: false })
            throw new ArgumentException("A data folder needs KeepBodies: without bodies there is nothing to store.");

        if (Options.DataFolder is { } folder)
            _changes.Open(folder, Options.SyncData, _store);

        _credentials.Set(new EmulatedCredentials(Options.AccessKeyId, Options.AccessKeySecret));
        foreach (var credentials in Options.Credentials)
            _credentials.Set(credentials);

        foreach (var bucket in Options.Buckets)
            CreateBucket(bucket);
    }
}
