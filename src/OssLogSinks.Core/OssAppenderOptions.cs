using System.IO.Compression;
using OssLogSinks.Core.Appending;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Client.Signing;
using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.Keys;
using OssLogSinks.Core.Rolling;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core;

/// <summary>
/// Every setting of an appender. Read once, when the appender is made; later changes have no effect.
/// </summary>
public sealed class OssAppenderOptions
{
    /// <summary>The key of a writer's own objects: a folder a day, an object for each process.</summary>
    public const string DefaultObjectKey = "logs/{Timestamp:yyyy/MM/dd}/{MachineName}-{InstanceId}.log";

    private string? _endpoint;

    /// <summary>
    /// Where OSS is: <c>oss-cn-hangzhou.aliyuncs.com</c>, an internal, accelerated, dual-stack or custom domain, or an IP
    /// with its port, with or without <c>https://</c> (the default) or <c>http://</c>. Default: the public endpoint of
    /// <see cref="Region"/>. One of the two is required, unless <see cref="Client"/> is set.
    /// </summary>
    public string? Endpoint
    {
        get => _endpoint;
        set => _endpoint = EndpointHost.WithoutUserInfo(value);
    }

    /// <summary>
    /// Whether an <see cref="Endpoint"/> that begins with <c>http://</c> is meant so. Default: false; unless it is this machine, that is
    /// reported once, at start, since log text, key ids and security tokens go there unencrypted.
    /// </summary>
    public bool AllowPlainHttp { get; set; }

    /// <summary>The bucket's name. Required, unless <see cref="Client"/> is set.</summary>
    public string? Bucket { get; set; }

    /// <summary>
    /// The bucket's region, <c>cn-hangzhou</c> for instance; goes into the signature. Default: read from
    /// <see cref="Endpoint"/>, which works for OSS's regional domains; the others need it.
    /// </summary>
    public string? Region { get; set; }

    /// <summary>Where in a request's address the bucket is. Default: path for an IP, in front of the host otherwise.</summary>
    public OssAddressingStyle AddressingStyle { get; set; }

    /// <summary>How requests are signed. Default: V4. V1 is for old buckets and compatible gateways.</summary>
    public OssSignatureVersion SignatureVersion { get; set; }

    /// <summary>What requests are signed with. Default: the environment variables that Alibaba's own SDKs read.</summary>
    public IOssCredentialsProvider? Credentials { get; set; }

    /// <summary>
    /// Another way to OSS than the built-in client, the official SDK for instance. Not disposed with the appender. Default:
    /// the built-in client, for which <see cref="Endpoint"/>, <see cref="Bucket"/> and the rest above are.
    /// </summary>
    public IOssClient? Client { get; set; }

    /// <summary>How long one request of the built-in client may take, its answer included. Default: 30 seconds.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a connection may take to be made. Default: 5 seconds. Not effective in the build for .NET Standard 2.0 (.NET Framework, Mono, .NET before 8), whose handler has no such limit:
    /// <see cref="RequestTimeout"/> holds there; nor with <see cref="HttpMessageHandler"/>.
    /// </summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How objects are called; see <see cref="Keys.ObjectKeyTemplate"/> for what can stand in braces. Default:
    /// <see cref="DefaultObjectKey"/>, which no other process writes to. Leaving machine and instance out makes several
    /// writers share objects: their events interleave in whole batches, and none is torn. Two appenders of one process share an
    /// instance, so give them keys of their own. One thing no writer can know: whether bytes that stand where its unanswered
    /// append belongs are its own or a foreign writer's very same ones; it takes them for its own.
    /// </summary>
    public string ObjectKey { get; set; } = DefaultObjectKey;

    /// <summary>Whether keys and rolling follow the machine's local time. Default: false, UTC.</summary>
    public bool UseLocalTime { get; set; }

    /// <summary>How often a stream goes on to a new object. Default: never, except as the key's date format says. A
    /// key with a time has to show the interval's periods, as <c>yyyy/MM/dd/HH</c> does for hours.</summary>
    public OssRollingInterval RollingInterval { get; set; } = OssRollingInterval.Infinite;

