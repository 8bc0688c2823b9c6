using System.Collections.Concurrent;
using NLog.Common;

namespace NLog.Targets.OssAppend.Tests.Support;

/// <summary>Writes events straight to a target and records every call of every continuation.</summary>
internal sealed class Outcomes
{
    private readonly ConcurrentQueue<(int Event, Exception? Failure)> _calls = new();
    private int _written;

    public IReadOnlyList<(int Event, Exception? Failure)> Calls => [.. _calls];

    public int[] Delivered => [.. _calls.Where(c => c.Failure is null).Select(c => c.Event)];

    public int[] Dropped => [.. _calls.Where(c => c.Failure is not null).Select(c => c.Event)];

    public void Write(Target target, string message) => Write(target, LogEventInfo.Create(LogLevel.Info, "Shop.Orders", message));

    public void Write(Target target, LogEventInfo logEvent)
    {
        var number = Interlocked.Increment(ref _written);
        target.WriteAsyncLogEvent(new AsyncLogEventInfo(logEvent, failure => _calls.Enqueue((number, failure))));
    }
}
