using Microsoft.Extensions.Time.Testing;
using OssLogSinks.Core.Appending;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.DiskBuffer.Format;
using OssLogSinks.Core.Keys;
using OssLogSinks.Core.Records;
using OssLogSinks.Core.Rolling;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Core.Tests.Support;

namespace OssLogSinks.Core.Tests.Delivery;

/// <summary>Appends of ended processes that are taken over while a worker has their stream.</summary>
public sealed class TakenOverAppendTests : IDisposable
{
    private static readonly ObjectKeyTemplate Template = ObjectKeyTemplate.Parse("{Tenant}.log");
    private static readonly StreamName Name = new(Template.Render(default, new string?[] { "s" }));

    private readonly MemoryOss _oss = new();
    private readonly FakeTimeProvider _time = new(AppenderTesting.Noon);
    private readonly DeliveryCounters _counters = new(null);
    private readonly MemoryBuffer _buffer;

    public TakenOverAppendTests()
    {
        var options = new OssAppenderOptions { Client = _oss, TimeProvider = _time };
        var policy = new RollingPolicy(OssRollingInterval.Infinite, [], localZone: null, null);
        var context = new AppendContext(DeliverySetup.AppendSettingsOf(options), _oss, policy, _counters, new DeliveryReporter(null, _time));
        _buffer = new MemoryBuffer(new StreamDirectory(Template, context, 10), new MemoryBufferLimits(32 << 10, 4096, TimeSpan.FromSeconds(1)), _time);
    }

    public void Dispose()
    {
        _buffer.Dispose();
        _counters.Dispose();
    }

    [Fact]
    public async Task AppendThatIsInDoubt_IsResolvedBeforeTheOneThatIsTakenOver()
    {
        _oss.NextRequestIsLost();
        Add("mine\n");
        var stream = Next();
        var batch = _buffer.Begin(stream);
        Assert.IsType<ShipVerdict.Again>(await stream.Appender.StepAsync(batch, TestContext.Current.CancellationToken));

        // The other process has written its records where this one began.
        _oss.AppendAsForeignWriter("s.log", "theirs\n");
        TakeOver("theirs\n", sequence: 0);
        _buffer.Relocate();
        await FinishAsync(stream, batch);
        await DeliverAsync();

        Assert.Equal("theirs\nmine\n", _oss.Text("s.log"));
    }

    [Fact]
    public async Task LaterObject_IsKeptInMindOverSeveralTakenOverAppends()
    {
        _oss.Put("s.log", "left 0\n");
        _oss.Put("s_001.log", "left 1\n");
        _oss.Put("s_002.log", "newest\n");
        TakeOver("left 0\n", sequence: 2, at: 7);
        TakeOver("left 0\n", sequence: 0);
        TakeOver("left 1\n", sequence: 1);
        await DeliverAsync();

        Add("mine\n");
        await DeliverAsync();

        Assert.Equal("newest\nleft 0\nmine\n", _oss.Text("s_002.log"));
        Assert.Equal(("left 0\n", "left 1\n"), (_oss.Text("s.log"), _oss.Text("s_001.log")));
    }

    private void Add(string text)
    {
        Assert.Equal(Acceptance.Accepted, _buffer.TryAdd(AppenderTesting.Record(text, values: "s"), causesAppend: true, out _));
        _time.Advance(TimeSpan.FromSeconds(2));
    }

    private LogStream Next()
    {
        Assert.True(_buffer.Ready.TryRead(out var stream));
        return stream;
    }

    private void TakeOver(string text, int sequence, long at = 0)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(text);
        var batch = new AppendBatch(0, new NoSource());
        batch.Add(bytes, state: null, id: 1);
        _buffer.TakeOver(Name, AppenderTesting.Noon, new AppendIntent(sequence, new AppendPosition(at, null), bytes.Length, Crc64.Append(0, bytes), FirstId: 1, LastId: 1), batch);
    }

    private async Task DeliverAsync()
    {
        while (_buffer.Ready.TryRead(out var stream))
            await FinishAsync(stream, _buffer.Begin(stream));
    }

    private async Task FinishAsync(LogStream stream, AppendBatch batch)
    {
        while (!batch.IsDone)
        {
            if (await stream.Appender.StepAsync(batch, TestContext.Current.CancellationToken) is ShipVerdict.Delivered delivered)
                batch.Finish(delivered.End, dropped: false);
        }

        _buffer.End(stream, TimeSpan.Zero, StreamHealth.Good);
    }

    private sealed class NoSource : RecordSource
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
