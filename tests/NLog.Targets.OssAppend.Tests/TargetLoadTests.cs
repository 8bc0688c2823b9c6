using System.Diagnostics;
using NLog.Targets.OssAppend.Tests.Support;
using NLog.Targets.Wrappers;

namespace NLog.Targets.OssAppend.Tests;

// It measures memory: nothing else may run.
[CollectionDefinition(nameof(TargetLoadTests), DisableParallelization = true)]
[Collection(nameof(TargetLoadTests))]
public class TargetLoadTests
{
    [Fact]
    public async Task MillionEvents_AreStoredInBoundedMemoryWithFewAppends()
    {
        const int Events = 1_000_000;
        using var running = RunningTarget.Start(t =>
        {
            t.Layout = "${longdate} ${level} ${message}";
            t.OverflowAction = AsyncTargetWrapperOverflowAction.Block;
            t.QueueLimit = 10_000;
            t.ObjectSizeLimitBytes = 0;
        });
        var logger = running.Logger;
        var watch = Stopwatch.StartNew();
        var memory = 0L;

        for (var i = 0; i < Events; i++)
        {
            logger.Info("something happened in the shop");
            if (i % 100_000 == 0)
                memory = Math.Max(memory, GC.GetTotalMemory(forceFullCollection: true));
        }

        Assert.Null(await running.FlushAsync());
        TestContext.Current.SendDiagnosticMessage("{0} ms, {1} appends, {2} MiB at most", watch.ElapsedMilliseconds, running.Oss.Appends.Count, memory >> 20);

        var snapshot = running.Target.GetSnapshot();
        Assert.Equal((Events, Events, 0), (snapshot.Accepted, snapshot.Delivered, snapshot.DroppedTotal));
        Assert.Equal(snapshot.DeliveredBytes, running.Oss.Length);
        Assert.InRange(running.Oss.Appends.Count, 1, 199);

        // The memory limit of 64 MiB, the queue, and 60 MB that the bucket itself holds, twice while its buffer doubles.
        Assert.InRange(memory >> 20, 0, 64 + 20 + (3 * 60));
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 60);
    }
}
