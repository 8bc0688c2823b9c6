using CsCheck;
using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Core.Tests.Support;

namespace OssLogSinks.Core.Tests.DiskBuffer;

/// <summary>The size limit of the disk buffer: never exceeded by a byte, and what gives way at it is told exactly.</summary>
public class BufferLimitTests
{
    private const int Smallest = 8 << 20;

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly BufferWorld _world = NewWorld();
    private long _peak;

    private static BufferWorld NewWorld()
    {
        var world = new BufferWorld();
        world.Options.BufferSizeLimitBytes = Smallest;
        world.Options.MemoryLimitBytes = 4 << 20;
        return world;
    }

    // Before each act, so after each change.
    private static void Watch(BufferWorld world, Action<long> used) => world.Disk.Fails = (_, _) =>
    {
        used(world.Disk.UsedBytes);
        return false;
    };

    // Brings records until one is refused and stays so.
    private static async Task FillAsync(BufferWorld world, OssAppender appender, Func<int, string> stream)
    {
        // Memory may be full for a moment before the disk is: only what is refused after that counts.
        for (var (i, refused) = (0, 0); refused < 50 || !world.Reports.Reports.Any(r => r.Message.Contains("has reached its size limit")); i++)
        {
            Assert.True(refused < 20_000, "The buffer never gets full.");
            if (world.Log(appender, stream(i), 5000))
                refused = 0;
            else
                refused++;
            if (refused > 0)
                await world.StepAsync();
        }
    }

    // Each way of syncing with each way of dropping, so that few rounds prove as much as many drawn ones. The smaller the records, the longer
    // it takes: the CI runs the explicit rows, which draw from all sizes.
    [Theory]
    [InlineData(OssBufferSync.EachWrite, false, 16)]
    [InlineData(OssBufferSync.Interval, true, 16)]
    [InlineData(OssBufferSync.EachWrite, false, 13, Explicit = true)]
    [InlineData(OssBufferSync.EachWrite, true, 13, Explicit = true)]
    [InlineData(OssBufferSync.Interval, false, 13, Explicit = true)]
    [InlineData(OssBufferSync.Interval, true, 13, Explicit = true)]
    [InlineData(OssBufferSync.None, false, 13, Explicit = true)]
    [InlineData(OssBufferSync.None, true, 13, Explicit = true)]
    public async Task RecordsOfAnySize_NeverTakeMoreThanTheLimit(OssBufferSync sync, bool dropsOldest, int leastSizeBits)
    {
        var gen = Gen.Select(Gen.Int[Smallest, Smallest + (1 << 20)], Gen.Int[1, 40], Gen.Int[leastSizeBits, 17], Gen.Int);
        await gen.SampleAsync(
            async t =>
            {
                var (limit, streams, sizeBits, seed) = t;
                var world = NewWorld();
                world.Options.BufferSizeLimitBytes = limit;
                world.Options.BufferSync = sync;
                world.Options.BufferFullAction = dropsOldest ? OssBufferFullAction.DropOldest : OssBufferFullAction.DropNewest;
                var peak = 0L;
                Watch(world, used => peak = Math.Max(peak, used));
                world.IsOssDown = true;
                var appender = world.Start();
                var random = new Random(seed);
                var total = 0L;
                while (total < 3L * limit / 2)
                {
                    var size = random.Next(8, 1 << sizeBits);
                    total += size;
                    var stream = $"s{random.Next(streams)}";
                    if (dropsOldest)
                        await world.LogWhenThereIsSpaceAsync(appender, stream, size);
                    else if (!world.Log(appender, stream, size))
                        await world.StepAsync();
                }

                world.IsOssDown = false;
                await world.FlushAsync(appender, OssFlushTarget.Oss);
                var lost = (int)appender.GetSnapshot().DroppedTotal - Refused(world, appender);
                world.AssertDelivered(mayMiss: lost);
                await world.CloseAsync(appender, Minute);
                Assert.InRange(peak, limit / 3, limit);
                world.AssertNothingIsLeft();
            },
            iter: 1,
            threads: 1);
    }

