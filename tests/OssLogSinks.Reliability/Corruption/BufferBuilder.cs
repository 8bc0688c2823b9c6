using OssLogSinks.Core.Client;
using OssLogSinks.Reliability.Children;
using OssLogSinks.Reliability.FrontDoors;
using OssLogSinks.Reliability.Services;

namespace OssLogSinks.Reliability.Corruption;

/// <summary>
/// Makes a buffer that its owner has left with records on disk: some appended before and settled, some perhaps in an append
/// that nobody answered.
/// </summary>
internal sealed class BufferBuilder(ServiceUnderTest service, ReliabilityArguments arguments, Random random)
{
    /// <summary>The least that a buffer may be limited to, which makes the smallest segments.</summary>
    public const long BufferSizeLimit = 8 << 20;

    private const int MostEvents = 15_000;
    private const int MostPassed = 30;
    private const int ChildEvery = 10;
    private static readonly TimeSpan LongestRest = TimeSpan.FromMilliseconds(60);

    /// <summary>Builds it.</summary>
    /// <returns>How many events of each stream are on disk, or in OSS already.</returns>
    public async Task<IReadOnlyList<long>> BuildAsync()
    {
        // Few in most rounds, for most that can go wrong goes wrong in one segment.
        var events = 1 + (int)(MostEvents * Math.Pow(random.NextDouble(), 2));
        var modes = new FaultModes(random.Next(3) == 0 ? 0 : random.Next(MostPassed), (FaultMode)random.Next(3));
        return random.Next(ChildEvery) == 0 ? await BuildInChildAsync(events, modes) : await BuildHereAsync(events, modes);
    }

    private async Task<IReadOnlyList<long>> BuildHereAsync(int events, FaultModes modes)
    {
        using var client = service.CreateClient();
        var front = SettingsFor(new FlakyClient(client, modes)).Open(arguments);
        await using var writer = new LogWriter(number: 0, arguments, front);
        var flushEvery = random.Next(20, 2000);
        for (var i = 0; i < events; i++)
        {
            writer.WriteNext();
            if (random.Next(flushEvery) == 0)
                front.FlushToDisk();
        }

        if (!front.FlushToDisk())
            throw new InvalidOperationException("The buffer that was to be damaged gave something up.");

        // The pause is the draw: how much of it is shipped by now, and what is begun.
        await Task.Delay(LongestRest * random.NextDouble());
        return [.. Enumerable.Range(0, arguments.Streams).Select(writer.Written)];
    }

    private async Task<IReadOnlyList<long>> BuildInChildAsync(int events, FaultModes modes)
    {
        await using var child = ChildProcess.Start(new ChildOrder(arguments, Number: 0)
        {
            BufferPath = arguments.BufferPath,
            BufferSizeLimit = BufferSizeLimit,
            Events = events,
            End = ChildEnd.Stay,
            FaultModes = modes,
        }, service);
        await child.WhenAsync(ChildMessage.Written);

        // As above: when it is killed.
        await Task.Delay(LongestRest * random.NextDouble());
        child.Kill();
        await child.EndAsync();
        return child.OnDiskTotal == events
            ? child.OnDisk
            : throw new InvalidOperationException($"The child that was to fill the buffer had {child.OnDiskTotal} events on disk, of {events}.");
    }

    private FrontDoorSettings SettingsFor(IOssClient client) => FrontDoorSettings.For(service, arguments, Pace.Corrupt, writer: 0) with
    {
        BufferPath = arguments.BufferPath,
        BufferSizeLimit = BufferSizeLimit,
        Client = client,
        CloseTimeout = TimeSpan.Zero,
    };
}
