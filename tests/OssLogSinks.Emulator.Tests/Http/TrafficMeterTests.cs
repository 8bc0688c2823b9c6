using Microsoft.Extensions.Time.Testing;
using OssLogSinks.Emulator.Http;
using OssLogSinks.Emulator.Protocol;

namespace OssLogSinks.Emulator.Tests.Http;

public class TrafficMeterTests
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeSeconds(1_000_000));

    [Fact]
    public void Requests_AreCountedBySecondAndKind()
    {
        var meter = new TrafficMeter(_time);
        meter.Add(OssOperation.AppendObject, 100, 200, isFault: false);
        meter.Add(OssOperation.AppendObject, 50, 200, isFault: true);
        meter.Add(OssOperation.AppendObject, 10, 409, isFault: false);
        meter.Add(OssOperation.AppendObject, 10, 503, isFault: true);
        meter.Add(OssOperation.HeadObject, 0, 200, isFault: false);
        _time.Advance(TimeSpan.FromSeconds(2));
        meter.Add(OssOperation.GetObject, 0, 404, isFault: false);

        var seconds = meter.Snapshot();

        Assert.Equal(TrafficMeter.Seconds, seconds.Count);
        Assert.Equal([1_000_000L, 1_000_001L, 1_000_002L], seconds.TakeLast(3).Select(second => second.Second));
        Assert.Equal([(5, 2, 150L, 1, 2), (0, 0, 0L, 0, 0), (1, 0, 0L, 1, 0)],
            seconds.TakeLast(3).Select(second => (second.Requests, second.Appends, second.Bytes, second.Refusals, second.Faults)));
    }

    [Fact]
    public void OldSeconds_AreForgotten()
    {
        var meter = new TrafficMeter(_time);
        meter.Add(OssOperation.AppendObject, 100, 200, isFault: false);
        _time.Advance(TimeSpan.FromSeconds(TrafficMeter.Seconds));

        Assert.All(meter.Snapshot(), second => Assert.Equal(0, second.Requests));
    }
}
