using OssLogSinks.Core;
using OssLogSinks.Core.Client.Credentials;
using Serilog.Sinks.OssAppend.Diagnostics;

namespace Serilog.Sinks.OssAppend;

/// <summary>Says the sink's settings in the core's words.</summary>
internal static class AppenderSettings
{
    private static readonly TimeSpan LongestBatchInterval = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan RetryTimeOfAudit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ShortestBatchInterval = TimeSpan.FromMilliseconds(1);

    /// <summary>
    /// How often queued events are rendered that come one by one, within the period: as bytes they wait far cheaper than as
    /// objects, and with a buffer they are not safe before.
    /// </summary>
    public static TimeSpan BatchIntervalOf(OssAppendSinkOptions options)
    {
        var part = new TimeSpan(options.Period.Ticks / 8);
        return part < ShortestBatchInterval ? ShortestBatchInterval : part > LongestBatchInterval ? LongestBatchInterval : part;
    }

    public static OssAppenderOptions From(OssAppendSinkOptions options) => new()
    {
        Endpoint = options.Endpoint,
        AllowPlainHttp = options.AllowPlainHttp,
        Bucket = options.Bucket,
        Region = options.Region,
        AddressingStyle = options.AddressingStyle,
        SignatureVersion = options.SignatureVersion,
        Credentials = CredentialsOf(options),
        Client = options.Client,
        RequestTimeout = options.RequestTimeout,
        ConnectTimeout = options.ConnectTimeout,
        ObjectKey = options.ObjectKey,
        UseLocalTime = options.UseLocalTime,
        RollingInterval = options.RollingInterval,
        LateEventGrace = options.LateEventGrace,
        ObjectSizeLimit = options.FileSizeLimitBytes,
        RollOnObjectSizeLimit = options.RollOnFileSizeLimit,
        Compression = options.Compression,
        ObjectHeader = options.ObjectHeader,
        ObjectProperties = options.ObjectProperties,
        SendContentMd5 = options.SendContentMd5,
        SealFinishedObjects = options.SealFinishedObjects,
        AppendInterval = AppendIntervalOf(options),
        AppendSizeLimit = options.AppendSizeLimitBytes,
        RecordSizeLimit = options.EventSizeLimitBytes,
        MemoryLimit = options.MemoryLimitBytes,
        BufferPath = options.BufferPath,
        BufferSizeLimitBytes = options.BufferSizeLimitBytes,
        BufferFullAction = options.BufferFullAction,
        BufferSync = options.BufferSync,
        BufferSyncInterval = options.BufferSyncInterval,
        ConcurrentAppends = options.ConcurrentAppends,
        OpenStreamLimit = options.OpenStreamLimit,
        RetryDelay = options.RetryDelay,
        RetryDelayLimit = options.RetryDelayLimit,
        RefusalRetryDelay = options.RefusalRetryDelay,
        RetryTimeLimit = options.RetryTimeLimit,
        CloseTimeout = options.CloseTimeout,
        Name = options.Name,
        Diagnostics = options.Diagnostics ?? (options.ReportToConsole ? null : SelfLogDiagnostics.Instance),
        ReportToConsole = options.ReportToConsole,
        TimeProvider = options.TimeProvider,
        HttpMessageHandler = options.HttpMessageHandler,
    };

    /// <summary>For a sink whose calls wait: nothing waits for others to come, and nobody waits for an operator.</summary>
    public static OssAppenderOptions ForAudit(OssAppendSinkOptions options)
    {
        var appender = From(options);
        appender.AppendInterval = TimeSpan.Zero;
        appender.RetryRefusals = false;
        appender.RetryTimeLimit = options.RetryTimeLimit ?? RetryTimeOfAudit;
        return appender;
    }

    // A key that cannot be one is told by the check of the settings.
    private static IOssCredentialsProvider? CredentialsOf(OssAppendSinkOptions options) =>
        IsGiven(options.AccessKeyId) && IsGiven(options.AccessKeySecret)
            && OssCredentials.Validate(options.AccessKeyId, options.AccessKeySecret, options.SecurityToken).Count == 0
            ? new StaticCredentialsProvider(options.AccessKeyId!, options.AccessKeySecret!, options.SecurityToken)
            : options.Credentials;

    private static TimeSpan AppendIntervalOf(OssAppendSinkOptions options)
    {
        // A period that makes no sense is handed on as it is, for the core to find.
        var rest = options.RenderAtCall ? options.Period : options.Period - BatchIntervalOf(options);
        return options.Period < TimeSpan.Zero ? options.Period : rest > TimeSpan.Zero ? rest : TimeSpan.Zero;
    }

    /// <summary>Whether a text was given at all: configuration often leaves an empty one.</summary>
    public static bool IsGiven(string? text) => !string.IsNullOrWhiteSpace(text);
}
