using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Core.Tests.Support;

namespace OssLogSinks.Core.Tests.DiskBuffer;

/// <summary>A disk that does not work, for a while or at all: records go through memory, in order, and back to disk when it works.</summary>
public class DiskTroubleTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly BufferWorld _world = new();

    public static TheoryData<string> Ailments => new("read-only", "full", "no folders", "no syncs", "no folder syncs", "no locks", "no writes", "no new files");

    private void Ail(string ailment, bool isIll = true)
    {
        _world.Disk.IsReadOnly = isIll && ailment == "read-only";
        _world.Disk.Capacity = isIll && ailment == "full" ? _world.Disk.UsedBytes : null;
        DiskAct? failing = ailment switch
        {
            "no folders" => DiskAct.CreateFolder,
            "no syncs" => DiskAct.Sync,
            "no folder syncs" => DiskAct.SyncFolder,
            "no locks" => DiskAct.Open,
            "no writes" => DiskAct.Write,
            "no new files" => DiskAct.Create,
            _ => null,
        };
        _world.Disk.Fails = isIll && failing is not null ? (act, path) => act == failing && (act != DiskAct.Open || path.EndsWith("lock", StringComparison.Ordinal)) : null;
    }

    private void AssertReportedOnceAMinute()
    {
        var minutes = (_world.Time.GetUtcNow() - AppenderTesting.Noon).TotalMinutes;
        Assert.InRange(_world.Errors.Count(), 1, 1 + (int)minutes);
        Assert.All(_world.Errors, error => Assert.Contains("disk buffer does not work", error));
    }

    [Theory]
    [MemberData(nameof(Ailments))]
    public async Task DiskFailingFromTheStart_IsReportedOnceAndMemoryIsUsed(string ailment)
    {
        Ail(ailment);
        var appender = _world.Start();

        _world.Log(appender, 100, hasState: true);
        Assert.True(await _world.FlushAsync(appender, OssFlushTarget.Oss));
        _world.Log(appender, 100, hasState: true);
        Assert.True(await _world.FlushAsync(appender, OssFlushTarget.Disk));

        _world.AssertDelivered();
        AssertReportedOnceAMinute();
        await _world.UntilAsync(() => _world.Outcomes.Delivered.Count == 200);
        Assert.True(await _world.CloseAsync(appender, Minute));
        Assert.Equal(200, _world.Outcomes.Delivered.Distinct().Count());
        Assert.Empty(_world.Outcomes.Dropped);
    }

    [Theory]
    [MemberData(nameof(Ailments))]
    public async Task DiskThatWorksAgain_IsUsedAgainAndEachRecordIsStoredOnce(string ailment)
    {
        Ail(ailment);
        var appender = _world.Start();
        _world.Log(appender, 50, hasState: true);
        await _world.UntilAsync(() => _world.Errors.Any());

        Ail(ailment, isIll: false);
        await _world.UntilAsync(() => _world.Log(appender) && _world.Reports.Reports.Any(r => r.Message.Contains("disk buffer works again")), TimeSpan.FromSeconds(1));
        Assert.True(await _world.FlushAsync(appender, OssFlushTarget.Oss));
        _world.IsOssDown = true;
        _world.Log(appender, 50);
        Assert.True(await _world.FlushAsync(appender, OssFlushTarget.Disk));
        _world.IsOssDown = false;

        Assert.True(await _world.FlushAsync(appender, OssFlushTarget.Oss));
        _world.AssertDelivered();
        Assert.True(await _world.CloseAsync(appender, Minute));
        _world.AssertNothingIsLeft();
    }

    [Theory]
    [MemberData(nameof(Ailments))]
    public async Task DiskThatFailsInTheMiddle_KeepsTheOrderAndLosesNothing(string ailment)
    {
        var appender = _world.Start();
        _world.IsOssDown = true;
        _world.Log(appender, 100);
        Assert.True(await _world.FlushAsync(appender, OssFlushTarget.Disk));

        Ail(ailment);
        _world.Log(appender, 100);
        _world.IsOssDown = false;
        await _world.UntilAsync(() => ailment is "no folders" or "no locks" or "no folder syncs" or "no new files" || _world.Errors.Any());
        _world.Log(appender, 100);
        Ail(ailment, isIll: false);

        Assert.True(await _world.FlushAsync(appender, OssFlushTarget.Oss));
        _world.Log(appender, 100);
        Assert.True(await _world.FlushAsync(appender, OssFlushTarget.Oss));
        _world.AssertDelivered();
        Assert.True(await _world.CloseAsync(appender, Minute));
        _world.AssertNothingIsLeft();
    }

    [Theory]
    [InlineData(OssBufferSync.EachWrite, 4)]
    [InlineData(OssBufferSync.EachWrite, 25)]
    [InlineData(OssBufferSync.Interval, 4)]
    [InlineData(OssBufferSync.Interval, 25)]
    [InlineData(OssBufferSync.None, 4)]
    [InlineData(OssBufferSync.None, 25)]
    public async Task DiskThatFailsNowAndThen_LosesNothing(OssBufferSync sync, int oneIn)
    {
        _world.Options.BufferSync = sync;
        var chance = new Random(7);
        var isFlaky = true;
        _world.Disk.Fails = (act, _) => isFlaky && act is not (DiskAct.List or DiskAct.Read or DiskAct.Open) && chance.Next(oneIn) == 0;
        var appender = _world.Start();

        for (var round = 0; round < 60; round++)
        {
            for (var i = 0; i < 20; i++)
                _world.Log(appender, $"s{i % 3}", hasState: true);
            _world.IsOssDown = round % 3 == 0;
            await _world.StepAsync();
            _world.Time.Advance(TimeSpan.FromSeconds(round % 7));
        }

        _world.IsOssDown = isFlaky = false;
        Assert.True(await _world.FlushAsync(appender, OssFlushTarget.Disk));
        Assert.True(await _world.FlushAsync(appender, OssFlushTarget.Oss));
        _world.AssertDelivered();
        Assert.Equal(1200, _world.Outcomes.Delivered.Count);
        Assert.Equal(1200, _world.Outcomes.Delivered.Distinct().Count());

        // Once there is a folder in use, a folder that could not be deleted is taken over like any other's. A disk that failed is
        // tried again five seconds later.
        await _world.StepAsync(TimeSpan.FromSeconds(10));
        _world.IsOssDown = true;
        _world.Log(appender);
        Assert.True(await _world.FlushAsync(appender, OssFlushTarget.Disk));
        _world.IsOssDown = false;
        await _world.UntilAsync(() => _world.Disk.FoldersIn(BufferWorld.Path).Count <= 1, TimeSpan.FromSeconds(1));
        Assert.True(await _world.CloseAsync(appender, Minute));
        Assert.Empty(_world.Outcomes.Dropped);
        _world.AssertNothingIsLeft();
    }

    // The CI runs the explicit one too.
    [Theory]
    [InlineData(16 << 20)]
    [InlineData(64 << 20, Explicit = true)]
    public async Task DiskAndOssThatFail_FillMemoryAndNoMore_AndDropWhatComesThen(int memory)
    {
        _world.Options.MemoryLimitBytes = memory;
        _world.IsOssDown = true;
        Ail("read-only");
        var appender = _world.Start();

        var refused = 0;
        for (var i = 0; refused < 100 && i < 40_000; i++)
        {
            refused += _world.Log(appender, size: 4096) ? 0 : 1;
            if (i % 50 == 0)
                await _world.StepAsync();
        }

        await _world.StepAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(100, refused);
        Assert.InRange(appender.GetSnapshot().MemoryBytes, 1 << 20, _world.Options.MemoryLimitBytes);
        Assert.Equal(100, appender.GetSnapshot().Dropped[DropReason.BufferFull]);

        _world.IsOssDown = false;
        Assert.True(await _world.FlushAsync(appender, OssFlushTarget.Oss));
        _world.AssertDelivered();
        Assert.True(await _world.CloseAsync(appender, Minute));
        Assert.Equal((0, TimeSpan.Zero), (appender.GetSnapshot().MemoryBytes, appender.GetSnapshot().OldestUndelivered));
    }

    [Fact]
    public async Task CloseWhileDiskAndOssFail_TellsWhatIsLost()
    {
        _world.IsOssDown = true;
        Ail("no writes");
        var appender = _world.Start();
        _world.Log(appender, 10, hasState: true);

        Assert.False(await _world.EndAsync(appender.CloseAsync(TimeSpan.FromSeconds(5)), TimeSpan.FromSeconds(1)));

        Assert.Equal(10, _world.Outcomes.Dropped.Count);
        Assert.Equal(10, appender.GetSnapshot().Dropped[DropReason.CloseTimeOver]);
    }

    // What a folder without a segment takes: the journal's two files.
    private const long Journals = 160 << 10;

    [Fact]
    public async Task SyncThatFailsWhileSomebodyFlushes_IsNotBelievedLater()
    {
        _world.Options.BufferSync = OssBufferSync.None;
        _world.IsOssDown = true;
        var appender = _world.Start();
        _world.Log(appender, 10);
        await _world.UntilAsync(() => appender.GetSnapshot() is { MemoryBytes: > 0, BufferBytes: > Journals });

        Ail("no syncs");
        var flush = appender.FlushAsync(OssFlushTarget.Disk, TestContext.Current.CancellationToken);
        await _world.UntilAsync(() => _world.Errors.Any());
        Assert.False(flush.IsCompleted);
        Ail("no syncs", isIll: false);
        for (var i = 0; i < 100; i++)
            await _world.StepAsync(TimeSpan.FromSeconds(1));

        // The system may have thrown away what it could not write, and says yes to the next sync: only OSS makes it safe.
        Assert.False(flush.IsCompleted);
        _world.IsOssDown = false;
        Assert.True(await _world.EndAsync(flush));
        Assert.True(await _world.CloseAsync(appender, Minute));
        _world.AssertDelivered();
    }

    [Fact]
    public async Task FlushToDiskAfterTheDiskWorksAgain_DoesNotWaitForOss()
    {
        _world.Options.BufferSync = OssBufferSync.None;
        _world.Refuses = key => key == "a.log";
        var appender = _world.Start();
        _world.Log(appender, 10, "a");
        await _world.UntilAsync(() => _world.Oss.Appends.Count > 0);

        Ail("no writes");
        _world.Log(appender, 10, "b");
        await _world.UntilAsync(() => _world.StoredCountOf("b") == 10);
        Ail("no writes", isIll: false);

        Assert.True(await _world.FlushAsync(appender, OssFlushTarget.Disk));
        _world.Refuses = null;
        Assert.True(await _world.CloseAsync(appender, Minute));
        _world.AssertDelivered();
    }

    [Fact]
    public async Task FolderWhoseNameCannotBeMadeDurableAtFirst_IsReadAllTheSame()
    {
        var left = 1;
        _world.Disk.Fails = (act, path) => act == DiskAct.SyncFolder && path == BufferWorld.Path && left-- > 0;
        var appender = _world.Start();
        await _world.UntilAsync(() => _world.Errors.Any());
        _world.Time.Advance(Minute);

        _world.Log(appender, 10);

        Assert.True(await _world.FlushAsync(appender, OssFlushTarget.Oss));
        _world.AssertDelivered();
        Assert.True(await _world.CloseAsync(appender, Minute));
        _world.AssertNothingIsLeft();
    }

    [Fact]
    public async Task DiskThatNeverAllowsTheJournal_KeepsNothingOfTheFolder()
    {
        _world.Disk.Fails = (act, path) => act == DiskAct.Sync && path.Contains("journal", StringComparison.Ordinal);
        var appender = _world.Start();
        _world.Log(appender, 10);

        Assert.True(await _world.CloseAsync(appender, Minute));

        _world.AssertDelivered();
        _world.AssertNothingIsLeft();
    }

    // The CI runs the explicit ones too.
    [Theory]
    [InlineData(OssBufferSync.EachWrite)]
    [InlineData(OssBufferSync.Interval, Explicit = true)]
    [InlineData(OssBufferSync.None, Explicit = true)]
    public async Task DiskThatTakesOnlyTheFirstBlock_ShipsAllInOrder(OssBufferSync sync)
    {
        _world.Options.BufferSync = sync;
        _world.Options.BufferSyncInterval = TimeSpan.FromDays(1);
        var appender = _world.Start();
        _world.Log(appender, 1);
        Assert.True(await _world.FlushAsync(appender, OssFlushTarget.Disk));

        // As many blocks as can come at once, of which one and a half find space.
        _world.Disk.Capacity = _world.Disk.UsedBytes + (1536 << 10);
        _world.Log(appender, 28, size: 100_000);

        await _world.UntilAsync(() => _world.StoredCountOf("a") == 29);
        _world.AssertDelivered();
        AssertReportedOnceAMinute();
        Assert.True(await _world.CloseAsync(appender, Minute));
    }

    [Fact]
    public async Task FlushToDisk_DoesNotWaitForWhatComesLater()
    {
        _world.IsOssDown = true;
        Ail("no writes");
        var appender = _world.Start();
        _world.Log(appender, 10);
        var flush = appender.FlushAsync(OssFlushTarget.Disk, TestContext.Current.CancellationToken);
        _world.Log(appender, 10, "later");
        _world.Refuses = key => key == "later.log";
        _world.IsOssDown = false;

        Assert.True(await _world.EndAsync(flush));
        Assert.Empty(_world.StoredOf("later"));
        _world.Refuses = null;
        Assert.True(await _world.CloseAsync(appender, Minute));
        _world.AssertDelivered();
    }
}
