using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using OssLogSinks.Core;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Rolling;
using OssLogSinks.Core.Telemetry;
using Serilog.Configuration;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Sinks.OssAppend;

namespace Serilog;

/// <summary>
/// Adds <c>AuditTo.OssAppend()</c>: a log call returns when its event is in OSS. If the event was dropped, the call throws an
/// <see cref="OssDeliveryException"/> within Serilog's <see cref="AggregateException"/>. Calls of several threads share appends.
/// </summary>
[StackTraceHidden]
public static class OssAppendLoggerAuditConfigurationExtensions
{
    /// <summary>
    /// Appends events as text to objects in Alibaba Cloud OSS, each exactly once. The log call waits for the append and throws if it fails. The
    /// parameters are the most used settings; <paramref name="configure"/> sets any other.
    /// </summary>
    /// <param name="auditSinkConfiguration">The logger's audit sinks.</param>
    /// <param name="bucket">The bucket's name. Required, unless there is a <paramref name="client"/>.</param>
    /// <param name="region">
    /// The bucket's region, for instance <c>cn-hangzhou</c>. This or <paramref name="endpoint"/> is required, unless there is a
    /// <paramref name="client"/>.
    /// </param>
    /// <param name="objectKey">
    /// The key of objects; see <see cref="OssAppenderOptions.ObjectKey"/>. Default:
    /// <c>logs/{Timestamp:yyyy/MM/dd}/{MachineName}-{InstanceId}.log</c>.
    /// </param>
    /// <param name="restrictedToMinimumLevel">The minimum level; ignored if there is a <paramref name="levelSwitch"/>. Default: all events.</param>
    /// <param name="outputTemplate">
    /// The format of an event. Default: like the File sink, <see cref="OssAppendSinkOptions.DefaultOutputTemplate"/>.
    /// </param>
    /// <param name="formatProvider">The culture for <paramref name="outputTemplate"/>. Default: the invariant culture.</param>
    /// <param name="objectSizeLimitBytes">
    /// Size in bytes at which an object is full; null means 4.9 GB, just below the service's limit. Default: 1 GiB.
    /// </param>
    /// <param name="levelSwitch">Changes the minimum level while the application runs. Default: none.</param>
    /// <param name="rollingInterval">How often a new object is started, by the event's own time. Default: only as the key's date format says.</param>
    /// <param name="rollOnObjectSizeLimit">
    /// Whether a new object is started when one is full. Default: true; if false, calls for a full object throw.
    /// </param>
    /// <param name="endpoint">
    /// The address of OSS: an internal, accelerated or custom domain, or an IP address. Default: the public endpoint of <paramref name="region"/>,
    /// unless <paramref name="configure"/> sets <see cref="OssAppenderOptions.Network"/>.
    /// </param>
    /// <param name="accessKeyId">
    /// The access key's id; requires <paramref name="accessKeySecret"/>. Default: <paramref name="credentials"/>, or the chain that begins with
    /// the environment variables that Alibaba Cloud's SDKs read.
    /// </param>
    /// <param name="accessKeySecret">The access key's secret.</param>
    /// <param name="credentials">
    /// Provides and renews the credentials that sign requests; not together with an access key. It must not log to this logger.
    /// </param>
    /// <param name="client">
    /// Another client than the built-in one, based on the official SDK for instance; see <see cref="OssAppenderOptions.Client"/>. Bucket, endpoint
    /// and credentials are not needed then. Default: the built-in client.
    /// </param>
    /// <param name="retryTimeLimit">
    /// How long an append is retried after a temporary error before the calls of its events throw. The time begins with the first error, so a
    /// call can wait longer, by the requests before and at the end of that time; if another append is running, it first waits as long for that.
    /// Errors that only an operator can fix are not retried. Default: 1 minute.
    /// </param>
    /// <param name="monitor">Lets the application read the sink's counters. Default: none.</param>
    /// <param name="configure">
    /// Sets any other setting, after the parameters, except those that have no meaning in an audit: about a queue, a buffer, waiting for other
    /// events, retries of refusals, the end of the process, and <see cref="OssAppendSinkOptions.DropTooLargeEvents"/>. Default: none.
    /// </param>
    /// <param name="configuration">
    /// The application's configuration. Settings of this sink in it that do not exist, or are not read, are reported as faults.
    /// <c>Serilog.Settings.Configuration</c> passes it automatically. Default: none.
    /// </param>
    /// <returns>The logger's configuration, for chaining.</returns>
    /// <exception cref="OssSettingsException">Some settings cannot be used; the exception names all of them.</exception>
    public static LoggerConfiguration OssAppend(
        this LoggerAuditSinkConfiguration auditSinkConfiguration,
        string? bucket = null,
        string? region = null,
        string objectKey = OssAppenderOptions.DefaultObjectKey,
        LogEventLevel restrictedToMinimumLevel = LevelAlias.Minimum,
        string outputTemplate = OssAppendSinkOptions.DefaultOutputTemplate,
        IFormatProvider? formatProvider = null,
        long? objectSizeLimitBytes = OssAppenderOptions.DefaultObjectSizeLimitBytes,
        LoggingLevelSwitch? levelSwitch = null,
        OssRollingInterval rollingInterval = OssRollingInterval.Infinite,
        bool rollOnObjectSizeLimit = true,
        string? endpoint = null,
        string? accessKeyId = null,
        string? accessKeySecret = null,
        IOssCredentialsProvider? credentials = null,
        IOssClient? client = null,
        TimeSpan? retryTimeLimit = null,
        OssAppendMonitor? monitor = null,
        Action<OssAppendSinkOptions>? configure = null,
        IConfiguration? configuration = null)
    {
        var options = OssAppendLoggerConfigurationExtensions.OptionsOf(
            bucket, region, objectKey, objectSizeLimitBytes, rollingInterval, rollOnObjectSizeLimit, endpoint, accessKeyId, accessKeySecret, credentials, monitor);
        options.OutputTemplate = outputTemplate ?? throw new ArgumentNullException(nameof(outputTemplate));
        options.FormatProvider = formatProvider;
        options.Client = client;
        options.RetryTimeLimit = retryTimeLimit;
        configure?.Invoke(options);
        return Add(auditSinkConfiguration, options, configuration is null ? SettingNames.OfAuditTo : SettingNames.OfConfiguration, restrictedToMinimumLevel, levelSwitch, configuration);
    }

#pragma warning disable CS1573 // The other parameters mean the same as above.
    /// <summary>
    /// Appends events, in the format of a formatter, to objects in Alibaba Cloud OSS, each exactly once. The log call waits for the append and
    /// throws if it fails.
    /// </summary>
    /// <param name="auditSinkConfiguration">The logger's audit sinks.</param>
    /// <param name="formatter">Converts an event to text, including the line ending. It must be thread-safe.</param>
    /// <inheritdoc cref="OssAppend(LoggerAuditSinkConfiguration, string, string, string, LogEventLevel, string, IFormatProvider, long?, LoggingLevelSwitch, OssRollingInterval, bool, string, string, string, IOssCredentialsProvider, IOssClient, TimeSpan?, OssAppendMonitor, Action{OssAppendSinkOptions}, IConfiguration)"/>
    public static LoggerConfiguration OssAppend(
        this LoggerAuditSinkConfiguration auditSinkConfiguration,
        ITextFormatter formatter,
        string? bucket = null,
        string? region = null,
        string objectKey = OssAppenderOptions.DefaultObjectKey,
        LogEventLevel restrictedToMinimumLevel = LevelAlias.Minimum,
        long? objectSizeLimitBytes = OssAppenderOptions.DefaultObjectSizeLimitBytes,
        LoggingLevelSwitch? levelSwitch = null,
        OssRollingInterval rollingInterval = OssRollingInterval.Infinite,
        bool rollOnObjectSizeLimit = true,
        string? endpoint = null,
        string? accessKeyId = null,
        string? accessKeySecret = null,
        IOssCredentialsProvider? credentials = null,
        IOssClient? client = null,
        TimeSpan? retryTimeLimit = null,
        OssAppendMonitor? monitor = null,
        Action<OssAppendSinkOptions>? configure = null,
        IConfiguration? configuration = null)
#pragma warning restore CS1573
    {
        var options = OssAppendLoggerConfigurationExtensions.OptionsOf(
            bucket, region, objectKey, objectSizeLimitBytes, rollingInterval, rollOnObjectSizeLimit, endpoint, accessKeyId, accessKeySecret, credentials, monitor);
        options.Formatter = formatter ?? throw new ArgumentNullException(nameof(formatter));
        options.Client = client;
        options.RetryTimeLimit = retryTimeLimit;
        configure?.Invoke(options);
        return Add(auditSinkConfiguration, options, configuration is null ? SettingNames.OfAuditTo : SettingNames.OfConfiguration, restrictedToMinimumLevel, levelSwitch, configuration);
    }

