using OssLogSinks.Emulator.Protocol;

namespace OssLogSinks.Emulator.Http;

/// <summary>Counts requests by the second, for the last <see cref="Seconds"/> seconds. Time goes by the real clock, not the shifted one.</summary>
internal sealed class TrafficMeter(TimeProvider time)
{
    public const int Seconds = 120;

    // Guards the ring. Held for a few additions.
    private readonly Lock _lock = new();
    private readonly TrafficSecond[] _ring = new TrafficSecond[Seconds];

    /// <param name="operation">The operation.</param>
    /// <param name="bodyLength">The body's length in bytes.</param>
    /// <param name="status">The status sent; 0 if the connection was closed instead.</param>
    /// <param name="isFault">Whether an injected fault hit the request.</param>
    public void Add(OssOperation operation, long bodyLength, int status, bool isFault)
    {
        var isAppend = operation == OssOperation.AppendObject && status is >= 200 and < 300;
        lock (_lock)
        {
            ref var second = ref Current();
            second.Requests++;
            second.Appends += isAppend ? 1 : 0;
            second.Bytes += isAppend ? bodyLength : 0;
            second.Refusals += !isFault && status is 0 or >= 400 ? 1 : 0;
            second.Faults += isFault ? 1 : 0;
        }
    }

    /// <summary>The last seconds, oldest first, including those without a request; the last one is still running.</summary>
    public IReadOnlyList<TrafficSecond> Snapshot()
    {
        var now = Now();
        lock (_lock)
        {
            return [.. Enumerable.Range(0, Seconds).Select(i => now - Seconds + 1 + i).Select(second =>
                _ring[Slot(second)] is var counted && counted.Second == second ? counted : new TrafficSecond { Second = second })];
        }
    }

    private static int Slot(long second) => (int)(second % Seconds);

    private long Now() => time.GetUtcNow().ToUnixTimeSeconds();

    private ref TrafficSecond Current()
    {
        var now = Now();
        ref var second = ref _ring[Slot(now)];
        if (second.Second != now)
            second = new TrafficSecond { Second = now };

        return ref second;
    }
}

/// <summary>What happened in one second.</summary>
internal struct TrafficSecond
{
    /// <summary>Seconds since 1970.</summary>
    public long Second { get; set; }

    public int Requests { get; set; }

    /// <summary>Appends that were stored and answered so.</summary>
    public int Appends { get; set; }

    /// <summary>The bytes of these appends.</summary>
    public long Bytes { get; set; }

    /// <summary>Answers with an error, and closed connections, without an injected fault.</summary>
    public int Refusals { get; set; }

    /// <summary>Requests that an injected fault hit.</summary>
    public int Faults { get; set; }
}
