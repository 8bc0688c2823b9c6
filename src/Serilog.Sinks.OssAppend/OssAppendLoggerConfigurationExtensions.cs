using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using OssLogSinks.Core;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Client.Signing;
using OssLogSinks.Core.Keys;
using OssLogSinks.Core.Rolling;
using Serilog.Configuration;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Sinks.OssAppend;
using Serilog.Sinks.OssAppend.Rendering;

namespace Serilog;

/// <summary>Adds <c>WriteTo.OssAppend()</c>.</summary>
[StackTraceHidden]
public static class OssAppendLoggerConfigurationExtensions
{
    /// <summary>Appends events as text to objects in Alibaba Cloud OSS, each exactly once, in the background.</summary>
    /// <param name="sinkConfiguration">The logger's sinks.</param>
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
    /// <param name="rollOnFileSizeLimit">Whether a full object is followed by the next one. Default: true, unlike the File sink; if false, events for a full object are dropped and counted.</param>
    /// <param name="useLocalTime">Whether keys and rolling follow the machine's local time. Default: false, UTC.</param>
    /// <param name="endpoint">Where OSS is: an internal, accelerated or custom domain, or an IP with its port. Default: the public endpoint of <paramref name="region"/>.</param>
    /// <param name="allowPlainHttp">Whether an <paramref name="endpoint"/> that begins with <c>http://</c> is meant so. Default: false; it is used all the same, and reported at start unless it is this machine.</param>
    /// <param name="accessKeyId">The access key's id, together with <paramref name="accessKeySecret"/>. Default: <paramref name="credentials"/>, or else the environment variables that Alibaba's own SDKs read.</param>
    /// <param name="accessKeySecret">The access key's secret.</param>
    /// <param name="securityToken">The STS token of a temporary access key; it is not renewed.</param>
    /// <param name="credentials">Gives, and renews, what requests are signed with; not together with an access key.</param>
    /// <param name="addressingStyle">Where in a request's address the bucket is. Default: judged by the endpoint; custom domains must say.</param>
    /// <param name="signatureVersion">How requests are signed. Default: V4.</param>
    /// <param name="period">How long an event may wait for others to share its append. Default: 2 seconds.</param>
    /// <param name="batchSizeLimit">The most events that are rendered in one go. Default: 500.</param>
    /// <param name="queueLimit">The most events that may wait to be rendered. Default: 50 000.</param>
    /// <param name="blockWhenFull">Whether a log call waits for space when the queue is full. Default: false; the event is dropped, counted and told to the failure listener.</param>
    /// <param name="blockTimeout">How long it waits at most. Default: 10 seconds.</param>
    /// <param name="renderAtCall">Whether an event becomes text within the log call; see <see cref="OssAppendSinkOptions.RenderAtCall"/>. Default: false, in the background.</param>
    /// <param name="closeTimeout">How long closing the logger waits for everything to be stored; what is left then is dropped and counted, or stays in the buffer. Default: 10 seconds.</param>
    /// <param name="appendSizeLimitBytes">The most bytes that one append carries, 4 KiB to 64 MiB. Default: 4 MiB.</param>
    /// <param name="eventSizeLimitBytes">The most bytes of one rendered event; a larger one is dropped and counted. Default: 1 MiB.</param>
    /// <param name="memoryLimitBytes">The most memory that rendered events may hold, in bytes. Default: 64 MiB.</param>
    /// <param name="bufferPath">A folder where events wait on disk until they are in OSS, so that they survive a crash; see <see cref="OssAppendSinkOptions.BufferPath"/>. Default: none, they wait in memory.</param>
    /// <param name="bufferSizeLimitBytes">The most bytes that this process's files in it take. Default: 1 GiB.</param>
    /// <param name="bufferFullAction">What gives way when they do. Default: the newest events, once memory and queue are full as well.</param>
    /// <param name="bufferSync">When events in it are forced onto the disk's own medium, for the death of the machine. Default: with each write.</param>
    /// <param name="retryTimeLimit">How long an append is tried before its events are dropped and counted. Default: 1 hour, and with a <paramref name="bufferPath"/> as long as it takes.</param>
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
    /// <param name="monitor">Lets the application flush the sink and read its counters. Default: nobody does.</param>
    /// <param name="reportToConsole">Whether reports are written to the process's standard error instead of SelfLog: for a host whose console or container log people read. Default: false.</param>
    /// <param name="client">Another way to OSS than the built-in client; bucket, endpoint and credentials are then not needed. Default: the built-in client.</param>
    /// <param name="configuration">
    /// The application's configuration, in which every setting of this sink that there is not, or that nobody reads, is a fault.
    /// <c>Serilog.Settings.Configuration</c> hands it over by itself, and would leave such a setting out without a word. Default: none is looked at.
    /// </param>
    /// <returns>The logger's configuration, to go on with.</returns>
    /// <exception cref="OssSettingsException">Some settings cannot be used; the exception names all of them.</exception>
    public static LoggerConfiguration OssAppend(
        this LoggerSinkConfiguration sinkConfiguration,
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
        TimeSpan? period = null,
        int batchSizeLimit = OssAppendSinkOptions.DefaultBatchSizeLimit,
        int queueLimit = OssAppendSinkOptions.DefaultQueueLimit,
        bool blockWhenFull = false, TimeSpan? blockTimeout = null, bool renderAtCall = false,
        TimeSpan? closeTimeout = null,
        int appendSizeLimitBytes = 4 << 20, int eventSizeLimitBytes = 1 << 20, long memoryLimitBytes = 64L << 20,
        string? bufferPath = null, long bufferSizeLimitBytes = 1L << 30,
        OssBufferFullAction bufferFullAction = OssBufferFullAction.DropNewest, OssBufferSync bufferSync = OssBufferSync.EachWrite,
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
            sinkConfiguration,
            OutputTemplateFormatter.For(outputTemplate ?? throw new ArgumentNullException(nameof(outputTemplate)), formatProvider),
            bucket: bucket, region: region, objectKey: objectKey, endpoint: endpoint, allowPlainHttp: allowPlainHttp,
            restrictedToMinimumLevel: restrictedToMinimumLevel, levelSwitch: levelSwitch,
            fileSizeLimitBytes: fileSizeLimitBytes, rollingInterval: rollingInterval, lateEventGrace: lateEventGrace, rollOnFileSizeLimit: rollOnFileSizeLimit, useLocalTime: useLocalTime,
            accessKeyId: accessKeyId, accessKeySecret: accessKeySecret, securityToken: securityToken, credentials: credentials,
            addressingStyle: addressingStyle, signatureVersion: signatureVersion,
            period: period, batchSizeLimit: batchSizeLimit, queueLimit: queueLimit,
            blockWhenFull: blockWhenFull, blockTimeout: blockTimeout, renderAtCall: renderAtCall, closeTimeout: closeTimeout,
            appendSizeLimitBytes: appendSizeLimitBytes, eventSizeLimitBytes: eventSizeLimitBytes, memoryLimitBytes: memoryLimitBytes,
            bufferPath: bufferPath, bufferSizeLimitBytes: bufferSizeLimitBytes, bufferFullAction: bufferFullAction, bufferSync: bufferSync,
            retryTimeLimit: retryTimeLimit, requestTimeout: requestTimeout, sendContentMd5: sendContentMd5, sealFinishedObjects: sealFinishedObjects,
            compression: compression, objectHeader: objectHeader, contentType: contentType, contentEncoding: contentEncoding, acl: acl, storageClass: storageClass, serverSideEncryption: serverSideEncryption,
            metadata: metadata, tags: tags, monitor: monitor, reportToConsole: reportToConsole, client: client, configuration: configuration);

#pragma warning disable CS1573 // The parameters that are not described here mean what they mean above.
    /// <summary>Appends events as a formatter writes them to objects in Alibaba Cloud OSS, each exactly once, in the background.</summary>
    /// <param name="sinkConfiguration">The logger's sinks.</param>
    /// <param name="formatter">How an event becomes text, <c>Serilog.Formatting.Compact.CompactJsonFormatter</c> for instance; it writes the line's end itself.</param>
    /// <inheritdoc cref="OssAppend(LoggerSinkConfiguration, string, string, string, LogEventLevel, string, IFormatProvider, long?, LoggingLevelSwitch, OssRollingInterval, TimeSpan?, bool, bool, string, bool, string, string, string, IOssCredentialsProvider, OssAddressingStyle, OssSignatureVersion, TimeSpan?, int, int, bool, TimeSpan?, bool, TimeSpan?, int, int, long, string, long, OssBufferFullAction, OssBufferSync, TimeSpan?, TimeSpan?, bool, bool, OssCompression, string, string, string, OssAcl, OssStorageClass, OssServerSideEncryption, IDictionary{string, string}, IDictionary{string, string}, OssAppendMonitor, bool, IOssClient, IConfiguration)"/>
    public static LoggerConfiguration OssAppend(
        this LoggerSinkConfiguration sinkConfiguration,
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
        TimeSpan? period = null,
        int batchSizeLimit = OssAppendSinkOptions.DefaultBatchSizeLimit,
        int queueLimit = OssAppendSinkOptions.DefaultQueueLimit,
        bool blockWhenFull = false, TimeSpan? blockTimeout = null, bool renderAtCall = false,
        TimeSpan? closeTimeout = null,
        int appendSizeLimitBytes = 4 << 20, int eventSizeLimitBytes = 1 << 20, long memoryLimitBytes = 64L << 20,
        string? bufferPath = null, long bufferSizeLimitBytes = 1L << 30,
        OssBufferFullAction bufferFullAction = OssBufferFullAction.DropNewest, OssBufferSync bufferSync = OssBufferSync.EachWrite,
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
        if (sinkConfiguration is null)
            throw new ArgumentNullException(nameof(sinkConfiguration));

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
            BatchSizeLimit = batchSizeLimit,
            QueueLimit = queueLimit,
            BlockWhenFull = blockWhenFull,
            RenderAtCall = renderAtCall,
            AppendSizeLimitBytes = appendSizeLimitBytes,
            EventSizeLimitBytes = eventSizeLimitBytes,
            MemoryLimitBytes = memoryLimitBytes,
            BufferPath = bufferPath,
            BufferSizeLimitBytes = bufferSizeLimitBytes,
            BufferFullAction = bufferFullAction,
            BufferSync = bufferSync,
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
        options.Period = period ?? options.Period;
        options.BlockTimeout = blockTimeout ?? options.BlockTimeout;
        options.CloseTimeout = closeTimeout ?? options.CloseTimeout;
        options.RequestTimeout = requestTimeout ?? options.RequestTimeout;
        SettingsCheck.Require(options, SettingNames.OfParameters, configuration);
        return Add(sinkConfiguration, options, restrictedToMinimumLevel, levelSwitch);
    }