    /// <summary>
    /// How much older than the present period an event may be when it comes in and still go to the object of its own time; one that
    /// is older goes to the object of the present period. Default: no bound, each event goes to the object of its own time, however late.
    /// What waits, on disk even for days, stays with the object that it was meant for. Periods are those of
    /// <see cref="RollingInterval"/>, or of the key's date format.
    /// </summary>
    public TimeSpan? LateEventGrace { get; set; }

    /// <summary>
    /// Bytes at which an object is full, at least 1; null for no limit but the service's 5 GB. As with Serilog's File sink,
    /// the record that crosses the limit is the object's last. Default: 1 GiB.
    /// </summary>
    public long? ObjectSizeLimit { get; set; } = 1L << 30;

    /// <summary>
    /// Whether a full object is followed by the next sequence number. Default: true. If false, events for a full object
    /// are dropped, counted and reported.
    /// </summary>
    public bool RollOnObjectSizeLimit { get; set; } = true;

    /// <summary>
    /// How objects are compressed. Default: not at all. With gzip, each append becomes a member of its own, so that the object is a
    /// whole <c>.gz</c> at every moment; keys get the suffix <c>.gz</c> unless they have it, and the content type is
    /// <c>application/gzip</c> unless <see cref="ObjectProperties"/> name a type or an encoding. <see cref="ObjectSizeLimit"/> counts
    /// the bytes in the object, that is compressed ones, and is passed by a few kilobytes of text at most;
    /// <see cref="AppendSizeLimit"/>, <see cref="RecordSizeLimit"/> and <see cref="MemoryLimit"/> count before compression.
    /// </summary>
    public OssCompression Compression { get; set; }

    /// <summary>How hard gzip tries; not the user's to choose.</summary>
    internal CompressionLevel GzipLevel { get; set; } = CompressionLevel.Optimal;

    /// <summary>Who else in this process writes the same streams; not the user's to choose.</summary>
    internal StreamRegistry StreamRegistry { get; set; } = StreamRegistry.OfProcess;

    /// <summary>
    /// Text that each object begins with, a line of column names for instance; it is there once, however many writers share the
    /// object, in the append that creates it. A line end is added unless it has one. As UTF-8 it must fit into an append together with
    /// the largest record, and into an object. Default: none.
    /// </summary>
    public string? ObjectHeader { get; set; }

    /// <summary>Headers that objects are created with. Default: content type <c>text/plain; charset=utf-8</c>, or <c>application/gzip</c> where they are compressed; nothing else.</summary>
    public OssObjectProperties ObjectProperties { get; set; } = new();

    /// <summary>
    /// Whether each append carries its MD5, so that OSS refuses a body damaged on its way before it is stored. Default:
    /// false; damage is found all the same, by CRC-64, and mended by appending once more.
    /// </summary>
    public bool SendContentMd5 { get; set; }

    /// <summary>
    /// Whether a finished object is sealed with its exact length, so that lifecycle rules may move it to the cold classes. An
    /// object is finished when it is full and followed by the next sequence number; and, where the key shows a time, when its period is
    /// over and nothing was appended for ten minutes (at the close, or when its stream is forgotten: at once). Default:
    /// false. Needs an account that has access to the operation, and the RAM action <c>oss:SealAppendObject</c>; without them,
    /// one report and on without it. Delivery neither waits for a seal nor fails with it. Of writers that share an object only
    /// the last one can name its length, so the others leave it unsealed; an event that comes late goes to the next sequence
    /// number. Not for keys whose dates come again, as <c>{Timestamp:dddd}</c> does.
    /// </summary>
    public bool SealFinishedObjects { get; set; }

    /// <summary>
    /// How long an event waits for others to share its append. Default: 2 seconds. An append of full size goes at once, a
    /// flush or a close too. Each append costs a request, as much as a whole PUT.
    /// </summary>
    public TimeSpan AppendInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The most bytes that one append carries, 4 KiB to 64 MiB. Default: 4 MiB.</summary>
    public int AppendSizeLimit { get; set; } = 4 << 20;

    /// <summary>The most bytes of one event; a larger one is dropped, counted and reported. Default: 1 MiB.</summary>
    public int RecordSizeLimit { get; set; } = 1 << 20;

