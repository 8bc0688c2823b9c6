using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using OssLogSinks.Core;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Rolling;
using Serilog.Configuration;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Sinks.OssAppend;

namespace Serilog;

/// <summary>Adds <c>WriteTo.OssAppend()</c>.</summary>
[StackTraceHidden]
public static class OssAppendLoggerConfigurationExtensions
{
    /// <summary>
    /// Appends events as text to objects in Alibaba Cloud OSS, each exactly once, in the background. The parameters are the most used
    /// settings; <paramref name="configure"/> sets any other.
    /// </summary>
    /// <param name="sinkConfiguration">The logger's sinks.</param>
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
    /// Whether a new object is started when one is full. Default: true, unlike the File sink; if false, events for a full object are dropped and
    /// counted.
    /// </param>
    /// <param name="appendInterval">How long an event waits for others to share its append. Default: 2 seconds.</param>
    /// <param name="endpoint">
    /// The address of OSS: an internal, accelerated or custom domain, or an IP address. Default: the public endpoint of <paramref name="region"/>,
    /// unless <paramref name="configure"/> sets <see cref="OssAppenderOptions.Network"/>.
    /// </param>
    /// <param name="accessKeyId">
    /// The access key's id; requires <paramref name="accessKeySecret"/>. Default: <paramref name="credentials"/>, or the chain that begins with
    /// the environment variables that Alibaba Cloud's SDKs read.
    /// </param>
    /// <param name="accessKeySecret">The access key's secret.</param>
    /// <param name="credentials">Provides and renews the credentials that sign requests; not together with an access key.</param>
    /// <param name="client">
    /// Another client than the built-in one, based on the official SDK for instance; see <see cref="OssAppenderOptions.Client"/>. Bucket, endpoint
    /// and credentials are not needed then. Default: the built-in client.
    /// </param>
    /// <param name="bufferPath">
    /// A folder where events wait on disk until they are in OSS; those that are on disk survive a crash. See
    /// <see cref="OssAppenderOptions.BufferPath"/>. Default: none; events wait in memory.
    /// </param>
    /// <param name="monitor">Lets the application flush the sink and read its counters. Default: none.</param>
    /// <param name="configure">Sets any other setting, after the parameters: <c>o =&gt; o.ConcurrentAppends = 8</c>. Default: none.</param>
    /// <param name="configuration">
    /// The application's configuration. Settings of this sink in it that do not exist, or are not read, are reported as faults.
    /// <c>Serilog.Settings.Configuration</c> passes it automatically. Default: none.
    /// </param>
    /// <returns>The logger's configuration, for chaining.</returns>
    /// <exception cref="OssSettingsException">Some settings cannot be used; the exception names all of them.</exception>
    public static LoggerConfiguration OssAppend(
        this LoggerSinkConfiguration sinkConfiguration,
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
        TimeSpan? appendInterval = null,
        string? endpoint = null,
        string? accessKeyId = null,
        string? accessKeySecret = null,
        IOssCredentialsProvider? credentials = null,
        IOssClient? client = null,
        string? bufferPath = null,
        OssAppendMonitor? monitor = null,
        Action<OssAppendSinkOptions>? configure = null,
        IConfiguration? configuration = null)
    {
        var options = OptionsOf(bucket, region, objectKey, objectSizeLimitBytes, rollingInterval, rollOnObjectSizeLimit, endpoint, accessKeyId, accessKeySecret, credentials, monitor);
        options.OutputTemplate = outputTemplate ?? throw new ArgumentNullException(nameof(outputTemplate));
        options.FormatProvider = formatProvider;
        options.AppendInterval = appendInterval ?? options.AppendInterval;
        options.Client = client;
        options.BufferPath = bufferPath;
        configure?.Invoke(options);
        return Add(sinkConfiguration, options, configuration is null ? SettingNames.OfWriteTo : SettingNames.OfConfiguration, restrictedToMinimumLevel, levelSwitch, configuration);
    }

#pragma warning disable CS1573 // The other parameters mean the same as above.
    /// <summary>Appends events, in the format of a formatter, to objects in Alibaba Cloud OSS, each exactly once, in the background.</summary>
    /// <param name="sinkConfiguration">The logger's sinks.</param>
    /// <param name="formatter">
    /// Converts an event to text, including the line ending; for instance <c>Serilog.Formatting.Compact.CompactJsonFormatter</c>. With
    /// <see cref="OssAppendSinkOptions.RenderAtCall"/> it must be thread-safe.
    /// </param>
    /// <inheritdoc cref="OssAppend(LoggerSinkConfiguration, string, string, string, LogEventLevel, string, IFormatProvider, long?, LoggingLevelSwitch, OssRollingInterval, bool, TimeSpan?, string, string, string, IOssCredentialsProvider, IOssClient, string, OssAppendMonitor, Action{OssAppendSinkOptions}, IConfiguration)"/>
    public static LoggerConfiguration OssAppend(
        this LoggerSinkConfiguration sinkConfiguration,
        ITextFormatter formatter,
        string? bucket = null,
        string? region = null,
        string objectKey = OssAppenderOptions.DefaultObjectKey,
        LogEventLevel restrictedToMinimumLevel = LevelAlias.Minimum,
        long? objectSizeLimitBytes = OssAppenderOptions.DefaultObjectSizeLimitBytes,
        LoggingLevelSwitch? levelSwitch = null,
        OssRollingInterval rollingInterval = OssRollingInterval.Infinite,
        bool rollOnObjectSizeLimit = true,
        TimeSpan? appendInterval = null,
        string? endpoint = null,
        string? accessKeyId = null,
        string? accessKeySecret = null,
        IOssCredentialsProvider? credentials = null,
        IOssClient? client = null,
        string? bufferPath = null,
        OssAppendMonitor? monitor = null,
        Action<OssAppendSinkOptions>? configure = null,
        IConfiguration? configuration = null)
#pragma warning restore CS1573
    {
        var options = OptionsOf(bucket, region, objectKey, objectSizeLimitBytes, rollingInterval, rollOnObjectSizeLimit, endpoint, accessKeyId, accessKeySecret, credentials, monitor);
        options.Formatter = formatter ?? throw new ArgumentNullException(nameof(formatter));
        options.AppendInterval = appendInterval ?? options.AppendInterval;
        options.Client = client;
        options.BufferPath = bufferPath;
        configure?.Invoke(options);
        return Add(sinkConfiguration, options, configuration is null ? SettingNames.OfWriteTo : SettingNames.OfConfiguration, restrictedToMinimumLevel, levelSwitch, configuration);
    }

