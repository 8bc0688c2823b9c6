using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.Tests.Support;

namespace OssLogSinks.Core.Tests.DiskBuffer;

/// <summary>What a flush and a close of an appender with a disk buffer promise, and what they and the figures tell.</summary>
public class BufferFlushTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    // Less than the threads of an appender with a disk buffer may take to stop, in real time.
    private static readonly TimeSpan WithinGrace = TimeSpan.FromSeconds(1.25);

    private readonly BufferWorld _world = new();

    // A process that comes after the one of this test, with an OSS that works.
    private async Task<BufferWorld> ShipTheRestAsync(int count)
    {
        var next = new BufferWorld(_world.Disk);
        var appender = next.Start();
        await next.UntilAsync(() => appender.GetSnapshot().Delivered >= count);
        Assert.True(await next.CloseAsync(appender, Minute));
        Assert.Equal(count, appender.GetSnapshot().Delivered);
        return next;
    }

    [Theory]
    [InlineData(OssBufferSync.EachWrite)]
    [InlineData(OssBufferSync.Interval)]
    [InlineData(OssBufferSync.None)]
    public async Task FlushToDisk_MakesRecordsSurviveAPowerCut(OssBufferSync sync)
    {
        _world.Options.BufferSync = sync;
        _world.IsOssDown = true;
        var appender = _world.Start();
        for (var i = 0; i < 5; i++)
        {
            _world.Log(appender, 100, hasState: true);
            Assert.True(await _world.FlushAsync(appender, OssFlushTarget.Disk));
            Assert.Equal((i + 1) * 100, _world.Outcomes.Delivered.Count);
        }

        _world.Disk.PowerCut();
        var next = await ShipTheRestAsync(500);

        Assert.Equal(_world.Accepted["a"], next.StoredOf("a"));
        Assert.Equal(500, _world.Outcomes.Delivered.Distinct().Count());
        await _world.CloseAsync(appender, TimeSpan.Zero);
        Assert.Equal(500, _world.Outcomes.Delivered.Count);
        Assert.Empty(_world.Outcomes.Dropped);
    }

    [Fact]
    public async Task ManyFlushesAtOnce_AllEnd()
    {
        _world.Options.AppendInterval = TimeSpan.FromDays(1);
        var appender = _world.Start();

        var flushing = Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
        {
            for (var i = 0; i < 100; i++)
            {
                Assert.True(appender.TryAppend(AppenderTesting.Record($"{i + 1}\n", values: $"w{worker}")));
                Assert.True(await appender.FlushAsync(worker % 2 == 0 ? OssFlushTarget.Oss : OssFlushTarget.Disk, TestContext.Current.CancellationToken));
            }

            return true;
        })).ToArray();
        await _world.EndAsync(Task.WhenAll(flushing));

        Assert.True(await _world.CloseAsync(appender, Minute));
        Assert.All(Enumerable.Range(0, 8), worker => Assert.Equal(Enumerable.Range(1, 100), _world.StoredOf($"w{worker}")));
    }

    [Fact]
    public async Task FlushWithNothingToDo_EndsAtOnce()
    {
        var appender = _world.Start();

        Assert.True(appender.FlushAsync(OssFlushTarget.Disk, TestContext.Current.CancellationToken).IsCompletedSuccessfully);
        Assert.True(appender.FlushAsync(TestContext.Current.CancellationToken).IsCompletedSuccessfully);
        _world.Log(appender, 10);
        Assert.True(await _world.FlushAsync(appender, OssFlushTarget.Oss));
        Assert.True(appender.FlushAsync(OssFlushTarget.Disk, TestContext.Current.CancellationToken).IsCompletedSuccessfully);
        Assert.True(appender.FlushAsync(TestContext.Current.CancellationToken).IsCompletedSuccessfully);

        Assert.True(await _world.CloseAsync(appender, Minute));
        Assert.True(await appender.FlushAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task CancelledFlush_LeavesDeliveryAlone()
    {
        _world.IsOssDown = true;
        var appender = _world.Start();
        _world.Log(appender, 10);
        using var cancel = new CancellationTokenSource();
        var flush = appender.FlushAsync(cancel.Token);
        await _world.StepAsync();

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => flush);
        _world.IsOssDown = false;
        Assert.True(await _world.FlushAsync(appender, OssFlushTarget.Oss));
        _world.AssertDelivered();
        await _world.CloseAsync(appender, Minute);
    }

    [Theory]
    [InlineData(OssBufferSync.EachWrite)]
    [InlineData(OssBufferSync.None)]
    public async Task CloseWhileOssIsDown_LeavesEverythingOnDiskAndSaysHowMuch(OssBufferSync sync)
    {
        _world.Options.BufferSync = sync;
        _world.Options.MemoryLimitBytes = 3 << 20;
        var appender = _world.Start();
        _world.Log(appender, 300);
        Assert.True(await _world.FlushAsync(appender, OssFlushTarget.Oss));
        _world.IsOssDown = true;

        // More than there is memory for, so that some of it was read back and some not.
        for (var i = 0; i < 1000; i++)
            await _world.LogWhenThereIsSpaceAsync(appender, $"s{i % 3}", 5000);

        Assert.True(await _world.CloseAsync(appender, TimeSpan.FromSeconds(1)));

        Assert.Contains(_world.Reports.Reports, r => r.Message == "1000 event(s) wait on disk for the next start.");
        Assert.Equal(0, appender.GetSnapshot().DroppedTotal);
        var next = await ShipTheRestAsync(1000);
        Assert.All(["s0", "s1", "s2"], stream => Assert.Equal(_world.Accepted[stream], next.StoredOf(stream)));
        _world.AssertNothingIsLeft();
    }

    [Theory]
    [InlineData(OssBufferSync.EachWrite)]
    [InlineData(OssBufferSync.Interval)]
    [InlineData(OssBufferSync.None)]
    public async Task CloseWithoutTimeRightAfterARecord_KeepsItOnDisk(OssBufferSync sync)
    {
        _world.Options.BufferSync = sync;

        // Space for the folders of all rounds.
        _world.Options.BufferSizeLimitBytes = 1 << 30;
        _world.IsOssDown = true;
        var began = TimeProvider.System.GetTimestamp();
        var hasLeftALock = false;
        for (var round = 0; round < 30;)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < Wait.Longest, $"{round} closes ended within their grace.");
            var process = new ProcessDisk(_world.Disk);
            var appender = new OssAppender(_world.Options, process);
            _world.Log(appender, round % 3, hasState: true);
            if (round % 2 == 0)
                await _world.FlushAsync(appender, OssFlushTarget.Disk);
            _world.Log(appender, 1 + (round % 5), hasState: true);
            var dropped = _world.Outcomes.Dropped.Count;

            var closing = TimeProvider.System.GetTimestamp();
            var isKept = await appender.CloseAsync(TimeSpan.Zero).InTime();
            if (TimeProvider.System.GetElapsedTime(closing) < WithinGrace)
            {
                // What an earlier process left half written is a loss of the one that takes it over.
                Assert.True(isKept || hasLeftALock);
                Assert.Equal(dropped, _world.Outcomes.Dropped.Count);
                round++;
            }
            else
            {
                // The machine was too busy, and the round is not counted: its close may have dropped records, and keeps the lock until the process ends.
                hasLeftALock = true;
                process.Die();
            }
        }

        var lost = _world.Outcomes.Dropped.Select(d => d.State);
        Assert.Equal(_world.Accepted["a"].Select(number => $"a{number}").Order(), _world.Outcomes.Delivered.Concat(lost).Cast<string>().Order());
        await AssertAllIsShippedAsync(_world.Accepted["a"].Where(number => !lost.Contains($"a{number}")).ToHashSet());
    }

    // The next process ships these, each once; beside them only records that were dropped while they were being written.
    private async Task AssertAllIsShippedAsync(HashSet<int> kept)
    {
        var next = new BufferWorld(_world.Disk);
        var appender = next.Start();
        await next.UntilAsync(() => next.StoredOf("a").Count(kept.Contains) >= kept.Count);
        Assert.True(await next.CloseAsync(appender, Minute));

        var stored = next.StoredOf("a");
        Assert.Equal(kept.Order(), stored.Where(kept.Contains).Order());
        Assert.Equal(stored.Distinct().Count(), stored.Count);
        Assert.Subset(_world.Accepted["a"].ToHashSet(), stored.ToHashSet());
    }

    [Fact]
    public async Task FiguresAtRest_SayThatNothingWaits()
    {
        var appender = _world.Start();
        for (var i = 0; i < 2000; i++)
            await _world.LogWhenThereIsSpaceAsync(appender, $"s{i % 5}", 5000);
        Assert.True(await _world.FlushAsync(appender, OssFlushTarget.Oss));
        await _world.UntilAsync(() => appender.GetSnapshot().MemoryBytes == 0);

        var rest = appender.GetSnapshot();
        Assert.Equal((2000, 2000, 0), (rest.Accepted, rest.Delivered, rest.DroppedTotal));
        Assert.Equal(TimeSpan.Zero, rest.OldestUndelivered);
        Assert.Equal(_world.Disk.UsedBytes, rest.BufferBytes);
        Assert.Single(_world.Segments);
        Assert.True(await _world.CloseAsync(appender, Minute));
        Assert.Equal(0, appender.GetSnapshot().BufferBytes);
        Assert.DoesNotContain(_world.Reports.Reports, r => r.Message.Contains("wait on disk"));
    }

    [Fact]
    public async Task FiguresWhileOssIsDown_TellWhatWaits()
    {
        _world.IsOssDown = true;
        var appender = _world.Start();
        _world.Log(appender, 100, size: 5000);
        Assert.True(await _world.FlushAsync(appender, OssFlushTarget.Disk));
        await _world.UntilAsync(() => appender.GetSnapshot() is { MemoryBytes: > 400_000 } now && now.OldestUndelivered > TimeSpan.Zero);

        await _world.StepAsync(TimeSpan.FromMinutes(5));

        Assert.InRange(appender.GetSnapshot().OldestUndelivered, TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(6));
        Assert.Equal(_world.Disk.UsedBytes, appender.GetSnapshot().BufferBytes);
        Assert.InRange(appender.GetSnapshot().BufferBytes, 500_000, 2_000_000);
        Assert.True(await _world.CloseAsync(appender, TimeSpan.Zero));
    }

    [Theory]
    [InlineData(OssFlushTarget.Disk)]
    [InlineData(OssFlushTarget.Oss)]
    public async Task FlushThatNothingFulfils_EndsWithTheClose(OssFlushTarget target)
    {
        _world.IsOssDown = true;
        _world.Disk.Fails = (act, _) => act == DiskAct.Write && target == OssFlushTarget.Disk;
        var appender = _world.Start();
        _world.Log(appender, 10);
        var flush = appender.FlushAsync(target, TestContext.Current.CancellationToken);

        Assert.Equal(target == OssFlushTarget.Oss, await _world.CloseAsync(appender, TimeSpan.FromSeconds(1)));

        Assert.False(await flush.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        Assert.True(await appender.FlushAsync(OssFlushTarget.Disk, TestContext.Current.CancellationToken), "Nothing waits any more.");
    }
}
