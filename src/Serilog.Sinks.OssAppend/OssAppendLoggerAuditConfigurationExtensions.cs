using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using OssLogSinks.Core;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Client.Signing;
using OssLogSinks.Core.Keys;
using OssLogSinks.Core.Rolling;
using OssLogSinks.Core.Telemetry;
using Serilog.Configuration;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Sinks.OssAppend;
using Serilog.Sinks.OssAppend.Rendering;

namespace Serilog;

/// <summary>
/// Adds <c>AuditTo.OssAppend()</c>: a log call returns when its event is in OSS, and throws an <see cref="OssDeliveryException"/>
/// within Serilog's <see cref="AggregateException"/> when it does not. Calls of several threads share appends.
/// </summary>
[StackTraceHidden]
public static class OssAppendLoggerAuditConfigurationExtensions
{
    /// <summary>Appends events as text to objects in Alibaba Cloud OSS, each exactly once; the log call waits for it, and throws if it fails.</summary>
    /// <param name="auditSinkConfiguration">The logger's audit sinks.</param>
    /// <param name="bucket">The bucket's name. Required.</param>
    /// <param name="region">The bucket's region, <c>cn-hangzhou</c> for instance. This or <paramref name="endpoint"/> is required; alone it means the region's public endpoint.</param>
    /// <param name="objectKey">How objects are called; see <see cref="OssAppendSinkOptions.ObjectKey"/>. Default: <c>logs/{Timestamp:yyyy/MM/dd}/{MachineName}-{InstanceId}.log</c>.</param>
    /// <param name="restrictedToMinimumLevel">The least level that is written; ignored if there is a <paramref name="levelSwitch"/>. Default: all.</param>
    /// <param name="outputTemplate">How an event becomes text. Default: as the File sink, <see cref="OssAppendSinkOptions.DefaultOutputTemplate"/>.</param>
    /// <param name="formatProvider">The culture for <paramref name="outputTemplate"/>. Default: the invariant one.</param>
    /// <param name="fileSizeLimitBytes">Bytes at which an object is full; null for no limit but the service's 5 GB. Default: 1 GiB.</param>
    /// <param name="levelSwitch">Changes the least level while the application runs. Default: none.</param>
    /// <param name="rollingInterval">How often a new object is begun, by the event's own time. Default: never, except as the key's date format says.</param>
    /// <param name="lateEventGrace">How much older than the present period an event may be and still go to the object of its own time; an older one goes to that of the present period. Default: no bound.</param>
    /// <param name="rollOnFileSizeLimit">Whether a full object is followed by the next one. Default: true; if false, calls for a full object throw.</param>
    /// <param name="useLocalTime">Whether keys and rolling follow the machine's local time. Default: false, UTC.</param>
    /// <param name="endpoint">Where OSS is: an internal, accelerated or custom domain, or an IP with its port. Default: the public endpoint of <paramref name="region"/>.</param>
    /// <param name="allowPlainHttp">Whether an <paramref name="endpoint"/> that begins with <c>http://</c> is meant so. Default: false; it is used all the same, and reported at start unless it is this machine.</param>
    /// <param name="accessKeyId">The access key's id, together with <paramref name="accessKeySecret"/>. Default: <paramref name="credentials"/>, or else the environment variables that Alibaba's own SDKs read.</param>
    /// <param name="accessKeySecret">The access key's secret.</param>
    /// <param name="securityToken">The STS token of a temporary access key; it is not renewed.</param>
    /// <param name="credentials">Gives, and renews, what requests are signed with; not together with an access key. It must not log to this logger.</param>
    /// <param name="addressingStyle">Where in a request's address the bucket is. Default: judged by the endpoint; custom domains must say.</param>
    /// <param name="signatureVersion">How requests are signed. Default: V4.</param>
    /// <param name="closeTimeout">How long closing the logger waits for calls that are under way; those that are left then throw. Default: 10 seconds.</param>
    /// <param name="appendSizeLimitBytes">The most bytes that one append carries, 4 KiB to 64 MiB. Default: 4 MiB.</param>
    /// <param name="eventSizeLimitBytes">The most bytes of one rendered event; calls for a larger one throw. Default: 1 MiB.</param>
    /// <param name="memoryLimitBytes">The most memory that rendered events may hold, in bytes; calls wait for space. Default: 64 MiB.</param>
    /// <param name="retryTimeLimit">
    /// How long an append is tried whose trouble may pass, before the calls whose events it carries throw. A call waits that long for
    /// its own append and, if there is one under way, as long for that. What only an operator can mend is not tried again. Default: 1 minute.
    /// </param>
    /// <param name="requestTimeout">How long one request may take, its answer included. Default: 30 seconds.</param>
    /// <param name="sendContentMd5">Whether each append carries its MD5. Default: false; CRC-64 is compared all the same.</param>
    /// <param name="sealFinishedObjects">Whether an object that is full, or whose period is over, is sealed, so that lifecycle rules may move it to the cold classes. Default: false; needs the RAM action oss:SealAppendObject.</param>
    /// <param name="compression">Whether objects are compressed with gzip, each append a member of its own; see <see cref="OssAppendSinkOptions.Compression"/>. Default: they are not.</param>
    /// <param name="objectHeader">Text that each object begins with, once; a line end is added unless it has one. Default: none.</param>
    /// <param name="contentType">MIME type of new objects. Default: <c>text/plain; charset=utf-8</c>, compressed <c>application/gzip</c>.</param>
    /// <param name="contentEncoding">Content-Encoding of new objects. Default: none.</param>
    /// <param name="acl">Who may read new objects. Default: the bucket decides.</param>
    /// <param name="storageClass">Storage class of new objects. Default: the bucket decides.</param>
    /// <param name="serverSideEncryption">Encryption of new objects at rest. Default: the bucket decides.</param>
    /// <param name="metadata">User metadata of new objects. Default: none.</param>
    /// <param name="tags">Tags of new objects, at most 10; they need the RAM action oss:PutObjectTagging. Default: none.</param>
    /// <param name="monitor">Lets the application read the sink's counters. Default: nobody does.</param>
    /// <param name="reportToConsole">Whether reports are written to the process's standard error instead of SelfLog: for a host whose console or container log people read. Default: false.</param>
    /// <param name="client">Another way to OSS than the built-in client; bucket, endpoint and credentials are then not needed. It must not log to this logger. Default: the built-in client.</param>
    /// <param name="configuration">
    /// The application's configuration, in which every setting of this sink that there is not, or that nobody reads, is a fault.
    /// <c>Serilog.Settings.Configuration</c> hands it over by itself, and would leave such a setting out without a word. Default: none is looked at.
    /// </param>
    /// <returns>The logger's configuration, to go on with.</returns>
    /// <exception cref="OssSettingsException">Some settings cannot be used; the exception names all of them.</exception>
    public static LoggerConfiguration OssAppend(
        this LoggerAuditSinkConfiguration auditSinkConfiguration,
        string? bucket = null,
        string? region = null,
        string objectKey = OssAppenderOptions.DefaultObjectKey,
        LogEventLevel restrictedToMinimumLevel = LevelAlias.Minimum,
        string outputTemplate = OssAppendSinkOptions.DefaultOutputTemplate,
        IFormatProvider? formatProvider = null,
        long? fileSizeLimitBytes = 1L << 30,
        LoggingLevelSwitch? levelSwitch = null,
        OssRollingInterval rollingInterval = OssRollingInterval.Infinite, TimeSpan? lateEventGrace = null,
        bool rollOnFileSizeLimit = true,
        bool useLocalTime = false,
        string? endpoint = null, bool allowPlainHttp = false,
        string? accessKeyId = null, string? accessKeySecret = null, string? securityToken = null,
        IOssCredentialsProvider? credentials = null,
        OssAddressingStyle addressingStyle = OssAddressingStyle.Automatic,
        OssSignatureVersion signatureVersion = OssSignatureVersion.V4,
        TimeSpan? closeTimeout = null,
        int appendSizeLimitBytes = 4 << 20, int eventSizeLimitBytes = 1 << 20, long memoryLimitBytes = 64L << 20,
        TimeSpan? retryTimeLimit = null, TimeSpan? requestTimeout = null,
        bool sendContentMd5 = false,
        bool sealFinishedObjects = false,
        OssCompression compression = OssCompression.None, string? objectHeader = null,
        string? contentType = null, string? contentEncoding = null,
        OssAcl acl = OssAcl.Unspecified,
        OssStorageClass storageClass = OssStorageClass.Unspecified,
        OssServerSideEncryption serverSideEncryption = OssServerSideEncryption.Unspecified,
        IDictionary<string, string>? metadata = null, IDictionary<string, string>? tags = null,
        OssAppendMonitor? monitor = null, bool reportToConsole = false,
        IOssClient? client = null,
        IConfiguration? configuration = null) =>
        OssAppend(
            auditSinkConfiguration,
            OutputTemplateFormatter.For(outputTemplate ?? throw new ArgumentNullException(nameof(outputTemplate)), formatProvider),
            bucket: bucket, region: region, objectKey: objectKey, endpoint: endpoint, allowPlainHttp: allowPlainHttp,
            restrictedToMinimumLevel: restrictedToMinimumLevel, levelSwitch: levelSwitch,
            fileSizeLimitBytes: fileSizeLimitBytes, rollingInterval: rollingInterval, lateEventGrace: lateEventGrace, rollOnFileSizeLimit: rollOnFileSizeLimit, useLocalTime: useLocalTime,
            accessKeyId: accessKeyId, accessKeySecret: accessKeySecret, securityToken: securityToken, credentials: credentials,
            addressingStyle: addressingStyle, signatureVersion: signatureVersion, closeTimeout: closeTimeout,
            appendSizeLimitBytes: appendSizeLimitBytes, eventSizeLimitBytes: eventSizeLimitBytes, memoryLimitBytes: memoryLimitBytes,
            retryTimeLimit: retryTimeLimit, requestTimeout: requestTimeout, sendContentMd5: sendContentMd5, sealFinishedObjects: sealFinishedObjects,
            compression: compression, objectHeader: objectHeader, contentType: contentType, contentEncoding: contentEncoding, acl: acl, storageClass: storageClass, serverSideEncryption: serverSideEncryption,
            metadata: metadata, tags: tags, monitor: monitor, reportToConsole: reportToConsole, client: client, configuration: configuration);

#pragma warning disable CS1573 // The parameters that are not described here mean what they mean above.
    /// <summary>Appends events as a formatter writes them to objects in Alibaba Cloud OSS, each exactly once; the log call waits for it, and throws if it fails.</summary>
    /// <param name="auditSinkConfiguration">The logger's audit sinks.</param>
    /// <param name="formatter">How an event becomes text; it writes the line's end itself. Any thread may call it, several at once.</param>
    /// <returns>The logger's configuration, to go on with.</returns>
    /// <exception cref="OssSettingsException">Some settings cannot be used; the exception names all of them.</exception>
    public static LoggerConfiguration OssAppend(
        this LoggerAuditSinkConfiguration auditSinkConfiguration,
        ITextFormatter formatter,
        string? bucket = null,
        string? region = null,
        string objectKey = OssAppenderOptions.DefaultObjectKey,
        LogEventLevel restrictedToMinimumLevel = LevelAlias.Minimum,
        long? fileSizeLimitBytes = 1L << 30,
        LoggingLevelSwitch? levelSwitch = null,
        OssRollingInterval rollingInterval = OssRollingInterval.Infinite, TimeSpan? lateEventGrace = null,
        bool rollOnFileSizeLimit = true,
        bool useLocalTime = false,
        string? endpoint = null, bool allowPlainHttp = false,
        string? accessKeyId = null, string? accessKeySecret = null, string? securityToken = null,
        IOssCredentialsProvider? credentials = null,
        OssAddressingStyle addressingStyle = OssAddressingStyle.Automatic,
        OssSignatureVersion signatureVersion = OssSignatureVersion.V4,
        TimeSpan? closeTimeout = null,
        int appendSizeLimitBytes = 4 << 20, int eventSizeLimitBytes = 1 << 20, long memoryLimitBytes = 64L << 20,
        TimeSpan? retryTimeLimit = null, TimeSpan? requestTimeout = null,
        bool sendContentMd5 = false,
        bool sealFinishedObjects = false,
        OssCompression compression = OssCompression.None, string? objectHeader = null,
        string? contentType = null, string? contentEncoding = null,
        OssAcl acl = OssAcl.Unspecified,
        OssStorageClass storageClass = OssStorageClass.Unspecified,
        OssServerSideEncryption serverSideEncryption = OssServerSideEncryption.Unspecified,
        IDictionary<string, string>? metadata = null, IDictionary<string, string>? tags = null,
        OssAppendMonitor? monitor = null, bool reportToConsole = false,
        IOssClient? client = null,
        IConfiguration? configuration = null)
#pragma warning restore CS1573
    {
        if (auditSinkConfiguration is null)
            throw new ArgumentNullException(nameof(auditSinkConfiguration));

        var options = new OssAppendSinkOptions
        {
            Formatter = formatter ?? throw new ArgumentNullException(nameof(formatter)),
            Bucket = bucket,
            Region = region,
            Endpoint = endpoint,
            AllowPlainHttp = allowPlainHttp,
            ObjectKey = objectKey,
            FileSizeLimitBytes = fileSizeLimitBytes,
            RollingInterval = rollingInterval,
            LateEventGrace = lateEventGrace,
            RollOnFileSizeLimit = rollOnFileSizeLimit,
            UseLocalTime = useLocalTime,
            AccessKeyId = accessKeyId,
            AccessKeySecret = accessKeySecret,
            SecurityToken = securityToken,
            Credentials = credentials,
            AddressingStyle = addressingStyle,
            SignatureVersion = signatureVersion,
            AppendSizeLimitBytes = appendSizeLimitBytes,
            EventSizeLimitBytes = eventSizeLimitBytes,
            MemoryLimitBytes = memoryLimitBytes,
            RetryTimeLimit = retryTimeLimit,
            SendContentMd5 = sendContentMd5,
            SealFinishedObjects = sealFinishedObjects,
            Compression = compression,
            ObjectHeader = objectHeader,
            Monitor = monitor,
            ReportToConsole = reportToConsole,
            Client = client,
            ObjectProperties = OssAppendSinkOptions.PropertiesOf(contentType, contentEncoding, acl, storageClass, serverSideEncryption, metadata, tags),
        };

        // What is left out keeps the options' own default.
        options.CloseTimeout = closeTimeout ?? options.CloseTimeout;
        options.RequestTimeout = requestTimeout ?? options.RequestTimeout;
        SettingsCheck.RequireForAudit(options, SettingNames.OfParameters, configuration);
        return auditSinkConfiguration.Sink(new OssAppendAuditSink(options), restrictedToMinimumLevel, levelSwitch);
    }

