using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.Rolling;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Core.Tests.Support;

namespace OssLogSinks.Core.Tests.DiskBuffer;

/// <summary>Settings that have a meaning of their own with a disk buffer.</summary>
public class BufferedDeliveryTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly BufferWorld _world = new();

    [Fact]
    public async Task FinishedObjects_AreSealedAndNoEarlier()
    {
        _world.Options.SealFinishedObjects = true;
        _world.Options.ObjectKey = "{Timestamp:yyyyMMdd-HH}.log";
        _world.Options.RollingInterval = OssRollingInterval.Hour;
        var appender = _world.Start();
        for (var i = 0; i < 3; i++)
        {
            Assert.True(appender.TryAppend(AppenderTesting.Record($"{i + 1}\n", AppenderTesting.Noon)));
            Assert.True(await _world.FlushAsync(appender, OssFlushTarget.Oss));
        }

        Assert.Empty(_world.Oss.Seals);
        await _world.UntilAsync(() => _world.Oss.Seals.Count > 0, TimeSpan.FromSeconds(30));
        Assert.InRange(_world.Time.GetUtcNow(), AppenderTesting.Noon.AddHours(1), AppenderTesting.Noon.AddHours(2));

        // One that comes late all the same is neither lost nor stored twice.
        Assert.True(appender.TryAppend(AppenderTesting.Record("4\n", AppenderTesting.Noon)));
        Assert.True(await _world.FlushAsync(appender, OssFlushTarget.Oss));
        Assert.True(await _world.CloseAsync(appender, Minute));
        Assert.Equal(["1\n2\n3\n", "4\n"], _world.Oss.Keys.OrderBy(key => _world.Oss.Text(key)).Select(_world.Oss.Text));
        _world.AssertNothingIsLeft();
    }

    [Fact]
    public async Task FullObjectThatDoesNotRoll_DropsTheRestAndSettlesIt()
    {
        _world.Options.ObjectSizeLimitBytes = 64;
        _world.Options.RollOnObjectSizeLimit = false;
        var appender = _world.Start();
        _world.Log(appender, 10, hasState: true);

        Assert.False(await _world.FlushAsync(appender, OssFlushTarget.Oss));

        Assert.Equal([1, 2, 3, 4], _world.StoredOf("a"));
        Assert.Equal(6, appender.GetSnapshot().Dropped[DropReason.ObjectFull]);
        // Who waits for a record on disk may be told after OSS has it.
        await _world.UntilAsync(() => _world.Outcomes.Delivered.Count == 10);
        Assert.Empty(_world.Outcomes.Dropped);
        Assert.Equal(TimeSpan.Zero, appender.GetSnapshot().OldestUndelivered);
        Assert.False(await _world.CloseAsync(appender, Minute));
        _world.AssertNothingIsLeft();
    }

    [Fact]
    public async Task RetryTimeLimit_GivesUpWhatIsOnDiskTooIfItIsSet()
    {
        _world.Options.RetryTimeLimit = TimeSpan.FromMinutes(10);
        _world.IsOssDown = true;
        var appender = _world.Start();
        _world.Log(appender, 10);
        Assert.True(await _world.FlushAsync(appender, OssFlushTarget.Disk));

        // They are counted first, and then whoever waits for them is told.
        Assert.False(await _world.EndAsync(appender.FlushAsync(OssFlushTarget.Oss, TestContext.Current.CancellationToken), TimeSpan.FromSeconds(1)));

        // Not before; how long after, on a clock that runs while the machine does other things, says nothing.
        Assert.True(_world.Time.GetUtcNow() >= AppenderTesting.Noon.AddMinutes(10));
        Assert.Equal(10, appender.GetSnapshot().Dropped[DropReason.RetryTimeOver]);
        _world.IsOssDown = false;
        _world.Log(appender, 10);

        Assert.True(await _world.FlushAsync(appender, OssFlushTarget.Oss));
        _world.AssertDelivered(mayMiss: 10);
        Assert.False(await _world.CloseAsync(appender, Minute));
        _world.AssertNothingIsLeft();
    }

    [Fact]
    public async Task WithoutARetryTimeLimit_WhatIsOnDiskWaitsForDays()
    {
        _world.Options.RetryDelayLimit = TimeSpan.FromMinutes(10);
        _world.IsOssDown = true;
        var appender = _world.Start();
        _world.Log(appender, 10);
        for (var i = 0; i < 100; i++)
            await _world.StepAsync(TimeSpan.FromHours(1));

        _world.IsOssDown = false;
        Assert.True(await _world.EndAsync(appender.FlushAsync(TestContext.Current.CancellationToken), TimeSpan.FromSeconds(1)));
        _world.AssertDelivered();
        Assert.True(await _world.CloseAsync(appender, Minute));
    }
}
