using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Intake.Settings;

/// <summary>How long a log call may wait for space.</summary>
internal static class BlockTimeouts
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(24);

    /// <summary>The fault of such a setting; null if it has none.</summary>
    public static SettingFault? FaultOf(string setting, TimeSpan timeout) =>
        timeout != Timeout.InfiniteTimeSpan && (timeout < TimeSpan.Zero || timeout > Longest)
            ? SettingFault.OfValue(setting, timeout, "must be from zero up to 24 days, or -1 milliseconds for no limit.")
            : null;
}
