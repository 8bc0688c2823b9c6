using OssLogSinks.Core.Appending;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.DiskBuffer;
using OssLogSinks.Core.DiskBuffer.Folders;
using OssLogSinks.Core.Keys;
using OssLogSinks.Core.Records;
using OssLogSinks.Core.Retry;
using OssLogSinks.Core.Rolling;
using OssLogSinks.Core.Shutdown;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core;

/// <summary>Everything that delivery needs except the records. Created once, from validated settings.</summary>
internal sealed class DeliverySetup : IDisposable
{
    private static readonly TimeSpan LongestSealing = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan CallGrace = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SealingGrace = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan RetryTimeInMemory = TimeSpan.FromHours(1);

    private readonly OssClient? _ownClient;
    private readonly AppendContext _context;
    private readonly ShipperSettings _shipping;
    private readonly int _openStreamLimit;
    private readonly int _appendSize;
    private readonly TimeSpan _appendInterval;

    private DeliverySetup(OssAppenderOptions options, OssAppenderOptionsValidator checkedOptions, bool isOnDisk)
    {
        Time = options.TimeProvider;
        KeyTemplate = checkedOptions.KeyTemplate!;
        Counters = new DeliveryCounters(options.Bucket, string.IsNullOrWhiteSpace(options.Name) ? options.ObjectKey : options.Name!) { Source = Source };
        Reporter = new DeliveryReporter(options.ReportToConsole ? new ConsoleDiagnostics(options.Diagnostics) : options.Diagnostics, Time) { Source = Source };
        DeliveryTracker = new DeliveryTracker(Counters, Reporter, options.Listener);
        Numbering = options.IncludeSequence ? new EventNumbering() : null;

        if (checkedOptions.ClientOptions is { } clientOptions)
            clientOptions.CredentialsChosen = Reporter.CredentialsChosen;
        _ownClient = options.Client is null ? new OssClient(checkedOptions.ClientOptions!) : null;
        if (options.ReportDoubtfulSettings)
            ReportDoubts(options.AllowPlainHttp ? null : checkedOptions.ClientOptions?.TryCreateEndpoint([]));

        var zone = options.UseLocalTime ? Time.LocalTimeZone : null;
        Policy = new RollingPolicy(options.RollingInterval, KeyTemplate.TimestampFormats, zone, options.ObjectSizeLimitBytes)
        {
            RollsBySize = options.RollOnObjectSizeLimit,
        };
        _context = new AppendContext(AppendSettingsOf(options), _ownClient ?? Bounded(options.Client!, options), Policy, Counters, Reporter);
        _shipping = new ShipperSettings(
            options.ConcurrentAppends,
            new RetrySchedule(options.RetryDelay, options.RetryDelayLimit),
            options.RefusalRetryDelay,
            options.RetryTimeLimit ?? (isOnDisk ? Timeout.InfiniteTimeSpan : RetryTimeInMemory),
            Time,
            options.Random)
        {
            RetryRefusals = options.RetryRefusals,
        };
        _openStreamLimit = options.OpenStreamLimit;
        _appendSize = options.AppendSizeLimitBytes;
        _appendInterval = options.AppendInterval;
    }

    /// <summary>Marks the events that this delivery causes.</summary>
    public DeliverySource Source { get; } = new();

    public TimeProvider Time { get; }

    public ObjectKeyTemplate KeyTemplate { get; }

    public RollingPolicy Policy { get; }

    public DeliveryCounters Counters { get; }

    public DeliveryReporter Reporter { get; }

    public DeliveryTracker DeliveryTracker { get; }

    /// <summary>Numbers the records; null if they have no numbers.</summary>
    public EventNumbering? Numbering { get; }

    /// <summary>The parts that a disk buffer needs.</summary>
    public DiskBufferParts BufferParts => new(KeyTemplate, Policy, DeliveryTracker, Counters, Reporter, Time, OpenPipeline) { Numbering = Numbering };

    /// <summary>Creates the setup of an appender. Records wait in memory or on disk, as the settings say.</summary>
    /// <exception cref="OssSettingsException">Some settings are invalid; the exception names all of them.</exception>
    public static DeliverySetup From(OssAppenderOptions options) => From(options, options.BufferPath, isOnDisk: options.BufferPath is not null);

