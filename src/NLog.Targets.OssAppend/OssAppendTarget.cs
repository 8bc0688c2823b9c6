using System.ComponentModel;
using NLog.Common;
using NLog.Config;
using NLog.Layouts;
using NLog.Targets.OssAppend;
using NLog.Targets.Wrappers;
using OssLogSinks.Core;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Signing;
using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.Keys;
using OssLogSinks.Core.Rolling;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Intake;

namespace NLog.Targets;

/// <summary>
/// Appends events to objects in Alibaba Cloud OSS, each exactly once, in the background.
/// </summary>
/// <remarks>
/// <para>
/// In NLog.config: <c>&lt;add assembly="NLog.Targets.OssAppend"/&gt;</c> in <c>&lt;extensions&gt;</c>, then
/// <c>&lt;target xsi:type="OssAppend" … /&gt;</c>. In code, and for trimmed or native applications:
/// <c>SetupExtensions(e =&gt; e.RegisterTarget&lt;OssAppendTarget&gt;("OssAppend"))</c>. No AsyncWrapper and no
/// <c>async="true"</c> around it: it has a queue of its own, and theirs drops events that nobody counts.
/// </para>
/// <para>
/// An event's continuation is called once: with null when the event is in OSS, with an
/// <see cref="OssDeliveryException"/> when it was given up, so that a FallbackGroup around this target gets exactly what
/// OSS did not. It is called in the background, as long after the logging as the delivery took; for an event that finds no
/// space in the queue it is called at once, by the thread that logs. Give the group
/// <c>returnToFirstOnSuccess="true"</c>, or NLog sends everything after the first loss to the fallback.
/// </para>
/// <para>
/// With a <see cref="BufferPath"/> an event is safe as soon as it is on disk, so its continuation is called with null then.
/// </para>
/// <para>
/// The layouts of settings are rendered once, when the target is initialised; <see cref="ObjectKey"/> is the exception.
/// </para>
/// </remarks>
[Target("OssAppend")]
public sealed class OssAppendTarget : TargetWithLayout
{
    // Made by InitializeTarget, closed by CloseTarget, both under NLog's lock; kept after the close for its counts.
    private volatile TargetPipeline? _pipeline;
    private Action<LogEventInfo>? _capture;
    private long _startedAt;

    // Why the target does not start; null if it has.
    private volatile DeliveryFailure? _startFailure;
    private FailedStart? _failedStart;

    private KeyLayout _key = KeyLayout.Of(OssAppenderOptions.DefaultObjectKey);

    // The key as written in the configuration, while NLog must find it instead of the layout that captures values; null otherwise.
    private Layout? _plainKey;

    // For targets that are made in code, where no assembly is searched for layout renderers.
    static OssAppendTarget() =>
        LogManager.Setup().SetupExtensions(extensions => extensions.RegisterLayoutRenderer<OssSequenceLayoutRenderer>(OssSequenceLayoutRenderer.Name));

    /// <inheritdoc cref="OssAppenderOptions.Bucket"/>
    public Layout? Bucket { get => Layouts.Get(); set => Layouts.Set(value); }

    /// <inheritdoc cref="OssAppenderOptions.Region"/>
    public Layout? Region { get => Layouts.Get(); set => Layouts.Set(value); }

    /// <inheritdoc cref="OssAppenderOptions.Network"/>
    public OssNetwork Network { get => Settings.Network; set => Settings.Network = value; }

    /// <inheritdoc cref="OssAppenderOptions.Endpoint"/>
    public Layout? Endpoint { get => Layouts.Get(); set => Layouts.Set(value); }

    /// <inheritdoc cref="OssAppenderOptions.AllowPlainHttp"/>
    public bool AllowPlainHttp { get => Settings.AllowPlainHttp; set => Settings.AllowPlainHttp = value; }

