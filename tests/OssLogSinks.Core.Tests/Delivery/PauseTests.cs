using Microsoft.Extensions.Time.Testing;
using OssLogSinks.Core.Appending;
using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.Keys;
using OssLogSinks.Core.Rolling;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Core.Tests.Support;

namespace OssLogSinks.Core.Tests.Delivery;

/// <summary>A pause that follows a batch that is done.</summary>
public class PauseTests
{
    [Fact]
    public void PauseThatEndsWithNothingToSend_GivesNoWorkerATurn()
    {
        var time = new FakeTimeProvider(AppenderTesting.Noon);
        var oss = new MemoryOss();
        using var counters = new DeliveryCounters(null);
        var policy = new RollingPolicy(OssRollingInterval.Infinite, [], localZone: null, null);
        var options = new OssAppenderOptions { Client = oss, TimeProvider = time };
        var context = new AppendContext(DeliverySetup.AppendSettingsOf(options), oss, policy, counters, new DeliveryReporter(null, time));
        using var buffer = new MemoryBuffer(
            new StreamDirectory(ObjectKeyTemplate.Parse("app.log"), context, 10), new MemoryBufferLimits(1 << 20, 4096, TimeSpan.FromSeconds(1)), time);
        Assert.Equal(Acceptance.Accepted, buffer.TryAdd(AppenderTesting.Record("a\n"), causesAppend: true, out _));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(buffer.Ready.TryRead(out var stream));
        buffer.Begin(stream).Finish(1, dropped: false);
        buffer.End(stream, TimeSpan.FromSeconds(5), StreamHealth.Good);

        time.Advance(TimeSpan.FromSeconds(5));
        Assert.False(buffer.Ready.TryRead(out _));

        Assert.Equal(Acceptance.Accepted, buffer.TryAdd(AppenderTesting.Record("b\n"), causesAppend: true, out _));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(buffer.Ready.TryRead(out _));
    }
}