    /// <summary>Creates the setup of a drain: the records are already on disk, and the buffer path in the settings is ignored.</summary>
    /// <exception cref="OssSettingsException">Some settings are invalid; the exception names all of them.</exception>
    public static DeliverySetup ForDrain(OssAppenderOptions options) => From(options, bufferPath: null, isOnDisk: true);

    // Records on disk are retried without a time limit by default.
    private static DeliverySetup From(OssAppenderOptions options, string? bufferPath, bool isOnDisk)
    {
        var checkedOptions = new OssAppenderOptionsValidator(options, bufferPath);
        var faults = checkedOptions.Validate();
        return faults.Count > 0 ? throw new OssSettingsException(faults) : new DeliverySetup(options, checkedOptions, isOnDisk);
    }

    /// <summary>The append settings.</summary>
    /// <param name="options">The validated settings.</param>
    public static AppendSettings AppendSettingsOf(OssAppenderOptions options) => new()
    {
        Time = options.TimeProvider,
        Bucket = options.Bucket ?? "",
        Streams = options.StreamRegistry,
        Sealing = options.SealFinishedObjects ? new RetrySchedule(options.RetryDelay, options.RetryDelayLimit) : null,
        RequestTimeout = options.RequestTimeout,
        ObjectProperties = options.ObjectProperties,
        AppendSizeLimit = options.AppendSizeLimitBytes,
        ObjectHeader = options.ObjectHeader,
        GzipLevel = options.GzipLevel,
        SendContentMd5 = options.SendContentMd5,
    };

    /// <summary>The settings of a disk buffer.</summary>
    /// <param name="options">The validated settings.</param>
    /// <param name="path">The buffer path; several processes may share it.</param>
    public static DiskBufferSettings BufferSettingsOf(OssAppenderOptions options, string path) => new(
        Path.GetFullPath(path),
        options.BufferSizeLimitBytes,
        DropsOldest: options.BufferFullAction == OssBufferFullAction.DropOldest,
        options.BufferSync switch
        {
            OssBufferSync.EachWrite => TimeSpan.Zero,
            OssBufferSync.Interval => options.BufferSyncInterval,
            _ => null,
        },
        options.MemoryLimitBytes);

    /// <summary>Opens a pipeline to OSS.</summary>
    /// <param name="memory">Bytes of memory that its records may use.</param>
    public DeliveryPipeline OpenPipeline(long memory)
    {
        var buffer = new MemoryBuffer(
            new StreamDirectory(KeyTemplate, _context, _openStreamLimit), new MemoryBufferLimits(memory, _appendSize, _appendInterval), Time, Numbering);
        return new DeliveryPipeline(buffer, new Shipper(buffer, _context, DeliveryTracker, _shipping), DeliveryTracker);
    }

    // The built-in client limits its requests by itself, and may send several in a call.
    private static IOssClient Bounded(IOssClient client, OssAppenderOptions options) =>
        client is ISelfLimitingClient ? client : new BoundedClient(client, options.RequestTimeout + CallGrace, options.TimeProvider);

    private void ReportDoubts(OssEndpoint? endpoint)
    {
        if (endpoint is { IsExposed: true })
            Reporter.PlainHttp(endpoint.Origin);
        foreach (var doubt in KeyTemplate.Doubts)
            Reporter.DoubtfulKey(KeyTemplate.Text, doubt);
    }

    /// <summary>
    /// Ends the sealing of objects. It waits for the rest of the timeout, 10 seconds at most, and then half a second more for requests that were
    /// cancelled: a custom client may hang.
    /// </summary>
    public void EndSealing(TimeSpan timeout, long begun)
    {
        if (_context.Sealer is not { } sealer)
            return;

        var left = timeout == Timeout.InfiniteTimeSpan ? LongestSealing : timeout - Time.GetElapsedTime(begun);
        left = left <= TimeSpan.Zero ? TimeSpan.Zero : left < LongestSealing ? left : LongestSealing;
        if (BoundedWait.For(Waiting.Observe(sealer.CloseAsync(left)), left + SealingGrace, TimeProvider.System))
            sealer.Dispose();
    }

    public void Dispose()
    {
        Reporter.ReportRest();
        Counters.Dispose();
        Source.Close();
        _ownClient?.Dispose();
    }
}