    /// <summary>
    /// Appends events to objects in Alibaba Cloud OSS, each exactly once. The log call waits for the append and throws if it fails.
    /// </summary>
    /// <param name="auditSinkConfiguration">The logger's audit sinks.</param>
    /// <param name="options">
    /// The settings. Read once; later changes have no effect. Those without meaning in an audit must not be set: about a queue, a buffer, waiting
    /// for other events, retries of refusals, the end of the process, and <see cref="OssAppendSinkOptions.DropTooLargeEvents"/>.
    /// </param>
    /// <param name="restrictedToMinimumLevel">The minimum level; ignored if there is a <paramref name="levelSwitch"/>. Default: all events.</param>
    /// <param name="levelSwitch">Changes the minimum level while the application runs. Default: none.</param>
    /// <param name="configuration">
    /// The application's configuration. Settings of this sink in it that do not exist, or are not read, are reported as faults.
    /// <c>Serilog.Settings.Configuration</c> passes it automatically. Default: none.
    /// </param>
    /// <returns>The logger's configuration, for chaining.</returns>
    /// <exception cref="OssSettingsException">Some settings cannot be used; the exception names all of them.</exception>
    public static LoggerConfiguration OssAppend(
        this LoggerAuditSinkConfiguration auditSinkConfiguration,
        OssAppendSinkOptions options,
        LogEventLevel restrictedToMinimumLevel = LevelAlias.Minimum,
        LoggingLevelSwitch? levelSwitch = null,
        IConfiguration? configuration = null) =>
        Add(auditSinkConfiguration, options ?? throw new ArgumentNullException(nameof(options)), SettingNames.OfProperties, restrictedToMinimumLevel, levelSwitch, configuration);

    private static LoggerConfiguration Add(
        LoggerAuditSinkConfiguration auditSinkConfiguration, OssAppendSinkOptions options, SettingNames names, LogEventLevel minimum, LoggingLevelSwitch? levelSwitch, IConfiguration? configuration)
    {
        if (auditSinkConfiguration is null)
            throw new ArgumentNullException(nameof(auditSinkConfiguration));

        SettingsCheck.RequireForAudit(options, names, configuration);
        return auditSinkConfiguration.Sink(new OssAppendAuditSink(options), minimum, levelSwitch);
    }
}
