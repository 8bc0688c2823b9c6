using OssLogSinks.Core.Telemetry;

namespace Serilog.Sinks.OssAppend;

/// <summary>The settings that mean nothing where each log call waits for its own event, so that to set them is a mistake.</summary>
internal static class AuditSettings
{
    private const string Need = "must be left out with AuditTo, where each log call waits for its own event.";

    // With what each has as long as nobody sets it.
    private static readonly Dictionary<string, Func<OssAppendSinkOptions, object?>> Meaningless = new(StringComparer.OrdinalIgnoreCase)
    {
        [nameof(OssAppendSinkOptions.Period)] = o => o.Period,
        [nameof(OssAppendSinkOptions.BatchSizeLimit)] = o => o.BatchSizeLimit,
        [nameof(OssAppendSinkOptions.QueueLimit)] = o => o.QueueLimit,
        [nameof(OssAppendSinkOptions.BlockWhenFull)] = o => o.BlockWhenFull,
        [nameof(OssAppendSinkOptions.BlockTimeout)] = o => o.BlockTimeout,
        [nameof(OssAppendSinkOptions.RenderAtCall)] = o => o.RenderAtCall,
        [nameof(OssAppendSinkOptions.DrainOnProcessExit)] = o => o.DrainOnProcessExit,
        [nameof(OssAppendSinkOptions.BufferPath)] = o => o.BufferPath,
        [nameof(OssAppendSinkOptions.BufferSizeLimitBytes)] = o => o.BufferSizeLimitBytes,
        [nameof(OssAppendSinkOptions.BufferFullAction)] = o => o.BufferFullAction,
        [nameof(OssAppendSinkOptions.BufferSync)] = o => o.BufferSync,
        [nameof(OssAppendSinkOptions.BufferSyncInterval)] = o => o.BufferSyncInterval,
        [nameof(OssAppendSinkOptions.DropTooLargeEvents)] = o => o.DropTooLargeEvents,
        [nameof(OssAppendSinkOptions.RefusalRetryDelay)] = o => o.RefusalRetryDelay,
    };

    private static readonly OssAppendSinkOptions Unset = new();

    /// <summary>Whether a setting, however it is spelt, means nothing in an audit.</summary>
    public static bool IsMeaningless(string setting) => Meaningless.ContainsKey(setting);

    /// <summary>Those that were set all the same.</summary>
    public static IEnumerable<SettingFault> FaultsOf(OssAppendSinkOptions options) =>
        from setting in Meaningless
        let value = setting.Value(options)
        where !Equals(value, setting.Value(Unset))
        select SettingFault.OfValue(setting.Key, value is bool flag ? (flag ? "true" : "false") : value, Need);

    /// <summary>One that stands in a configuration file, with what is written there.</summary>
    public static SettingFault Fault(string setting, string? value, string path) =>
        new(setting, SettingFault.OfValue(setting, value, Need).Problem + $" (It is in {path}.)");
}
