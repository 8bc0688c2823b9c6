using System.Diagnostics;
using OssLogSinks.Benchmarks.Events;
using OssLogSinks.Benchmarks.FrontDoors;

namespace OssLogSinks.Benchmarks.Sides;

/// <summary>
/// One thread that logs. At a rate it logs in bursts: whatever is due whenever the timer wakes it, which is once a
/// millisecond or so; between them it sleeps, as a thread that serves requests does, and leaves the processor to others.
/// </summary>
internal sealed class Load(IFrontDoor frontDoor, Request[] requests)
{
    private const int TimerMilliseconds = 1;

    /// <summary>Events a second; 0 for as fast as they are taken.</summary>
    public int Rate { get; init; }

    /// <summary>Where each call's time is noted; null for nowhere.</summary>
    public CallTimes? Times { get; init; }

    public void Run(long events)
    {
        var watch = Stopwatch.StartNew();
        for (var done = 0L; done < events;)
        {
            var due = Rate == 0 ? events : Math.Min(events, (long)(watch.Elapsed.TotalSeconds * Rate));

            // This pause is the load: the rate that was asked for.
            if (due == done)
                Thread.Sleep(TimerMilliseconds);

            for (; done < due; done++)
                Log(requests[done % requests.Length]);
        }
    }

    private void Log(Request request)
    {
        if (Times is null)
        {
            frontDoor.Log(request);
            return;
        }

        var start = Stopwatch.GetTimestamp();
        frontDoor.Log(request);
        Times.Add(Stopwatch.GetTimestamp() - start);
    }
}
