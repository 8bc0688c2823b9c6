using System.IO.Compression;
using OssLogSinks.Core.Appending;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Client.Signing;
using OssLogSinks.Core.Keys;
using OssLogSinks.Core.Rolling;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core;

/// <summary>
/// The settings that every front door has, each declared, documented and validated here alone. Read once, when the appender is created;
/// later changes have no effect.
/// </summary>
public class OssAppenderOptions
{
    /// <summary>The default of <see cref="ObjectKey"/>: a folder for each day, an object for each process.</summary>
    public const string DefaultObjectKey = "logs/{Timestamp:yyyy/MM/dd}/{MachineName}-{InstanceId}.log";

    /// <summary>The default of <see cref="ObjectSizeLimitBytes"/>: 1 GiB.</summary>
    public const long DefaultObjectSizeLimitBytes = 1L << 30;

    private string? _endpoint;
    private string? _proxy;

    /// <summary>The bucket's name. Required, unless <see cref="Client"/> is set. Default: none.</summary>
    public string? Bucket { get; set; }

    /// <summary>
    /// The bucket's region, <c>cn-hangzhou</c> for instance, without <c>oss-</c>. It is part of the signature. Set this or
    /// <see cref="Endpoint"/>; alone it means the endpoint that <see cref="Network"/> chooses. Endpoints that do not name their region need
    /// both.
    /// Default: read from the endpoint.
    /// </summary>
    public string? Region { get; set; }

    /// <summary>
    /// Which endpoint of <see cref="Region"/> is used: Public; Internal, for machines of Alibaba Cloud in the bucket's own region, without
    /// costs of traffic; Accelerated, for a bucket with transfer acceleration; or DualStack, for IPv6. Not together with
    /// <see cref="Endpoint"/>. Default: Public.
    /// </summary>
    public OssNetwork Network { get; set; }

    /// <summary>
    /// The address of OSS: <c>oss-cn-hangzhou-internal.aliyuncs.com</c> for instance, an accelerated, dual-stack or custom domain, or an
    /// IP address, each with an optional port. <c>https://</c> is used unless it begins with <c>http://</c>.
    /// Default: the endpoint of <see cref="Region"/> that <see cref="Network"/> chooses.
    /// </summary>
    public string? Endpoint
    {
        get => _endpoint;
        set => _endpoint = EndpointHost.WithoutUserInfo(value);
    }

    /// <summary>
    /// Whether an <see cref="Endpoint"/> that begins with <c>http://</c> is intended. It is used either way, but unless this is true it is
    /// reported once, at start: log text, access key ids and security tokens travel unencrypted. This machine is never reported.
    /// Default: false.
    /// </summary>
    public bool AllowPlainHttp { get; set; }

    /// <summary>
    /// Where the address of a request names the bucket. Custom domains must set it.
    /// Default: Automatic; the path for an IP address, and in front of the host otherwise.
    /// </summary>
    public OssAddressingStyle AddressingStyle { get; set; }

    /// <summary>How requests are signed. V1 is for old buckets and compatible gateways. Default: V4.</summary>
    public OssSignatureVersion SignatureVersion { get; set; }

    /// <summary>
    /// The access key's id; needs <see cref="AccessKeySecret"/>. Where both are empty, <see cref="Credentials"/> are used.
    /// Default: none.
    /// </summary>
    public string? AccessKeyId { get; set; }

    /// <summary>
    /// The access key's secret; needs <see cref="AccessKeyId"/>. Keep it in the environment rather than in a file. It cannot be read back,
    /// so that printing or serializing these options does not show it. Default: none.
    /// </summary>
    public string? AccessKeySecret { internal get; set; }

    /// <summary>
    /// The STS token that belongs to a temporary <see cref="AccessKeyId"/>. It is not renewed; a provider in <see cref="Credentials"/> does
    /// that. It cannot be read back. Default: none.
    /// </summary>
    public string? SecurityToken { internal get; set; }

    /// <summary>
    /// Gives, and renews, what requests are signed with; not together with <see cref="AccessKeyId"/>. In configuration it is a word:
    /// <c>Chain</c>, <c>Environment</c>, <c>Oidc</c>, <c>RamRole</c>, <c>Profile:name</c>, <c>Uri:address</c>, <c>Process:command</c> or
    /// <c>AssumeRole:arn</c>, see <see cref="OssCredentialsProviders"/>. Default: <c>Chain</c>; the first that works of the environment
    /// variables <c>OSS_ACCESS_KEY_ID</c> and <c>OSS_ACCESS_KEY_SECRET</c>, those that begin with <c>ALIBABA_CLOUD_</c>, the role of the
    /// pod, profiles, the RAM role of the instance, and a credentials URI.
    /// </summary>
    public IOssCredentialsProvider? Credentials { get; set; }

