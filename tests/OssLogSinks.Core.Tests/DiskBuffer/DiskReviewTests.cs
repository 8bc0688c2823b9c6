using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.Tests.Support;

namespace OssLogSinks.Core.Tests.DiskBuffer;

/// <summary>What once went wrong between the disk, flushes and the close.</summary>
public class DiskReviewTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly BufferWorld _world = new();

    // The CI runs the explicit ones too, here and below.
    [Theory]
    [InlineData("flip", Explicit = true)]
    [InlineData("delete", Explicit = true)]
    public async Task UnreadableSegmentOfALivingProcess_EndsFlushesAndIsALoss(string how)
    {
        _world.IsOssDown = true;
        var appender = _world.Start();
        for (var i = 0; i < 200; i++)
            await _world.LogWhenThereIsSpaceAsync(appender, size: 100 << 10);
        Assert.True(await _world.FlushAsync(appender, OssFlushTarget.Disk));
        var unread = _world.Segments[^2];
        if (how == "flip")
        {
            var bytes = _world.Disk.Bytes(unread);
            for (var at = 1000; at < bytes.Length; at += 300_000)
                bytes[at] ^= 1;
            _world.Disk.Put(unread, bytes);
        }
        else
        {
            _world.Disk.Delete(unread);
        }

        _world.IsOssDown = false;
        await _world.UntilAsync(() => appender.GetSnapshot() is { Delivered: > 100, OldestUndelivered.Ticks: 0 }, TimeSpan.FromSeconds(1));
        var flush = appender.FlushAsync(TestContext.Current.CancellationToken);
        for (var i = 0; i < 600; i++)
            await _world.StepAsync(TimeSpan.FromSeconds(6));
        Assert.True(flush.IsCompleted, "A flush hangs, and so does each one after it.");
        Assert.False(await _world.CloseAsync(appender, Minute), "The close says that nothing was lost.");
    }

    [Theory]
    [InlineData("read-only", Explicit = true)]
    [InlineData("no delete", Explicit = true)]
    public async Task FullBufferThatDropsTheOldest_AndCannotDelete_KeepsWhatItHas(string how)
    {
        _world.Options.BufferFullAction = OssBufferFullAction.DropOldest;
        _world.IsOssDown = true;
        var appender = _world.Start();
        while (appender.GetSnapshot().DroppedTotal == 0 || _world.Disk.UsedBytes < (64 << 20) - (300 << 10))
        {
            await _world.LogWhenThereIsSpaceAsync(appender, size: 100 << 10);
            await _world.StepAsync(TimeSpan.FromMilliseconds(60));
        }

        var before = appender.GetSnapshot().DroppedTotal;
        _world.Disk.IsReadOnly = how == "read-only";
        _world.Disk.Fails = (act, path) => how == "no delete" && act == DiskAct.Delete && path.EndsWith(".seg", StringComparison.Ordinal);
        for (var i = 0; i < 8; i++)
            _world.Log(appender, size: 100 << 10);
        for (var i = 0; i < 50; i++)
            await _world.StepAsync(TimeSpan.FromMilliseconds(200));
        Assert.InRange(appender.GetSnapshot().DroppedTotal - before, 0, 80);
    }

    // The CI runs the explicit one too.
    [Theory]
    [InlineData(false, Explicit = true)]
    [InlineData(true)]
    public async Task CancelledFlush_LeavesTheDisksPaceAlone(bool flushes)
    {
        _world.IsOssDown = true;
        var appender = _world.Start();
        _world.Log(appender, 10);
        Assert.True(await _world.FlushAsync(appender, OssFlushTarget.Disk));
        if (flushes)
        {
            using var source = new CancellationTokenSource();
            var flush = appender.FlushAsync(source.Token);
            await source.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => flush);
        }

        for (var i = 0; i < 20; i++)
            await _world.StepAsync(TimeSpan.FromMilliseconds(100));
        var syncs = 0;
        _world.Disk.Fails = (act, path) =>
        {
            if (act == DiskAct.Sync && path.EndsWith(".seg", StringComparison.Ordinal))
                syncs++;
            return false;
        };
        for (var i = 0; i < 200; i++)
        {
            _world.Log(appender);
            await _world.StepAsync(TimeSpan.FromMilliseconds(1));
        }

        Assert.InRange(syncs, 0, 12);
    }

    [Fact]
    public async Task WriterThatEndsByAnotherException_LosesNothingSilently()
    {
        var hit = 0;
        _world.IsOssDown = true;
        var appender = _world.Start();
        _world.Log(appender, 10, hasState: true);
        Assert.True(await _world.FlushAsync(appender, OssFlushTarget.Disk));
        _world.Disk.Fails = (act, _) => act == DiskAct.Write && Interlocked.Exchange(ref hit, 1) == 0 ? throw new InvalidOperationException("once") : false;
        _world.Log(appender, 200, hasState: true);
        _world.IsOssDown = false;
        for (var i = 0; i < 200; i++)
            await _world.StepAsync(TimeSpan.FromMilliseconds(50));
        var isAllSafe = await _world.CloseAsync(appender, Minute);
        var end = appender.GetSnapshot();
        Assert.Equal(end.Accepted, end.Delivered + end.DroppedTotal);
        Assert.Equal(end.DroppedTotal == 0, isAllSafe);
    }
}