    /// <summary>
    /// The most memory that undelivered records may hold, in bytes; at least twice <see cref="AppendSizeLimit"/>, a little more
    /// where that is small. Default: 64 MiB. With a <see cref="BufferPath"/> at least four times as much, since it is divided: a
    /// quarter for what waits to be written to disk, a half for what is being shipped, a quarter for what other processes left.
    /// No stream may hold more than seven eighths of it, nor may all together of which nothing is delivered: one that OSS refuses leaves
    /// space for the others.
    /// </summary>
    public long MemoryLimit { get; set; } = 64L << 20;

    /// <summary>
    /// A folder where records wait on disk until they are in OSS, so that they survive a crash, a kill and, as
    /// <see cref="BufferSync"/> says, a power cut. Made if it is not there; as long as it cannot be written, records wait in
    /// memory, and that is reported. Default: none, records wait in memory.
    /// </summary>
    /// <remarks>
    /// Any number of processes of one machine may share it: each keeps a folder of its own in it, named by its start and a random number, and
    /// ships what processes left that are no more. A lock file says who is alive, so it takes a file system with locks, which
    /// network shares may not have: without them a process ships its own records, reports it, and leaves those of others alone.
    /// What cannot be read is put into the folder <c>quarantine</c> beside those, for people to look at; the oldest of that gives
    /// way when it takes more than a sixteenth of <see cref="BufferSizeLimitBytes"/>, or 16 MiB.
    /// </remarks>
    public string? BufferPath { get; set; }

    /// <summary>
    /// The most bytes that this process's own folder under <see cref="BufferPath"/> takes together with those it has taken over;
    /// at least 8 MiB, and four times <see cref="AppendSizeLimit"/>. Default: 1 GiB. Checked before each write. When it is
    /// reached, records wait in memory within <see cref="MemoryLimit"/>, unless <see cref="BufferFullAction"/> says otherwise.
    /// What is put aside as unreadable comes on top.
    /// </summary>
    public long BufferSizeLimitBytes { get; set; } = 1L << 30;

    /// <summary>What gives way when <see cref="BufferSizeLimitBytes"/> is reached. Default: the newest records, once memory is full as well.</summary>
    public OssBufferFullAction BufferFullAction { get; set; }

    /// <summary>When records in the buffer are forced onto the disk's own medium. Default: with each write, some twenty times a second at most.</summary>
    public OssBufferSync BufferSync { get; set; }

    /// <summary>How often, with <see cref="OssBufferSync.Interval"/>. Default: 1 second.</summary>
    public TimeSpan BufferSyncInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How many streams are appended to at the same time; an object takes one append at a time. Default: 4.</summary>
    public int ConcurrentAppends { get; set; } = 4;

    /// <summary>
    /// How many streams are remembered with their object and position; the least recently used idle one is forgotten
    /// first, and found again by a HEAD when an event comes for it. Default: 1000.
    /// </summary>
    public int OpenStreamLimit { get; set; } = 1000;

