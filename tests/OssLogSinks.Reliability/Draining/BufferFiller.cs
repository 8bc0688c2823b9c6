using System.Globalization;
using System.Text;
using OssLogSinks.Core;
using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.Records;
using OssLogSinks.Reliability.Children;
using OssLogSinks.Reliability.FrontDoors;
using OssLogSinks.Reliability.Services;

namespace OssLogSinks.Reliability.Draining;

/// <summary>A child that fills a buffer with lines of one kilobyte while there is no OSS, and closes.</summary>
internal static class BufferFiller
{
    public const string Command = "fill";

    /// <summary>Bytes of a line.</summary>
    public const int LineLength = 1024;

    private const long EventsPerNote = 1_000_000;

    public static async Task<int> RunAsync(string orderText)
    {
        _ = Task.Run(ParentProcess.EndWithItAsync);
        var order = ChildOrder.Parse(orderText);
        await using var service = await ServiceUnderTest.OpenAsync();
        using var client = service.CreateClient();
        var settings = FrontDoorSettings.For(service, order.Arguments, Pace.Drain, order.Number) with
        {
            BufferPath = order.BufferPath,
            BufferSizeLimit = order.BufferSizeLimit ?? long.MaxValue,
            Client = new FlakyClient(client, new FaultModes(0, FaultMode.Refuses)),
            CloseTimeout = TimeSpan.Zero,
        };
        var streams = Enumerable.Range(0, order.Arguments.Streams).Select(s => s.ToString(CultureInfo.InvariantCulture)).ToArray();
        await using var appender = new OssAppender(CoreFrontDoor.OptionsFor(settings, new LatestProgress()));
        for (var i = 0L; i < order.Events; i++)
        {
            var line = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{order.Arguments.Run} {i:D15} ").PadRight(LineLength - 1, 'x') + "\n");
            await appender.AppendAsync(new LogRecord(DateTimeOffset.UtcNow, line) { KeyValues = streams.AsMemory((int)(i % streams.Length), 1) });
            if ((i + 1) % EventsPerNote == 0)
                Console.WriteLine($"{i + 1} of {order.Events} written");
        }

        return await appender.FlushAsync(OssFlushTarget.Disk) ? 0 : 1;
    }
}