    /// <summary>
    /// Another client than the built-in one, based on the official SDK for instance. <see cref="Endpoint"/>, <see cref="Bucket"/> and
    /// credentials are not needed then. It is not disposed. Default: the built-in client.
    /// </summary>
    public IOssClient? Client { get; set; }

    /// <summary>
    /// The address of an HTTP proxy between this machine and OSS, <c>http://proxy.example.com:8080</c> for instance, without user name and
    /// password: those are <see cref="ProxyUser"/> and <see cref="ProxyPassword"/>. Default: the system's proxy, and the environment
    /// variables <c>HTTPS_PROXY</c> and <c>NO_PROXY</c>.
    /// </summary>
    public string? Proxy
    {
        get => _proxy;
        set => _proxy = EndpointHost.WithoutUserInfo(value);
    }

    /// <summary>The user name that <see cref="Proxy"/> asks for; needs <see cref="ProxyPassword"/>. Default: none.</summary>
    public string? ProxyUser { get; set; }

    /// <summary>
    /// The password of <see cref="ProxyUser"/>. The way to the proxy is not encrypted. It cannot be read back, so that printing or
    /// serializing these options does not show it. Default: none.
    /// </summary>
    public string? ProxyPassword { internal get; set; }

    /// <summary>
    /// Hosts that are reached without <see cref="Proxy"/>, with commas between them: <c>oss.example.com</c>, which includes every name that
    /// ends with <c>.oss.example.com</c>, or an IP address. Default: none.
    /// </summary>
    public string? ProxyBypass { get; set; }

    /// <summary>
    /// The file of the certificate that is shown to a gateway that asks for one: PFX, or PEM with the certificate first and its intermediate
    /// ones after it. Read once, at start. Refused in the build for .NET Standard 2.0 (.NET Framework, Mono, .NET before 8), where
    /// <see cref="HttpMessageHandler"/> is for it. Default: none.
    /// </summary>
    public string? ClientCertificate { get; set; }

    /// <summary>The PEM file of the private key of <see cref="ClientCertificate"/>. Default: the key is in the file of the certificate.</summary>
    public string? ClientCertificateKey { get; set; }

    /// <summary>The password of the PFX file, or of an encrypted PEM key. It cannot be read back. Default: none.</summary>
    public string? ClientCertificatePassword { internal get; set; }

    /// <summary>
    /// A PEM file of root certificates that are trusted in addition to the machine's, for these requests only: a company's own for instance.
    /// Read once, at start. Refused in the build for .NET Standard 2.0 (.NET Framework, Mono, .NET before 8), where the machine must trust
    /// them. Default: none.
    /// </summary>
    public string? CertificateAuthority { get; set; }

    /// <summary>
    /// The speed in bits per second that OSS takes the body of an append with, from 819,200 to 838,860,800, so that logs leave bandwidth to
    /// the application. Up to <see cref="ConcurrentAppends"/> appends run at once, each with this limit. One of
    /// <see cref="AppendSizeLimitBytes"/> must be possible within <see cref="RequestTimeout"/>. Default: no limit.
    /// </summary>
    public int? TrafficLimitBitsPerSecond { get; set; }

    /// <summary>
    /// Sends the HTTP requests of the built-in client, for a test or for what no setting can do. It is not disposed. It cannot be
    /// read back, as it may hold passwords. Default: a handler of its own.
    /// </summary>
    public HttpMessageHandler? HttpMessageHandler { internal get; set; }

    /// <summary>
    /// The name of objects: text with placeholders such as <c>{Timestamp:yyyy/MM/dd}</c>, <c>{MachineName}</c>, <c>{Level}</c> or any
    /// property of the event; see <see cref="Keys.ObjectKeyTemplate"/>. With machine and instance in it, no other process writes to the
    /// same object. Without them several writers share objects: their events interleave in whole batches, and none is torn.
    /// Default: <c>logs/{Timestamp:yyyy/MM/dd}/{MachineName}-{InstanceId}.log</c>.
    /// </summary>
    /// <remarks>
    /// Two appenders of one process have the same instance, so give them different keys. A writer that shares an object cannot tell its
    /// own unanswered append from the very same bytes of another writer; it takes them for its own.
    /// </remarks>
    public string ObjectKey { get; set; } = DefaultObjectKey;