    /// <summary>Appends events to objects in Alibaba Cloud OSS, each exactly once; the log call waits for it, and throws if it fails.</summary>
    /// <param name="auditSinkConfiguration">The logger's audit sinks.</param>
    /// <param name="options">
    /// The settings; in JSON configuration a section called <c>options</c>. Read now, not kept. Those about a queue, a buffer or
    /// waiting for others must be left alone; <see cref="OssAppendSinkOptions.RetryTimeLimit"/> is 1 minute if it is not set.
    /// </param>
    /// <param name="restrictedToMinimumLevel">The least level that is written; ignored if there is a <paramref name="levelSwitch"/>. Default: all.</param>
    /// <param name="levelSwitch">Changes the least level while the application runs. Default: none.</param>
    /// <param name="configuration">
    /// The application's configuration, in which every setting of this sink that there is not, or that nobody reads, is a fault.
    /// <c>Serilog.Settings.Configuration</c> hands it over by itself, and would leave such a setting out without a word. Default: none is looked at.
    /// </param>
    /// <returns>The logger's configuration, to go on with.</returns>
    /// <exception cref="OssSettingsException">Some settings cannot be used; the exception names all of them.</exception>
    public static LoggerConfiguration OssAppend(
        this LoggerAuditSinkConfiguration auditSinkConfiguration,
        OssAppendSinkOptions options,
        LogEventLevel restrictedToMinimumLevel = LevelAlias.Minimum,
        LoggingLevelSwitch? levelSwitch = null,
        IConfiguration? configuration = null)
    {
        if (auditSinkConfiguration is null)
            throw new ArgumentNullException(nameof(auditSinkConfiguration));

        SettingsCheck.RequireForAudit(options ?? throw new ArgumentNullException(nameof(options)), SettingNames.OfProperties, configuration);
        return auditSinkConfiguration.Sink(new OssAppendAuditSink(options), restrictedToMinimumLevel, levelSwitch);
    }
}
