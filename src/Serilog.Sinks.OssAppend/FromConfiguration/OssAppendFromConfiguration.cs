using System.ComponentModel;
using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using OssLogSinks.Core;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Telemetry;
using Serilog.Configuration;
using Serilog.Core;
using Serilog.Formatting;

namespace Serilog.Sinks.OssAppend.FromConfiguration;

#pragma warning disable CS1573 // The parameters are the settings of OssAppendSinkOptions.
/// <summary>
/// Methods for configuration files, not for code. Settings are text, as in the file, except objects, metadata and tags, so that this library
/// reports a setting that cannot be parsed, with its name and value unless that may be a secret. Serilog.Settings.Configuration prefers the
/// method with string parameters.
/// </summary>
/// <remarks>FlatOverloadTests generates both methods from the properties of the options: see "Add a setting" in CONTRIBUTING.md.</remarks>
[StackTraceHidden]
public static class OssAppendFromConfiguration
{
    /// <summary>Adds a sink whose settings are text.</summary>
    /// <returns>The logger's configuration, for chaining.</returns>
    /// <exception cref="OssSettingsException">Some settings cannot be read or used; the exception names all of them.</exception>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public static LoggerConfiguration OssAppend(
        this LoggerSinkConfiguration sinkConfiguration,
        string? bucket = null, string? region = null, string? network = null, string? endpoint = null, string? allowPlainHttp = null,
        string? addressingStyle = null, string? signatureVersion = null, string? accessKeyId = null, string? accessKeySecret = null,
        string? securityToken = null, string? credentials = null, string? proxy = null, string? proxyUser = null,
        string? proxyPassword = null, string? proxyBypass = null, string? clientCertificate = null, string? clientCertificateKey = null,
        string? clientCertificatePassword = null, string? certificateAuthority = null, string? trafficLimitBitsPerSecond = null,
        string? objectKey = null, string? rollingInterval = null, string? lateEventGrace = null, string? useLocalTime = null,
        string? objectSizeLimitBytes = TextSettings.NotGiven, string? rollOnObjectSizeLimit = null, string? sealFinishedObjects = null,
        string? compression = null, string? objectHeader = null, string? includeSequence = null, string? contentType = null,
        string? contentEncoding = null, string? contentDisposition = null, string? cacheControl = null, string? acl = null,
        string? storageClass = null, string? serverSideEncryption = null, string? appendInterval = null,
        string? appendSizeLimitBytes = null, string? eventSizeLimitBytes = null, string? memoryLimitBytes = null,
        string? concurrentAppends = null, string? openStreamLimit = null, string? sendContentMd5 = null, string? bufferPath = null,
        string? bufferSizeLimitBytes = null, string? bufferFullAction = null, string? bufferSync = null, string? bufferSyncInterval = null,
        string? retryTimeLimit = null, string? retryDelay = null, string? retryDelayLimit = null, string? refusalRetryDelay = null,
        string? retryRefusals = null, string? requestTimeout = null, string? connectTimeout = null, string? closeTimeout = null,
        string? name = null, string? reportToConsole = null, string? reportDoubtfulSettings = null, string? outputTemplate = null,
        string? escapeControlCharacters = null, string? batchSizeLimit = null, string? queueLimit = null, string? blockWhenFull = null,
        string? blockTimeout = null, string? renderAtCall = null, string? drainOnProcessExit = null, string? dropTooLargeEvents = null,
        string? restrictedToMinimumLevel = null, IOssClient? client = null, IDictionary<string, string>? metadata = null,
        IDictionary<string, string>? tags = null, IOssDiagnostics? diagnostics = null, ITextFormatter? formatter = null,
        IFormatProvider? formatProvider = null, OssAppendMonitor? monitor = null, LoggingLevelSwitch? levelSwitch = null,
        OssAppendSinkOptions? options = null, IConfiguration? configuration = null)
    {
        if (sinkConfiguration is null)
            throw new ArgumentNullException(nameof(sinkConfiguration));

        var settings = TextSettings.Read(
            options,
            (nameof(bucket), bucket), (nameof(region), region), (nameof(network), network), (nameof(endpoint), endpoint),
            (nameof(allowPlainHttp), allowPlainHttp), (nameof(addressingStyle), addressingStyle),
            (nameof(signatureVersion), signatureVersion), (nameof(accessKeyId), accessKeyId), (nameof(accessKeySecret), accessKeySecret),
            (nameof(securityToken), securityToken), (nameof(credentials), credentials), (nameof(proxy), proxy),
            (nameof(proxyUser), proxyUser), (nameof(proxyPassword), proxyPassword), (nameof(proxyBypass), proxyBypass),
            (nameof(clientCertificate), clientCertificate), (nameof(clientCertificateKey), clientCertificateKey),
            (nameof(clientCertificatePassword), clientCertificatePassword), (nameof(certificateAuthority), certificateAuthority),
            (nameof(trafficLimitBitsPerSecond), trafficLimitBitsPerSecond), (nameof(objectKey), objectKey),
            (nameof(rollingInterval), rollingInterval), (nameof(lateEventGrace), lateEventGrace), (nameof(useLocalTime), useLocalTime),
            (nameof(objectSizeLimitBytes), objectSizeLimitBytes), (nameof(rollOnObjectSizeLimit), rollOnObjectSizeLimit),
            (nameof(sealFinishedObjects), sealFinishedObjects), (nameof(compression), compression), (nameof(objectHeader), objectHeader),
            (nameof(includeSequence), includeSequence), (nameof(contentType), contentType), (nameof(contentEncoding), contentEncoding),
            (nameof(contentDisposition), contentDisposition), (nameof(cacheControl), cacheControl), (nameof(acl), acl),
            (nameof(storageClass), storageClass), (nameof(serverSideEncryption), serverSideEncryption),
            (nameof(appendInterval), appendInterval), (nameof(appendSizeLimitBytes), appendSizeLimitBytes),
            (nameof(eventSizeLimitBytes), eventSizeLimitBytes), (nameof(memoryLimitBytes), memoryLimitBytes),
            (nameof(concurrentAppends), concurrentAppends), (nameof(openStreamLimit), openStreamLimit),
            (nameof(sendContentMd5), sendContentMd5), (nameof(bufferPath), bufferPath),
            (nameof(bufferSizeLimitBytes), bufferSizeLimitBytes), (nameof(bufferFullAction), bufferFullAction),
            (nameof(bufferSync), bufferSync), (nameof(bufferSyncInterval), bufferSyncInterval), (nameof(retryTimeLimit), retryTimeLimit),
            (nameof(retryDelay), retryDelay), (nameof(retryDelayLimit), retryDelayLimit), (nameof(refusalRetryDelay), refusalRetryDelay),
            (nameof(retryRefusals), retryRefusals), (nameof(requestTimeout), requestTimeout), (nameof(connectTimeout), connectTimeout),
            (nameof(closeTimeout), closeTimeout), (nameof(name), name), (nameof(reportToConsole), reportToConsole),
            (nameof(reportDoubtfulSettings), reportDoubtfulSettings), (nameof(outputTemplate), outputTemplate),
            (nameof(escapeControlCharacters), escapeControlCharacters), (nameof(batchSizeLimit), batchSizeLimit),
            (nameof(queueLimit), queueLimit), (nameof(blockWhenFull), blockWhenFull), (nameof(blockTimeout), blockTimeout),
            (nameof(renderAtCall), renderAtCall), (nameof(drainOnProcessExit), drainOnProcessExit),
            (nameof(dropTooLargeEvents), dropTooLargeEvents), (nameof(client), client), (nameof(metadata), metadata), (nameof(tags), tags),
            (nameof(diagnostics), diagnostics), (nameof(formatter), formatter), (nameof(formatProvider), formatProvider),
            (nameof(monitor), monitor));
        var minimum = settings.Level(nameof(restrictedToMinimumLevel), restrictedToMinimumLevel);
        SettingsCheck.Require(settings.Options, settings.Names, configuration, settings.Faults);
        return sinkConfiguration.Sink(new OssAppendSink(settings.Options), minimum, levelSwitch);
    }

    /// <summary>Adds an audit sink whose settings are text.</summary>
    /// <returns>The logger's configuration, for chaining.</returns>
    /// <exception cref="OssSettingsException">Some settings cannot be read or used; the exception names all of them.</exception>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public static LoggerConfiguration OssAppend(
        this LoggerAuditSinkConfiguration auditSinkConfiguration,
        string? bucket = null, string? region = null, string? network = null, string? endpoint = null, string? allowPlainHttp = null,
        string? addressingStyle = null, string? signatureVersion = null, string? accessKeyId = null, string? accessKeySecret = null,
        string? securityToken = null, string? credentials = null, string? proxy = null, string? proxyUser = null,
        string? proxyPassword = null, string? proxyBypass = null, string? clientCertificate = null, string? clientCertificateKey = null,
        string? clientCertificatePassword = null, string? certificateAuthority = null, string? trafficLimitBitsPerSecond = null,
        string? objectKey = null, string? rollingInterval = null, string? lateEventGrace = null, string? useLocalTime = null,
        string? objectSizeLimitBytes = TextSettings.NotGiven, string? rollOnObjectSizeLimit = null, string? sealFinishedObjects = null,
        string? compression = null, string? objectHeader = null, string? includeSequence = null, string? contentType = null,
        string? contentEncoding = null, string? contentDisposition = null, string? cacheControl = null, string? acl = null,
        string? storageClass = null, string? serverSideEncryption = null, string? appendSizeLimitBytes = null,
        string? eventSizeLimitBytes = null, string? memoryLimitBytes = null, string? concurrentAppends = null,
        string? openStreamLimit = null, string? sendContentMd5 = null, string? retryTimeLimit = null, string? retryDelay = null,
        string? retryDelayLimit = null, string? requestTimeout = null, string? connectTimeout = null, string? closeTimeout = null,
        string? name = null, string? reportToConsole = null, string? reportDoubtfulSettings = null, string? outputTemplate = null,
        string? escapeControlCharacters = null, string? restrictedToMinimumLevel = null, IOssClient? client = null,
        IDictionary<string, string>? metadata = null, IDictionary<string, string>? tags = null, IOssDiagnostics? diagnostics = null,
        ITextFormatter? formatter = null, IFormatProvider? formatProvider = null, OssAppendMonitor? monitor = null,
        LoggingLevelSwitch? levelSwitch = null, OssAppendSinkOptions? options = null, IConfiguration? configuration = null)
    {
        if (auditSinkConfiguration is null)
            throw new ArgumentNullException(nameof(auditSinkConfiguration));

        var settings = TextSettings.Read(
            options,
            (nameof(bucket), bucket), (nameof(region), region), (nameof(network), network), (nameof(endpoint), endpoint),
            (nameof(allowPlainHttp), allowPlainHttp), (nameof(addressingStyle), addressingStyle),
            (nameof(signatureVersion), signatureVersion), (nameof(accessKeyId), accessKeyId), (nameof(accessKeySecret), accessKeySecret),
            (nameof(securityToken), securityToken), (nameof(credentials), credentials), (nameof(proxy), proxy),
            (nameof(proxyUser), proxyUser), (nameof(proxyPassword), proxyPassword), (nameof(proxyBypass), proxyBypass),
            (nameof(clientCertificate), clientCertificate), (nameof(clientCertificateKey), clientCertificateKey),
            (nameof(clientCertificatePassword), clientCertificatePassword), (nameof(certificateAuthority), certificateAuthority),
            (nameof(trafficLimitBitsPerSecond), trafficLimitBitsPerSecond), (nameof(objectKey), objectKey),
            (nameof(rollingInterval), rollingInterval), (nameof(lateEventGrace), lateEventGrace), (nameof(useLocalTime), useLocalTime),
            (nameof(objectSizeLimitBytes), objectSizeLimitBytes), (nameof(rollOnObjectSizeLimit), rollOnObjectSizeLimit),
            (nameof(sealFinishedObjects), sealFinishedObjects), (nameof(compression), compression), (nameof(objectHeader), objectHeader),
            (nameof(includeSequence), includeSequence), (nameof(contentType), contentType), (nameof(contentEncoding), contentEncoding),
            (nameof(contentDisposition), contentDisposition), (nameof(cacheControl), cacheControl), (nameof(acl), acl),
            (nameof(storageClass), storageClass), (nameof(serverSideEncryption), serverSideEncryption),
            (nameof(appendSizeLimitBytes), appendSizeLimitBytes), (nameof(eventSizeLimitBytes), eventSizeLimitBytes),
            (nameof(memoryLimitBytes), memoryLimitBytes), (nameof(concurrentAppends), concurrentAppends),
            (nameof(openStreamLimit), openStreamLimit), (nameof(sendContentMd5), sendContentMd5), (nameof(retryTimeLimit), retryTimeLimit),
            (nameof(retryDelay), retryDelay), (nameof(retryDelayLimit), retryDelayLimit), (nameof(requestTimeout), requestTimeout),
            (nameof(connectTimeout), connectTimeout), (nameof(closeTimeout), closeTimeout), (nameof(name), name),
            (nameof(reportToConsole), reportToConsole), (nameof(reportDoubtfulSettings), reportDoubtfulSettings),
            (nameof(outputTemplate), outputTemplate), (nameof(escapeControlCharacters), escapeControlCharacters), (nameof(client), client),
            (nameof(metadata), metadata), (nameof(tags), tags), (nameof(diagnostics), diagnostics), (nameof(formatter), formatter),
            (nameof(formatProvider), formatProvider), (nameof(monitor), monitor));
        var minimum = settings.Level(nameof(restrictedToMinimumLevel), restrictedToMinimumLevel);
        SettingsCheck.RequireForAudit(settings.Options, settings.Names, configuration, settings.Faults);
        return auditSinkConfiguration.Sink(new OssAppendAuditSink(settings.Options), minimum, levelSwitch);
    }
}
#pragma warning restore CS1573