    /// <summary>
    /// How often a new object is begun, by the event's own time. A key with a time must show the interval's periods, as
    /// <c>yyyy/MM/dd/HH</c> does for hours. Default: Infinite; only the key's date format begins new objects.
    /// </summary>
    public OssRollingInterval RollingInterval { get; set; } = OssRollingInterval.Infinite;

    /// <summary>
    /// How much older than the present period an event may be and still go to the object of its own time; an older one goes to the object
    /// of the present period. Periods are those of <see cref="RollingInterval"/>, or of the key's date format. An event that waits to be
    /// sent keeps its object, however long it waits. Default: no limit; each event goes to the object of its own time.
    /// </summary>
    public TimeSpan? LateEventGrace { get; set; }

    /// <summary>Whether <see cref="ObjectKey"/> and <see cref="RollingInterval"/> use the machine's local time instead of UTC. Default: false.</summary>
    public bool UseLocalTime { get; set; }

    /// <summary>
    /// Size in bytes at which an object is full; the event that crosses the limit is the object's last. Compressed bytes count, and may
    /// pass the limit by a few kilobytes of text. Null (an empty text in configuration, 0 in NLog) means no limit but the service's 5 GB.
    /// Default: 1 GiB.
    /// </summary>
    public long? ObjectSizeLimitBytes { get; set; } = DefaultObjectSizeLimitBytes;

    /// <summary>
    /// Whether a full object is followed by the next one, numbered <c>_001</c> and so on. If false, events for a full object are dropped,
    /// counted and reported. Default: true.
    /// </summary>
    public bool RollOnObjectSizeLimit { get; set; } = true;

    /// <summary>
    /// Whether a finished object is sealed, so that lifecycle rules may move it to the cold storage classes. An object is finished when it
    /// is full, or when its period is over and nothing was appended for ten minutes. Needs an account that has access to the operation, and
    /// the RAM action <c>oss:SealAppendObject</c>; without them it is reported once. Default: false.
    /// </summary>
    /// <remarks>
    /// Delivery neither waits for a seal nor fails with it. Objects are also sealed at the close, and when their stream is forgotten. Of
    /// writers that share an object only the last one knows its length, so the others leave it unsealed. A late event for a sealed object
    /// goes to the next sequence number. Do not use it with keys whose dates repeat, such as <c>{Timestamp:dddd}</c>.
    /// </remarks>
    public bool SealFinishedObjects { get; set; }

    /// <summary>
    /// How objects are compressed. With Gzip each append is a gzip member of its own, so that the object is a valid <c>.gz</c> file at any
    /// moment; keys get the suffix <c>.gz</c>, and the content type is <c>application/gzip</c> unless <see cref="ObjectProperties"/> set a
    /// type or an encoding. <see cref="ObjectSizeLimitBytes"/> counts compressed bytes; the other limits count before compression.
    /// Default: None.
    /// </summary>
    public OssCompression Compression { get; set; }

    /// <summary>
    /// Text at the beginning of each object, a line of column names for instance; written once, however many writers share the object. A
    /// line end is added unless it has one. It must fit into an append together with the largest event, and into an object.
    /// Default: none.
    /// </summary>
    public string? ObjectHeader { get; set; }

    /// <summary>
    /// Whether each event gets a number that counts up by one within its writer and stream, so that <c>oss-logs verify</c> can prove that nothing is
    /// missing. Events in JSON get the fields <c>OssSequence</c> and <c>OssWriter</c>; a text gets both at its end, or in the place that its layout
    /// has for them. With a <see cref="BufferPath"/> the numbers continue in the next process. Default: false.
    /// </summary>
    public bool IncludeSequence { get; set; }

    /// <summary>
    /// Headers that objects are created with. Default: the content type <c>text/plain; charset=utf-8</c>, or <c>application/gzip</c> for
    /// compressed objects.
    /// </summary>
    public OssObjectProperties ObjectProperties { get; set; } = new();

