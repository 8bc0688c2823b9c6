using System.Text;
using OssLogSinks.Core.Appending;
using OssLogSinks.Core.Batching;
using OssLogSinks.Core.Diagnostics;
using OssLogSinks.Core.Keys;
using OssLogSinks.Core.Rolling;
using OssLogSinks.Core.Tests.Support;

namespace OssLogSinks.Core.Tests.Appending;

/// <summary>An append that was taken over, of which only records without bytes are left.</summary>
public class LeftAppendOfEmptyRecordsTests
{
    [Fact]
    public async Task TheNextBatch_IsNotTakenForTheRestOfIt()
    {
        var oss = new MemoryOss();
        oss.Put("a.log", "lost\n");
        using var counters = new DeliveryCounters(null);
        var policy = new RollingPolicy(OssRollingInterval.Infinite, [], localZone: null, null);
        var context = new AppendContext(new OssAppenderOptions { Client = oss }, oss, policy, counters, new DeliveryReporter(null, TimeProvider.System));
        var appender = new ObjectAppender(context, new StreamKey("a", new SequencePart(null), ".log"));
        var body = "lost\n"u8.ToArray();
        appender.TakeOver(new AppendIntent(0, AppendPosition.Start, body.Length, Core.Protocol.Crc64.Append(0, body), FirstId: 1, LastId: 9));

        // The same ids as those of the append, from another folder.
        foreach (var text in new[] { "", "new\n" })
        {
            var batch = new AppendBatch(0, new Books());
            batch.Add(Encoding.UTF8.GetBytes(text), state: null, id: 2);
            while (!batch.IsDone)
            {
                if (await appender.StepAsync(batch, TestContext.Current.CancellationToken) is ShipVerdict.Delivered delivered)
                    batch.AdvanceTo(delivered.End, lost: false);
            }
        }

        Assert.Equal("lost\nnew\n", oss.Text("a.log"));
    }

    private sealed class Books : RecordSource
    {
        public override bool IsDurable => true;

        public override void Settle(ReadOnlySpan<long> ids, bool lost)
        {
        }

        public override void Intend(AppendIntent intent)
        {
        }
    }
}