    // What TryAppend gave back, which is counted as dropped too.
    private static int Refused(BufferWorld world, OssAppender appender) => world.LoggedCount - (int)appender.GetSnapshot().Accepted;

    [Fact]
    public async Task FullBufferThatDropsTheNewest_RefusesThemAndDeliversTheRest()
    {
        Watch(_world, used => _peak = Math.Max(_peak, used));
        _world.IsOssDown = true;
        var appender = _world.Start();
        await FillAsync(_world, appender, i => $"s{i % 7}");

        Assert.Equal(Refused(_world, appender), appender.GetSnapshot().Dropped[DropReason.BufferFull]);
        Assert.Contains(_world.Reports.Reports, r => r.Message.Contains("has reached its size limit"));
        Assert.True(_world.AcceptedCount * 5000L > _world.Options.BufferSizeLimitBytes / 2);
        _world.IsOssDown = false;

        Assert.True(await _world.FlushAsync(appender, OssFlushTarget.Oss));
        _world.AssertDelivered();
        for (var i = 0; i < 500; i++)
            await _world.LogWhenThereIsSpaceAsync(appender, size: 5000);
        Assert.True(await _world.FlushAsync(appender, OssFlushTarget.Oss));
        _world.AssertDelivered();
        Assert.InRange(_peak, Smallest / 2, Smallest);
        Assert.True(await _world.CloseAsync(appender, Minute));
        _world.AssertNothingIsLeft();
    }

    [Fact]
    public async Task FullBuffer_LetsAppendAsyncWaitUntilOssHasTakenSome()
    {
        _world.IsOssDown = true;
        var appender = _world.Start();
        await FillAsync(_world, appender, _ => "a");

        var waiting = appender.AppendAsync(AppenderTesting.Record("1" + new string('.', 4998) + "\n", values: "waiting"), TestContext.Current.CancellationToken).AsTask();
        Assert.False(waiting.IsCompleted);
        _world.IsOssDown = false;

        Assert.True(await _world.EndAsync(waiting));
        Assert.True(await _world.FlushAsync(appender, OssFlushTarget.Oss));
        Assert.Equal([1], _world.StoredOf("waiting"));
        _world.AssertDelivered();
        await _world.CloseAsync(appender, Minute);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(30)]
    public async Task FullBufferDroppingTheOldest_CountsThemAndShipsTheRest(int streams)
    {
        Watch(_world, used => _peak = Math.Max(_peak, used));
        _world.Options.BufferFullAction = OssBufferFullAction.DropOldest;
        _world.IsOssDown = true;
        var appender = _world.Start();
        for (var i = 0; i < 4000; i++)
            await _world.LogWhenThereIsSpaceAsync(appender, $"s{i % streams}", 5000);
        await _world.FlushAsync(appender, OssFlushTarget.Disk);
        var dropped = (int)appender.GetSnapshot().Dropped[DropReason.BufferFull];
        Assert.InRange(dropped, 1500, 3900);
        Assert.Contains(_world.Errors, e => e.Contains("oldest events were dropped"));
        var flush = appender.FlushAsync(OssFlushTarget.Oss, TestContext.Current.CancellationToken);
        _world.IsOssDown = false;

        Assert.True(await _world.EndAsync(flush));
        _world.AssertDelivered(mayMiss: dropped);
        Assert.Equal((3999 / streams) + 1, _world.StoredOf($"s{3999 % streams}")[^1]);
        Assert.InRange(_peak, Smallest / 2, Smallest);
        Assert.False(await _world.CloseAsync(appender, Minute));
        _world.AssertNothingIsLeft();
    }

