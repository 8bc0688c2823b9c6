using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.Tests.Support;

namespace OssLogSinks.Core.Tests.DiskBuffer;

/// <summary>The numbers of events with a disk buffer, over the end of processes.</summary>
public class BufferedSequenceTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly BufferWorld _world = NewWorld();

    [Fact]
    public async Task Restart_ContinuesTheNumbersUnderAnotherName()
    {
        for (var i = 0; i < 3; i++)
        {
            var appender = _world.Start();
            _world.Log(appender, 5);
            _world.Log(appender, 2, "b");
            Assert.True(await _world.CloseAsync(appender, Minute));
        }

        Assert.Equal(Enumerable.Range(1, 15), Numbers(_world, "a"));
        Assert.Equal(Enumerable.Range(1, 6), Numbers(_world, "b"));
        Assert.Equal(3, Writers(_world, "a").Length);
        Assert.Single(Writers(_world, "a").Select(IdOf).Distinct());
        Assert.NotEqual(IdOf(Writers(_world, "a")[0]), IdOf(Writers(_world, "b")[0]));
    }

    [Fact]
    public async Task Restart_LeavesOneFolderWithTheNumbersOnly()
    {
        for (var i = 0; i < 4; i++)
        {
            var appender = _world.Start();
            _world.Log(appender, 5);
            Assert.True(await _world.FlushAsync(appender, OssFlushTarget.Oss));
            await _world.UntilAsync(() => _world.Disk.FoldersIn(BufferWorld.Path).Count == 1, TimeSpan.FromSeconds(5));
            Assert.Equal(0, appender.GetSnapshot().OrphanedFolders);
            Assert.True(await _world.CloseAsync(appender, Minute));
        }

        Assert.Equal(["journal.0", "journal.1", "lock"], _world.Disk.FilesIn($"{BufferWorld.Path}/{Assert.Single(_world.Disk.FoldersIn(BufferWorld.Path))}").Order());
        Assert.Empty(_world.Errors);
    }

    [Fact]
    public async Task Kill_ContinuesBehindWhatIsOnDisk()
    {
        var process = new ProcessDisk(_world.Disk);
        _world.IsOssDown = true;
        var killed = new OssAppender(_world.Options, process);
        _world.Log(killed, 20);
        Assert.True(await _world.FlushAsync(killed, OssFlushTarget.Disk));
        process.Die();
        _world.Log(killed, 5);
        var next = NewWorld(_world.Disk);

        var appender = next.Start();
        next.Log(appender, 3);
        Assert.True(await next.FlushAsync(appender, OssFlushTarget.Oss));
        await next.UntilAsync(() => next.StoredCountOf("a") == 23);

        Assert.Equal(Enumerable.Range(1, 23), Numbers(next, "a").Order());
        Assert.Equal(2, Writers(next, "a").Length);
        Assert.True(await next.CloseAsync(appender, Minute));
        await _world.CloseAsync(killed, TimeSpan.Zero);
    }

    [Fact]
    public async Task OutageOverSeveralProcesses_LeavesNoGapAndNoDouble()
    {
        _world.IsOssDown = true;
        for (var i = 0; i < 4; i++)
        {
            var appender = _world.Start();
            _world.Log(appender, 10);
            Assert.True(await _world.FlushAsync(appender, OssFlushTarget.Disk));
            await _world.CloseAsync(appender, TimeSpan.Zero);
        }

        _world.IsOssDown = false;
        var last = _world.Start();
        await _world.UntilAsync(() => _world.StoredCountOf("a") == 40);

        Assert.Equal(Enumerable.Range(1, 40), Numbers(_world, "a").Order());
        Assert.True(await _world.CloseAsync(last, Minute));
    }

    [Fact]
    public async Task KeyOfOneProcess_LeavesNothingOnDisk()
    {
        _world.Options.ObjectKey = "{Stream}-{InstanceId}.log";
        var appender = _world.Start();
        _world.Log(appender, 5);
        Assert.True(await _world.CloseAsync(appender, Minute));

        Assert.Equal([1, 2, 3, 4, 5], SequenceText.NumbersIn(_world.Oss.Text(Assert.Single(_world.Oss.Keys))));
        _world.AssertNothingIsLeft();
    }

    [Fact]
    public async Task WithoutTheSettingAgain_TheNumbersAreForgotten()
    {
        var appender = _world.Start();
        _world.Log(appender, 5);
        Assert.True(await _world.CloseAsync(appender, Minute));
        _world.Options.IncludeSequence = false;

        appender = _world.Start();
        _world.Log(appender, 5);
        await _world.UntilAsync(() => _world.Disk.FoldersIn(BufferWorld.Path).Count == 1, TimeSpan.FromSeconds(5));
        Assert.True(await _world.CloseAsync(appender, Minute));

        _world.AssertNothingIsLeft();
    }

    [Fact]
    public async Task DiskThatFails_NumbersGoOnInTheNextFolder()
    {
        var appender = _world.Start();
        _world.Log(appender, 5);
        Assert.True(await _world.FlushAsync(appender, OssFlushTarget.Disk));
        _world.Disk.Fails = (act, path) => act == DiskAct.Write && path.EndsWith(".seg", StringComparison.Ordinal);
        _world.Log(appender, 5);
        Assert.True(await _world.FlushAsync(appender, OssFlushTarget.Oss));
        _world.Disk.Fails = null;
        _world.Log(appender, 5);
        Assert.True(await _world.CloseAsync(appender, Minute));

        appender = _world.Start();
        _world.Log(appender, 5);
        Assert.True(await _world.CloseAsync(appender, Minute));

        Assert.Equal(Enumerable.Range(1, 20), Numbers(_world, "a"));
        Assert.Single(Writers(_world, "a").Select(IdOf).Distinct());
    }

    [Fact]
    public async Task FullDiskAtTheClose_LeavesAGapOfWhatWasDropped()
    {
        // OSS is down and the memory for shipping is full, so what does not get to disk is nowhere else.
        _world.Options.MemoryLimitBytes = 8 * _world.Options.AppendSizeLimitBytes;
        _world.IsOssDown = true;
        var appender = _world.Start();
        for (var i = 0; i < 10; i++)
        {
            _world.Log(appender, 200, size: 1_000);
            Assert.True(await _world.FlushAsync(appender, OssFlushTarget.Disk));
        }

        _world.Disk.SetFull(true);
        _world.Log(appender, 3);
        Assert.False(await _world.CloseAsync(appender, TimeSpan.Zero));
        Assert.Equal(3, appender.GetSnapshot().DroppedTotal);
        _world.Disk.SetFull(false);
        _world.IsOssDown = false;

        appender = _world.Start();
        _world.Log(appender, 2);
        await _world.UntilAsync(() => _world.StoredCountOf("a") == 2_002);
        Assert.True(await _world.CloseAsync(appender, Minute));

        Assert.Equal([.. Enumerable.Range(1, 2_000), 2_004, 2_005], Numbers(_world, "a").Order());
    }

    [Fact]
    public async Task DiskWithoutLocks_LeavesNoFolderBehind()
    {
        _world.Disk.HasLocks = false;
        for (var i = 0; i < 3; i++)
        {
            var appender = _world.Start();
            _world.Log(appender, 2);
            Assert.True(await _world.CloseAsync(appender, Minute));
            _world.AssertNothingIsLeft();
        }

        Assert.Equal([1, 2, 1, 2, 1, 2], Numbers(_world, "a"));
        Assert.Equal(3, Writers(_world, "a").Select(IdOf).Distinct().Count());
    }

    [Fact]
    public async Task ManyStreams_LeaveSpaceForEventsInASmallBuffer()
    {
        _world.Options.BufferSizeLimitBytes = 8 << 20;
        var streams = Enumerable.Range(0, 6_000).Select(i => $"s{i}").ToArray();
        for (var process = 0; process < 2; process++)
        {
            var appender = _world.Start();
            foreach (var some in streams.Chunk(500))
            {
                foreach (var stream in some)
                    _world.Log(appender, stream);
                Assert.True(await _world.FlushAsync(appender, OssFlushTarget.Oss));
            }

            Assert.True(await _world.CloseAsync(appender, Minute));
        }

        var last = _world.Start();
        _world.Log(last, "s0");
        _world.Log(last, "s5999");
        Assert.True(await _world.FlushAsync(last, OssFlushTarget.Oss));
        await _world.UntilAsync(() => _world.Disk.FoldersIn(BufferWorld.Path).Count == 1, TimeSpan.FromSeconds(5));
        Assert.InRange(last.GetSnapshot().BufferBytes, 1, 1 << 20);
        Assert.True(await _world.CloseAsync(last, Minute));

        Assert.All(streams, stream => Assert.Equal((stream is "s0" or "s5999" ? 3 : 2, true), (_world.StoredCountOf(stream), HasNoGap([_world.Oss.Text(stream + ".log")]))));

        // The stream that was used last goes on; the one that was used first begins again under another name.
        Assert.Equal([1, 2, 3], Numbers(_world, "s5999"));
        Assert.Equal([1, 1, 1], Numbers(_world, "s0"));
        Assert.Equal(3, Writers(_world, "s0").Select(IdOf).Distinct().Count());
    }

    // What oss-logs verify checks: no number of a sequence is missing, and none is there twice under one name.
    private static bool HasNoGap(IEnumerable<string> texts)
    {
        var marks = texts.SelectMany(SequenceText.MarksIn).ToArray();
        return marks.Distinct().Count() == marks.Length
            && marks.GroupBy(mark => IdOf(mark.Writer), mark => mark.Number).All(sequence => sequence.Distinct().Order().SequenceEqual(Enumerable.Range(1, sequence.Max())));
    }

    private static BufferWorld NewWorld(MemoryDisk? disk = null)
    {
        var world = new BufferWorld(disk);
        world.Options.IncludeSequence = true;
        return world;
    }

    private static string IdOf(string writer) => writer[..^5];

    private static int[] Numbers(BufferWorld world, string stream) => SequenceText.NumbersIn(world.Oss.Text(stream + ".log"));

    private static string[] Writers(BufferWorld world, string stream) => SequenceText.WritersIn(world.Oss.Text(stream + ".log"));
}