    /// <summary>
    /// How long an event waits for others to share its append. An append of full size, a flush and a close are sent at once. Each append
    /// costs a request, however small. Default: 2 seconds.
    /// </summary>
    public TimeSpan AppendInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Largest append in bytes, from 4 KiB to 64 MiB, before compression. Default: 4 MiB.</summary>
    public int AppendSizeLimitBytes { get; set; } = 4 << 20;

    /// <summary>
    /// Largest event in bytes, up to <see cref="AppendSizeLimitBytes"/>. The front doors store a placeholder instead of a larger one, with
    /// its time, level, size and the beginning of its message; it is counted and reported. An audit throws, and
    /// <see cref="OssAppender"/> drops it. Default: 1 MiB.
    /// </summary>
    public int EventSizeLimitBytes { get; set; } = 1 << 20;

    /// <summary>
    /// Memory in bytes that undelivered events may use once they are rendered; at least twice <see cref="AppendSizeLimitBytes"/>, and
    /// eight times with a <see cref="BufferPath"/>. Default: 64 MiB.
    /// </summary>
    /// <remarks>
    /// With a buffer a quarter is for what waits to be written to disk, half for what is being sent, and a quarter for what other processes
    /// left. No stream may use more than seven eighths of it, nor may all streams together that OSS refuses, so that the others go on.
    /// </remarks>
    public long MemoryLimitBytes { get; set; } = 64L << 20;

    /// <summary>How many objects are appended to at the same time, 1 to 64; each takes one append at a time. Default: 4.</summary>
    public int ConcurrentAppends { get; set; } = 4;

    /// <summary>
    /// How many objects are remembered with their length. The least recently used idle one is forgotten first, and found again by a HEAD
    /// request. Default: 1000.
    /// </summary>
    public int OpenStreamLimit { get; set; } = 1000;

    /// <summary>
    /// Whether each append carries its MD5, so that OSS refuses a damaged body before it stores it. If false, the CRC-64 in OSS's
    /// answer shows the damage, and the events are appended again to the next object. The damaged bytes stay where they are. Default: false.
    /// </summary>
    public bool SendContentMd5 { get; set; }

    /// <summary>
    /// A folder where events wait on disk until they are in OSS, so that they survive a crash, a kill and, depending on
    /// <see cref="BufferSync"/>, a power cut. It is created if needed. Any number of processes may share it; each also sends what dead
    /// processes left. While it cannot be written, events wait in memory, and that is reported. Default: none; events wait in memory.
    /// </summary>
    /// <remarks>
    /// The file system must support locks, as a lock file says which process is alive. Without locks a process sends its own events, reports
    /// it, and leaves those of other processes alone. Files that cannot be read go into the folder <c>quarantine</c>; the oldest of
    /// those are deleted when they take more than a sixteenth of <see cref="BufferSizeLimitBytes"/>, or 16 MiB.
    /// </remarks>
    public string? BufferPath { get; set; }

    /// <summary>
    /// Largest size in bytes of this process's folder in <see cref="BufferPath"/>, with those it took over from dead processes; at least
    /// 8 MiB, and four times <see cref="AppendSizeLimitBytes"/>. <see cref="BufferFullAction"/> says what happens when it is reached.
    /// Default: 1 GiB.
    /// </summary>
    public long BufferSizeLimitBytes { get; set; } = 1L << 30;

    /// <summary>
    /// Which events are dropped when the buffer is full. With DropNewest, new events wait in memory within <see cref="MemoryLimitBytes"/>,
    /// and are dropped when that is full too. With DropOldest, the oldest events on disk that are not being sent are dropped, counted and
    /// reported. Default: DropNewest.
    /// </summary>
    public OssBufferFullAction BufferFullAction { get; set; }

    /// <summary>
    /// When events are forced onto the disk's medium, so that they survive a power cut. Written events survive a crash of the process in any case.
    /// Default: EachWrite; at most some twenty times a second.
    /// </summary>
    public OssBufferSync BufferSync { get; set; }

    /// <summary>How often events are forced onto the medium if <see cref="BufferSync"/> is Interval. Default: 1 second.</summary>
    public TimeSpan BufferSyncInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long an append is retried before its events are dropped, counted and reported; <see cref="Timeout.InfiniteTimeSpan"/> for no
    /// limit. Counted from the first failure after a success.
    /// Default: 1 hour; with a <see cref="BufferPath"/> no limit, and in an audit 1 minute.
    /// </summary>
    public TimeSpan? RetryTimeLimit { get; set; }

