using System.Text;
using OssLogSinks.Core.Appending;
using OssLogSinks.Core.Keys;
using OssLogSinks.Core.Records;
using OssLogSinks.Core.Rolling;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Core.Tests.Support;

namespace OssLogSinks.Core.Tests.Appending;

/// <summary>An append that was taken over from another process.</summary>
public class RecoveredAppendTests
{
    [Fact]
    public async Task TheNextBatch_IsNotTakenForTheRestOfIt()
    {
        var oss = new MemoryOss();
        oss.Put("a.log", "lost\n");
        using var counters = new DeliveryCounters(null);
        var policy = new RollingPolicy(OssRollingInterval.Infinite, [], localZone: null, null);
        var context = new AppendContext(DeliverySetup.AppendSettingsOf(new OssAppenderOptions { Client = oss }), oss, policy, counters, new DeliveryReporter(null, TimeProvider.System));
        using var appender = new ObjectAppender(context, new StreamKey("a", new SequencePart(null), ".log"));
        var body = "lost\n"u8.ToArray();
        appender.TakeOver(new AppendIntent(0, AppendPosition.Start, body.Length, Core.Client.Crc64.Append(0, body), FirstId: 1, LastId: 9));

        // The same ids as those of the append, from another folder.
        foreach (var text in new[] { "", "new\n" })
        {
            var batch = new AppendBatch(0, new RecordingSource());
            batch.Add(Encoding.UTF8.GetBytes(text), state: null, id: 2);
            while (!batch.IsDone)
            {
                if (await appender.StepAsync(batch, TestContext.Current.CancellationToken) is ShipVerdict.Delivered delivered)
                    batch.Finish(delivered.End, dropped: false);
            }
        }

        Assert.Equal("lost\nnew\n", oss.Text("a.log"));
    }

    [Fact]
    public async Task AppendThatCannotBeMadeAtFirst_StaysInDoubt()
    {
        var oss = new MemoryOss();
        oss.Put("a.log", "lost\n");
        using var counters = new DeliveryCounters(null);
        var policy = new RollingPolicy(OssRollingInterval.Infinite, [], localZone: null, null);
        var context = new AppendContext(DeliverySetup.AppendSettingsOf(new OssAppenderOptions { Client = oss }), oss, policy, counters, new DeliveryReporter(null, TimeProvider.System));
        using var appender = new ObjectAppender(context, new StreamKey("a", new SequencePart(null), ".log"));
        var body = "lost\n"u8.ToArray();
        appender.TakeOver(new AppendIntent(0, AppendPosition.Start, body.Length, Core.Client.Crc64.Append(0, body), FirstId: 1, LastId: 9));

        // A batch whose memory is gone throws, as one does for which there is no memory.
        var unreadable = new AppendBatch(0, new RecordingSource());
        unreadable.Add(body, state: null, id: 2);
        unreadable.Release();
        await Assert.ThrowsAnyAsync<Exception>(() => appender.StepAsync(unreadable, TestContext.Current.CancellationToken));
        var batch = new AppendBatch(0, new RecordingSource());
        batch.Add(body, state: null, id: 2);
        while (!batch.IsDone)
        {
            if (await appender.StepAsync(batch, TestContext.Current.CancellationToken) is ShipVerdict.Delivered delivered)
                batch.Finish(delivered.End, dropped: false);
        }

        Assert.Equal("lost\n", oss.Text("a.log"));
        Assert.Empty(oss.Appends);
    }

    private sealed class RecordingSource : RecordSource
    {
        public override bool IsDurable => true;

        public override void Settle(ReadOnlySpan<long> ids, bool dropped)
        {
        }

        public override void Intend(AppendIntent intent)
        {
        }
    }
}
