using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.Tests.Support;

namespace OssLogSinks.Core.Tests.DiskBuffer;

/// <summary>Whatever is brought, and whatever OSS takes of it: everything moves that can, and nothing spins.</summary>
public class BufferLivenessTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly BufferWorld _world = new();

    [Fact]
    public async Task StreamThatOssNeverTakes_KeepsItsSegmentAndHoldsNoOtherBack()
    {
        _world.Options.BufferSizeLimitBytes = 8 << 20;
        _world.Refuses = key => key == "bad.log";
        var appender = _world.Start();
        _world.Log(appender, 1, "bad");
        for (var i = 0; i < 2500; i++)
            await _world.LogWhenThereIsSpaceAsync(appender, $"s{i % 3}", 5000);
        await _world.UntilAsync(() => appender.GetSnapshot().Delivered == 2500);

        await _world.UntilAsync(() => _world.Segments.Length <= 2);
        Assert.Equal(_world.Disk.UsedBytes, appender.GetSnapshot().BufferBytes);
        _world.Refuses = null;

        Assert.True(await _world.FlushAsync(appender, OssFlushTarget.Oss));
        _world.AssertDelivered();
        Assert.True(await _world.CloseAsync(appender, Minute));
        _world.AssertNothingIsLeft();
    }

    // The CI runs the explicit one too: more streams than have their names in memory.
    [Theory]
    [InlineData(50, 40, 1)]
    [InlineData(1500, 1, 10)]
    [InlineData(10_500, 1, 10, Explicit = true)]
    public async Task MoreStreamsThanAreKeptOpen_AreAllDeliveredInOrder(int streams, int rounds, int openStreams)
    {
        _world.Options.OpenStreamLimit = openStreams;
        _world.Options.MemoryLimitBytes = 64 << 20;
        _world.Options.RetryDelayLimit = Minute;
        _world.IsOssDown = true;
        var appender = _world.Start();
        for (var i = 0; i < streams * rounds; i++)
            _world.Log(appender, $"s{i % streams}");
        Assert.True(await _world.FlushAsync(appender, OssFlushTarget.Disk));
        _world.IsOssDown = false;

        Assert.True(await _world.FlushAsync(appender, OssFlushTarget.Oss));
        _world.AssertDelivered();
        await _world.UntilAsync(() => appender.GetSnapshot().OpenStreams <= openStreams);
        Assert.True(await _world.CloseAsync(appender, Minute));
        _world.AssertNothingIsLeft();
    }

    [Fact]
    public async Task RecordsAsLargeAsTheyMayBe_AreDelivered()
    {
        _world.Options.BufferSizeLimitBytes = 8 << 20;
        _world.Options.AppendSizeLimitBytes = _world.Options.EventSizeLimitBytes = 2 << 20;
        _world.Options.MemoryLimitBytes = 0;
        _world.Options.MemoryLimitBytes = LeastMemory(_world.Options);
        var appender = _world.Start();
        for (var i = 0; i < 12; i++)
        {
            await _world.LogWhenThereIsSpaceAsync(appender, "large", 2 << 20);
            await _world.LogWhenThereIsSpaceAsync(appender, "small");
        }

        Assert.False(_world.Log(appender, "large", (2 << 20) + 1));
        Assert.True(await _world.FlushAsync(appender, OssFlushTarget.Oss));
        _world.AssertDelivered();
        Assert.True(await _world.CloseAsync(appender, Minute));
        _world.AssertNothingIsLeft();
    }

    // What the validator asks for: the least that a test of large records may have.
    private static long LeastMemory(OssAppenderOptions options)
    {
        var fault = Assert.Single(options.Validate());
        return long.Parse(fault.Problem.Split("at least ")[1].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task EmptyRecords_AreDeliveredToo()
    {
        var appender = _world.Start();
        for (var i = 0; i < 30; i++)
            Assert.True(appender.TryAppend(AppenderTesting.Record(i % 3 == 0 ? $"{i}\n" : "", state: i, values: i % 2 == 0 ? "a" : "b")));

        Assert.True(await _world.FlushAsync(appender, OssFlushTarget.Oss));

        Assert.Equal(30, appender.GetSnapshot().Delivered);
        Assert.Equal([0, 6, 12, 18, 24], _world.StoredOf("a"));
        Assert.Equal([3, 9, 15, 21, 27], _world.StoredOf("b"));
        Assert.Equal(30, _world.Outcomes.Delivered.Count);
        Assert.True(await _world.CloseAsync(appender, Minute));
        _world.AssertNothingIsLeft();
    }

    // The CI runs the explicit ones too.
    [Theory]
    [InlineData(false, "")]
    [InlineData(true, "", Explicit = true)]
    [InlineData(true, "no writes", Explicit = true)]
    [InlineData(true, "full", Explicit = true)]
    public async Task AppenderThatCanDoNothing_DoesNothing(bool isOssDown, string ailment)
    {
        _world.Options.BufferSizeLimitBytes = 8 << 20;
        _world.Options.MemoryLimitBytes = 4 << 20;
        _world.IsOssDown = isOssDown;
        if (ailment == "no writes")
            _world.Disk.Fails = (act, _) => act == DiskAct.Write;
        var appender = _world.Start();
        for (var (i, refused) = (0, 0); refused < 20 && i < (ailment.Length > 0 ? int.MaxValue : 200); i++)
        {
            refused = _world.Log(appender, size: 5000) ? 0 : refused + 1;
            if (refused > 0)
                await _world.StepAsync();
        }

        for (var i = 0; i < 100; i++)
            await _world.StepAsync();
        await _world.UntilAsync(() => isOssDown || appender.GetSnapshot().Delivered == _world.AcceptedCount);
        var (acts, appends) = (_world.Disk.Acts, _world.Oss.Appends.Count);
        for (var i = 0; i < 200; i++)
            await _world.StepAsync(TimeSpan.FromMilliseconds(500));

        // In a hundred seconds: ten looks at the folder, twenty attempts to write, and one append a second at most.
        Assert.InRange(_world.Disk.Acts - acts, 1, 400);
        Assert.InRange(_world.Oss.Appends.Count - appends, 0, isOssDown ? 267 : 0);
        _world.IsOssDown = false;
        _world.Disk.Fails = null;
        Assert.True(await _world.FlushAsync(appender, OssFlushTarget.Oss));
        _world.AssertDelivered();
        Assert.True(await _world.CloseAsync(appender, Minute));
    }

    [Fact]
    public async Task RecordsAfterAFlush_ShareTheirAppendAgain()
    {
        _world.Options.AppendInterval = TimeSpan.FromHours(1);
        var appender = _world.Start();
        _world.Log(appender);
        Assert.True(await _world.FlushAsync(appender, OssFlushTarget.Oss));

        _world.Log(appender);
        await _world.UntilAsync(() => appender.GetSnapshot().MemoryBytes > 0 && _world.Outcomes.Delivered.Count == 0);
        for (var i = 0; i < 100; i++)
        {
            _world.Log(appender);
            await _world.StepAsync();
        }

        Assert.Single(_world.Oss.Appends);
        Assert.True(await _world.FlushAsync(appender, OssFlushTarget.Oss));
        _world.AssertDelivered();
        Assert.True(await _world.CloseAsync(appender, Minute));
    }

    [Fact]
    public async Task TwoAppendersOfOneProcessOnOnePath_LeaveEachOtherAlone()
    {
        var other = new BufferWorld(_world.Disk);
        _world.IsOssDown = true;
        var first = _world.Start();
        _world.Log(first, 100);
        Assert.True(await _world.FlushAsync(first, OssFlushTarget.Disk));
        var second = other.Start();
        other.Log(second, 100, "b");
        Assert.True(await other.FlushAsync(second, OssFlushTarget.Oss));
        for (var i = 0; i < 100; i++)
            await other.StepAsync(TimeSpan.FromSeconds(1));

        other.AssertDelivered();
        Assert.Equal(2, _world.Disk.FoldersIn(BufferWorld.Path).Count);
        Assert.Equal(0, second.GetSnapshot().OrphanedFolders);

        // Only what the first leaves when it is closed is the other's.
        Assert.True(await _world.CloseAsync(first, TimeSpan.Zero));
        await other.UntilAsync(() => second.GetSnapshot().Delivered == 200, TimeSpan.FromSeconds(1));
        Assert.Equal(1, second.GetSnapshot().OrphanedFolders);
        Assert.Equal(_world.Accepted["a"], other.StoredOf("a"));
        other.AssertDelivered();
        Assert.True(await other.CloseAsync(second, Minute));
        _world.AssertNothingIsLeft();
    }

    [Fact]
    public async Task SmallDisk_NeitherThrowsNorGrows_AndDeliversWhatItTook()
    {
        _world.Disk.Capacity = 12 << 20;
        _world.Options.BufferSizeLimitBytes = 1 << 30;
        _world.Options.MemoryLimitBytes = 16 << 20;
        _world.IsOssDown = true;
        var appender = _world.Start();
        for (var i = 0; i < 8000; i++)
        {
            if (!_world.Log(appender, $"s{i % 4}", 5000) && i % 50 == 0)
                await _world.StepAsync();
        }

        Assert.InRange(_world.Disk.UsedBytes, 10 << 20, 12 << 20);
        Assert.InRange(appender.GetSnapshot().MemoryBytes, 1, _world.Options.MemoryLimitBytes);
        _world.IsOssDown = false;

        Assert.True(await _world.FlushAsync(appender, OssFlushTarget.Oss));
        _world.AssertDelivered();

        // What is in OSS gives its space back, so the disk is used again.
        await _world.UntilAsync(() => _world.Log(appender) && _world.Reports.Reports.Any(r => r.Message.Contains("disk buffer works again")), TimeSpan.FromSeconds(1));
        await _world.UntilAsync(() => _world.Segments.Length <= 1, TimeSpan.FromSeconds(1));
        Assert.True(await _world.CloseAsync(appender, Minute));
        _world.AssertDelivered();
        _world.AssertNothingIsLeft();
    }
}
