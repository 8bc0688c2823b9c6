using OssLogSinks.Core;
using OssLogSinks.Core.Telemetry;
using Serilog.Sinks.OssAppend.Diagnostics;

namespace Serilog.Sinks.OssAppend;

/// <summary>The sink's settings as the core takes them: a copy, so that the user's options stay as they are.</summary>
internal static class AppenderSettings
{
    private const string NotInAnAudit = "must be left out with AuditTo, where each log call waits for its own event.";

    private static readonly TimeSpan LongestBatchInterval = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan RetryTimeOfAudit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ShortestBatchInterval = TimeSpan.FromMilliseconds(1);
    private static readonly OssAppendSinkOptions Unset = new();

    // Settings about a queue, a buffer or waiting for other events.
    private static readonly string[] Meaningless =
    [
        nameof(OssAppendSinkOptions.AppendInterval),
        nameof(OssAppendSinkOptions.BatchSizeLimit),
        nameof(OssAppendSinkOptions.QueueLimit),
        nameof(OssAppendSinkOptions.BlockWhenFull),
        nameof(OssAppendSinkOptions.BlockTimeout),
        nameof(OssAppendSinkOptions.RenderAtCall),
        nameof(OssAppendSinkOptions.DrainOnProcessExit),
        nameof(OssAppendSinkOptions.BufferPath),
        nameof(OssAppendSinkOptions.BufferSizeLimitBytes),
        nameof(OssAppendSinkOptions.BufferFullAction),
        nameof(OssAppendSinkOptions.BufferSync),
        nameof(OssAppendSinkOptions.BufferSyncInterval),
        nameof(OssAppendSinkOptions.DropTooLargeEvents),
        nameof(OssAppendSinkOptions.RefusalRetryDelay),
        nameof(OssAppendSinkOptions.RetryRefusals),
    ];

    /// <summary>
    /// How often queued events are rendered if they come one by one, as a part of the append interval: they use less memory as bytes, and
    /// with a buffer they are not safe before.
    /// </summary>
    public static TimeSpan BatchIntervalOf(OssAppendSinkOptions options)
    {
        var part = new TimeSpan(options.AppendInterval.Ticks / 8);
        return part < ShortestBatchInterval ? ShortestBatchInterval : part > LongestBatchInterval ? LongestBatchInterval : part;
    }

    public static OssAppenderOptions From(OssAppendSinkOptions options)
    {
        var appender = options.Copy();
        appender.AppendInterval = AppendIntervalOf(options);
        appender.Diagnostics = options.Diagnostics ?? (options.ReportToConsole ? null : SelfLogDiagnostics.Instance);
        return appender;
    }

    /// <summary>For a sink whose calls wait: no event waits for others, and no call for an operator.</summary>
    public static OssAppenderOptions ForAudit(OssAppendSinkOptions options)
    {
        var appender = From(options);
        appender.AppendInterval = TimeSpan.Zero;
        appender.RetryRefusals = false;
        appender.RetryTimeLimit = options.RetryTimeLimit ?? RetryTimeOfAudit;
        return appender;
    }

    /// <summary>For the check of an audit's settings: those that have no meaning are reported once, and not checked.</summary>
    public static OssAppenderOptions ForAuditWithout(OssAppendSinkOptions options)
    {
        var rest = (OssAppendSinkOptions)options.Copy();
        foreach (var property in Meaningless.Select(name => typeof(OssAppendSinkOptions).GetProperty(name)!))
            property.SetValue(rest, property.GetValue(Unset));

        // Its default must not be refused for being smaller than four appends.
        rest.BufferSizeLimitBytes += 4L * Math.Max(0, rest.AppendSizeLimitBytes);
        return ForAudit(rest);
    }

    /// <summary>Whether a setting, in any case of letters, has no meaning in an audit.</summary>
    public static bool IsMeaninglessInAudit(string setting) => Meaningless.Contains(setting, StringComparer.OrdinalIgnoreCase);

    /// <summary>The faults of settings that were set although they have no meaning in an audit.</summary>
    public static IEnumerable<SettingFault> MeaninglessInAudit(OssAppendSinkOptions options) =>
        from property in Meaningless.Select(name => typeof(OssAppendSinkOptions).GetProperty(name)!)
        let value = property.GetValue(options)
        where !Equals(value, property.GetValue(Unset))
        select MeaninglessInAudit(property.Name, value is bool flag ? (flag ? "true" : "false") : value);

    /// <summary>The fault of a setting that has no meaning in an audit.</summary>
    public static SettingFault MeaninglessInAudit(string setting, object? value) => SettingFault.OfValue(setting, value, NotInAnAudit);

    private static TimeSpan AppendIntervalOf(OssAppendSinkOptions options)
    {
        // A negative interval is passed on, so that the core reports it.
        var rest = options.RenderAtCall ? options.AppendInterval : options.AppendInterval - BatchIntervalOf(options);
        return options.AppendInterval < TimeSpan.Zero ? options.AppendInterval : rest > TimeSpan.Zero ? rest : TimeSpan.Zero;
    }
}