    /// <inheritdoc cref="OssAppenderOptions.AddressingStyle"/>
    public OssAddressingStyle AddressingStyle { get => Settings.AddressingStyle; set => Settings.AddressingStyle = value; }

    /// <inheritdoc cref="OssAppenderOptions.SignatureVersion"/>
    public OssSignatureVersion SignatureVersion { get => Settings.SignatureVersion; set => Settings.SignatureVersion = value; }

    /// <inheritdoc cref="OssAppenderOptions.AccessKeyId"/>
    public Layout? AccessKeyId { get => Layouts.Get(); set => Layouts.Set(value); }

    /// <inheritdoc cref="OssAppenderOptions.AccessKeySecret"/>
    public Layout? AccessKeySecret { get => Layouts.Get(); set => Layouts.Set(SecretLayout.Of(value)); }

    /// <inheritdoc cref="OssAppenderOptions.SecurityToken"/>
    public Layout? SecurityToken { get => Layouts.Get(); set => Layouts.Set(SecretLayout.Of(value)); }

    /// <inheritdoc cref="OssAppenderOptions.Credentials"/>
    public Layout? Credentials { get => Layouts.Get(); set => Layouts.Set(value); }

    /// <inheritdoc cref="OssAppenderOptions.Proxy"/>
    public Layout? Proxy { get => Layouts.Get(); set => Layouts.Set(value); }

    /// <inheritdoc cref="OssAppenderOptions.ProxyUser"/>
    public Layout? ProxyUser { get => Layouts.Get(); set => Layouts.Set(value); }

    /// <inheritdoc cref="OssAppenderOptions.ProxyPassword"/>
    public Layout? ProxyPassword { get => Layouts.Get(); set => Layouts.Set(SecretLayout.Of(value)); }

    /// <inheritdoc cref="OssAppenderOptions.ProxyBypass"/>
    public Layout? ProxyBypass { get => Layouts.Get(); set => Layouts.Set(value); }

    /// <inheritdoc cref="OssAppenderOptions.ClientCertificate"/>
    public Layout? ClientCertificate { get => Layouts.Get(); set => Layouts.Set(value); }

    /// <inheritdoc cref="OssAppenderOptions.ClientCertificateKey"/>
    public Layout? ClientCertificateKey { get => Layouts.Get(); set => Layouts.Set(value); }

    /// <inheritdoc cref="OssAppenderOptions.ClientCertificatePassword"/>
    public Layout? ClientCertificatePassword { get => Layouts.Get(); set => Layouts.Set(SecretLayout.Of(value)); }

    /// <inheritdoc cref="OssAppenderOptions.CertificateAuthority"/>
    public Layout? CertificateAuthority { get => Layouts.Get(); set => Layouts.Set(value); }

    /// <inheritdoc cref="OssAppenderOptions.TrafficLimitBitsPerSecond"/>
    public int? TrafficLimitBitsPerSecond { get => Settings.TrafficLimitBitsPerSecond; set => Settings.TrafficLimitBitsPerSecond = value; }

    /// <summary>
    /// The name of objects: text with placeholders such as <c>{Timestamp:yyyy/MM/dd}</c>,
    /// <c>{Sequence:000}</c>, <c>{MachineName}</c>, <c>{ProcessId}</c>, <c>{InstanceId}</c>, <c>{Environment:NAME}</c>,
    /// <c>{Level}</c>, <c>{Logger}</c>, and the name of any event or scope property, <c>{Tenant}</c>; <c>{{</c> is a brace.
    /// Layout renderers, <c>${event-properties:Tenant}</c>, are rendered for each event. Default:
    /// <c>logs/{Timestamp:yyyy/MM/dd}/{MachineName}-{InstanceId}.log</c>, which no other process writes to.
    /// </summary>
    /// <remarks>
    /// What a property or a layout renderer gives is a value: its text is never read as a place again, and it is escaped
    /// so that it makes no folders (<c>/</c> becomes <c>%2F</c>). So folders by date are written as
    /// <c>{Timestamp:yyyy/MM/dd}</c>; <c>${date:format=yyyy/MM/dd}</c> is refused. Layout renderers that cannot change while
    /// the process runs, <c>${machinename}</c> and <c>${basedir}</c> for instance, are text, as if it had been written there.
    /// See <see cref="OssLogSinks.Core.Keys.ObjectKeyTemplate"/> for the rest.
    /// </remarks>
    public Layout ObjectKey
    {
        get => _plainKey ?? _key;
        set
        {
            _key = KeyLayout.Of(value);
            _plainKey = null;
        }
    }

