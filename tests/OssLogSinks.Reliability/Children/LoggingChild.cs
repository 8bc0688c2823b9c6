using OssLogSinks.Core.Telemetry;
using OssLogSinks.Reliability.FrontDoors;
using OssLogSinks.Reliability.Services;

namespace OssLogSinks.Reliability.Children;

/// <summary>
/// The child's side: logs as fast as it can on one thread, flushes to disk on another, and tells its parent what was on disk
/// only after the flush has said so. Ends when its input does, so that no child outlives its parent.
/// </summary>
internal sealed class LoggingChild
{
    private const int MostEventsPerFlush = 500;

    private readonly ChildOrder _order;
    private readonly LogWriter _writer;
    private readonly IFrontDoor _front;
    private readonly Lock _speaking = new();

    // Pulsed when an event was logged, and when some were flushed.
    private readonly object _progress = new();
    private long[] _onDisk;
    private long _onDiskTotal;
    private bool _hasWritten;

    private LoggingChild(ChildOrder order, IFrontDoor front, LogWriter writer)
    {
        _order = order;
        _front = front;
        _writer = writer;
        _onDisk = new long[order.Arguments.Streams];
    }

    public static async Task<int> RunAsync(string orderText)
    {
        var order = ChildOrder.Parse(orderText);
        Console.WriteLine(new ChildReport(ChildMessage.Started, [], new DeliverySnapshot()));
        await using var service = await ServiceUnderTest.OpenAsync();
        var settings = FrontDoorSettings.For(service, order.Arguments, Pace.Crash, order.Number) with
        {
            BufferPath = order.BufferPath,
            CloseTimeout = order.CloseTimeout,
            Client = order.FaultModes is { } modes ? new FlakyClient(service.CreateClient(), modes) : null,
        };
        settings = order.BufferSizeLimit is { } limit ? settings with { BufferSizeLimit = limit } : settings;
        var front = settings.Open(order.Arguments);
        await using var writer = new LogWriter(order.Number, order.Arguments, front);
        return await new LoggingChild(order, front, writer).WorkAsync();
    }

    private async Task<int> WorkAsync()
    {
        Say(ChildMessage.Ready);
        var closing = Task.Run(ListenAsync);
        var writing = Task.Factory.StartNew(Write, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await FlushAsync(writing);
        Say(ChildMessage.Written);
        if (_order.End == ChildEnd.Stay)
            await closing;

        Say(ChildMessage.Closing);
        await _writer.DisposeAsync();

        // What is not stored now, and not on disk, it has counted.
        _onDisk = Written();
        Say(ChildMessage.Closed);
        return 0;
    }

    private void Write()
    {
        try
        {
            for (var i = 0L; i < _order.Events; i++)
            {
                WaitUntil(() => i - _onDiskTotal < _order.Lead);
                _writer.WriteNext();
                Tell(() => { });
            }
        }
        finally
        {
            Tell(() => _hasWritten = true);
        }
    }

    private void WaitUntil(Func<bool> isSo)
    {
        lock (_progress)
        {
            while (!isSo())
                Monitor.Wait(_progress);
        }
    }

    private void Tell(Action change)
    {
        lock (_progress)
        {
            change();
            Monitor.PulseAll(_progress);
        }
    }

    private async Task FlushAsync(Task writing)
    {
        // Not the writer's, which another thread uses.
        var random = new Random((_order.Arguments.Seed * 977) + _order.Number);
        while (!_hasWritten || _onDiskTotal < _writer.WrittenTotal)
        {
            var due = Math.Min(_onDiskTotal + Math.Min(random.Next(1, MostEventsPerFlush), _order.Lead), _order.Events);
            WaitUntil(() => _writer.WrittenTotal >= due || _hasWritten);

            // What is counted before the flush is what the flush vouches for.
            var written = Written();
            var isSafe = _front.FlushToDisk();
            _onDisk = isSafe ? written : _onDisk;
            Say(isSafe ? ChildMessage.OnDisk : ChildMessage.GaveUp);
            Tell(() => _onDiskTotal = written.Sum());
        }

        await writing;
    }

    private long[] Written() => [.. Enumerable.Range(0, _order.Arguments.Streams).Select(_writer.Written)];

    private async Task ListenAsync()
    {
        while (await Console.In.ReadLineAsync() is { } asked)
        {
            if (asked == ChildProcess.CloseRequest)
                return;

            Say(ChildMessage.Alive);
        }

        ParentProcess.EndWithIt();
    }

    private void Say(ChildMessage word)
    {
        var report = new ChildReport(word, _onDisk, _front.GetSnapshot()) { Heap = GC.GetGCMemoryInfo().HeapSizeBytes };
        lock (_speaking)
            Console.WriteLine(report);
    }
}
