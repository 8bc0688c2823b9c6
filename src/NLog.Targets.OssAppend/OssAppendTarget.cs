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

    private Layout? _accessKeySecret;
    private Layout? _securityToken;
    private KeyLayout _key = KeyLayout.Of(OssAppenderOptions.DefaultObjectKey);

    // The key as it was written, while NLog shall find that and nothing to capture; null otherwise.
    private Layout? _plainKey;

    /// <summary>
    /// Where OSS is: <c>oss-cn-hangzhou.aliyuncs.com</c>, an internal, accelerated, dual-stack or custom domain, or an IP
    /// with its port, with or without <c>https://</c> (the default) or <c>http://</c>. Default: the public endpoint of
    /// <see cref="Region"/>; one of the two is required.
    /// </summary>
    public Layout? Endpoint { get; set; }

    /// <summary>
    /// Whether an <see cref="Endpoint"/> that begins with <c>http://</c> is meant so. Default: false; unless it is this machine, that is
    /// reported once, at start, since log text, key ids and security tokens go there unencrypted.
    /// </summary>
    public bool AllowPlainHttp { get; set; }

    /// <summary>The bucket's name. Required.</summary>
    public Layout? Bucket { get; set; }

    /// <summary>
    /// The bucket's region, <c>cn-hangzhou</c> for instance; goes into the signature. Default: read from
    /// <see cref="Endpoint"/>, which works for OSS's regional domains; the others need it.
    /// </summary>
    public Layout? Region { get; set; }

    /// <summary>The access key's id, together with <see cref="AccessKeySecret"/>. Default, also where both come out empty: both from the environment variables that Alibaba's own SDKs read.</summary>
    public Layout? AccessKeyId { get; set; }

    /// <summary>The access key's secret. Better a <c>${environment:NAME}</c> than in the file. Default: see <see cref="AccessKeyId"/>.</summary>
    public Layout? AccessKeySecret
    {
        get => _accessKeySecret;
        set => _accessKeySecret = SecretLayout.Of(value);
    }

    /// <summary>The STS token of temporary credentials, which end when it does. Default: none; needs <see cref="AccessKeyId"/> and <see cref="AccessKeySecret"/>.</summary>
    public Layout? SecurityToken
    {
        get => _securityToken;
        set => _securityToken = SecretLayout.Of(value);
    }

    /// <summary>Where in a request's address the bucket is. Default: Auto, path for an IP, in front of the host otherwise.</summary>
    public OssAddressingStyle AddressingStyle { get; set; }

    /// <summary>How requests are signed. Default: V4. V1 is for old buckets and compatible gateways.</summary>
    public OssSignatureVersion SignatureVersion { get; set; }

    /// <summary>
    /// How objects are called. Text, in which places in braces are filled: <c>{Timestamp:yyyy/MM/dd}</c>,
    /// <c>{Sequence:000}</c>, <c>{MachineName}</c>, <c>{ProcessId}</c>, <c>{InstanceId}</c>, <c>{Environment:NAME}</c>,
    /// <c>{Level}</c>, <c>{Logger}</c>, and the name of any event or scope property, <c>{Tenant}</c>; <c>{{</c> is a brace.
    /// Layout renderers, <c>${event-properties:Tenant}</c>, are rendered for each event. Default:
    /// <c>logs/{Timestamp:yyyy/MM/dd}/{MachineName}-{InstanceId}.log</c>, which no other process writes to.
    /// </summary>
    /// <remarks>
    /// What a property or a layout renderer gives is a value, whatever is in it: never read as a place again, and escaped
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

    /// <summary>Whether <c>{Timestamp}</c> and rolling follow the machine's local time. Default: false, UTC.</summary>
    public bool UseLocalTime { get; set; }

    /// <summary>How often events go on to a new object. Default: Infinite, never except as the date format in <see cref="ObjectKey"/> says.</summary>
    public OssRollingInterval RollingInterval { get; set; } = OssRollingInterval.Infinite;

    /// <summary>
    /// How much older than the present period an event may be when it is rendered and still go to the object of its own time, in
    /// seconds; one that is older goes to the object of the present period. Default: no bound, each event goes to the object of its own
    /// time, however late. What waits, on disk even for days, stays with the object that it was meant for.
    /// </summary>
    public int? LateEventGraceSeconds { get; set; }

    /// <summary>
    /// Bytes at which an object is full; 0 for no limit but the service's 5 GB. The event that crosses the limit is the
    /// object's last. Default: 1 GiB.
    /// </summary>
    public long ObjectSizeLimit { get; set; } = 1L << 30;

    /// <summary>
    /// Whether a full object is followed by the next sequence number. Default: true. If false, events for a full object
    /// are given up, counted and reported.
    /// </summary>
    public bool RollOnObjectSizeLimit { get; set; } = true;

    /// <summary>
    /// How objects are compressed. Default: None. With Gzip, each append becomes a member of its own, so that the object is a whole
    /// <c>.gz</c> at every moment; keys get the suffix <c>.gz</c> unless they have it, and the content type is
    /// <c>application/gzip</c> unless <see cref="ContentType"/> or <see cref="ContentEncoding"/> say otherwise.
    /// <see cref="ObjectSizeLimit"/> counts the bytes in the object, that is compressed ones, and is passed by a few kilobytes of text
    /// at most; <see cref="AppendSizeLimit"/>, <see cref="RecordSizeLimit"/> and <see cref="MemoryLimit"/> count before compression.
    /// </summary>
    public OssCompression Compression { get; set; }

    /// <summary>
    /// What each object begins with, a line of column names for instance; rendered when the target is initialised. It stands there
    /// once, however many writers share the object, and is followed by <see cref="LineEnding"/>. It must fit into an append together
    /// with the largest event. Default: the header of a <see cref="TargetWithLayout.Layout"/> that has one, a CsvLayout for instance; else none.
    /// </summary>
    public Layout? ObjectHeader { get; set; }

    /// <summary>MIME type of the objects. Default: <c>text/plain; charset=utf-8</c>, compressed <c>application/gzip</c>.</summary>
    public Layout ContentType { get; set; } = "text/plain; charset=utf-8";

    /// <summary>Content-Encoding of the objects. Default: none. It says what <see cref="Compression"/> does, and changes nothing of it.</summary>
    public Layout? ContentEncoding { get; set; }

    /// <summary>Content-Disposition of the objects: what a browser does with them. Default: none.</summary>
    public Layout? ContentDisposition { get; set; }

    /// <summary>Cache-Control of the objects. Default: none.</summary>
    public Layout? CacheControl { get; set; }

    /// <summary>Who may read the objects. Default: Unspecified, the bucket decides.</summary>
    public OssAcl ObjectAcl { get; set; }

    /// <summary>The objects' storage class. Default: Unspecified, the bucket decides.</summary>
    public OssStorageClass StorageClass { get; set; }

    /// <summary>Encryption of the objects at rest. Default: Unspecified, the bucket decides.</summary>
    public OssServerSideEncryption ServerSideEncryption { get; set; }

    /// <summary>
    /// User metadata that objects are created with, <c>&lt;metadata name="app" layout="shop"/&gt;</c>: names of letters, digits and
    /// hyphens; at most 8 KB in all. Default: none.
    /// </summary>
    [ArrayParameter(typeof(TargetPropertyWithContext), "metadata")]
    public IList<TargetPropertyWithContext> Metadata { get; } = new List<TargetPropertyWithContext>();

    /// <summary>
    /// Tags that objects are created with, <c>&lt;tag name="app" layout="shop"/&gt;</c>, at most 10; they need the RAM action
    /// oss:PutObjectTagging. Default: none.
    /// </summary>
    [ArrayParameter(typeof(TargetPropertyWithContext), "tag")]
    public IList<TargetPropertyWithContext> Tags { get; } = new List<TargetPropertyWithContext>();

    /// <summary>
    /// For code only: changes the settings of the appender last, for what a configuration file cannot say: a credentials
    /// provider, another client, an HTTP handler for a proxy. Its diagnostics and its listener stay this target's own.
    /// Default: null.
    /// </summary>
    [NLogConfigurationIgnoreProperty]
    public Action<OssAppenderOptions>? Configure { get; set; }

    /// <summary>What follows each event. Default: LF, on every machine.</summary>
    public LineEndingMode LineEnding { get; set; } = LineEndingMode.LF;

    /// <summary>
    /// The most events that wait in the queue to be rendered, 1 at least. Default: 50 000. The queue is for bursts; what
    /// waits for OSS waits rendered, within <see cref="MemoryLimit"/>.
    /// </summary>
    public int QueueLimit { get; set; } = 50_000;

    /// <summary>
    /// What becomes of an event that finds <see cref="QueueLimit"/> events waiting. Discard: it is given up, counted,
    /// reported, and its continuation called at once. Block: the thread that logs waits for space, for
    /// <see cref="BlockTimeoutMilliseconds"/> at most, and keeps pace with the rendering before, so that no more than some thousand events wait for it. Grow: the queue grows beyond its limit, without another one.
    /// Default: Discard; the application never waits.
    /// </summary>
    public AsyncTargetWrapperOverflowAction OverflowAction { get; set; } = AsyncTargetWrapperOverflowAction.Discard;

    /// <summary>
    /// How long Block waits for space, in milliseconds, before the event is discarded after all; -1 for as long as it takes.
    /// Default: -1. Without effect for the other <see cref="OverflowAction"/>s.
    /// </summary>
    public int BlockTimeoutMilliseconds { get; set; } = -1;

    /// <summary>
    /// Whether an event becomes text on the thread that logs it, as in a FileTarget without an AsyncWrapper, instead of waiting
    /// as an object for the background to do it. What waits is then bytes, within <see cref="MemoryLimit"/>. The whole program spends less
    /// CPU on an event, the call itself takes longer. <see cref="QueueLimit"/> and <see cref="BatchSize"/> have no meaning then;
    /// <see cref="OverflowAction"/> is about the memory, and cannot be Grow. Default: false.
    /// </summary>
    public bool RenderAtCall { get; set; }

    /// <summary>
    /// How many events are taken from the queue at a time, 1 at least. Default: 500. It does not bound an append; see
    /// <see cref="AppendIntervalMilliseconds"/> and <see cref="AppendSizeLimit"/>.
    /// </summary>
    public int BatchSize { get; set; } = 500;

    /// <summary>
    /// How long an event waits for others to share its append, in milliseconds. Default: 2000. A full append goes at once, a
    /// flush and a close too. Each append costs a request, as much as a whole PUT.
    /// </summary>
    public int AppendIntervalMilliseconds { get; set; } = 2000;

    /// <summary>The most bytes that one append carries, 4 KiB to 64 MiB. Default: 4 MiB.</summary>
    public int AppendSizeLimit { get; set; } = 4 << 20;

    /// <summary>
    /// The most bytes of one event, up to <see cref="AppendSizeLimit"/>. Default: 1 MiB. In the place of a larger one a placeholder is
    /// stored, with the same time and level, its size and the beginning of its message; it is counted and reported.
    /// </summary>
    public int RecordSizeLimit { get; set; } = 1 << 20;

    /// <summary>
    /// Whether an event that is too large is given up instead, counted, reported and its continuation told so, as is one whose placeholder
    /// is too large as well. Default: false.
    /// </summary>
    public bool DropTooLargeEvents { get; set; }

    /// <summary>
    /// The most memory that rendered, undelivered events may hold, in bytes; at least twice <see cref="AppendSizeLimit"/>, and
    /// eight times with a <see cref="BufferPath"/>. Default: 64 MiB. When it is used up, events wait in the queue.
    /// </summary>
    public long MemoryLimit { get; set; } = 64L << 20;

    /// <summary>How many objects are appended to at the same time, 1 to 64; an object takes one append at a time. Default: 4.</summary>
    public int ConcurrentAppends { get; set; } = 4;

    /// <summary>How many objects are remembered with their position, 1 at least; one that was forgotten is found again by a HEAD. Default: 1000.</summary>
    public int OpenStreamLimit { get; set; } = 1000;

    /// <summary>
    /// Whether each append carries its MD5, so that OSS refuses a body damaged on its way before it is stored. Default:
    /// false; damage is found all the same, by CRC-64, and mended by appending once more.
    /// </summary>
    public bool SendContentMd5 { get; set; }

    /// <summary>
    /// Whether a finished object is sealed with its exact length, so that lifecycle rules may move it to the cold classes: one that
    /// is full, or whose period is over. Default: false. Needs an account that has access to the operation, and the RAM action
    /// <c>oss:SealAppendObject</c>; see <see cref="OssLogSinks.Core.OssAppenderOptions.SealFinishedObjects"/>.
    /// </summary>
    public bool SealFinishedObjects { get; set; }

    /// <summary>How long one request may take, its answer included, in seconds. Default: 30.</summary>
    public int RequestTimeoutSeconds { get; set; } = 30;

    /// <summary>
    /// How long a connection may take to be made, in seconds. Default: 5. Not effective in the build for .NET Standard 2.0 (.NET Framework, Mono, .NET before 8), whose handler has no such limit:
    /// <see cref="RequestTimeoutSeconds"/> holds there.
    /// </summary>
    public int ConnectTimeoutSeconds { get; set; } = 5;

    /// <summary>
    /// The pause after a first failure, in milliseconds; doubles with each more up to <see cref="RetryDelayLimitSeconds"/>, and each is drawn at
    /// random between nothing and that. Default: 200.
    /// </summary>
    public int RetryDelayMilliseconds { get; set; } = 200;

    /// <summary>The longest pause after failures, in seconds. Default: 20.</summary>
    public int RetryDelayLimitSeconds { get; set; } = 20;

    /// <summary>
    /// The pause after a refusal that only an operator can mend, in seconds: no permission, no such bucket, a wrong key. Default: 30.
    /// </summary>
    public int RefusalRetryDelaySeconds { get; set; } = 30;

    /// <summary>
    /// How long an append is tried before its events are given up, counted and reported, in seconds; -1 for as long as it
    /// takes. Default: one hour, and with a <see cref="BufferPath"/> as long as it takes.
    /// </summary>
    public int? RetryTimeLimitSeconds { get; set; }

    /// <summary>
    /// How long a close waits for what was accepted to be stored, in seconds; what is left then is given up, counted and
    /// reported. With a <see cref="BufferPath"/> it stays on disk instead, and the next process ships it. Default: 10. NLog's own
    /// shutdown flushes before it closes, with a timeout of its own.
    /// </summary>
    public int CloseTimeoutSeconds { get; set; } = 10;

    /// <summary>
    /// How long a flush, <c>LogManager.Flush()</c> for instance, takes at most before its continuation is told that not everything is stored
    /// yet, in seconds: 1 to 86400; -1 for as long as it takes. Delivery goes on. Default: 5, well below the 15 seconds that NLog's own shutdown
    /// waits for all targets together, so that an application stops in order while OSS does not answer.
    /// </summary>
    public int FlushTimeoutSeconds { get; set; } = 5;

    /// <summary>
    /// Whether an application that ends without <c>LogManager.Shutdown()</c> is kept until everything is stored, for
    /// <see cref="CloseTimeoutSeconds"/> at most: at a return from Main, Environment.Exit, SIGTERM, Ctrl-C and an unhandled exception;
    /// see <see cref="OssLogSinks.Core.Shutdown.ProcessExitDrain"/>. Default: true. Whoever stops the process, an orchestrator for instance, must give it that long.
    /// </summary>
    public bool DrainOnProcessExit { get; set; } = true;

    /// <summary>
    /// A folder where events wait on disk until they are in OSS, so that they survive a crash, a kill and, as
    /// <see cref="BufferSync"/> says, a power cut. Made if it is not there; any number of processes may share it, and each
    /// ships what processes left that are no more. Default: none, events wait in memory.
    /// </summary>
    /// <remarks>
    /// An event is safe once it is on disk: its continuation is called with success then, and it is not kept in memory as
    /// well. Losses after that are counted and reported, without the events; a FallbackGroup does not learn of them.
    /// What still waits in the queue is lost with the process; a flush with <see cref="FlushTarget"/> Disk waits until it is on disk.
    /// </remarks>
    public Layout? BufferPath { get; set; }

    /// <summary>
    /// The most bytes that the files under <see cref="BufferPath"/> take which this process made or took over: at least
    /// 8 MiB, and four times <see cref="AppendSizeLimit"/>. Default: 1 GiB. Checked before each write. When it is reached,
    /// <see cref="BufferFullAction"/> decides.
    /// </summary>
    public long BufferSizeLimitBytes { get; set; } = 1L << 30;

    /// <summary>
    /// What gives way when <see cref="BufferSizeLimitBytes"/> is reached. Default: DropNewest; new events wait in memory within
    /// <see cref="MemoryLimit"/>, then in the queue, and when that is full too <see cref="OverflowAction"/> decides.
    /// DropOldest: the oldest events on disk that are not yet on their way are dropped, counted and reported.
    /// </summary>
    public OssBufferFullAction BufferFullAction { get; set; }

    /// <summary>
    /// When events in the buffer are forced onto the disk's own medium; what was written survives the death of the process
    /// whatever it says, so it is about the death of the machine. Default: EachWrite, some twenty times a second at most.
    /// </summary>
    public OssBufferSync BufferSync { get; set; }

    /// <summary>How often, with <see cref="BufferSync"/> Interval, in milliseconds. Default: 1000.</summary>
    public int BufferSyncIntervalMilliseconds { get; set; } = 1000;

    /// <summary>
    /// What a flush, <c>LogManager.Flush()</c> for instance, waits for. Oss: every event logged before is in OSS. Disk: every
    /// event is on disk, synced whatever <see cref="BufferSync"/> says, or in OSS already, so that a flush does not wait for the
    /// network, as with a FileTarget; without a <see cref="BufferPath"/> the same as Oss. Default: Oss.
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

    /// <summary>How many callers wait for space in the queue; for tests.</summary>
    internal int BlockedCallers => _pipeline?.BlockedCallers ?? 0;

    /// <summary>Checks all settings and starts to take events. Nothing is sent before the first event.</summary>
    /// <exception cref="NLogConfigurationException">Some settings cannot be used; the message names all of them.</exception>
    [EditorBrowsable(EditorBrowsableState.Never)]
    protected override void InitializeTarget()
    {
        try
        {
            Start();
            _startFailure = null;
        }
        catch (Exception e)
        {
            // Without throwConfigExceptions NLog goes on without this target, and who asks for its health shall know. The exception's own
            // words are NLog's to tell.
            _startFailure = new DeliveryFailure(
                TimeProvider.System.GetUtcNow(),
                OssFailureKind.Unknown,
                $"The target could not start, and takes no events: {(e is NLogConfigurationException ? "its settings cannot be used" : "it failed with " + e.GetType().FullName)}.",
                "NLog's internal log says why; with throwConfigExceptions the application would not have started.",
                1);
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
            throw new NLogConfigurationException($"{this}: the settings cannot be used." + string.Concat(faults.Select(f => "\n  - " + f)));

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
            var frontDoor = new NLogFrontDoor(appender, continuations, Layout, LineEnding.NewLineCharacters);
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
            base.WriteFailedNotInitialized(logEvent, initializeException ?? new OssDeliveryException(DropReason.Closed, "The target was not initialised.", null));
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