    /// <inheritdoc cref="OssAppenderOptions.RollingInterval"/>
    public OssRollingInterval RollingInterval { get => Settings.RollingInterval; set => Settings.RollingInterval = value; }

    /// <inheritdoc cref="OssAppenderOptions.LateEventGrace"/>
    public int? LateEventGraceSeconds
    {
        get => (int?)Settings.LateEventGrace?.TotalSeconds;
        set => Settings.LateEventGrace = value is { } count ? TimeSpan.FromSeconds(count) : null;
    }

    /// <inheritdoc cref="OssAppenderOptions.UseLocalTime"/>
    public bool UseLocalTime { get => Settings.UseLocalTime; set => Settings.UseLocalTime = value; }

    /// <inheritdoc cref="OssAppenderOptions.ObjectSizeLimitBytes"/>
    public long ObjectSizeLimitBytes { get => Settings.ObjectSizeLimitBytes ?? 0; set => Settings.ObjectSizeLimitBytes = value == 0 ? null : value; }

    /// <inheritdoc cref="OssAppenderOptions.RollOnObjectSizeLimit"/>
    public bool RollOnObjectSizeLimit { get => Settings.RollOnObjectSizeLimit; set => Settings.RollOnObjectSizeLimit = value; }

    /// <inheritdoc cref="OssAppenderOptions.SealFinishedObjects"/>
    public bool SealFinishedObjects { get => Settings.SealFinishedObjects; set => Settings.SealFinishedObjects = value; }

    /// <inheritdoc cref="OssAppenderOptions.Compression"/>
    public OssCompression Compression { get => Settings.Compression; set => Settings.Compression = value; }

    /// <summary>
    /// Text at the beginning of each object, a line of column names for instance; rendered when the target is initialised, and followed by
    /// <see cref="LineEnding"/>. Default: the header of a <see cref="TargetWithLayout.Layout"/> that has one, a CsvLayout for instance.
    /// </summary>
    public Layout? ObjectHeader { get => Layouts.Get(); set => Layouts.Set(value); }

    /// <inheritdoc cref="OssAppenderOptions.IncludeSequence"/>
    public bool IncludeSequence { get => Settings.IncludeSequence; set => Settings.IncludeSequence = value; }

    /// <inheritdoc cref="OssObjectProperties.ContentType"/>
    public Layout? ContentType { get => Layouts.Get(); set => Layouts.Set(value); }

    /// <inheritdoc cref="OssObjectProperties.ContentEncoding"/>
    public Layout? ContentEncoding { get => Layouts.Get(); set => Layouts.Set(value); }

    /// <inheritdoc cref="OssObjectProperties.ContentDisposition"/>
    public Layout? ContentDisposition { get => Layouts.Get(); set => Layouts.Set(value); }

    /// <inheritdoc cref="OssObjectProperties.CacheControl"/>
    public Layout? CacheControl { get => Layouts.Get(); set => Layouts.Set(value); }

    /// <inheritdoc cref="OssObjectProperties.Acl"/>
    public OssAcl Acl { get => Settings.ObjectProperties.Acl; set => Settings.ObjectProperties = Settings.ObjectProperties with { Acl = value }; }

