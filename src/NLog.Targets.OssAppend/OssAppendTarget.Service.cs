using NLog.Config;
using NLog.Layouts;
using NLog.Targets.OssAppend;
using OssLogSinks.Core;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Signing;
using OssLogSinks.Core.Keys;
using OssLogSinks.Core.Rolling;

namespace NLog.Targets;

/// <content>Where the events go: service, credentials, objects. A <see cref="Layouts.Layout"/> here is rendered once, when the target is initialised; <see cref="ObjectKey"/> is the exception.</content>
public sealed partial class OssAppendTarget
{
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

    /// <summary>Where in a request's address the bucket stands. Default: Auto, path for an IP, in front of the host otherwise.</summary>
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
}