    /// <summary>The pause after a first failure. It doubles with each further one; the actual pause is random, from zero up to that. Default: 200 milliseconds.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The longest pause after failures. Default: 20 seconds.</summary>
    public TimeSpan RetryDelayLimit { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>The pause after a refusal that only an operator can fix: no permission, no such bucket, a wrong key. Default: 30 seconds.</summary>
    public TimeSpan RefusalRetryDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Whether an append is retried that only an operator can fix. If false, its events are dropped at once, counted and reported as
    /// <see cref="DropReason.Refused"/>. An audit never retries it. Default: true.
    /// </summary>
    public bool RetryRefusals { get; set; } = true;

    /// <summary>
    /// How long one request may take, including its answer. A call of another <see cref="Client"/> is given up after 5 seconds more, and its
    /// outcome looked up. Default: 30 seconds.
    /// </summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long connecting may take. It has no effect in the build for .NET Standard 2.0 (.NET Framework, Mono, .NET before 8), where
    /// <see cref="RequestTimeout"/> applies, or with <see cref="HttpMessageHandler"/>. Default: 5 seconds.
    /// </summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long closing waits until all events are in OSS. The rest is dropped, counted and reported; with a <see cref="BufferPath"/> it
    /// stays on disk, and the next process sends it. Default: 10 seconds.
    /// </summary>
    public TimeSpan CloseTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The name in measurements (<c>oss.sink.name</c>), snapshot and health data, up to 200 characters, so that two of one process are
    /// told apart. A second one of the same name gets a number, <c>name#2</c>. In NLog it is the target's name.
    /// Default: the <see cref="ObjectKey"/>.
    /// </summary>
    public string? Name { get; set; }

    /// <summary>
    /// Whether reports go to the process's standard error, for a host whose console or container log is read; in Serilog instead of
    /// SelfLog. Default: false.
    /// </summary>
    public bool ReportToConsole { get; set; }

    /// <summary>
    /// Whether settings that work, but are rarely intended, are reported once, at start: plain HTTP (see <see cref="AllowPlainHttp"/>), and
    /// an <see cref="ObjectKey"/> that shows seconds, or whose dates repeat. Default: true.
    /// </summary>
    public bool ReportDoubtfulSettings { get; set; } = true;

    /// <summary>
    /// Where reports go. Default: Serilog's SelfLog, NLog's InternalLogger, the host's other logging providers, and nowhere for
    /// <see cref="OssAppender"/>.
    /// </summary>
    public IOssDiagnostics? Diagnostics { get; set; }

    /// <summary>Who learns the outcome of records that carry a state. The front doors set it themselves. Default: none.</summary>
    public IDeliveryListener? Listener { get; set; }

    /// <summary>The clock. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Gives numbers from 0 up to but not 1, for the pauses after failures. Default: random numbers.</summary>
    public Func<double> Random { internal get; set; } = Retry.Chance.Next;

    /// <summary>The effort of gzip; for tests.</summary>
    internal CompressionLevel GzipLevel { get; set; } = CompressionLevel.Optimal;

    /// <summary>Who else in this process writes the same streams; for tests.</summary>
    internal StreamRegistry StreamRegistry { get; set; } = StreamRegistry.OfProcess;

    /// <summary>The secrets among these settings, to mask in messages.</summary>
    internal IEnumerable<string?> Secrets => [AccessKeySecret, SecurityToken, ProxyPassword, ClientCertificatePassword, .. StaticCredentialsProvider.SecretsOf(Credentials)];

    /// <summary>A copy, to change without changing these.</summary>
    public OssAppenderOptions Copy() => (OssAppenderOptions)MemberwiseClone();

    /// <summary>Finds all faults of these settings at once.</summary>
    /// <returns>A fault for each thing to fix; none if the settings can be used. None shows a secret.</returns>
    public IReadOnlyList<SettingFault> Validate() => new OssAppenderOptionsValidator(this, BufferPath).Validate();

    /// <summary>Masks the secrets of these settings in faults that a front door found itself, as a secret may be in the wrong setting.</summary>
    /// <param name="faults">The faults.</param>
    public IReadOnlyList<SettingFault> WithoutSecrets(IEnumerable<SettingFault> faults)
    {
        return [.. faults.Select(fault => fault.WithoutSecrets(Secrets))];
    }
}
