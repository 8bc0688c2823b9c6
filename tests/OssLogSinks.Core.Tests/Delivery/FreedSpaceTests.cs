using CsCheck;
using Microsoft.Extensions.Time.Testing;
using OssLogSinks.Core.Appending;
using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.DiskBuffer.Format;
using OssLogSinks.Core.Keys;
using OssLogSinks.Core.Rolling;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Core.Tests.Support;

namespace OssLogSinks.Core.Tests.Delivery;

/// <summary>What waits until a refused stream takes more is told of it.</summary>
public class FreedSpaceTests
{
    private const int Streams = 3;
    private static readonly ObjectKeyTemplate Template = ObjectKeyTemplate.Parse("{Tenant}.log");
    private static readonly StreamName[] Names =
        [.. Enumerable.Range(0, Streams).Select(i => new StreamName(Template.Render(default, new string?[] { $"s{i}" })))];

    [Fact]
    public void WheneverAStreamTakesMoreAgain_WhoeverWaitsForThatIsTold() =>
        Gen.Select(Gen.Int[0, Streams - 1], Gen.Int[0, 5]).Array[1, 60].Sample(acts =>
        {
            var time = new FakeTimeProvider(AppenderTesting.Noon);
            using var counters = new DeliveryCounters(null);
            var options = new OssAppenderOptions { Client = new MemoryOss(), TimeProvider = time };
            var policy = new RollingPolicy(OssRollingInterval.Infinite, [], localZone: null, null);
            var context = new AppendContext(DeliverySetup.AppendSettingsOf(options), options.Client, policy, counters, new DeliveryReporter(null, time));
            using var buffer = new MemoryBuffer(
                new StreamDirectory(Template, context, 10), new MemoryBufferLimits(32 << 10, 4096, TimeSpan.FromSeconds(1)), time);
            foreach (var (stream, what) in acts)
                Act(buffer, time, stream, what);
        });

    private static void Act(MemoryBuffer buffer, FakeTimeProvider time, int stream, int what)
    {
        var before = Takes(buffer);
        var acceptingAgain = buffer.WhenAcceptingAgain();
        if (what < 3)
        {
            for (var i = 0; i < 4; i++)
                buffer.TryAdd(AppenderTesting.Record(new string('x', 1000), values: $"s{stream}"), causesAppend: true, out _);
        }
        else
        {
            TakeTurn(buffer, time, what);
        }

        var after = Takes(buffer);
        Assert.True(acceptingAgain.IsCompleted || !before.Zip(after).Any(takes => !takes.First && takes.Second));
    }

    // Refused, failed or delivered.
    private static void TakeTurn(MemoryBuffer buffer, FakeTimeProvider time, int what)
    {
        time.Advance(TimeSpan.FromSeconds(2));
        if (!buffer.Ready.TryRead(out var ready))
            return;

        var batch = buffer.Begin(ready);
        if (what == 5)
            batch.Finish(batch.Count, dropped: false);
        buffer.End(ready, TimeSpan.FromSeconds(1), what switch { 3 => StreamHealth.Refused, 4 => StreamHealth.Failing, _ => StreamHealth.Good });
    }

    private static bool[] Takes(MemoryBuffer buffer) =>
        [.. Names.Select(name => buffer.Takes(name, AppenderTesting.Noon))];
}
