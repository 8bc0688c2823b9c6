using System.Diagnostics;
using OssLogSinks.Reliability.Events;
using OssLogSinks.Reliability.FrontDoors;
using OssLogSinks.Reliability.Services;

namespace OssLogSinks.Reliability;

/// <summary>Many events as fast as they are taken, while requests go wrong in every way there is.</summary>
internal static class Storm
{
    private const int EventsPerFlush = 5000;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(20);

    public static async Task<bool> RunAsync(ServiceUnderTest service, ReliabilityArguments arguments)
    {
        Console.WriteLine($"storm: {arguments.Events} events through {arguments.Front} to {service.Endpoint}, under '{arguments.Prefix}'");
        var watch = Stopwatch.StartNew();
        if (arguments.FaultRate > 0)
            service.Emulator?.Faults.Random(arguments.FaultRate, arguments.Seed, arguments.Faults);

        await using var keys = arguments.RotatesKeys && service.Emulator is { } emulator ? await KeyRotation.StartAsync(emulator) : null;
        service.WritersCredentials = keys?.Provider;
        keys?.RotateEvery(TimeSpan.FromSeconds(1));
        var writers = FrontDoorSettings.OpenWriters(service, arguments, Pace.Storm);
        using var network = writers[0].Inner?.ListenToNetwork();
        var foreignWriter = ForeignWriter.Begin(service, arguments);
        await LogWriter.RunAllAsync(writers, writer => Write(writer, arguments, watch));
        await Task.WhenAll(writers.Select(w => w.DisposeAsync().AsTask()));
        foreach (var writer in writers)
            writer.Inner?.End();
        if (foreignWriter is not null)
            await foreignWriter.DisposeAsync();
        await service.CalmAsync();
        Console.WriteLine($"written and closed after {watch.Elapsed.TotalSeconds:0.0} s; reading back");

        var ledger = new Ledger(arguments);
        using var client = service.CreateClient();
        await new ObjectReader(client, arguments.Prefix, ledger).ReadRestAsync();
        var faults = service.Emulator?.Faults.Injected + (foreignWriter?.Acts ?? 0);
        var result = ledger.Conclude(writers, faults, watch.Elapsed);
        if (result.Lost > 0)
            ledger.Explain(writers);
        Console.WriteLine($"{result.Appends} appends");
        if (keys is not null)
            Console.WriteLine($"{keys.Rotations} rotations of keys, {keys.StsCalls} calls of STS");
        var isVerified = !arguments.HasSequence || await Verification.RunAsync(service, arguments);
        Console.WriteLine(result);
        return isVerified && result.IsExactlyOnce && (keys is null || keys.StsCalls <= keys.Rotations + 1);
    }

    private static void Write(LogWriter writer, ReliabilityArguments arguments, Stopwatch watch)
    {
        var events = (arguments.Events / arguments.Writers) + (writer.Number < arguments.Events % arguments.Writers ? 1 : 0);
        for (var i = 0; i < events; i++)
        {
            // This pause is the load: a storm that lasts.
            while (arguments.Seconds is { } seconds && (long)i * seconds > watch.Elapsed.TotalSeconds * events)
                Thread.Sleep(Tick);

            writer.WriteNext();
            if (writer.Random.Next(EventsPerFlush) == 0)
                writer.Flush();
        }

        // Half of the writers leave the rest to the close.
        if (writer.Number % 2 == 0)
            writer.Flush();
    }
}
