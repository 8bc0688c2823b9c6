using OssLogSinks.Core;
using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.Telemetry;

namespace NLog.Targets.OssAppend;

/// <summary>
/// A target that could not start, for health checks of the process. NLog goes on without such a target and never closes it, so it counts
/// until a target of the same name starts.
/// </summary>
internal sealed class FailedStart(OssAppendTarget target) : IOssAppendMonitor
{
    // Guarded by itself.
    private static readonly Dictionary<string, IDisposable> ByName = new(StringComparer.Ordinal);

    public static void Show(OssAppendTarget target)
    {
        lock (ByName)
        {
            IsOver(target.Name);
            ByName[target.Name ?? ""] = OssAppendMonitors.Add(new FailedStart(target));
        }
    }

    public static void IsOver(string? name)
    {
        lock (ByName)
        {
            if (ByName.TryGetValue(name ?? "", out var shown))
                shown.Dispose();
            ByName.Remove(name ?? "");
        }
    }

    public DeliverySnapshot GetSnapshot() => target.GetSnapshot() with { Name = target.Name ?? "" };

    public Task<bool> FlushAsync(OssFlushTarget what, CancellationToken cancellationToken) => Task.FromResult(true);
}