    /// <summary>Appends events to objects in Alibaba Cloud OSS, each exactly once, in the background. All settings are available.</summary>
    /// <param name="sinkConfiguration">The logger's sinks.</param>
    /// <param name="options">The settings. Read once; later changes have no effect.</param>
    /// <param name="restrictedToMinimumLevel">The minimum level; ignored if there is a <paramref name="levelSwitch"/>. Default: all events.</param>
    /// <param name="levelSwitch">Changes the minimum level while the application runs. Default: none.</param>
    /// <param name="configuration">
    /// The application's configuration. Settings of this sink in it that do not exist, or are not read, are reported as faults.
    /// <c>Serilog.Settings.Configuration</c> passes it automatically. Default: none.
    /// </param>
    /// <returns>The logger's configuration, for chaining.</returns>
    /// <exception cref="OssSettingsException">Some settings cannot be used; the exception names all of them.</exception>
    public static LoggerConfiguration OssAppend(
        this LoggerSinkConfiguration sinkConfiguration,
        OssAppendSinkOptions options,
        LogEventLevel restrictedToMinimumLevel = LevelAlias.Minimum,
        LoggingLevelSwitch? levelSwitch = null,
        IConfiguration? configuration = null) =>
        Add(sinkConfiguration, options ?? throw new ArgumentNullException(nameof(options)), SettingNames.OfProperties, restrictedToMinimumLevel, levelSwitch, configuration);

    /// <summary>Creates options from the parameters that all flat overloads have in common.</summary>
    internal static OssAppendSinkOptions OptionsOf(
        string? bucket,
        string? region,
        string objectKey,
        long? objectSizeLimitBytes,
        OssRollingInterval rollingInterval,
        bool rollOnObjectSizeLimit,
        string? endpoint,
        string? accessKeyId,
        string? accessKeySecret,
        IOssCredentialsProvider? credentials,
        OssAppendMonitor? monitor) => new()
        {
            Bucket = bucket,
            Region = region,
            ObjectKey = objectKey,
            ObjectSizeLimitBytes = objectSizeLimitBytes,
            RollingInterval = rollingInterval,
            RollOnObjectSizeLimit = rollOnObjectSizeLimit,
            Endpoint = endpoint,
            AccessKeyId = accessKeyId,
            AccessKeySecret = accessKeySecret,
            Credentials = credentials,
            Monitor = monitor,
        };

    private static LoggerConfiguration Add(
        LoggerSinkConfiguration sinkConfiguration, OssAppendSinkOptions options, SettingNames names, LogEventLevel minimum, LoggingLevelSwitch? levelSwitch, IConfiguration? configuration)
    {
        if (sinkConfiguration is null)
            throw new ArgumentNullException(nameof(sinkConfiguration));

        SettingsCheck.Require(options, names, configuration);
        return sinkConfiguration.Sink(new OssAppendSink(options), minimum, levelSwitch);
    }
}
