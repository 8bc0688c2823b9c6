using OssLogSinks.Core.Telemetry;
using OssLogSinks.Reliability.Events;
using OssLogSinks.Reliability.FrontDoors;

namespace OssLogSinks.Reliability;

/// <summary>One writer: numbers its events by stream and logs them through a front door of its own. Used by one thread at a time.</summary>
internal sealed class LogWriter(int number, ReliabilityArguments arguments, IFrontDoor front) : IAsyncDisposable
{
    private readonly long[] _written = new long[arguments.Streams];

    public int Number => number;

    /// <summary>What logs from within its deliveries; null if nothing does.</summary>
    public InnerLog? Inner { get; init; }

    public Random Random { get; } = new((arguments.Seed * 1000) + number);

    public long WrittenTotal => Enumerable.Range(0, _written.Length).Sum(Written);

    /// <summary>How many events of a stream the front door has taken; any thread may ask.</summary>
    public long Written(int stream) => Volatile.Read(ref _written[stream]);

    public DeliverySnapshot GetSnapshot() => front.GetSnapshot();

    /// <summary>Logs one more event to a stream by chance, waiting for space.</summary>
    public void WriteNext()
    {
        var stream = Random.Next(arguments.Streams);
        front.Write(new EventLine(arguments.Run, number, stream, _written[stream]));
        Volatile.Write(ref _written[stream], _written[stream] + 1);
    }

    public void Flush() => front.Flush();

    public ValueTask DisposeAsync() => front.DisposeAsync();

    /// <summary>Lets every writer work on a thread of its own, for their calls wait.</summary>
    public static Task RunAllAsync(IEnumerable<LogWriter> writers, Action<LogWriter> work) =>
        Task.WhenAll(writers.Select(w => Task.Factory.StartNew(() => work(w), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
}
