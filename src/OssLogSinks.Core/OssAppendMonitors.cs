using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core;

/// <summary>Flushes a sink, target or logger provider, and reads its counters. Any thread may call any member.</summary>
public interface IOssAppendMonitor
{
    /// <summary>The counters so far: events accepted, delivered, dropped by reason, appends, bytes.</summary>
    DeliverySnapshot GetSnapshot();

    /// <summary>Completes as soon as every event that was logged before the call is stored, or was dropped.</summary>
    /// <param name="target">Where the events must be stored. Default: in OSS.</param>
    /// <param name="cancellationToken">Cancels the wait; delivery continues.</param>
    /// <returns>
    /// True if every waiting event was stored. False if some of them, or other events since the previous flush, were dropped, or if some could
    /// not leave the disk buffer for OSS: a file there cannot be opened, or a close ended first.
    /// </returns>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    Task<bool> FlushAsync(OssFlushTarget target = OssFlushTarget.Oss, CancellationToken cancellationToken = default);
}

/// <summary>
/// The sinks, targets and logger providers of this process that are open, however they were configured. Each adds itself when it starts,
/// and is removed when it has closed. An NLog target that could not start is among them, until it starts or the configuration is replaced.
/// </summary>
public static class OssAppendMonitors
{
    // Guarded by itself.
    private static readonly List<IOssAppendMonitor> Monitors = [];

    // Lost events of closed monitors, by name. Guarded by Monitors.
    private static readonly Dictionary<string, long> LostByClosed = new(StringComparer.Ordinal);

    /// <summary>The monitors that are open now, in the order in which they started.</summary>
    public static IReadOnlyList<IOssAppendMonitor> Open
    {
        get
        {
            lock (Monitors)
                return [.. Monitors];
        }
    }

    /// <summary>
    /// All open monitors together: their counters are added up, and a flush flushes each. You may keep it: each call asks those that are open then.
    /// </summary>
    public static IOssAppendMonitor All { get; } = new Together(name: null);

    /// <summary>
    /// The monitor of this name; if several have the name, during a reload for instance, all of them together. It need not be open yet: each call
    /// asks those that are open then.
    /// </summary>
    /// <param name="name">As <see cref="DeliverySnapshot.Name"/>: the setting <c>Name</c>, in NLog the target's name; by default the object key.</param>
    public static IOssAppendMonitor Named(string name) => new Together(name ?? throw new ArgumentNullException(nameof(name)));

    /// <summary>The monitors of this name that are open now. A second one of the same name is called <c>name#2</c>, and is included.</summary>
    /// <param name="name">The name; null for all.</param>
    public static IReadOnlyList<IOssAppendMonitor> OpenOf(string? name) => name is null ? Open : [.. Open.Where(monitor => IsOf(monitor.GetSnapshot().Name, name))];

    /// <summary>
    /// How many events closed monitors of this name had lost when they were removed (dropped, or unreadable in the buffer), by their full names.
    /// They are kept here because a close may drop events, and the counters of a closed monitor can no longer be read.
    /// </summary>
    /// <param name="name">The name; null for all.</param>
    public static IReadOnlyDictionary<string, long> LossesOfClosed(string? name)
    {
        lock (Monitors)
            return LostByClosed.Where(lost => name is null || IsOf(lost.Key, name)).ToDictionary(lost => lost.Key, lost => lost.Value);
    }

    /// <summary>Adds a monitor. Dispose the result to remove it.</summary>
    public static IDisposable Add(IOssAppendMonitor monitor)
    {
        lock (Monitors)
            Monitors.Add(monitor ?? throw new ArgumentNullException(nameof(monitor)));

        return new Membership(monitor);
    }

    private static bool IsOf(string own, string name) =>
        own == name || (own.Length > name.Length + 1 && own.StartsWith(name + "#", StringComparison.Ordinal) && own.Skip(name.Length + 1).All(char.IsDigit));

    private sealed class Membership(IOssAppendMonitor monitor) : IDisposable
    {
        public void Dispose()
        {
            var snapshot = monitor.GetSnapshot();
            var lost = snapshot.DroppedTotal + snapshot.QuarantinedRecords;
            lock (Monitors)
            {
                if (!Monitors.Remove(monitor) || lost == 0)
                    return;

                LostByClosed.TryGetValue(snapshot.Name, out var before);
                LostByClosed[snapshot.Name] = before + lost;
            }
        }
    }

    private sealed class Together(string? name) : IOssAppendMonitor
    {
        public DeliverySnapshot GetSnapshot()
        {
            var open = OpenOf(name);
            return open.Count == 0 ? new DeliverySnapshot { Name = name ?? "" } : open.Select(monitor => monitor.GetSnapshot()).Aggregate(DeliverySnapshot.Add);
        }

        public async Task<bool> FlushAsync(OssFlushTarget target, CancellationToken cancellationToken)
        {
            var flushes = OpenOf(name).Select(monitor => monitor.FlushAsync(target, cancellationToken)).ToList();
            return (await Task.WhenAll(flushes).ConfigureAwait(false)).All(isDelivered => isDelivered);
        }
    }
}
