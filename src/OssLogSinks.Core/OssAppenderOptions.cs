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
/// The settings that the appender, the sinks, the NLog target and the logger provider share. Each is declared, documented and validated only
/// here. They are read once, when the appender is created; later changes have no effect.
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
    /// The bucket's region, <c>cn-hangzhou</c> for instance, without <c>oss-</c>. It is part of signature V4. Set this or
    /// <see cref="Endpoint"/>. If you set only this, <see cref="Network"/> chooses the endpoint. If you set an endpoint whose name does not have
    /// the region, set both, unless <see cref="SignatureVersion"/> is V1. Default: read from the endpoint.
    /// </summary>
    public string? Region { get; set; }

    /// <summary>
    /// Which endpoint of <see cref="Region"/> is used: Public; Internal, for machines of Alibaba Cloud in the bucket's own region, without costs
    /// for traffic; Accelerated, for a bucket with transfer acceleration; or DualStack, for IPv6. If <see cref="Endpoint"/> is set, leave this
    /// out. Default: Public.
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
    /// Whether you intend an <see cref="Endpoint"/> that begins with <c>http://</c>. If false, such an endpoint is used too, but reported once,
    /// at start, because log text, access key ids and security tokens travel unencrypted. It is not reported if
    /// <see cref="ReportDoubtfulSettings"/> is false, or if the endpoint is on this machine. Default: false.
    /// </summary>
    public bool AllowPlainHttp { get; set; }

    /// <summary>
    /// Where the URL of a request has the bucket's name: in the host, in the path, or nowhere because the domain is bound to the bucket. Set it
    /// for a custom domain, and for a gateway that has a dot in its name. Default: Automatic; in the host for <c>aliyuncs.com</c>, in the path
    /// for an IP address and a name without a dot.
    /// </summary>
    public OssAddressingStyle AddressingStyle { get; set; }

    /// <summary>How requests are signed. V1 is for old buckets and compatible gateways. Default: V4.</summary>
    public OssSignatureVersion SignatureVersion { get; set; }

    /// <summary>
    /// The access key's id; needs <see cref="AccessKeySecret"/>. If both are empty, <see cref="Credentials"/> are used. Default: none.
    /// </summary>
    public string? AccessKeyId { get; set; }

    /// <summary>
    /// The access key's secret; needs <see cref="AccessKeyId"/>. Keep it in the environment rather than in a file. It cannot be read back,
    /// so that printing or serializing these options does not show it. Default: none.
    /// </summary>
    public string? AccessKeySecret { internal get; set; }

    /// <summary>
    /// The STS token that belongs to a temporary <see cref="AccessKeyId"/>. It is never renewed; for keys that are renewed, use
    /// <see cref="Credentials"/> instead. It cannot be read back. Default: none.
    /// </summary>
    public string? SecurityToken { internal get; set; }

    /// <summary>
    /// Gives the access key that requests are signed with; most kinds renew it. If <see cref="AccessKeyId"/> is set, leave this out. In
    /// configuration it is a word: <c>Chain</c>, <c>Environment</c>, <c>Oidc</c>, <c>RamRole</c>, <c>Profile:name</c>, <c>Uri:address</c>,
    /// <c>Process:command</c> or <c>AssumeRole:arn</c>, see <see cref="OssCredentialsProviders"/>. Default: <c>Chain</c>; the first that is set
    /// up of the environment variables <c>OSS_ACCESS_KEY_ID</c> and <c>OSS_ACCESS_KEY_SECRET</c>, those that begin with <c>ALIBABA_CLOUD_</c>,
    /// the role of the pod, profiles, the RAM role of the instance, and a credentials URI.
    /// </summary>
    public IOssCredentialsProvider? Credentials { get; set; }

    /// <summary>
    /// A client that replaces the built-in one, based on the official SDK for instance. It has its own endpoint, bucket and credentials, so
    /// <see cref="Endpoint"/>, <see cref="Bucket"/> and credentials are not needed here. The sink does not dispose it. Default: the built-in
    /// client.
    /// </summary>
    public IOssClient? Client { get; set; }

    /// <summary>
    /// The address of an HTTP proxy between this machine and OSS, <c>http://proxy.example.com:8080</c> for instance, without user name and
    /// password: those are <see cref="ProxyUser"/> and <see cref="ProxyPassword"/>. Requests to STS and to credentials URIs of other machines
    /// use it too, requests to the metadata service never. Default: the proxy of the environment variables <c>HTTPS_PROXY</c> (for an
    /// <c>http://</c> endpoint <c>HTTP_PROXY</c>) and <c>NO_PROXY</c> (not on .NET Framework), otherwise the system's proxy.
    /// </summary>
    public string? Proxy
    {
        get => _proxy;
        set => _proxy = EndpointHost.WithoutUserInfo(value);
    }

    /// <summary>The user name that <see cref="Proxy"/> asks for; needs <see cref="ProxyPassword"/>. Default: none.</summary>
    public string? ProxyUser { get; set; }

    /// <summary>
    /// The password of <see cref="ProxyUser"/>. It may be sent to the proxy unencrypted. It cannot be read back, so that printing or serializing
    /// these options does not show it. Default: none.
    /// </summary>
    public string? ProxyPassword { internal get; set; }

    /// <summary>
    /// Hosts that are reached without <see cref="Proxy"/>, with commas between them: <c>oss.example.com</c>, which includes every name that
    /// ends with <c>.oss.example.com</c>, or an IP address. Default: none.
    /// </summary>
    public string? ProxyBypass { get; set; }

    /// <summary>
    /// The file of the client certificate, for a gateway that asks for one. It is a PFX file, or a PEM file with the certificate first and its
    /// intermediate certificates after it. Read once, at start. In the build for .NET Standard 2.0 (.NET Framework, Mono, .NET before 8) this
    /// setting is refused; there, use <see cref="HttpMessageHandler"/>. Default: none.
    /// </summary>
    public string? ClientCertificate { get; set; }

    /// <summary>The PEM file of the private key of <see cref="ClientCertificate"/>. Default: the key is in the file of the certificate.</summary>
    public string? ClientCertificateKey { get; set; }

    /// <summary>The password of the PFX file, or of an encrypted PEM key. It cannot be read back. Default: none.</summary>
    public string? ClientCertificatePassword { internal get; set; }

    /// <summary>
    /// A PEM file of root certificates, those of a company's own authority for instance. The requests of this sink, also those to STS and https
    /// credentials URIs, trust them in addition to the machine's. Read once, at start. In the build for .NET Standard 2.0 (.NET Framework, Mono,
    /// .NET before 8) this setting is refused; there, add the certificates to the machine's trusted roots. Default: none.
    /// </summary>
    public string? CertificateAuthority { get; set; }

    /// <summary>
    /// The highest speed, in bits per second, at which OSS receives the body of an append, from 819,200 to 838,860,800. It leaves bandwidth to
    /// the application. Up to <see cref="ConcurrentAppends"/> appends run at once, each with this limit. An append of
    /// <see cref="AppendSizeLimitBytes"/> must fit into <see cref="RequestTimeout"/> at this speed. Default: no limit.
    /// </summary>
    public int? TrafficLimitBitsPerSecond { get; set; }

    /// <summary>
    /// Sends the requests of the built-in client to OSS, in a test or if you need something that no setting has. Requests for credentials do not
    /// use it. The sink does not dispose it. It cannot be read back, as it may have passwords. Default: a handler of the client.
    /// </summary>
    public HttpMessageHandler? HttpMessageHandler { internal get; set; }

    /// <summary>
    /// How objects are named: text with placeholders such as <c>{Timestamp:yyyy/MM/dd}</c>, <c>{MachineName}</c>, <c>{Level}</c> or any property
    /// of the event; see <see cref="Keys.ObjectKeyTemplate"/>. With machine and instance in it, no other process writes to the same object,
    /// except one that sends what this one left on disk. Without them, several writers may share objects: their events interleave in whole
    /// batches, and none is torn. Default: <c>logs/{Timestamp:yyyy/MM/dd}/{MachineName}-{InstanceId}.log</c>.
    /// </summary>
    /// <remarks>
    /// Two appenders of one process have the same instance, so give them different keys. A writer that shares an object cannot tell its
    /// own unanswered append from the very same bytes of another writer; it takes them for its own.
    /// </remarks>
    public string ObjectKey { get; set; } = DefaultObjectKey;

    /// <summary>
    /// How often a new object is begun, by the event's own time. If the key has a time, its format must be different for each period, as
    /// <c>yyyy/MM/dd/HH</c> is for hours. Default: Infinite; periods are those of the key's date format, if it has one.
    /// </summary>
    public OssRollingInterval RollingInterval { get; set; } = OssRollingInterval.Infinite;

    /// <summary>
    /// How late an event may be and still go to the object of its own time. The time counts from the beginning of the present period; an older
    /// event goes to the object of the present period. Periods are those of <see cref="RollingInterval"/>, or of the key's date format. An event
    /// that waits in memory or on disk to be sent keeps its object, however long it waits; for one that waits in the queue, the object is chosen
    /// later. Default: no limit; each event goes to the object of its own time.
    /// </summary>
    public TimeSpan? LateEventGrace { get; set; }

    /// <summary>Whether <see cref="ObjectKey"/> and <see cref="RollingInterval"/> use the machine's local time instead of UTC. Default: false.</summary>
    public bool UseLocalTime { get; set; }

    /// <summary>
    /// Size in bytes at which an object is full; the event that crosses the limit is the object's last. With compression, the compressed bytes
    /// count, and the last append may pass the limit by 4 KiB of text, or by a larger event. Null (an empty text in configuration, 0 in NLog)
    /// means 4.9 GB, just below the service's limit of 5 GB. Default: 1 GiB.
    /// </summary>
    public long? ObjectSizeLimitBytes { get; set; } = DefaultObjectSizeLimitBytes;

    /// <summary>
    /// Whether a full object is followed by the next one, numbered <c>_001</c> and so on. If false, events for a full object are dropped,
    /// counted and reported; but an object of 4.9 GB, or one that takes no more appends because it was sealed for instance, is still followed by
    /// the next one. Default: true.
    /// </summary>
    public bool RollOnObjectSizeLimit { get; set; } = true;

    /// <summary>
    /// Whether a finished object is sealed, so that lifecycle rules may move it to the cold storage classes. An object is finished when it is
    /// full, or when its period is over and nothing was appended for ten minutes; at the close, without the ten minutes. OSS must have enabled
    /// this operation for your account, and the access key needs the RAM action <c>oss:SealAppendObject</c>; without them this is reported once,
    /// and objects are not sealed. Default: false.
    /// </summary>
    /// <remarks>
    /// Delivery neither waits for a seal nor fails with it. An object whose period is over is also sealed, without the ten minutes, at the
    /// close and when <see cref="OpenStreamLimit"/> lets it be forgotten. Of writers that share an object only the last one knows its
    /// length, so the others leave it unsealed. A late event for a sealed object goes to the next sequence number. Do not use it with keys
    /// whose dates repeat, such as <c>{Timestamp:dddd}</c>.
    /// </remarks>
    public bool SealFinishedObjects { get; set; }

    /// <summary>
    /// How objects are compressed. With Gzip, each append is a complete gzip member, so that the object is a valid <c>.gz</c> file at any
    /// moment. Keys get the suffix <c>.gz</c>, and the content type is <c>application/gzip</c> unless <see cref="ObjectProperties"/> set a type
    /// or an encoding. <see cref="ObjectSizeLimitBytes"/> counts compressed bytes; the other limits of sizes count bytes before compression.
    /// Default: None.
    /// </summary>
    public OssCompression Compression { get; set; }

    /// <summary>
    /// Text at the beginning of each object, a line of column names for instance. It is written once, however many writers share the object. If
    /// it has no line end, one is added. It must fit into an append together with the largest event, and into an object. Default: none; in NLog
    /// the header of the layout, if it has one.
    /// </summary>
    public string? ObjectHeader { get; set; }

    /// <summary>
    /// Whether each event gets a number that counts up by one within its writer and stream, so that <c>oss-logs verify</c> finds missing events.
    /// Events in JSON get the fields <c>OssSequence</c> and <c>OssWriter</c>; a text gets both at its end, or in the place that its layout has
    /// for them. With a <see cref="BufferPath"/> the numbers continue in the next process, unless the key has <c>{InstanceId}</c>. Default:
    /// false.
    /// </summary>
    public bool IncludeSequence { get; set; }

    /// <summary>
    /// Headers that objects are created with. Default: the content type <c>text/plain; charset=utf-8</c>, or <c>application/gzip</c> for
    /// compressed objects.
    /// </summary>
    public OssObjectProperties ObjectProperties { get; set; } = new();

    /// <summary>
    /// The longest time that an event waits for others to share its append. An append is sent earlier when it is full, at a flush to OSS, at the
    /// close, and when <see cref="MemoryLimitBytes"/> runs short. OSS bills a request for each append, however small. Default: 2 seconds.
    /// </summary>
    public TimeSpan AppendInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Largest append in bytes, from 4 KiB to 64 MiB, before compression. Default: 4 MiB.</summary>
    public int AppendSizeLimitBytes { get; set; } = 4 << 20;

    /// <summary>
    /// Largest event in bytes, up to <see cref="AppendSizeLimitBytes"/>. Instead of a larger event, the sink, target or provider stores a
    /// placeholder, with its time, level, size and the beginning of its message; this is counted and reported. With <c>DropTooLargeEvents</c>
    /// the event is dropped instead. An audit throws, and <see cref="OssAppender"/> drops the event. Default: 1 MiB.
    /// </summary>
    public int EventSizeLimitBytes { get; set; } = 1 << 20;

    /// <summary>
    /// Memory in bytes that undelivered events may use once they are rendered; at least twice <see cref="AppendSizeLimitBytes"/>, and
    /// eight times with a <see cref="BufferPath"/>. Default: 64 MiB.
    /// </summary>
    /// <remarks>
    /// With a <see cref="BufferPath"/>, a quarter is for events that wait to be written to disk, up to half for events to send, and a quarter for
    /// events that other processes left. Of the memory for events to send, an object's events may use seven eighths at most, and so may the
    /// events of all objects together to which nothing can be delivered, so that the other objects go on.
    /// </remarks>
    public long MemoryLimitBytes { get; set; } = 64L << 20;

    /// <summary>How many objects are appended to at the same time, 1 to 64; each takes one append at a time. Default: 4.</summary>
    public int ConcurrentAppends { get; set; } = 4;

    /// <summary>
    /// The number of keys that are remembered with their object and its length. Beyond it, the idle key that was not used for the longest time
    /// is forgotten first; if an event for it comes later, its object is found again by HEAD requests. Keys with waiting events are not
    /// forgotten, so there may be more of them. Default: 1000.
    /// </summary>
    public int OpenStreamLimit { get; set; } = 1000;

    /// <summary>
    /// Whether each append has its MD5, so that OSS refuses a body that was damaged on the way before it stores it. If false, the CRC-64 in OSS's
    /// answer shows the damage, and the events are appended again, to the next object. The damaged bytes stay in the first one. Default: false.
    /// </summary>
    public bool SendContentMd5 { get; set; }

    /// <summary>
    /// A folder where events wait on disk until they are in OSS, so that they survive a crash, a kill and, depending on
    /// <see cref="BufferSync"/>, a power cut. It is created if needed. Any number of processes on one machine may share it; if its file system
    /// supports locks, each also sends the events that ended processes left. While it cannot be written, events wait in memory, and that is
    /// reported. Default: none; events wait in memory.
    /// </summary>
    /// <remarks>
    /// The file system must support locks, as a lock file says which process is alive. Without locks a process sends its own events, reports
    /// it, and leaves those of other processes alone. Damaged files, and copies of damaged parts, go into the folder <c>quarantine</c>. The
    /// oldest are deleted when they take more than 16 MiB, or a sixteenth of <see cref="BufferSizeLimitBytes"/> if that is less.
    /// </remarks>
    public string? BufferPath { get; set; }

    /// <summary>
    /// Largest size in bytes of this process's folders in <see cref="BufferPath"/>, together with what ended processes left there; at least 8 MiB,
    /// and four times <see cref="AppendSizeLimitBytes"/>. <see cref="BufferFullAction"/> says what happens when it is reached. Default: 1 GiB.
    /// </summary>
    public long BufferSizeLimitBytes { get; set; } = 1L << 30;

    /// <summary>
    /// Which events are dropped when the buffer on disk is full. With DropNewest, new events wait in memory within
    /// <see cref="MemoryLimitBytes"/>, then in the queue if there is one, and are dropped when both are full, unless log calls wait for space.
    /// With DropOldest, the oldest events on disk that are not being sent are dropped. Drops are counted and reported. Default: DropNewest.
    /// </summary>
    public OssBufferFullAction BufferFullAction { get; set; }

    /// <summary>
    /// When the operating system must write events to the disk's medium (a sync), so that they survive a power cut. Events that were written to a
    /// file survive a crash of the process with every value. Default: EachWrite; about twenty times a second, and sooner if many events wait.
    /// </summary>
    public OssBufferSync BufferSync { get; set; }

    /// <summary>
    /// How often events are synced to the disk's medium if <see cref="BufferSync"/> is Interval; sooner at a flush, at the close and if many
    /// events wait. Events on disk are sent only after they were synced. Default: 1 second.
    /// </summary>
    public TimeSpan BufferSyncInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long an append is retried before its events are dropped, counted and reported; <see cref="Timeout.InfiniteTimeSpan"/> for no limit.
    /// The time begins with the first failure after a success. Default: 1 hour; with a <see cref="BufferPath"/> no limit, and in an audit 1
    /// minute.
    /// </summary>
    public TimeSpan? RetryTimeLimit { get; set; }

    /// <summary>
    /// The longest pause after a first failure. It doubles with each further failure in a row; the actual pause is random, from zero up to that.
    /// If OSS asks for a longer pause (Retry-After), that one is used, up to <see cref="RetryDelayLimit"/>. Default: 200 milliseconds.
    /// </summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The limit up to which <see cref="RetryDelay"/> doubles. Default: 20 seconds.</summary>
    public TimeSpan RetryDelayLimit { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// The longest pause after a refusal that usually lasts until an operator acts: no permission, no such bucket, a wrong key, no credentials,
    /// and most 4xx answers of a gateway, for instance. The actual pause is random, from half of it up to all of it. Default: 30 seconds.
    /// </summary>
    public TimeSpan RefusalRetryDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Whether an append is retried after a refusal of the kinds that <see cref="RefusalRetryDelay"/> names. If false, its events are dropped at
    /// once, counted and reported as <see cref="DropReason.Refused"/>. An audit never retries such an append. Default: true.
    /// </summary>
    public bool RetryRefusals { get; set; } = true;

    /// <summary>
    /// How long one request may take, including its answer. If another <see cref="Client"/> is set, its call is given up 5 seconds later than
    /// that. After a request that was given up, the sink asks OSS whether the append was written. Default: 30 seconds.
    /// </summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long connecting may take. It has no effect in the build for .NET Standard 2.0 (.NET Framework, Mono, .NET before 8), where
    /// <see cref="RequestTimeout"/> applies, or with <see cref="HttpMessageHandler"/>. Default: 5 seconds.
    /// </summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long closing waits until all events are in OSS. The events that are left are then dropped, counted and reported; with a
    /// <see cref="BufferPath"/>, those on disk stay there, and the next process that uses the folder sends them. Default: 10 seconds.
    /// </summary>
    public TimeSpan CloseTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The name of this sink in measurements (<c>oss.sink.name</c>), snapshots and health data, up to 200 characters. It tells several sinks of
    /// one process apart. If two have the same name, the second one is shown as <c>name#2</c>. In NLog it is the target's name. Default: the
    /// <see cref="ObjectKey"/>.
    /// </summary>
    public string? Name { get; set; }

    /// <summary>
    /// Whether reports go to the process's standard error, for a host whose console or container log is read. In Serilog they then do not go to
    /// SelfLog; in NLog and Microsoft.Extensions.Logging they go to both places. Default: false.
    /// </summary>
    public bool ReportToConsole { get; set; }

    /// <summary>
    /// Whether settings that are valid, but often a mistake, are reported once, at start: plain HTTP (see <see cref="AllowPlainHttp"/>), and some
    /// forms of <see cref="ObjectKey"/>, one that shows seconds or whose dates repeat for instance. Default: true.
    /// </summary>
    public bool ReportDoubtfulSettings { get; set; } = true;

    /// <summary>
    /// Where reports go. Default: Serilog's SelfLog, NLog's InternalLogger, the host's other logging providers, and nowhere for
    /// <see cref="OssAppender"/>.
    /// </summary>
    public IOssDiagnostics? Diagnostics { get; set; }

    /// <summary>
    /// For users of <see cref="OssAppender"/>: gets the outcome of each record that has a state. The sink, the target and the provider set it
    /// themselves. Default: none.
    /// </summary>
    public IDeliveryListener? Listener { get; set; }

    /// <summary>The clock, for tests. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Returns random numbers, at least 0 and less than 1, for the pauses after failures; for tests. Default: random numbers.</summary>
    public Func<double> Random { internal get; set; } = Retry.Chance.Next;

    /// <summary>How hard gzip compresses; only tests change it. Default: optimal.</summary>
    internal CompressionLevel GzipLevel { get; set; } = CompressionLevel.Optimal;

    /// <summary>Knows the other writers of this process that write to the same streams; for tests.</summary>
    internal StreamRegistry StreamRegistry { get; set; } = StreamRegistry.OfProcess;

    /// <summary>The secrets among these settings, to mask in messages.</summary>
    internal IEnumerable<string?> Secrets => [AccessKeySecret, SecurityToken, ProxyPassword, ClientCertificatePassword, .. StaticCredentialsProvider.SecretsOf(Credentials)];

    /// <summary>A copy of these settings; to change a setting of the copy does not change it here.</summary>
    public OssAppenderOptions Copy() => (OssAppenderOptions)MemberwiseClone();

    /// <summary>Finds all faults of these settings at once.</summary>
    /// <returns>A fault for each thing to fix; an empty list if the settings can be used. No fault shows a secret.</returns>
    public IReadOnlyList<SettingFault> Validate() => new OssAppenderOptionsValidator(this, BufferPath).Validate();

    /// <summary>Masks the secrets of these settings in faults that a front door found itself, as a secret may be in the wrong setting.</summary>
    /// <param name="faults">The faults.</param>
    public IReadOnlyList<SettingFault> WithoutSecrets(IEnumerable<SettingFault> faults)
    {
        return [.. faults.Select(fault => fault.WithoutSecrets(Secrets))];
    }
}
