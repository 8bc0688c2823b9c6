using OssLogSinks.Core;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Client.Signing;
using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.Keys;
using OssLogSinks.Core.Rolling;
using OssLogSinks.Core.Telemetry;
using Serilog.Formatting;

namespace Serilog.Sinks.OssAppend;

/// <summary>
/// Every setting of the sink. Read once, when the logger is configured; later changes have no effect. The parameters of
/// <c>WriteTo.OssAppend(bucket, …)</c> have the same names, meanings and defaults.
/// </summary>
public sealed class OssAppendSinkOptions
{
    /// <summary>What the File sink writes too: time, level, message, and the exception if there is one.</summary>
    public const string DefaultOutputTemplate = "{Timestamp:yyyy-MM-dd HH:mm:ss.fff zzz} [{Level:u3}] {Message:lj}{NewLine}{Exception}";

    /// <summary>Number of events that may wait in the queue if nothing else is said.</summary>
    public const int DefaultQueueLimit = 50_000;

    /// <summary>Number of events rendered in one go if nothing else is said.</summary>
    public const int DefaultBatchSizeLimit = 500;

    private string? _endpoint;

    /// <summary>The bucket's name. Required, unless <see cref="Client"/> is set.</summary>
    public string? Bucket { get; set; }

    /// <summary>
    /// The bucket's region, <c>cn-hangzhou</c> for instance. This or <see cref="Endpoint"/> is required; alone it means the
    /// region's public endpoint. Default: read from the endpoint, where that names it.
    /// </summary>
    public string? Region { get; set; }

    /// <summary>
    /// Where OSS is: <c>oss-cn-hangzhou-internal.aliyuncs.com</c> for instance, an accelerated, dual-stack or custom domain, or
    /// an IP with its port; <c>http://</c> in front of it switches TLS off. Default: the public endpoint of <see cref="Region"/>.
    /// </summary>
    public string? Endpoint
    {
        get => _endpoint;

        // A password in it, for which it is refused, is masked by the core.
        set => _endpoint = new OssAppenderOptions { Endpoint = value }.Endpoint;
    }

    /// <summary>
    /// Whether an <see cref="Endpoint"/> that begins with <c>http://</c> is meant so. Default: false; unless it is this machine, that is
    /// reported once, at start, since log text, key ids and security tokens go there unencrypted.
    /// </summary>
    public bool AllowPlainHttp { get; set; }

    /// <summary>
    /// How objects are called: text with places such as <c>{Timestamp:yyyy/MM/dd}</c>, <c>{MachineName}</c>, <c>{Level}</c>,
    /// <c>{SourceContext}</c>, or any scalar property of the event; see <see cref="OssLogSinks.Core.Keys.ObjectKeyTemplate"/>.
    /// Default: <see cref="OssAppenderOptions.DefaultObjectKey"/>, a folder a day, an object for each process.
    /// </summary>
    public string ObjectKey { get; set; } = OssAppenderOptions.DefaultObjectKey;

    /// <summary>How an event becomes text; writes the line's end itself. Default: none, <see cref="OutputTemplate"/> is used.</summary>
    public ITextFormatter? Formatter { get; set; }

    /// <summary>How an event becomes text, if <see cref="Formatter"/> is not set. Default: <see cref="DefaultOutputTemplate"/>.</summary>
    public string OutputTemplate { get; set; } = DefaultOutputTemplate;

    /// <summary>The culture for <see cref="OutputTemplate"/>; not used by <see cref="Formatter"/>. Default: the invariant one.</summary>
    public IFormatProvider? FormatProvider { get; set; }

    /// <summary>How often a new object is begun, by the event's own time. Default: never, except as the key's date format says.</summary>
    public OssRollingInterval RollingInterval { get; set; } = OssRollingInterval.Infinite;

    /// <summary>
    /// How much older than the present period an event may be when it is rendered and still go to the object of its own time; one that
    /// is older goes to the object of the present period. Default: no bound, each event goes to the object of its own time, however late.
    /// What waits, on disk even for days, stays with the object that it was meant for.
    /// </summary>
    public TimeSpan? LateEventGrace { get; set; }

    /// <summary>
    /// Bytes at which an object is full, at least 1; null for no limit but the service's 5 GB. As with the File sink, the event
    /// that crosses the limit is the object's last. Default: 1 GiB.
    /// </summary>
    public long? FileSizeLimitBytes { get; set; } = 1L << 30;

