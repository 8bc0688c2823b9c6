using Serilog.Core;
using Serilog.Sinks.OssAppend.Tests.Doubles;

namespace Serilog.Sinks.OssAppend.Tests;

[Collection(SinkAloneCollection.Name)]
public class SinkLoadTests
{
    private const int Count = 1_000_000;

    // The CI runs the explicit one too.
    [Theory]
    [InlineData(false, Explicit = true)]
    [InlineData(true)]
    public async Task MillionEvents_AreStoredOrCountedInBoundedMemory(bool blockWhenFull)
    {
        var bucket = new MemoryOss { KeepsBytes = false };
        var options = Some.Options(bucket);
        options.AppendInterval = TimeSpan.FromSeconds(2);
        options.OutputTemplate = OssAppendSinkOptions.DefaultOutputTemplate;
        options.BlockWhenFull = blockWhenFull;
        var before = GC.GetTotalMemory(forceFullCollection: true);
        long most;
        await using (var logger = new LoggerConfiguration().WriteTo.OssAppend(options).CreateLogger())
            most = LogMany(logger) - before;

        var snapshot = options.Monitor!.GetSnapshot();
        Assert.Equal(Count, snapshot.Delivered + snapshot.DroppedTotal);
        Assert.True(!blockWhenFull || snapshot.DroppedTotal == 0, $"{snapshot.DroppedTotal} dropped");
        Assert.InRange(bucket.Appends.Count, 1, 199);
        Assert.InRange(most, 0, 400L << 20);
    }

    // The most memory that was in use on the way.
    private static long LogMany(Logger logger)
    {
        var most = 0L;
        for (var i = 0; i < Count; i++)
        {
            logger.Information("Handled {Path} in {Elapsed} ms", "/api/orders", i);
            if (i % 20_000 == 0)
                most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: false));
        }

        return most;
    }
}