    /// <inheritdoc cref="OssObjectProperties.StorageClass"/>
    public OssStorageClass StorageClass { get => Settings.ObjectProperties.StorageClass; set => Settings.ObjectProperties = Settings.ObjectProperties with { StorageClass = value }; }

    /// <inheritdoc cref="OssObjectProperties.ServerSideEncryption"/>
    public OssServerSideEncryption ServerSideEncryption
    {
        get => Settings.ObjectProperties.ServerSideEncryption;
        set => Settings.ObjectProperties = Settings.ObjectProperties with { ServerSideEncryption = value };
    }

    /// <summary>
    /// User metadata of new objects, <c>&lt;metadata name="app" layout="shop"/&gt;</c>: names of letters, digits and hyphens; at most
    /// 8 KB in all. Default: none.
    /// </summary>
    [ArrayParameter(typeof(TargetPropertyWithContext), "metadata")]
    public IList<TargetPropertyWithContext> Metadata { get; } = new List<TargetPropertyWithContext>();

    /// <summary>
    /// Tags of new objects, <c>&lt;tag name="app" layout="shop"/&gt;</c>, at most 10; they need the RAM action oss:PutObjectTagging.
    /// Default: none.
    /// </summary>
    [ArrayParameter(typeof(TargetPropertyWithContext), "tag")]
    public IList<TargetPropertyWithContext> Tags { get; } = new List<TargetPropertyWithContext>();

    /// <summary>
    /// For code only: changes the settings last, for what a configuration file cannot say: a credentials provider of your own, another client, an HTTP
    /// handler. Diagnostics and listener stay this target's own. Default: none.
    /// </summary>
    [NLogConfigurationIgnoreProperty]
    public Action<OssAppenderOptions>? Configure { get; set; }

    /// <summary>What follows each event, on every machine. Default: LF.</summary>
    public LineEndingMode LineEnding { get; set; } = LineEndingMode.LF;

    /// <summary>
    /// Whether line ends, escape sequences of terminals, other control characters and marks of text direction in an event's text are written
    /// as <c>\n</c> or <c>\u001B</c>, so that logged text can neither forge a line nor change what a terminal shows. Everything that the layout
    /// writes is escaped, its own line ends and those of an exception too: an event is one line. Not for layouts that write binary or indented
    /// JSON. Default: false.
    /// </summary>
    public bool EscapeControlCharacters { get; set; }

    /// <summary>
    /// The most events that may wait to be rendered, at least 1. Rendered events wait as bytes, within <see cref="MemoryLimitBytes"/>; the
    /// queue fills only when that is used up. Default: 50000.
    /// </summary>
    public int QueueLimit { get; set; } = 50_000;

    /// <summary>
    /// What happens to an event when <see cref="QueueLimit"/> events wait. Discard: it is dropped, counted and reported, and its
    /// continuation is called at once. Block: the thread that logs waits for space, for <see cref="BlockTimeoutMilliseconds"/> at most, and
    /// keeps pace with the rendering before. Grow: the queue has no limit. Default: Discard.
    /// </summary>
    public AsyncTargetWrapperOverflowAction OverflowAction { get; set; } = AsyncTargetWrapperOverflowAction.Discard;

    /// <summary>
    /// How long the <see cref="OverflowAction"/> Block waits for space before the event is dropped, in milliseconds; -1 for no limit.
    /// Default: -1.
    /// </summary>
    public int BlockTimeoutMilliseconds { get; set; } = -1;

    /// <summary>
    /// Whether an event becomes text on the thread that logs it, as in a FileTarget without an AsyncWrapper, and waits as bytes within
    /// <see cref="MemoryLimitBytes"/>. The program uses less CPU in total, but each log call takes longer. <see cref="QueueLimit"/> and
    /// <see cref="BatchSize"/> have no meaning then; <see cref="OverflowAction"/> is about the memory, and cannot be Grow.
    /// Default: false; events are rendered in the background.
    /// </summary>
    public bool RenderAtCall { get; set; }