    /// <summary>
    /// Whether a full object is followed by the next one, numbered <c>_001</c> and so on. Default: true, unlike the File sink, which
    /// stops writing. If false, events for a full object are dropped, counted and told to the failure listener.
    /// </summary>
    public bool RollOnFileSizeLimit { get; set; } = true;

    /// <summary>Whether keys and <see cref="RollingInterval"/> follow the machine's local time. Default: false, UTC.</summary>
    public bool UseLocalTime { get; set; }

    /// <summary>
    /// The access key's id; goes with <see cref="AccessKeySecret"/>. Default: none, <see cref="Credentials"/> are used, or else the
    /// environment variables that Alibaba's own SDKs read.
    /// </summary>
    public string? AccessKeyId { get; set; }

    /// <summary>
    /// The access key's secret; goes with <see cref="AccessKeyId"/>. Cannot be read, so that nobody who prints or serializes these options
    /// shows it; a configuration binder that knows only properties that can be read leaves it out. Default: none.
    /// </summary>
    public string? AccessKeySecret { internal get; set; }

    /// <summary>The STS token that belongs to a temporary <see cref="AccessKeyId"/>; it is not renewed. Cannot be read, as <see cref="AccessKeySecret"/>. Default: none.</summary>
    public string? SecurityToken { internal get; set; }

    /// <summary>
    /// Gives, and renews, what requests are signed with; not together with <see cref="AccessKeyId"/>. Default: the environment
    /// variables that Alibaba's own SDKs read.
    /// </summary>
    public IOssCredentialsProvider? Credentials { get; set; }

    /// <summary>Where in a request's address the bucket is. Default: judged by the endpoint; custom domains must say.</summary>
    public OssAddressingStyle AddressingStyle { get; set; }

    /// <summary>How requests are signed. Default: V4. V1 is for old buckets and compatible gateways.</summary>
    public OssSignatureVersion SignatureVersion { get; set; }

    /// <summary>
    /// Another way to OSS than the built-in client, the official SDK for instance; <see cref="Endpoint"/>, <see cref="Bucket"/> and
    /// credentials are then not needed. Not disposed with the sink. Default: the built-in client.
    /// </summary>
    public IOssClient? Client { get; set; }

