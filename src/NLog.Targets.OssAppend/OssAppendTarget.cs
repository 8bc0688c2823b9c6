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
/// <c>async="true"</c> around it: the target has a queue of its own, and a wrapper's queue drops events that this target does not count.
/// </para>
/// <para>
/// An event's continuation is called once: with null when the event is in OSS, with an
/// <see cref="OssDeliveryException"/> when it was dropped, so that a FallbackGroup around this target gets the dropped
/// events. The continuation is called in the background when the outcome is known; for an event that is dropped
/// before it is in the queue, for lack of space for instance, it is called at once, by the thread that logs. Give the
/// group <c>returnToFirstOnSuccess="true"</c>, or NLog sends everything after the first loss to the fallback.
/// </para>
/// <para>
/// With a <see cref="BufferPath"/> an event counts as safe as soon as it is on disk, so its continuation is called with null then.
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

    // Why the target could not start; null otherwise.
    private volatile DeliveryFailure? _startFailure;
    private FailedStart? _failedStart;

    private KeyLayout _key = KeyLayout.Of(OssAppenderOptions.DefaultObjectKey);

    // The key as written in the configuration, while NLog must find it instead of the layout that captures values; null otherwise.
    private Layout? _plainKey;

    // For targets that are made in code, where no assembly is searched for layout renderers. NLog does not search an assembly of which it knows
    // a type, so the target is named too: a configuration file may be loaded later.
    static OssAppendTarget() =>
        LogManager.Setup().SetupExtensions(extensions => extensions
            .RegisterTarget<OssAppendTarget>("OssAppend")
            .RegisterLayoutRenderer<OssSequenceLayoutRenderer>(OssSequenceLayoutRenderer.Name));

    /// <inheritdoc cref="OssAppenderOptions.Bucket"/>
    public Layout? Bucket { get => Layouts.Get(); set => Layouts.Set(value); }

    /// <inheritdoc cref="OssAppenderOptions.Region"/>
    public Layout? Region { get => Layouts.Get(); set => Layouts.Set(value); }

    /// <inheritdoc cref="OssAppenderOptions.Network"/>
    public OssNetwork Network { get => Settings.Network; set => Settings.Network = value; }

    /// <inheritdoc cref="OssAppenderOptions.Endpoint"/>
    public Layout? Endpoint { get => Layouts.Get(); set => Layouts.Set(SecretLayout.OfAddress(value)); }

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
    public Layout? Credentials { get => Layouts.Get(); set => Layouts.Set(SecretLayout.OfCredentials(value)); }

    /// <inheritdoc cref="OssAppenderOptions.Proxy"/>
    public Layout? Proxy { get => Layouts.Get(); set => Layouts.Set(SecretLayout.OfAddress(value)); }

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
    /// For code only: a function that changes the settings last. Use it for settings that a configuration file cannot have: a credentials
    /// provider of your own, another client, an HTTP handler. It cannot change diagnostics and listener. Default: none.
    /// </summary>
    [NLogConfigurationIgnoreProperty]
    public Action<OssAppenderOptions>? Configure { get; set; }

    /// <summary>
    /// The characters after each event. They are the same on every operating system unless you set the value <c>Default</c>. Default: LF.
    /// </summary>
    public LineEndingMode LineEnding { get; set; } = LineEndingMode.LF;

    /// <summary>
    /// Whether line ends, escape sequences of terminals, other control characters (not tabs) and marks of text direction in an event's text are
    /// escaped: written as <c>\n</c> or <c>\u001B</c> for instance. Logged text can then neither look like another event nor change what a
    /// terminal shows. All text that the layout writes is escaped, its own line ends and those of an exception too, so an event is one line. It
    /// cannot be combined with a layout that indents JSON or XML. Do not use it for layouts that write binary data. Default: false.
    /// </summary>
    public bool EscapeControlCharacters { get; set; }

    /// <summary>
    /// The most events that may wait to be rendered, at least 1. When they are rendered, they wait as bytes, within
    /// <see cref="MemoryLimitBytes"/>. The queue fills only when that memory is full, or when events are logged faster than they can be rendered.
    /// Default: 50000.
    /// </summary>
    public int QueueLimit { get; set; } = 50_000;

    /// <summary>
    /// What happens to an event when <see cref="QueueLimit"/> events wait. Discard: it is dropped, counted and reported, and its continuation is
    /// called at once. Block: the thread that logs waits for space, for <see cref="BlockTimeoutMilliseconds"/> at most; it also waits for short
    /// times before that, when some thousand events wait to be rendered. Grow: the queue has no limit. Default: Discard.
    /// </summary>
    public AsyncTargetWrapperOverflowAction OverflowAction { get; set; } = AsyncTargetWrapperOverflowAction.Discard;

    /// <summary>
    /// How long a log call waits for space if <see cref="OverflowAction"/> is Block, in milliseconds. If there is still no space
    /// then, the event is dropped. -1 means no limit. Default: -1.
    /// </summary>
    public int BlockTimeoutMilliseconds { get; set; } = -1;

    /// <summary>
    /// Whether an event becomes text on the thread that logs it, as in a FileTarget without an AsyncWrapper, and then waits as bytes within
    /// <see cref="MemoryLimitBytes"/>. The program uses less CPU time in total, but each log call takes longer. There is then no queue, so
    /// <see cref="QueueLimit"/> and <see cref="BatchSize"/> have no effect, and <see cref="OverflowAction"/> is about the memory and cannot be
    /// Grow. Default: false; events are rendered in the background.
    /// </summary>
    public bool RenderAtCall { get; set; }

    /// <summary>
    /// The most events that are rendered at a time, at least 1. It does not limit an append; <see cref="AppendSizeLimitBytes"/> does. Default:
    /// 500.
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
    /// Whether an event larger than <see cref="EventSizeLimitBytes"/> is dropped, counted and reported to its continuation. If false, a
    /// placeholder is stored instead of it. Default: false.
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
    /// The longest time that a flush, <c>LogManager.Flush()</c> for instance, waits, in seconds: 1 to 86400, or -1 for no limit. Then it reports
    /// that not everything is stored yet, and delivery goes on. A host flushes twice at its end: if a flush took that long, and none has
    /// succeeded since, another flush within 2 seconds waits half a second only. Keep it well below 15 seconds, the time that NLog's own
    /// shutdown waits for all targets together. Default: 5.
    /// </summary>
    public int FlushTimeoutSeconds { get; set; } = 5;

    /// <summary>
    /// Whether a process that ends without <c>LogManager.Shutdown()</c> waits until everything is in OSS, for <see cref="CloseTimeoutSeconds"/>
    /// and a few seconds at most: at a return from Main, Environment.Exit, SIGTERM, Ctrl-C (with .NET 8 and later) and an unhandled exception;
    /// see <see cref="OssLogSinks.Core.Shutdown.ProcessExitDrain"/>. Give the process that time, and the time that its host needs to stop,
    /// before your orchestrator kills it. Default: true.
    /// </summary>
    public bool DrainOnProcessExit { get; set; } = true;

    /// <inheritdoc cref="OssAppenderOptions.BufferPath"/>
    /// <remarks>
    /// An event counts as safe once it is on disk: its continuation is called with success then. A later loss is counted and reported, without
    /// the event; a FallbackGroup does not learn of it. If the process crashes, events that are not on disk yet are lost.
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
    /// What a flush, <c>LogManager.Flush()</c> for instance, waits for. Oss: every event logged before is in OSS or was dropped. Disk: every
    /// event logged before is in OSS or was dropped, or is on disk and synced to the medium, so that a flush usually does not wait for the
    /// network; without a <see cref="BufferPath"/>, Disk means the same as Oss. Default: Oss.
    /// </summary>
    public OssFlushTarget FlushTarget { get; set; }

    /// <summary>
    /// The counters so far, and what is waiting now. Events in this target's queue are not counted yet, and events that are logged in the
    /// moment after the close are not counted here at all. The counters begin at zero when the configuration is loaded again. A target that
    /// could not start takes no events and counts none; its last failure says so, and its trouble began then. Any thread may call it.
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

    /// <summary>
    /// Checks all settings and starts to take events. Nothing is sent before the first event, except events that earlier processes left in
    /// <see cref="BufferPath"/>.
    /// </summary>
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

        var pipelineSettings = settings.ToPipelineSettings(options);
        options.Diagnostics = new InternalLoggerDiagnostics(this);
        var pipeline = Make();

        // NLog captures each event's values for the layouts that it finds. So let it find the key's layout only if there is something to capture.
        if (!key.IsThreadBound)
            _plainKey = key.Text;
        if (pipelineSettings.DrainOnProcessExit)
            pipeline.ReloadBridge = new ReloadBridge(MakeAnother, options.TimeProvider, LoggingConfiguration?.LogFactory);
        _startedAt = ReloadBridge.NextMoment();
        _pipeline = pipeline;

        TargetPipeline Make()
        {
            OssAppender? appender = null;
            var continuations = new ContinuationQueue(report => appender!.Report(report));
            options.Listener = continuations;
            appender = new OssAppender(options);
            key.Bind(appender.KeyTemplate.PropertyNames);
            var frontDoor = new NLogFrontDoor(appender, continuations, Layout, LineEnding.NewLineCharacters) { Escapes = EscapeControlCharacters };
            var intake = new EventIntake<TargetEvent>(
                appender, frontDoor, pipelineSettings.Intake, made => new LoopPump<TargetEvent>(made, BatchSize));
            return new TargetPipeline(appender, continuations, key, intake, pipelineSettings);
        }

        // The first pipeline has already reported doubtful settings.
        TargetPipeline MakeAnother()
        {
            options.ReportDoubtfulSettings = false;
            return Make();
        }
    }

    // Write captures the key's values by itself, more cheaply than NLog could. So NLog finds only the plain key here, while it initialises the
    // layouts. A wrapper that searches later finds the layout that captures.
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

    /// <summary>
    /// Takes one event: values that only its thread knows are captured, the rest is done in the background. With <see cref="RenderAtCall"/>, it
    /// is rendered here.
    /// </summary>
    /// <param name="logEvent">The event, and the continuation to call with its outcome.</param>
    [EditorBrowsable(EditorBrowsableState.Never)]
    protected override void Write(AsyncLogEventInfo logEvent)
    {
        if (_pipeline is { } pipeline)
            pipeline.Write(logEvent, RenderAtCall ? null : _capture ??= PrecalculateVolatileLayouts);
        else
            WriteFailedNotInitialized(logEvent, null);
    }

    /// <summary>Takes one event without NLog's lock: the queue has its own, and a caller that waits for space must hold none.</summary>
    /// <param name="logEvent">The event, and the continuation to call with its outcome.</param>
    [EditorBrowsable(EditorBrowsableState.Never)]
    protected override void WriteAsyncThreadSafe(AsyncLogEventInfo logEvent) => Write(logEvent);

    /// <summary>Takes several events, one after the other, without NLog's lock.</summary>
    /// <param name="logEvents">The events, each with the continuation to call with its outcome.</param>
    [EditorBrowsable(EditorBrowsableState.Never)]
    protected override void WriteAsyncThreadSafe(IList<AsyncLogEventInfo> logEvents)
    {
        foreach (var logEvent in logEvents)
            Write(logEvent);
    }

    /// <summary>
    /// Called if the target could not be initialised, or was closed. The event is refused, unless it comes within a few seconds after the close,
    /// when the configuration may be loading again, and <see cref="DrainOnProcessExit"/> is true.
    /// </summary>
    /// <param name="logEvent">The event, and the continuation to call with its outcome.</param>
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
    /// Called once every event that was accepted before has its outcome: with null if all that were waiting are in OSS, or are
    /// as safe as <see cref="FlushTarget"/> asks for; with an <see cref="OssDeliveryException"/> if some of these were dropped, or if
    /// the flush takes longer than <see cref="FlushTimeoutSeconds"/> allows.
    /// </param>
    [EditorBrowsable(EditorBrowsableState.Never)]
    protected override void FlushAsync(AsyncContinuation asyncContinuation)
    {
        if (_pipeline is { } pipeline)
            pipeline.Flush(asyncContinuation);
        else
            asyncContinuation(null);
    }

    /// <summary>
    /// Delivers waiting events for <see cref="CloseTimeoutSeconds"/>. The rest stays in the buffer on disk, or is dropped; that may take a few
    /// seconds more.
    /// </summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    protected override void CloseTarget()
    {
        if (_pipeline is { } pipeline)
        {
            // Events that came late for the targets of the configuration before this one must be stored when this close has ended.
            pipeline.ReloadBridge?.EndThoseBefore(_startedAt, SyncRoot);
            pipeline.ReloadBridge?.Begin();
            pipeline.Close(SyncRoot);
            pipeline.ReloadBridge?.BeginGrace();
        }

        // If the configuration is initialised again, a wrapper may search for layouts before this target is initialised.
        _plainKey = null;
        base.CloseTarget();
    }
}