    /// <summary>The pause after a first failure; doubles with each more, and each is drawn at random between nothing and that. Default: 200 milliseconds.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The longest pause after failures. Default: 20 seconds.</summary>
    public TimeSpan RetryDelayLimit { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// The pause after a refusal that only an operator can mend: no permission, no such bucket, a wrong key. Default: 30 seconds.
    /// </summary>
    public TimeSpan RefusalRetryDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Whether an append is tried again that the service refuses until somebody mends a setting, a permission or the bucket.
    /// Default: true. If false, its events are given up at once, counted and reported as <see cref="DropReason.Refused"/>.
    /// </summary>
    public bool RetryRefusals { get; set; } = true;

    /// <summary>
    /// How long an append is tried before its events are given up, counted and reported;
    /// <see cref="Timeout.InfiniteTimeSpan"/> for as long as it takes. Default: 1 hour, and with a <see cref="BufferPath"/> as
    /// long as it takes. Counted from the first failure after a success, and again in each process.
    /// </summary>
    public TimeSpan? RetryTimeLimit { get; set; }

    /// <summary>
    /// How long a close waits for what was accepted to be stored in OSS. Default: 10 seconds. What is left then is given up,
    /// counted and reported; with a <see cref="BufferPath"/> it stays on disk for the next start, and only what did not find its
    /// way there is given up.
    /// </summary>
    public TimeSpan CloseTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// What the appender is called in measurements (<c>oss.sink.name</c>), in its snapshot and in health data, so that two of one process
    /// are told apart: up to 200 characters. Default: its <see cref="ObjectKey"/>. A second one of the same name is given a number: <c>name#2</c>.
    /// </summary>
    public string? Name { get; set; }

    /// <summary>Where the appender reports about itself. Default: nowhere.</summary>
    public IOssDiagnostics? Diagnostics { get; set; }

    /// <summary>
    /// Whether reports are written to the process's standard error too, beside <see cref="Diagnostics"/>: for a host whose console or
    /// container log people read. Default: false.
    /// </summary>
    public bool ReportToConsole { get; set; }

    /// <summary>
    /// Whether settings that can be used, but are rarely meant, are reported once, at start: plain HTTP (unless <see cref="AllowPlainHttp"/>),
    /// and an <see cref="ObjectKey"/> that shows seconds, or whose dates come again. Default: true.
    /// </summary>
    public bool ReportDoubtfulSettings { get; set; } = true;

    /// <summary>Who learns the outcome of records that carry a state. Default: nobody.</summary>
    public IDeliveryListener? Listener { get; set; }

    /// <summary>The clock. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Chance, from 0 up to but not 1, for the pauses after failures. Default: a random number.</summary>
    public Func<double> Random { get; set; } = Retry.Chance.Next;

    /// <summary>What carries HTTP requests, for a proxy or a test. Not disposed with the appender. Cannot be read, as it may have passwords. Default: a handler of the appender's own.</summary>
    public HttpMessageHandler? HttpMessageHandler { internal get; set; }

    /// <summary>Finds all faults of these settings at once.</summary>
    /// <returns>A fault for each thing to mend; none if the settings can be used.</returns>
    public IReadOnlyList<SettingFault> Validate() => new OssAppenderOptionsValidator(this, BufferPath).Validate();
}

/// <summary>What gives way when the disk buffer is full.</summary>
public enum OssBufferFullAction
{
    /// <summary>
    /// New records wait in memory; when that is full as well, <see cref="OssAppender.TryAppend"/> drops them, and
    /// <see cref="OssAppender.AppendAsync"/> waits for space.
    /// </summary>
    DropNewest,

    /// <summary>The oldest records on disk that are not yet on their way are dropped, a segment at a time, counted and reported.</summary>
    DropOldest,
}

/// <summary>
/// When records in the disk buffer are forced onto the disk's own medium (fsync). Whatever is chosen, what was written
/// survives the death of the process; the choice is about the death of the machine.
/// </summary>
public enum OssBufferSync
{
    /// <summary>With each write: what <see cref="OssFlushTarget.Disk"/> reports survives a power cut, and nothing is stored twice.</summary>
    EachWrite,

    /// <summary>
    /// Every <see cref="OssAppenderOptions.BufferSyncInterval"/>, and before anything is sent: a power cut loses what was
    /// written since, and nothing is stored twice.
    /// </summary>
    Interval,

    /// <summary>
    /// When the operating system likes, and when <see cref="OssFlushTarget.Disk"/> is asked for. A power cut loses what was neither
    /// flushed nor written by then. The notes of what was stored may be lost too, so any event whose file is still there may be
    /// stored a second time, behind later ones of its stream. None is torn, and the next start goes on.
    /// </summary>
    None,
}

/// <summary>
/// Object keys for purposes that many have; each is a text for <see cref="OssAppenderOptions.ObjectKey"/>, which a configuration file
/// holds as well as code does.
/// </summary>
public static class OssObjectKeys
{
    /// <summary>
    /// A folder a day, called as Hive, DuckDB, ClickHouse, Spark and MaxCompute name partitions, <c>dt=2026-11-22</c>, so that a query
    /// for some days reads the objects of these days alone. For one JSON document a line.
    /// </summary>
    public const string HiveByDay = "logs/dt={Timestamp:yyyy-MM-dd}/{MachineName}-{InstanceId}.jsonl";

    /// <summary>As <see cref="HiveByDay"/>, with a folder for each hour in it: <c>dt=2026-11-22/hour=17</c>.</summary>
    public const string HiveByHour = "logs/dt={Timestamp:yyyy-MM-dd}/hour={Timestamp:HH}/{MachineName}-{InstanceId}.jsonl";
}
