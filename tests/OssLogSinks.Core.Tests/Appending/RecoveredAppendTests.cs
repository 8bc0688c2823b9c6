using System.Text;
using OssLogSinks.Core.Appending;
using OssLogSinks.Core.Keys;
using OssLogSinks.Core.Records;
using OssLogSinks.Core.Rolling;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Core.Tests.Support;

namespace OssLogSinks.Core.Tests.Appending;

/// <summary>An append that was taken over from another process.</summary>
public sealed class RecoveredAppendTests : IDisposable
{
    private static readonly byte[] Lost = "lost\n"u8.ToArray();

    private readonly MemoryOss _oss = new();
    private readonly DeliveryCounters _counters = new(null);
    private readonly ObjectAppender _appender;

    public RecoveredAppendTests()
    {
        _oss.Put("a.log", "lost\n");
        var policy = new RollingPolicy(OssRollingInterval.Infinite, [], localZone: null, null);
        var settings = DeliverySetup.AppendSettingsOf(new OssAppenderOptions { Client = _oss });
        var context = new AppendContext(settings, _oss, policy, _counters, new DeliveryReporter(null, TimeProvider.System));
        _appender = new ObjectAppender(context, new StreamKey("a", new SequencePart(null), ".log"));
        _appender.TakeOver(new AppendIntent(0, AppendPosition.Start, Lost.Length, Core.Client.Crc64.Append(0, Lost), FirstId: 1, LastId: 9));
    }

    public void Dispose()
    {
        _appender.Dispose();
        _counters.Dispose();
    }

    [Fact]
    public async Task TheNextBatch_IsNotTakenForTheRestOfIt()
    {
        await DeliverAsync("");
        await DeliverAsync("new\n");

        Assert.Equal("lost\nnew\n", _oss.Text("a.log"));
    }

    [Fact]
    public async Task AppendThatCannotBeMadeAtFirst_StaysInDoubt()
    {
        // A batch whose memory is gone throws, as one does for which there is no memory.
        var unreadable = BatchOf("lost\n");
        unreadable.Release();
        await Assert.ThrowsAnyAsync<Exception>(() => _appender.StepAsync(unreadable, TestContext.Current.CancellationToken));

        await DeliverAsync("lost\n");

        Assert.Equal("lost\n", _oss.Text("a.log"));
        Assert.Empty(_oss.Appends);
    }

    private async Task DeliverAsync(string text)
    {
        var batch = BatchOf(text);
        while (!batch.IsDone)
        {
            if (await _appender.StepAsync(batch, TestContext.Current.CancellationToken) is ShipVerdict.Delivered delivered)
                batch.Finish(delivered.End, dropped: false);
        }
    }

    // With an id that is one of the append's too: ids begin again in each folder.
    private static AppendBatch BatchOf(string text)
    {
        var batch = new AppendBatch(0, new RecordingSource());
        batch.Add(Encoding.UTF8.GetBytes(text), state: null, id: 2);
        return batch;
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
