using System.Text;
using OssLogSinks.Core;
using OssLogSinks.Core.Records;
using OssLogSinks.Emulator;
using OssLogSinks.Emulator.Faults;
using OssLogSinks.EndToEnd.Tests.Support;

namespace OssLogSinks.EndToEnd.Tests;

/// <summary>The appender against the emulator over real HTTP: whatever the network does, each record once and in order.</summary>
public class ExactlyOnceTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    [InlineData(4, true)]
    public async Task Storm_EachRecordOnceAndInOrder(int seed, bool isShared)
    {
        const int writers = 3, streams = 3, records = 1500;
        await using var emulator = await OssEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        emulator.Faults.Random(0.2, seed, isShared ? FaultKinds.AllForSharedObjects : FaultKinds.All);

        await Task.WhenAll(Enumerable.Range(0, writers).Select(writer => Task.Run(() => WriteAsync(emulator, writer, streams, records, isShared))));

        Assert.True(emulator.Faults.Injected > 20);
        for (var stream = 0; stream < streams; stream++)
        {
            var lines = emulator.Lines($"{stream}/");
            Assert.Equal(writers * records, lines.Count);
            for (var writer = 0; writer < writers; writer++)
            {
                var mine = lines.Where(l => l.StartsWith($"{writer} ", StringComparison.Ordinal));
                Assert.Equal(Enumerable.Range(0, records).Select(i => $"{writer} {i} some text to make it longer"), mine);
            }
        }
    }

    // The CI runs it.
    [Fact(Explicit = true)]
    public async Task AMillionRecords_TakeFewAppendsAndBoundedMemory()
    {
        const int records = 1_000_000;
        await using var emulator = await OssEmulator.StartAsync(new OssEmulatorOptions { KeepBodies = false }, TestContext.Current.CancellationToken);
        var options = emulator.AppenderOptions();
        options.AppendInterval = TimeSpan.FromSeconds(2);
        await using var appender = new OssAppender(options);
        var line = new byte[150];
        line.AsSpan().Fill((byte)'x');
        line[^1] = (byte)'\n';
        var mostHeld = 0L;

        for (var i = 0; i < records; i++)
        {
            Assert.True(await appender.AppendAsync(new LogRecord(Noon, line), TestContext.Current.CancellationToken));
            if (i % 10_000 == 0)
                mostHeld = Math.Max(mostHeld, appender.GetSnapshot().MemoryBytes);
        }

        Assert.True(await appender.FlushAsync(TestContext.Current.CancellationToken));
        Assert.Equal(records * 150L, emulator.FindObject(Emulated.Bucket, "app.log")!.Length);
        Assert.Equal(records, appender.GetSnapshot().Delivered);
        Assert.InRange(emulator.Appends(), 1, 199);
        Assert.InRange(mostHeld, 1, options.MemoryLimitBytes);
    }

    private static async Task WriteAsync(OssEmulator emulator, int writer, int streams, int records, bool isShared)
    {
        var options = emulator.AppenderOptions();
        options.ObjectKey = isShared ? "{Stream}/app-{Sequence:000}.log" : $"{{Stream}}/{writer}-{{InstanceId}}-{{Sequence:000}}.log";
        options.ObjectSizeLimitBytes = 20_000;
        options.CloseTimeout = TimeSpan.FromMinutes(1);
        await using var appender = new OssAppender(options);
        var names = Enumerable.Range(0, streams).Select(s => (string?)$"{s}").ToArray();

        for (var i = 0; i < records; i++)
        {
            var bytes = Encoding.UTF8.GetBytes($"{writer} {i} some text to make it longer\n");
            for (var stream = 0; stream < streams; stream++)
                await appender.AppendAsync(new LogRecord(Noon, bytes) { KeyValues = names.AsMemory(stream, 1) });

            if (i % 50 == 49)
                Assert.True(await appender.FlushAsync());
        }

        Assert.True(await appender.FlushAsync());
        var done = appender.GetSnapshot();
        Assert.Equal(records * streams, done.Delivered);
        Assert.Equal(0, done.DroppedTotal);
    }
}