    /// <summary>Appends events to objects in Alibaba Cloud OSS, each exactly once, in the background; every setting there is can be given.</summary>
    /// <param name="sinkConfiguration">The logger's sinks.</param>
    /// <param name="options">The settings; in JSON configuration a section called <c>options</c>. Read now, not kept.</param>
    /// <param name="restrictedToMinimumLevel">The least level that is written; ignored if there is a <paramref name="levelSwitch"/>. Default: all.</param>
    /// <param name="levelSwitch">Changes the least level while the application runs. Default: none.</param>
    /// <param name="configuration">
    /// The application's configuration, in which every setting of this sink that there is not, or that nobody reads, is a fault.
    /// <c>Serilog.Settings.Configuration</c> hands it over by itself, and would leave such a setting out without a word. Default: none is looked at.
    /// </param>
    /// <returns>The logger's configuration, to go on with.</returns>
    /// <exception cref="OssSettingsException">Some settings cannot be used; the exception names all of them.</exception>
    public static LoggerConfiguration OssAppend(
        this LoggerSinkConfiguration sinkConfiguration,
        OssAppendSinkOptions options,
        LogEventLevel restrictedToMinimumLevel = LevelAlias.Minimum,
        LoggingLevelSwitch? levelSwitch = null,
        IConfiguration? configuration = null)
    {
        if (sinkConfiguration is null)
            throw new ArgumentNullException(nameof(sinkConfiguration));

        SettingsCheck.Require(options ?? throw new ArgumentNullException(nameof(options)), SettingNames.OfProperties, configuration);
        return Add(sinkConfiguration, options, restrictedToMinimumLevel, levelSwitch);
    }

    private static LoggerConfiguration Add(
        LoggerSinkConfiguration sinkConfiguration, OssAppendSinkOptions options, LogEventLevel minimum, LoggingLevelSwitch? levelSwitch) =>
        sinkConfiguration.Sink(new OssAppendSink(options), minimum, levelSwitch);
}
