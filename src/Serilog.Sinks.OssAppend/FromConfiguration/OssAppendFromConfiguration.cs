using System.ComponentModel;
using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using OssLogSinks.Core;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;
using Serilog.Configuration;
using Serilog.Core;
using Serilog.Formatting;

namespace Serilog.Sinks.OssAppend.FromConfiguration;

#pragma warning disable CS1573 // The parameters mean what they mean in WriteTo.OssAppend and AuditTo.OssAppend.
/// <summary>
/// What <c>Serilog.Settings.Configuration</c> calls for <c>WriteTo:OssAppend</c> and <c>AuditTo:OssAppend</c>, and code does not: every
/// setting comes as text, as it stands in the file, so that one that cannot be read is named with its value and what to write, instead
/// of failing in the library's own words. That library chooses the method whose parameters are texts.
/// </summary>
[StackTraceHidden]
public static class OssAppendFromConfiguration
{
    // Left out it is not the same as empty, which stands for no limit.
    private const string DefaultSize = "1073741824";

    // The options have their own.
    private const string NotGiven = "not given";

    /// <summary>Adds a sink whose settings are given as text.</summary>
    /// <returns>The logger's configuration, to go on with.</returns>
    /// <exception cref="OssSettingsException">Some settings cannot be read or used; the exception names all of them.</exception>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public static LoggerConfiguration OssAppend(
        this LoggerSinkConfiguration sinkConfiguration,
        string? bucket = null, string? region = null, string? objectKey = null, string? restrictedToMinimumLevel = null,
        string? outputTemplate = null, string? fileSizeLimitBytes = DefaultSize, string? rollingInterval = null, string? rollOnFileSizeLimit = null,
        string? useLocalTime = null, string? endpoint = null, string? accessKeyId = null, string? accessKeySecret = null,
        string? securityToken = null, string? addressingStyle = null, string? signatureVersion = null, string? period = null,
        string? batchSizeLimit = null, string? queueLimit = null, string? blockWhenFull = null, string? blockTimeout = null,
        string? renderAtCall = null, string? closeTimeout = null, string? appendSizeLimitBytes = null, string? eventSizeLimitBytes = null,
        string? memoryLimitBytes = null, string? bufferPath = null, string? bufferSizeLimitBytes = null, string? bufferFullAction = null,
        string? bufferSync = null, string? retryTimeLimit = null, string? requestTimeout = null, string? sendContentMd5 = null,
        string? sealFinishedObjects = null, string? contentType = null, string? acl = null, string? storageClass = null,
        string? serverSideEncryption = null,
        string? lateEventGrace = null, string? compression = null, string? objectHeader = null, string? contentEncoding = null,
        string? allowPlainHttp = null, string? reportToConsole = null,
        ITextFormatter? formatter = null, IFormatProvider? formatProvider = null, LoggingLevelSwitch? levelSwitch = null,
        IOssCredentialsProvider? credentials = null, IDictionary<string, string>? metadata = null, IDictionary<string, string>? tags = null,
        OssAppendMonitor? monitor = null, IOssClient? client = null, OssAppendSinkOptions? options = null, IConfiguration? configuration = null)
    {
        if (sinkConfiguration is null)
            throw new ArgumentNullException(nameof(sinkConfiguration));

        var names = options is null ? SettingNames.OfParameters : SettingNames.OfProperties;
        fileSizeLimitBytes = options is not null && fileSizeLimitBytes == DefaultSize ? NotGiven : fileSizeLimitBytes;
        options = Options(options, formatter, formatProvider, credentials, metadata, tags, monitor, client);
        var texts = new TextSettings();
        texts.Put(
            options,
            (nameof(bucket), bucket), (nameof(region), region), (nameof(objectKey), objectKey), (nameof(outputTemplate), outputTemplate),
            (nameof(fileSizeLimitBytes), fileSizeLimitBytes == NotGiven ? null : fileSizeLimitBytes), (nameof(rollingInterval), rollingInterval), (nameof(rollOnFileSizeLimit), rollOnFileSizeLimit), (nameof(useLocalTime), useLocalTime),
            (nameof(endpoint), endpoint), (nameof(accessKeyId), accessKeyId), (nameof(accessKeySecret), accessKeySecret), (nameof(securityToken), securityToken),
            (nameof(addressingStyle), addressingStyle), (nameof(signatureVersion), signatureVersion), (nameof(period), period), (nameof(batchSizeLimit), batchSizeLimit),
            (nameof(queueLimit), queueLimit), (nameof(blockWhenFull), blockWhenFull), (nameof(blockTimeout), blockTimeout), (nameof(renderAtCall), renderAtCall),
            (nameof(closeTimeout), closeTimeout), (nameof(appendSizeLimitBytes), appendSizeLimitBytes), (nameof(eventSizeLimitBytes), eventSizeLimitBytes), (nameof(memoryLimitBytes), memoryLimitBytes),
            (nameof(bufferPath), bufferPath), (nameof(bufferSizeLimitBytes), bufferSizeLimitBytes), (nameof(bufferFullAction), bufferFullAction), (nameof(bufferSync), bufferSync),
            (nameof(retryTimeLimit), retryTimeLimit), (nameof(requestTimeout), requestTimeout), (nameof(sendContentMd5), sendContentMd5), (nameof(sealFinishedObjects), sealFinishedObjects),
            (nameof(contentType), contentType), (nameof(acl), acl), (nameof(storageClass), storageClass), (nameof(serverSideEncryption), serverSideEncryption),
            (nameof(lateEventGrace), lateEventGrace), (nameof(compression), compression), (nameof(objectHeader), objectHeader), (nameof(contentEncoding), contentEncoding),
            (nameof(allowPlainHttp), allowPlainHttp), (nameof(reportToConsole), reportToConsole));
        options.FileSizeLimitBytes = fileSizeLimitBytes is null ? null : options.FileSizeLimitBytes;
        var level = texts.Level(nameof(restrictedToMinimumLevel), restrictedToMinimumLevel);
        SettingsCheck.Require(options, names, configuration, texts.Faults);
        return sinkConfiguration.Sink(new OssAppendSink(options), level, levelSwitch);
    }

    /// <summary>Adds an audit sink whose settings are given as text.</summary>
    /// <returns>The logger's configuration, to go on with.</returns>
    /// <exception cref="OssSettingsException">Some settings cannot be read or used; the exception names all of them.</exception>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public static LoggerConfiguration OssAppend(
        this LoggerAuditSinkConfiguration auditSinkConfiguration,
        string? bucket = null, string? region = null, string? objectKey = null, string? restrictedToMinimumLevel = null,
        string? outputTemplate = null, string? fileSizeLimitBytes = DefaultSize, string? rollingInterval = null, string? rollOnFileSizeLimit = null,
        string? useLocalTime = null, string? endpoint = null, string? accessKeyId = null, string? accessKeySecret = null,
        string? securityToken = null, string? addressingStyle = null, string? signatureVersion = null, string? closeTimeout = null,
        string? appendSizeLimitBytes = null, string? eventSizeLimitBytes = null, string? memoryLimitBytes = null, string? retryTimeLimit = null,
        string? requestTimeout = null, string? sendContentMd5 = null, string? sealFinishedObjects = null, string? contentType = null,
        string? acl = null, string? storageClass = null, string? serverSideEncryption = null,
        string? lateEventGrace = null, string? compression = null, string? objectHeader = null, string? contentEncoding = null,
        string? allowPlainHttp = null, string? reportToConsole = null,
        ITextFormatter? formatter = null, IFormatProvider? formatProvider = null, LoggingLevelSwitch? levelSwitch = null,
        IOssCredentialsProvider? credentials = null, IDictionary<string, string>? metadata = null, IDictionary<string, string>? tags = null,
        OssAppendMonitor? monitor = null, IOssClient? client = null, OssAppendSinkOptions? options = null, IConfiguration? configuration = null)
    {
        if (auditSinkConfiguration is null)
            throw new ArgumentNullException(nameof(auditSinkConfiguration));

        var names = options is null ? SettingNames.OfParameters : SettingNames.OfProperties;
        fileSizeLimitBytes = options is not null && fileSizeLimitBytes == DefaultSize ? NotGiven : fileSizeLimitBytes;
        options = Options(options, formatter, formatProvider, credentials, metadata, tags, monitor, client);
        var texts = new TextSettings();
        texts.Put(
            options,
            (nameof(bucket), bucket), (nameof(region), region), (nameof(objectKey), objectKey), (nameof(outputTemplate), outputTemplate),
            (nameof(fileSizeLimitBytes), fileSizeLimitBytes == NotGiven ? null : fileSizeLimitBytes), (nameof(rollingInterval), rollingInterval), (nameof(rollOnFileSizeLimit), rollOnFileSizeLimit), (nameof(useLocalTime), useLocalTime),
            (nameof(endpoint), endpoint), (nameof(accessKeyId), accessKeyId), (nameof(accessKeySecret), accessKeySecret), (nameof(securityToken), securityToken),
            (nameof(addressingStyle), addressingStyle), (nameof(signatureVersion), signatureVersion), (nameof(closeTimeout), closeTimeout), (nameof(appendSizeLimitBytes), appendSizeLimitBytes),
            (nameof(eventSizeLimitBytes), eventSizeLimitBytes), (nameof(memoryLimitBytes), memoryLimitBytes), (nameof(retryTimeLimit), retryTimeLimit), (nameof(requestTimeout), requestTimeout),
            (nameof(sendContentMd5), sendContentMd5), (nameof(sealFinishedObjects), sealFinishedObjects), (nameof(contentType), contentType), (nameof(acl), acl),
            (nameof(storageClass), storageClass), (nameof(serverSideEncryption), serverSideEncryption),
            (nameof(lateEventGrace), lateEventGrace), (nameof(compression), compression), (nameof(objectHeader), objectHeader), (nameof(contentEncoding), contentEncoding),
            (nameof(allowPlainHttp), allowPlainHttp), (nameof(reportToConsole), reportToConsole));
        options.FileSizeLimitBytes = fileSizeLimitBytes is null ? null : options.FileSizeLimitBytes;
        var level = texts.Level(nameof(restrictedToMinimumLevel), restrictedToMinimumLevel);
        SettingsCheck.RequireForAudit(options, names, configuration, texts.Faults);
        return auditSinkConfiguration.Sink(new OssAppendAuditSink(options), level, levelSwitch);
    }
#pragma warning restore CS1573

    // Arguments next to the options are copied into them. A setting given in both is reported as a fault.
    private static OssAppendSinkOptions Options(
        OssAppendSinkOptions? options,
        ITextFormatter? formatter,
        IFormatProvider? formatProvider,
        IOssCredentialsProvider? credentials,
        IDictionary<string, string>? metadata,
        IDictionary<string, string>? tags,
        OssAppendMonitor? monitor,
        IOssClient? client)
    {
        options ??= new OssAppendSinkOptions();
        TextSettings.TakeBackEmpty(options);
        options.Formatter = formatter ?? options.Formatter;
        options.FormatProvider = formatProvider ?? options.FormatProvider;
        options.Credentials = credentials ?? options.Credentials;
        options.Monitor = monitor ?? options.Monitor;
        options.Client = client ?? options.Client;
        options.ObjectProperties = (options.ObjectProperties ?? new OssObjectProperties()) with { };
        if (metadata is not null)
            options.ObjectProperties = options.ObjectProperties with { Metadata = new Dictionary<string, string>(metadata) };
        if (tags is not null)
            options.ObjectProperties = options.ObjectProperties with { Tags = new Dictionary<string, string>(tags) };

        return options;
    }
}