    /// <summary>
    /// How long an event may wait for others to share its append. Default: 2 seconds. A full append goes at once, a flush or close
    /// too. Each append costs a request, however small.
    /// </summary>
    public TimeSpan Period { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The most events that are rendered in one go, at least 1. Default: 500. It does not limit an append: see <see cref="AppendSizeLimitBytes"/>.</summary>
    public int BatchSizeLimit { get; set; } = DefaultBatchSizeLimit;

    /// <summary>
    /// The most events that may wait to be rendered, at least 1. Default: 50 000. Rendered ones wait as bytes instead, within
    /// <see cref="MemoryLimitBytes"/>; only when that is used up does the queue fill.
    /// </summary>
    public int QueueLimit { get; set; } = DefaultQueueLimit;

    /// <summary>
    /// Whether a log call waits for space when the queue is full, up to <see cref="BlockTimeout"/>. Default: false; the event is
    /// dropped, counted and told to the failure listener. If true, calls also keep pace with the rendering, so that no more than some
    /// thousand events wait for it and the program spends less on each; they never wait for OSS before the queue is full.
    /// </summary>
    public bool BlockWhenFull { get; set; }

    /// <summary>
    /// How long a log call waits for space before its event is dropped after all, if <see cref="BlockWhenFull"/> is true.
    /// Default: 10 seconds; <see cref="Timeout.InfiniteTimeSpan"/> for as long as it takes.
    /// </summary>
    public TimeSpan BlockTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Whether an event becomes text within the log call, as in the File sink, instead of waiting as an object for the
    /// background to do it. What waits is then bytes, within <see cref="MemoryLimitBytes"/>, and no event outlives its call unless
    /// somebody listens for lost ones. The whole program spends less CPU on an event, the call itself takes longer. <see cref="QueueLimit"/> and
    /// <see cref="BatchSizeLimit"/> have no meaning then; <see cref="BlockWhenFull"/> is about the memory. Default: false.
    /// </summary>
    public bool RenderAtCall { get; set; }

    /// <summary>
    /// How long closing the logger waits for everything to be stored; what is left then is dropped, counted and told to the failure
    /// listener. With a <see cref="BufferPath"/> it stays on disk instead, and the next process ships it. Default: 10 seconds.
    /// </summary>
    public TimeSpan CloseTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Whether an application that ends without closing the logger is kept until everything is stored, for
    /// <see cref="CloseTimeout"/> at most: at a return from Main, Environment.Exit, SIGTERM, Ctrl-C and an unhandled exception; see
    /// <see cref="OssLogSinks.Core.Shutdown.ProcessExitDrain"/>. Default: true. Whoever stops the process, an orchestrator for instance, must give it that long.
    /// </summary>
    public bool DrainOnProcessExit { get; set; } = true;

    /// <summary>The most bytes that one append carries, 4 KiB to 64 MiB. Default: 4 MiB.</summary>
    public int AppendSizeLimitBytes { get; set; } = 4 << 20;

    /// <summary>
    /// The most bytes of one event, up to <see cref="AppendSizeLimitBytes"/>. Default: 1 MiB. In the place of a larger one a placeholder is
    /// stored, with the same time and level, its size and the beginning of its message template; it is counted and reported.
    /// </summary>
    public int EventSizeLimitBytes { get; set; } = 1 << 20;

    /// <summary>
    /// Whether an event that is too large is given up instead, counted, reported and handed to the failure listener, as is one whose
    /// placeholder is too large as well. Default: false. With <c>AuditTo</c> the log call throws in any case.
    /// </summary>
    public bool DropTooLargeEvents { get; set; }

    /// <summary>
    /// The most memory that rendered events may hold, in bytes; at least twice <see cref="AppendSizeLimitBytes"/>, and eight times
    /// with a <see cref="BufferPath"/>. Default: 64 MiB.
    /// </summary>
    public long MemoryLimitBytes { get; set; } = 64L << 20;

    /// <summary>
    /// A folder where events wait on disk until they are in OSS, so that they survive a crash, a kill and, as
    /// <see cref="BufferSync"/> says, a power cut. Made if it is not there; any number of processes may share it, and each ships what
    /// processes left that are no more. Default: none, events wait in memory.
    /// </summary>
    /// <remarks>
    /// An event is safe once it is on disk, and is not kept in memory as well: the failure listener learns only of events that
    /// are lost before that. Losses after it are counted and reported, without the events. What still waits in the queue is lost
    /// with the process; <see cref="OssAppendMonitor.FlushAsync(OssFlushTarget, CancellationToken)"/> waits until it is on disk.
    /// </remarks>
    public string? BufferPath { get; set; }

    /// <summary>
    /// The most bytes that the files under <see cref="BufferPath"/> take which this process made or took over: at least 8 MiB, and
    /// four times <see cref="AppendSizeLimitBytes"/>. Default: 1 GiB. Checked before each write. When it is reached,
    /// <see cref="BufferFullAction"/> decides.
    /// </summary>
    public long BufferSizeLimitBytes { get; set; } = 1L << 30;

    /// <summary>
    /// What gives way when <see cref="BufferSizeLimitBytes"/> is reached. Default: DropNewest; new events wait in memory within
    /// <see cref="MemoryLimitBytes"/>, then in the queue, and when that is full too they are dropped, or the log call waits, as
    /// <see cref="BlockWhenFull"/> says. DropOldest: the oldest events on disk that are not yet on their way are dropped, counted
    /// and reported.
    /// </summary>
    public OssBufferFullAction BufferFullAction { get; set; }

    /// <summary>
    /// When events in the buffer are forced onto the disk's own medium; what was written survives the death of the process
    /// whatever it says, so it is about the death of the machine. Default: with each write, some twenty times a second at most.
    /// </summary>
    public OssBufferSync BufferSync { get; set; }

    /// <summary>How often, with <see cref="OssBufferSync.Interval"/>. Default: 1 second.</summary>
    public TimeSpan BufferSyncInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How many objects are appended to at the same time, 1 to 64; an object takes one append at a time. Default: 4.</summary>
    public int ConcurrentAppends { get; set; } = 4;

    /// <summary>How many objects are remembered with their length; an idle one that is forgotten is found again by a HEAD. Default: 1000.</summary>
    public int OpenStreamLimit { get; set; } = 1000;

    /// <summary>
    /// How long an append is tried before its events are dropped, counted and told to the failure listener;
    /// <see cref="Timeout.InfiniteTimeSpan"/> for as long as it takes. Default: 1 hour, and with a <see cref="BufferPath"/> as long as
    /// it takes.
    /// </summary>
    public TimeSpan? RetryTimeLimit { get; set; }

    /// <summary>The pause after a first failure; doubles with each more, and each is drawn at random between nothing and that. Default: 200 milliseconds.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The longest pause after failures. Default: 20 seconds.</summary>
    public TimeSpan RetryDelayLimit { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>The pause after a refusal that only an operator can mend: no permission, no such bucket, a wrong key. Default: 30 seconds.</summary>
    public TimeSpan RefusalRetryDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long one request may take, its answer included. Default: 30 seconds.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a connection may take to be made. Default: 5 seconds. Not effective in the build for .NET Standard 2.0 (.NET Framework, Mono, .NET before 8), whose handler has no such limit:
    /// <see cref="RequestTimeout"/> holds there; nor with <see cref="HttpMessageHandler"/>.
    /// </summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Whether each append carries its MD5. Default: false; damage is found all the same, by CRC-64, and mended.</summary>
    public bool SendContentMd5 { get; set; }

    /// <summary>
    /// Whether a finished object is sealed with its exact length, so that lifecycle rules may move it to the cold classes: one that
    /// is full, or whose period is over. Default: false. Needs an account that has access to the operation, and the RAM action
    /// <c>oss:SealAppendObject</c>; see <see cref="OssAppenderOptions.SealFinishedObjects"/>.
    /// </summary>
    public bool SealFinishedObjects { get; set; }

    /// <summary>
    /// How objects are compressed. Default: not at all. With gzip, each append becomes a member of its own, so that the object is a
    /// whole <c>.gz</c> at every moment; keys get the suffix <c>.gz</c> unless they have it, and the content type is
    /// <c>application/gzip</c> unless <see cref="ObjectProperties"/> name a type or an encoding. <see cref="FileSizeLimitBytes"/> counts
    /// the bytes in the object, that is compressed ones, and is passed by a few kilobytes of text at most;
    /// <see cref="AppendSizeLimitBytes"/>, <see cref="EventSizeLimitBytes"/> and <see cref="MemoryLimitBytes"/> count before compression.
    /// </summary>
    public OssCompression Compression { get; set; }

    /// <summary>
    /// Text that each object begins with, a line of column names for instance; it is there once, however many writers share the
    /// object. A line end is added unless it has one. It must fit into an append together with the largest event. Default: none.
    /// </summary>
    public string? ObjectHeader { get; set; }

    /// <summary>Headers that objects are created with. Default: content type <c>text/plain; charset=utf-8</c>, or <c>application/gzip</c> where they are compressed; nothing else.</summary>
    public OssObjectProperties ObjectProperties { get; set; } = new();

    /// <summary>Lets the application flush the sink and read its counters. Default: nobody does.</summary>
    public OssAppendMonitor? Monitor { get; set; }

    /// <summary>
    /// What the sink is called in measurements (<c>oss.sink.name</c>), in its snapshot and in health data, so that two of one process are told
    /// apart: up to 200 characters. Default: its <see cref="ObjectKey"/>. A second one of the same name is given a number: <c>name#2</c>.
    /// </summary>
    public string? Name { get; set; }

    /// <summary>Where the sink reports about itself. Default: <see cref="Debugging.SelfLog"/>.</summary>
    public IOssDiagnostics? Diagnostics { get; set; }

    /// <summary>
    /// Whether reports are written to the process's standard error, instead of <see cref="Debugging.SelfLog"/> and beside
    /// <see cref="Diagnostics"/>: for a host whose console or container log people read. Default: false.
    /// </summary>
    public bool ReportToConsole { get; set; }

    /// <summary>The clock. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>What carries HTTP requests, for a proxy or a test. Not disposed with the sink. Cannot be read, as it may have passwords. Default: a handler of the sink's own.</summary>
    public HttpMessageHandler? HttpMessageHandler { internal get; set; }

    /// <summary>Puts parameters together that are one setting here.</summary>
    internal static OssObjectProperties PropertiesOf(
        string? contentType,
        string? contentEncoding,
        OssAcl acl,
        OssStorageClass storageClass,
        OssServerSideEncryption serverSideEncryption,
        IDictionary<string, string>? metadata,
        IDictionary<string, string>? tags)
    {
        var unset = new OssObjectProperties();
        return unset with
        {
            ContentType = contentType ?? unset.ContentType,
            ContentEncoding = contentEncoding,
            Acl = acl,
            StorageClass = storageClass,
            ServerSideEncryption = serverSideEncryption,
            Metadata = metadata is null ? unset.Metadata : new Dictionary<string, string>(metadata),
            Tags = tags is null ? unset.Tags : new Dictionary<string, string>(tags),
        };
    }
}
