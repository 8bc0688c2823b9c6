using OssLogSinks.Core;
using OssLogSinks.Core.Telemetry;
using Serilog.Sinks.OssAppend.Diagnostics;
using Serilog.Sinks.OssAppend.Rendering;

namespace Serilog.Sinks.OssAppend;

/// <summary>Creates the core's settings from a copy of the sink's, so that the user's options do not change.</summary>
internal static class AppenderSettings
{
    private const string NotInAnAudit = "must be left out with AuditTo, where each log call waits for its event.";

    private static readonly TimeSpan LongestBatchInterval = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan RetryTimeOfAudit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ShortestBatchInterval = TimeSpan.FromMilliseconds(1);
    private static readonly OssAppendSinkOptions Unset = new();

    // Settings about a queue, a buffer, waiting for other events, retries of refusals, or the end of the process; and DropTooLargeEvents, since
    // an audit always throws.
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
    /// How often queued events are rendered while few arrive, as a part of the append interval. Rendered events use less memory, and with a
    /// buffer only rendered events reach the disk.
    /// </summary>
    public static TimeSpan BatchIntervalOf(OssAppendSinkOptions options)
    {
        var part = new TimeSpan(options.AppendInterval.Ticks / 8);
        return part < ShortestBatchInterval ? ShortestBatchInterval : part > LongestBatchInterval ? LongestBatchInterval : part;
    }

    /// <summary>Whether each event becomes a JSON object; null if only the event can tell.</summary>
    public static bool? IsJson(OssAppendSinkOptions options) => options.Formatter switch
    {
        null => OutputTemplateFormatter.IsJson(options.OutputTemplate),
        OssAppendCompactJsonFormatter => true,
        _ => null,
    };

    public static OssAppenderOptions From(OssAppendSinkOptions options)
    {
        var appender = options.Copy();
        appender.AppendInterval = AppendIntervalOf(options);
        appender.Diagnostics = options.Diagnostics ?? (options.ReportToConsole ? null : SelfLogDiagnostics.Instance);
        return appender;
    }

    /// <summary>For a sink whose calls wait: an event does not wait for others, and errors that need an operator are not retried.</summary>
    public static OssAppenderOptions ForAudit(OssAppendSinkOptions options)
    {
        var appender = From(options);
        appender.AppendInterval = TimeSpan.Zero;
        appender.RetryRefusals = false;
        appender.RetryTimeLimit = options.RetryTimeLimit ?? RetryTimeOfAudit;
        return appender;
    }

    /// <summary>
    /// For checking audit settings: settings without meaning in an audit are reset, so that the core reports no second fault for them.
    /// </summary>
    public static OssAppenderOptions ForAuditWithout(OssAppendSinkOptions options)
    {
        var rest = (OssAppendSinkOptions)options.Copy();
        foreach (var property in Meaningless.Select(name => typeof(OssAppendSinkOptions).GetProperty(name)!))
            property.SetValue(rest, property.GetValue(Unset));

        // The default of BufferSizeLimitBytes must not be refused for being smaller than four appends.
        rest.BufferSizeLimitBytes += 4L * Math.Max(0, rest.AppendSizeLimitBytes);
        return ForAudit(rest);
    }

    /// <summary>Whether a setting has no meaning in an audit; the name's case is ignored.</summary>
    public static bool IsMeaninglessInAudit(string setting) => Meaningless.Contains(setting, StringComparer.OrdinalIgnoreCase);

    /// <summary>Faults for settings that are set although they have no meaning in an audit.</summary>
    public static IEnumerable<SettingFault> MeaninglessInAudit(OssAppendSinkOptions options) =>
        from property in Meaningless.Select(name => typeof(OssAppendSinkOptions).GetProperty(name)!)
        let value = property.GetValue(options)
        where !Equals(value, property.GetValue(Unset))
        select MeaninglessInAudit(property.Name, value is bool flag ? (flag ? "true" : "false") : value);

    /// <summary>The fault for a setting that has no meaning in an audit.</summary>
    public static SettingFault MeaninglessInAudit(string setting, object? value) => SettingFault.OfValue(setting, value, NotInAnAudit);

    private static TimeSpan AppendIntervalOf(OssAppendSinkOptions options)
    {
        // A negative interval is passed on, so that the core reports it.
        var rest = options.RenderAtCall ? options.AppendInterval : options.AppendInterval - BatchIntervalOf(options);
        return options.AppendInterval < TimeSpan.Zero ? options.AppendInterval : rest > TimeSpan.Zero ? rest : TimeSpan.Zero;
    }
}
