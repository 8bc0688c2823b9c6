using System.Diagnostics;
using OssLogSinks.Reliability.Events;
using OssLogSinks.Reliability.FrontDoors;
using OssLogSinks.Reliability.Services;

namespace OssLogSinks.Reliability;

/// <summary>A steady rate for long, with faults that come and go. What is finished is checked and deleted on the way.</summary>
internal static class Soak
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan ReadingPause = TimeSpan.FromSeconds(5);

    public static async Task<bool> RunAsync(ServiceUnderTest service, ReliabilityArguments arguments)
    {
        var length = TimeSpan.FromMinutes(arguments.Minutes);
        Console.WriteLine($"soak: {arguments.Rate} events/s through {arguments.Front} for {arguments.Minutes} min to {service.Endpoint}, under '{arguments.Prefix}'");
        var watch = Stopwatch.StartNew();
        var schedule = FaultSchedule.Of(service, arguments, length);
        var writers = FrontDoorSettings.OpenWriters(service, arguments, Pace.Soak);
        var ledger = new Ledger(arguments);
        using var client = service.CreateClient();
        var reader = new ObjectReader(client, arguments.Prefix, ledger);
        var log = new ResourceUsage(writers, ledger, length);
        using (var over = new CancellationTokenSource())
        {
            var aside = Task.WhenAll(schedule?.RunAsync(watch, over.Token) ?? Task.CompletedTask, log.WatchAsync(watch, schedule, over.Token), ReadAsync(reader, over.Token));
            await LogWriter.RunAllAsync(writers, writer => WriteSteadily(writer, arguments, watch, length));
            await over.CancelAsync();
            await aside;
        }

        await service.CalmAsync();
        await Task.WhenAll(writers.Select(w => w.DisposeAsync().AsTask()));
        await service.CalmAsync();
        await reader.ReadRestAsync();
        var result = ledger.Conclude(writers, service.Emulator?.Faults.Injected, watch.Elapsed);
        if (result.Lost > 0)
            ledger.Explain(writers);
        var isFlat = log.IsFlat(Console.Out);
        Console.WriteLine($"{result.Appends} appends");
        Console.WriteLine($"{result} flat={(isFlat ? "yes" : "no")}");
        return result.IsExactlyOnce && isFlat && result.Dropped == 0;
    }

    private static void WriteSteadily(LogWriter writer, ReliabilityArguments arguments, Stopwatch watch, TimeSpan length)
    {
        while (watch.Elapsed < length)
        {
            for (var due = (long)(watch.Elapsed.TotalSeconds * arguments.Rate / arguments.Writers); writer.WrittenTotal < due;)
                writer.WriteNext();

            // This pause is the load: a steady rate.
            Thread.Sleep(Tick);
        }
    }

    private static async Task ReadAsync(ObjectReader reader, CancellationToken over)
    {
        try
        {
            while (true)
            {
                // At a rate: each reading lists all objects.
                await Task.Delay(ReadingPause, over);
                await reader.ReadFinishedAsync(over);
            }
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // The rest is read after the close.
        }
        catch (Exception e)
        {
            Console.Error.WriteLine($"The objects cannot be read, and the run will fail: {e.Message}");
            throw;
        }
    }
}