    /// <summary>
    /// The most events that are rendered at a time, at least 1. <see cref="AppendSizeLimitBytes"/> limits an append. Default: 500.
    /// </summary>
    public int BatchSize { get; set; } = 500;

    /// <inheritdoc cref="OssAppenderOptions.AppendInterval"/>
    public int AppendIntervalMilliseconds
    {
        get => (int)Settings.AppendInterval.TotalMilliseconds;
        set => Settings.AppendInterval = TimeSpan.FromMilliseconds(value);
    }

    /// <inheritdoc cref="OssAppenderOptions.AppendSizeLimitBytes"/>
    public int AppendSizeLimitBytes { get => Settings.AppendSizeLimitBytes; set => Settings.AppendSizeLimitBytes = value; }

    /// <inheritdoc cref="OssAppenderOptions.EventSizeLimitBytes"/>
    public int EventSizeLimitBytes { get => Settings.EventSizeLimitBytes; set => Settings.EventSizeLimitBytes = value; }

    /// <summary>
    /// Whether an event larger than <see cref="EventSizeLimitBytes"/> is dropped, counted and reported to its continuation, instead of
    /// storing a placeholder. Default: false.
    /// </summary>
    public bool DropTooLargeEvents { get; set; }

    /// <inheritdoc cref="OssAppenderOptions.MemoryLimitBytes"/>
    public long MemoryLimitBytes { get => Settings.MemoryLimitBytes; set => Settings.MemoryLimitBytes = value; }

    /// <inheritdoc cref="OssAppenderOptions.ConcurrentAppends"/>
    public int ConcurrentAppends { get => Settings.ConcurrentAppends; set => Settings.ConcurrentAppends = value; }

    /// <inheritdoc cref="OssAppenderOptions.OpenStreamLimit"/>
    public int OpenStreamLimit { get => Settings.OpenStreamLimit; set => Settings.OpenStreamLimit = value; }

    /// <inheritdoc cref="OssAppenderOptions.SendContentMd5"/>
    public bool SendContentMd5 { get => Settings.SendContentMd5; set => Settings.SendContentMd5 = value; }

    /// <inheritdoc cref="OssAppenderOptions.RetryTimeLimit"/>
    /// <remarks>In seconds; -1 for no limit.</remarks>
    public int? RetryTimeLimitSeconds
    {
        get => Settings.RetryTimeLimit == Timeout.InfiniteTimeSpan ? -1 : (int?)Settings.RetryTimeLimit?.TotalSeconds;
        set => Settings.RetryTimeLimit = value == -1 ? Timeout.InfiniteTimeSpan : value is { } count ? TimeSpan.FromSeconds(count) : null;
    }

    /// <inheritdoc cref="OssAppenderOptions.RetryDelay"/>
    public int RetryDelayMilliseconds
    {
        get => (int)Settings.RetryDelay.TotalMilliseconds;
        set => Settings.RetryDelay = TimeSpan.FromMilliseconds(value);
    }

    /// <inheritdoc cref="OssAppenderOptions.RetryDelayLimit"/>
    public int RetryDelayLimitSeconds
    {
        get => (int)Settings.RetryDelayLimit.TotalSeconds;
        set => Settings.RetryDelayLimit = TimeSpan.FromSeconds(value);
    }

    /// <inheritdoc cref="OssAppenderOptions.RefusalRetryDelay"/>
    public int RefusalRetryDelaySeconds
    {
        get => (int)Settings.RefusalRetryDelay.TotalSeconds;
        set => Settings.RefusalRetryDelay = TimeSpan.FromSeconds(value);
    }

    /// <inheritdoc cref="OssAppenderOptions.RetryRefusals"/>
    public bool RetryRefusals { get => Settings.RetryRefusals; set => Settings.RetryRefusals = value; }