    [Fact]
    public async Task FlushWaitingForRecordsThatGiveWay_SaysThatTheyWereLost()
    {
        _world.Options.BufferFullAction = OssBufferFullAction.DropOldest;
        _world.IsOssDown = true;
        var appender = _world.Start();
        for (var i = 0; i < 1000; i++)
            await _world.LogWhenThereIsSpaceAsync(appender, "a", 5000);
        var flush = appender.FlushAsync(OssFlushTarget.Oss, TestContext.Current.CancellationToken);
        for (var i = 0; i < 3000; i++)
            await _world.LogWhenThereIsSpaceAsync(appender, "a", 5000);

        _world.IsOssDown = false;
        Assert.False(await _world.EndAsync(flush));
        await _world.CloseAsync(appender, Minute);
    }

    // The CI runs the explicit one too, here and below: the more streams, the larger the journal.
    [Theory]
    [InlineData(3000, 3000)]
    [InlineData(6000, 1500, Explicit = true)]
    public async Task VeryManyStreams_MakeTheJournalGrowWithinTheLimitToo(int streams, int size)
    {
        Watch(_world, used => _peak = Math.Max(_peak, used));
        _world.Options.OpenStreamLimit = 10;
        _world.Options.MemoryLimitBytes = 128 << 20;
        _world.Options.BufferSizeLimitBytes = 16 << 20;
        _world.Options.RetryDelayLimit = TimeSpan.FromMinutes(1);
        _world.IsOssDown = true;
        var appender = _world.Start();
        for (var i = 0; i < 2 * streams; i++)
            _world.Log(appender, $"s{i % streams}", size);
        await _world.UntilAsync(() => _world.Disk.UsedBytes > 7 << 20);

        _world.IsOssDown = false;
        Assert.True(await _world.EndAsync(appender.FlushAsync(OssFlushTarget.Oss, TestContext.Current.CancellationToken), Second));
        _world.AssertDelivered();
        Assert.InRange(_peak, 7 << 20, 16 << 20);
        Assert.True(await _world.CloseAsync(appender, Minute));
        _world.AssertNothingIsLeft();
    }

    [Theory]
    [InlineData(1000, 60)]
    [InlineData(3000, 5, Explicit = true)]
    public async Task JournalThatGrowsWhileTheBufferIsFull_StaysWithinTheLimit(int streams, int firstStep)
    {
        Watch(_world, used => _peak = Math.Max(_peak, used));
        _world.Options.RetryDelayLimit = Minute;
        _world.IsOssDown = true;
        var appender = _world.Start();
        for (var i = 0; i < streams; i++)
            await _world.LogWhenThereIsSpaceAsync(appender, $"s{i}");
        Assert.True(await _world.FlushAsync(appender, OssFlushTarget.Disk));

        // In small steps at the end, so that not a block is left free.
        for (var isFull = false; !isFull;)
        {
            var step = _world.Disk.UsedBytes < 15 << 19 ? firstStep : 5;
            for (var i = 0; i < step; i++)
                _world.Log(appender, "big", 5000);
            var flush = appender.FlushAsync(OssFlushTarget.Disk, TestContext.Current.CancellationToken);
            for (var i = 0; i < 100 && !flush.IsCompleted; i++)
                await _world.StepAsync(isEnough: () => flush.IsCompleted);
            isFull = !flush.IsCompleted;
        }

        // All the small streams have their marks in the journal before any space comes back.
        _world.Refuses = key => key is "big.log" or "s0.log";
        _world.IsOssDown = false;
        await _world.UntilAsync(() => appender.GetSnapshot().Delivered >= streams - 1, Second);
        _world.Refuses = null;

        Assert.True(await _world.EndAsync(appender.FlushAsync(OssFlushTarget.Oss, TestContext.Current.CancellationToken), Second));
        _world.AssertDelivered();
        Assert.True(await _world.CloseAsync(appender, Minute));
        Assert.InRange(_peak, Smallest / 2, Smallest);
    }
}
