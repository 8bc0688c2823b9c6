using OssLogSinks.Core;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Extensions.Hosting;

/// <summary>When the check reports which state. Read once, when the check is created; later changes have no effect.</summary>
public sealed class OssAppendHealthCheckOptions
{
    private static readonly TimeSpan LongestTime = TimeSpan.FromDays(24);

    /// <summary>
    /// How long the oldest undelivered event may wait before the check reports that delivery is delayed. More than zero and up to 24
    /// days. Default: 1 minute. Set it well above the sink's <c>AppendInterval</c>.
    /// </summary>
    public TimeSpan DelayedAfter { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How long the check keeps reporting a loss after it saw the last one, so that operators can notice it.
    /// More than zero and up to 24 days. Default: 5 minutes.
    /// </summary>
    public TimeSpan LosingFor { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The clock that measures <see cref="LosingFor"/>. Default: the system clock.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    internal void Require()
    {
        var faults = new List<SettingFault>();
        CheckTime(DelayedAfter, nameof(DelayedAfter));
        CheckTime(LosingFor, nameof(LosingFor));
        if (TimeProvider is null)
            faults.Add(SettingFault.OfValue(nameof(TimeProvider), null, "must not be null; leave it out to use the system clock."));
        if (faults.Count > 0)
            throw new OssSettingsException(faults);

        void CheckTime(TimeSpan time, string setting)
        {
            if (time <= TimeSpan.Zero || time > LongestTime)
                faults.Add(SettingFault.OfValue(setting, time, $"must be more than zero and up to {LongestTime.Days} days."));
        }
    }
}