    /// <inheritdoc cref="OssAppenderOptions.RequestTimeout"/>
    public int RequestTimeoutSeconds
    {
        get => (int)Settings.RequestTimeout.TotalSeconds;
        set => Settings.RequestTimeout = TimeSpan.FromSeconds(value);
    }

    /// <inheritdoc cref="OssAppenderOptions.ConnectTimeout"/>
    public int ConnectTimeoutSeconds
    {
        get => (int)Settings.ConnectTimeout.TotalSeconds;
        set => Settings.ConnectTimeout = TimeSpan.FromSeconds(value);
    }

    /// <inheritdoc cref="OssAppenderOptions.CloseTimeout"/>
    public int CloseTimeoutSeconds
    {
        get => (int)Settings.CloseTimeout.TotalSeconds;
        set => Settings.CloseTimeout = TimeSpan.FromSeconds(value);
    }

    /// <inheritdoc cref="OssAppenderOptions.ReportToConsole"/>
    public bool ReportToConsole { get => Settings.ReportToConsole; set => Settings.ReportToConsole = value; }

    /// <inheritdoc cref="OssAppenderOptions.ReportDoubtfulSettings"/>
    public bool ReportDoubtfulSettings { get => Settings.ReportDoubtfulSettings; set => Settings.ReportDoubtfulSettings = value; }

    /// <summary>
    /// How long a flush, <c>LogManager.Flush()</c> for instance, waits before it reports that not everything is stored yet, in seconds: 1 to
    /// 86400; -1 for no limit. Delivery goes on. Keep it well below the 15 seconds that NLog's own shutdown waits for all targets together.
    /// Default: 5.
    /// </summary>
    public int FlushTimeoutSeconds { get; set; } = 5;

    /// <summary>
    /// Whether a process that ends without <c>LogManager.Shutdown()</c> waits until everything is in OSS, for
    /// <see cref="CloseTimeoutSeconds"/> at most: at a return from Main, Environment.Exit, SIGTERM, Ctrl-C and an unhandled exception; see
    /// <see cref="OssLogSinks.Core.Shutdown.ProcessExitDrain"/>. An orchestrator must give it that long. Default: true.
    /// </summary>
    public bool DrainOnProcessExit { get; set; } = true;

    /// <inheritdoc cref="OssAppenderOptions.BufferPath"/>
    /// <remarks>
    /// An event is safe once it is on disk: its continuation is called with success then. A later loss is counted and reported, without the
    /// event; a FallbackGroup does not learn of it. What is still in the queue is lost with the process.
    /// </remarks>
    public Layout? BufferPath { get => Layouts.Get(); set => Layouts.Set(value); }

    /// <inheritdoc cref="OssAppenderOptions.BufferSizeLimitBytes"/>
    public long BufferSizeLimitBytes { get => Settings.BufferSizeLimitBytes; set => Settings.BufferSizeLimitBytes = value; }

    /// <inheritdoc cref="OssAppenderOptions.BufferFullAction"/>
    public OssBufferFullAction BufferFullAction { get => Settings.BufferFullAction; set => Settings.BufferFullAction = value; }

    /// <inheritdoc cref="OssAppenderOptions.BufferSync"/>
    public OssBufferSync BufferSync { get => Settings.BufferSync; set => Settings.BufferSync = value; }

    /// <inheritdoc cref="OssAppenderOptions.BufferSyncInterval"/>
    public int BufferSyncIntervalMilliseconds
    {
        get => (int)Settings.BufferSyncInterval.TotalMilliseconds;
        set => Settings.BufferSyncInterval = TimeSpan.FromMilliseconds(value);
    }

    /// <summary>
    /// What a flush, <c>LogManager.Flush()</c> for instance, waits for. Oss: every event logged before is in OSS. Disk: every event is on
    /// disk, forced onto the medium, or in OSS, so that a flush does not wait for the network; without a <see cref="BufferPath"/> the same
    /// as Oss. Default: Oss.
    /// </summary>
    public OssFlushTarget FlushTarget { get; set; }

    /// <summary>
    /// What has been done so far, and what is still held: events that wait in this target's queue are in none of the
    /// numbers yet, and what is logged in the moment after the close in none at all. Begins at zero when the configuration is loaded
    /// again. A target that could not start, so that NLog gives it no events, says so as its last failure and is in trouble since then.
    /// Any thread may ask.
    /// </summary>
    /// <returns>The counts since the target was initialised; zeros before.</returns>
    public DeliverySnapshot GetSnapshot()
    {
        var snapshot = _pipeline?.GetSnapshot() ?? new DeliverySnapshot();
        return _startFailure is { } failure ? snapshot with { LastFailure = failure, TroubleSince = failure.Time } : snapshot;
    }

    /// <summary>The settings that are no layouts, as they were set.</summary>
    internal OssAppenderOptions Settings { get; } = new();

    /// <summary>The settings that are layouts, as they were set.</summary>
    internal SettingLayouts Layouts { get; } = new();

    /// <summary>How many callers wait for space in the queue; for tests.</summary>
    internal int BlockedCallers => _pipeline?.BlockedCallers ?? 0;

    /// <summary>Checks all settings and starts to take events. Nothing is sent before the first event.</summary>
    /// <exception cref="NLogConfigurationException">Some settings cannot be used; the message names all of them.</exception>
    [EditorBrowsable(EditorBrowsableState.Never)]
    protected override void InitializeTarget()
    {
        try
        {
            _failedStart?.Dispose();
            Start();
            _startFailure = null;
        }
        catch (Exception e)
        {
            // Without throwConfigExceptions NLog goes on without this target, so its health must say that. NLog's internal log has the
            // exception's message.
            _startFailure = new DeliveryFailure(
                TimeProvider.System.GetUtcNow(),
                OssFailureKind.Unknown,
                $"The target could not start and accepts no events: {(e is NLogConfigurationException ? "its settings are invalid" : "it failed with " + e.GetType().FullName)}.",
                "NLog's internal log says why. Set throwConfigExceptions to stop the application at start instead.",
                1);
            _failedStart = new FailedStart(this, LoggingConfiguration);
            throw;
        }
    }

    private void Start()
    {
        InitializeLayouts();
        AutoFlush.Mend(this, LoggingConfiguration);
        var settings = new TargetSettings(this);
        var key = _key;
        var options = settings.ToOptions(key);
        var faults = settings.Check(options, key);
        if (faults.Count > 0)
            throw new NLogConfigurationException(new OssSettingsException(faults, ToString()).Message);

        var diagnostics = new InternalLoggerDiagnostics(this);
        var pipelineSettings = settings.ToPipelineSettings(options);
        options.Diagnostics = diagnostics;
        var pipeline = Make();

        // NLog spares events what it would capture for a layout, so it is shown one only where there is something to capture.
        if (!key.IsThreadBound)
            _plainKey = key.Text;
        if (pipelineSettings.DrainOnProcessExit)
            pipeline.ReloadBridge = new ReloadBridge(MakeAnother, options.TimeProvider, LoggingConfiguration?.LogFactory);
        _startedAt = ReloadBridge.NextMoment();
        _pipeline = pipeline;

        TargetPipeline Make()
        {
            var continuations = new ContinuationQueue(diagnostics);
            options.Listener = continuations;
            var appender = new OssAppender(options);
            key.Bind(appender.KeyTemplate.PropertyNames);
            var frontDoor = new NLogFrontDoor(appender, continuations, Layout, LineEnding.NewLineCharacters) { Escapes = EscapeControlCharacters };
            var intake = new EventIntake<TargetEvent>(
                appender, frontDoor, pipelineSettings.Intake, made => new LoopPump<TargetEvent>(made, BatchSize));
            return new TargetPipeline(appender, continuations, key, intake, pipelineSettings);
        }

        // What is reported at start was reported by the first.
        TargetPipeline MakeAnother()
        {
            options.ReportDoubtfulSettings = false;
            return Make();
        }
    }

    // The key's values are captured by the write itself, more cheaply than NLog could, so NLog does not find it here. A wrapper's search does.
    private void InitializeLayouts()
    {
        _plainKey = _key.Text;
        try
        {
            base.InitializeTarget();
        }
        finally
        {
            _plainKey = null;
        }

        _key.Read();
    }

    /// <summary>Takes one event: what only its thread knows is captured, the rest is done in the background.</summary>
    /// <param name="logEvent">The event, and whom to tell its outcome.</param>
    [EditorBrowsable(EditorBrowsableState.Never)]
    protected override void Write(AsyncLogEventInfo logEvent)
    {
        if (_pipeline is { } pipeline)
            pipeline.Write(logEvent, RenderAtCall ? null : _capture ??= PrecalculateVolatileLayouts);
        else
            WriteFailedNotInitialized(logEvent, null);
    }

    /// <summary>Takes one event without NLog's lock: the queue has its own, and a caller that waits for space must hold none.</summary>
    /// <param name="logEvent">The event, and whom to tell its outcome.</param>
    [EditorBrowsable(EditorBrowsableState.Never)]
    protected override void WriteAsyncThreadSafe(AsyncLogEventInfo logEvent) => Write(logEvent);

    /// <summary>Takes several events, one after the other, without NLog's lock.</summary>
    /// <param name="logEvents">The events, and whom to tell their outcome.</param>
    [EditorBrowsable(EditorBrowsableState.Never)]
    protected override void WriteAsyncThreadSafe(IList<AsyncLogEventInfo> logEvents)
    {
        foreach (var logEvent in logEvents)
            Write(logEvent);
    }

    /// <summary>Refuses an event: the target could not be initialised, or it was closed.</summary>
    /// <param name="logEvent">The event, and whom to tell its outcome.</param>
    /// <param name="initializeException">Why the target could not be initialised; null if it was closed.</param>
    [EditorBrowsable(EditorBrowsableState.Never)]
    protected override void WriteFailedNotInitialized(AsyncLogEventInfo logEvent, Exception? initializeException)
    {
        // NLog would report a success for an event that comes after the close.
        if (initializeException is null && _pipeline is { } pipeline)
            pipeline.Write(logEvent, RenderAtCall ? null : Layout.Precalculate);
        else
            base.WriteFailedNotInitialized(logEvent, initializeException ?? new OssDeliveryException(DropReason.Closed, "The target is not initialized.", null));
    }

    /// <summary>Sends what waits at once, without holding up the caller.</summary>
    /// <param name="asyncContinuation">
    /// Called once every event that was accepted before has its outcome: with null if all of them are in OSS, or are as
    /// safe as <see cref="FlushTarget"/> asks for; with an <see cref="OssDeliveryException"/> if some were given up.
    /// </param>
    [EditorBrowsable(EditorBrowsableState.Never)]
    protected override void FlushAsync(AsyncContinuation asyncContinuation)
    {
        if (_pipeline is { } pipeline)
            pipeline.Flush(asyncContinuation);
        else
            asyncContinuation(null);
    }

    /// <summary>Delivers what waits, for <see cref="CloseTimeoutSeconds"/> at most, and gives up the rest, or leaves it in the buffer.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    protected override void CloseTarget()
    {
        if (_pipeline is { } pipeline)
        {
            // What came late for targets that this one, or one beside it, has replaced is stored when this close has ended.
            pipeline.ReloadBridge?.EndThoseBefore(_startedAt, SyncRoot);
            pipeline.ReloadBridge?.Begin();
            pipeline.Close(SyncRoot);
            pipeline.ReloadBridge?.BeginGrace();
        }

        // Targets that begin again do so in any order.
        _plainKey = null;
        base.CloseTarget();
    }
}
