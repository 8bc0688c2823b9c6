using System.Net;
using CsCheck;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Core.Tests.Support;

namespace OssLogSinks.Core.Tests.DiskBuffer;

/// <summary>OSS refuses what is for some objects, and there is more of it on disk than finds space in memory.</summary>
public class RefusedStreamTests
{
    private const int Size = 16 << 10;
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly HashSet<string> _refused = [];
    private readonly BufferWorld _world;

    public RefusedStreamTests() => _world = Make(_refused);

    [Fact]
    public async Task RefusedStream_IsPassedByOthersAndThenStoredInOrder()
    {
        Refuse("bad", isSo: true);
        var appender = _world.Start();
        await LogAsync(_world, appender, 600, "bad", "bad", "bad", "good");

        await _world.UntilAsync(() => _world.StoredCountOf("good") == 150, Second);
        Assert.Empty(_world.StoredOf("bad"));
        Assert.Equal(0, appender.GetSnapshot().DroppedTotal);

        Refuse("bad", isSo: false);
        Assert.True(await _world.EndAsync(appender.FlushAsync(OssFlushTarget.Oss, TestContext.Current.CancellationToken), Second));
        _world.AssertDelivered();
        Assert.True(await _world.CloseAsync(appender, Minute));
        _world.AssertNothingIsLeft();
    }

    [Fact]
    public async Task RecordsInMemoryOnly_WaitForTheirPassedOverPredecessors()
    {
        Refuse("bad", isSo: true);
        var appender = _world.Start();
        await LogAsync(_world, appender, 600, "bad", "bad", "bad", "good");
        await _world.UntilAsync(() => _world.StoredCountOf("good") == 150, Second);
        _world.Disk.Fails = (act, _) => act is DiskAct.Write or DiskAct.Create;
        await LogAsync(_world, appender, 20, "bad");
        await _world.UntilAsync(() => _world.Errors.Any(), Second);
        for (var i = 0; i < 20; i++)
            await _world.StepAsync(Second);

        _world.Disk.Fails = null;
        Refuse("bad", isSo: false);
        Assert.True(await _world.EndAsync(appender.FlushAsync(OssFlushTarget.Oss, TestContext.Current.CancellationToken), Second));
        _world.AssertDelivered();
        Assert.DoesNotContain(_world.Reports.Reports, report => report.Message.Contains("damaged", StringComparison.Ordinal));
        Assert.Equal(0, appender.GetSnapshot().QuarantinedRecords);
        Assert.True(await _world.CloseAsync(appender, Minute));
    }

    [Fact]
    public async Task WhatAnotherProcessLeft_GoesPastItToo()
    {
        _world.IsOssDown = true;
        var first = _world.Start();
        await LogAsync(_world, first, 600, "bad", "bad", "bad", "good");
        Assert.True(await _world.FlushAsync(first, OssFlushTarget.Disk));
        Assert.True(await _world.CloseAsync(first, TimeSpan.Zero));

        Refuse("bad", isSo: true);
        var next = Make(_refused, _world.Disk);
        var second = next.Start();
        await next.UntilAsync(() => next.StoredCountOf("good") == 150, Second);
        Assert.Empty(next.StoredOf("bad"));

        Refuse("bad", isSo: false);
        await next.UntilAsync(() => next.StoredCountOf("bad") == 450, Second);
        Assert.Equal(_world.Accepted["bad"], next.StoredOf("bad"));
        Assert.Equal(_world.Accepted["good"], next.StoredOf("good"));
        Assert.True(await next.CloseAsync(second, Minute));
        next.AssertNothingIsLeft();
    }

    [Fact]
    public async Task WhatIsLeftOfItAtTheClose_IsShippedByTheNextProcess()
    {
        Refuse("bad", isSo: true);
        var first = _world.Start();
        await LogAsync(_world, first, 600, "bad", "bad", "bad", "good");
        await _world.UntilAsync(() => _world.StoredCountOf("good") == 150, Second);
        Assert.True(await _world.CloseAsync(first, TimeSpan.Zero));

        Refuse("bad", isSo: false);
        var next = Make(_refused, _world.Disk);
        var second = next.Start();
        await next.UntilAsync(() => next.StoredCountOf("bad") == 450, Second);
        Assert.Equal(_world.Accepted["bad"], next.StoredOf("bad"));
        Assert.Empty(next.StoredOf("good"));
        Assert.True(await next.CloseAsync(second, Minute));
        next.AssertNothingIsLeft();
    }

    [Fact]
    public async Task FileThatGoesWhileItIsPassedOver_IsCountedAndReported()
    {
        Refuse("bad", isSo: true);
        var appender = _world.Start();
        await LogAsync(_world, appender, 600, "bad", "bad", "bad", "good");
        await _world.UntilAsync(() => _world.StoredCountOf("good") == 150, Second);
        foreach (var segment in _world.Segments)
            _world.Disk.Delete(segment);

        Refuse("bad", isSo: false);
        Assert.False(await _world.EndAsync(appender.FlushAsync(OssFlushTarget.Oss, TestContext.Current.CancellationToken), Second));
        var stored = _world.StoredOf("bad").Count;
        Assert.InRange(stored, 1, 449);
        Assert.Equal(450 - stored, appender.GetSnapshot().Dropped[DropReason.Unreadable]);
        Assert.Contains(_world.Errors, message => message.Contains("is damaged or missing", StringComparison.Ordinal));
        Assert.False(await _world.CloseAsync(appender, Minute));
    }

    [Fact]
    public async Task FullBufferThatDropsTheOldest_GivesUpWhatIsPassedOver()
    {
        _world.Options.BufferFullAction = OssBufferFullAction.DropOldest;
        _world.Options.BufferSync = OssBufferSync.None;
        _world.Options.BufferSizeLimitBytes = 16 << 20;
        Refuse("bad", isSo: true);
        var appender = _world.Start();
        await FillAsync(appender, 240);
        await _world.UntilAsync(() => _world.StoredCountOf("good") == 24, Second);
        var flush = appender.FlushAsync(OssFlushTarget.Oss, TestContext.Current.CancellationToken);

        Refuse("bad", isSo: false);
        var isAllStored = await _world.EndAsync(flush, Second);
        var end = appender.GetSnapshot();
        Assert.InRange(end.Dropped[DropReason.BufferFull], 1, 216);
        Assert.True(isAllStored, "What had been dropped before it began is none of the flush's.");
        _world.AssertDelivered(mayMiss: (int)end.DroppedTotal);
        Assert.False(await _world.CloseAsync(appender, Minute));
        _world.AssertNothingIsLeft();
    }

    [Fact]
    public async Task FlushThatWaitsForWhatIsDroppedMeanwhile_EndsAndSaysFalse()
    {
        _world.Options.BufferFullAction = OssBufferFullAction.DropOldest;
        _world.Options.BufferSync = OssBufferSync.None;
        _world.Options.BufferSizeLimitBytes = 16 << 20;
        Refuse("bad", isSo: true);
        var appender = _world.Start();
        await FillAsync(appender, 60);
        var flush = appender.FlushAsync(OssFlushTarget.Oss, TestContext.Current.CancellationToken);
        await FillAsync(appender, 240);
        await _world.UntilAsync(() => _world.StoredCountOf("good") == 30, Second);
        Assert.False(flush.IsCompleted);

        Refuse("bad", isSo: false);
        Assert.False(await _world.EndAsync(flush, Second));
        Assert.True(await _world.EndAsync(appender.FlushAsync(OssFlushTarget.Oss, TestContext.Current.CancellationToken), Second));
        _world.AssertDelivered(mayMiss: (int)appender.GetSnapshot().DroppedTotal);
        Assert.False(await _world.CloseAsync(appender, Minute));
        _world.AssertNothingIsLeft();
    }

    [Fact]
    public async Task WhatAReadErrorHasGivenUp_IsNotFedWhenTheRestOfItsStreamIs()
    {
        _world.Options.BufferSizeLimitBytes = 32 << 20;
        var appender = await PassOverAsync();
        await LogAsync(_world, appender, 600, "bad", "bad", "bad", "good");
        Assert.True(await _world.FlushAsync(appender, OssFlushTarget.Disk));
        var segments = _world.Segments;
        var reads = 0;

        // After the segment that cannot be read, whichever has the last of those before.
        await LogAsync(_world, appender, 4, "good");
        Assert.True(await _world.FlushAsync(appender, OssFlushTarget.Disk));

        // Its length can be read, nothing else.
        _world.Disk.Fails = (act, path) => act == DiskAct.Read && path == segments[^2] && Interlocked.Increment(ref reads) > 1;
        _world.IsOssDown = false;
        await _world.UntilAsync(() => appender.GetSnapshot().DroppedTotal > 0, Minute);

        // What comes after it may wait until it can be opened again.
        await _world.UntilAsync(
            () => _world.LastStoredOf("good") == 304 || _world.Errors.Any(message => message.Contains("cannot be opened", StringComparison.Ordinal)), Minute);
        _world.Disk.Fails = null;

        Refuse("bad", isSo: false);
        await _world.EndAsync(appender.FlushAsync(OssFlushTarget.Oss, TestContext.Current.CancellationToken), Second);
        var end = appender.GetSnapshot();
        Assert.Equal(end.Accepted, end.Delivered + end.DroppedTotal);
        _world.AssertDelivered(mayMiss: (int)end.DroppedTotal);
        Assert.False(await _world.CloseAsync(appender, Minute));
    }

    [Fact]
    public async Task FileUnopenableForMinutes_HoldsNoFlushUpAndIsReadLater()
    {
        var appender = await PassOverAsync();
        _world.IsOssDown = false;
        await _world.UntilAsync(() => _world.StoredCountOf("good") == 150, Second);
        _world.Disk.Fails = (act, _) => act == DiskAct.Open;
        Refuse("bad", isSo: false);
        Assert.False(await _world.EndAsync(appender.FlushAsync(OssFlushTarget.Oss, TestContext.Current.CancellationToken), Second));
        Assert.Contains(_world.Errors, message => message.Contains("cannot be opened", StringComparison.Ordinal));

        _world.Disk.Fails = null;
        await _world.UntilAsync(() => _world.StoredCountOf("bad") == 450, Second);
        _world.AssertDelivered();
        Assert.True(await _world.CloseAsync(appender, Minute));
        _world.AssertNothingIsLeft();
    }

    [Fact]
    public async Task RemovedFolder_PassedOverRecordsAreCountedAtTheClose()
    {
        var appender = await PassOverAsync();
        _world.IsOssDown = false;
        await _world.UntilAsync(() => _world.StoredCountOf("good") == 150, Second);
        var folder = Path.GetDirectoryName(_world.Segments[0])!;
        foreach (var file in _world.Disk.FilesIn(folder))
            _world.Disk.Delete($"{folder}/{file}");
        _world.Disk.DeleteFolder(folder);
        await LogAsync(_world, appender, 8, "good");
        await _world.UntilAsync(() => _world.Errors.Any(message => message.Contains("was removed while it was in use", StringComparison.Ordinal)), Second);

        Assert.False(await _world.CloseAsync(appender, TimeSpan.Zero));
        var end = appender.GetSnapshot();
        var left = new BufferWorld(_world.Disk);
        var next = left.Start();
        Refuse("bad", isSo: false);
        Assert.True(await left.FlushAsync(next, OssFlushTarget.Oss));
        await left.CloseAsync(next, Minute);
        Assert.Equal(end.Accepted, end.Delivered + end.DroppedTotal + left.StoredOf("good").Count);
    }

    [Fact]
    public void AnyStreamsRefusedAtAnyTime_AreStoredOnceAndInOrder() =>
        Gen.Select(Gen.Int[0, 3], Gen.Int[1, 60], Gen.Int[0, 2]).Array[1, 25]
            .Sample(acts => PlayAsync(acts).GetAwaiter().GetResult(), iter: CsCheck.Check.Iter / 20, threads: 2);

    // With OSS down, so that it is read from disk.
    private async Task<OssAppender> PassOverAsync()
    {
        Refuse("bad", isSo: true);
        _world.IsOssDown = true;
        var appender = _world.Start();
        await LogAsync(_world, appender, 600, "bad", "bad", "bad", "good");
        Assert.True(await _world.FlushAsync(appender, OssFlushTarget.Disk));
        return appender;
    }

    [Fact]
    public void AnyStreamsRefusedWhileDropping_AreStoredOnceOrCounted() =>
        Gen.Select(Gen.Int[0, 3], Gen.Int[20, 120], Gen.Int[0, 3]).Array[1, 20]
            .Sample(acts => PlayWithLittleDiskAsync(acts).GetAwaiter().GetResult(), iter: CsCheck.Check.Iter / 20, threads: 2);

    private static async Task PlayWithLittleDiskAsync((int Stream, int Count, int What)[] acts)
    {
        var refused = new HashSet<string>();
        var world = Make(refused);
        world.Options.BufferFullAction = OssBufferFullAction.DropOldest;
        world.Options.BufferSync = OssBufferSync.None;
        world.Options.BufferSizeLimitBytes = 8 << 20;
        var appender = world.Start();
        foreach (var (stream, count, what) in acts)
        {
            var name = $"s{stream}";
            if (what < 2)
                Refuse(refused, name, isSo: !refused.Contains(name));
            await LogAsync(world, appender, count, name);
            if (what == 2)
                await world.StepAsync(Second);
        }

        refused.Clear();
        await world.EndAsync(appender.FlushAsync(OssFlushTarget.Oss, TestContext.Current.CancellationToken), Second);
        await LogAsync(world, appender, 8, "s0", "s1", "s2", "s3");
        Assert.True(await world.EndAsync(appender.FlushAsync(OssFlushTarget.Oss, TestContext.Current.CancellationToken), Second));
        world.AssertDelivered(mayMiss: (int)appender.GetSnapshot().DroppedTotal);
        Assert.Equal(appender.GetSnapshot().DroppedTotal == 0, await world.CloseAsync(appender, Minute));
        world.AssertNothingIsLeft();
    }

    private async Task FillAsync(OssAppender appender, int count)
    {
        for (var i = 0; i < count; i++)
            await _world.LogWhenThereIsSpaceAsync(appender, i % 10 == 9 ? "good" : "bad", 96 << 10);
    }

    private static async Task PlayAsync((int Stream, int Count, int What)[] acts)
    {
        var refused = new HashSet<string>();
        var world = Make(refused);
        var appender = world.Start();
        foreach (var (stream, count, what) in acts)
        {
            var name = $"s{stream}";
            if (what == 0)
                Refuse(refused, name, isSo: !refused.Contains(name));
            await LogAsync(world, appender, count, name);
            if (what == 1)
                await world.StepAsync(Second);
        }

        refused.Clear();
        Assert.True(await world.EndAsync(appender.FlushAsync(OssFlushTarget.Oss, TestContext.Current.CancellationToken), Second));
        world.AssertDelivered();
        Assert.True(await world.CloseAsync(appender, Minute));
        world.AssertNothingIsLeft();
    }

    private static async Task LogAsync(BufferWorld world, OssAppender appender, int count, params string[] streams)
    {
        for (var i = 0; i < count; i++)
            await world.LogWhenThereIsSpaceAsync(appender, streams[i % streams.Length], Size);
    }

    private void Refuse(string stream, bool isSo) => Refuse(_refused, stream, isSo);

    private static void Refuse(HashSet<string> refused, string stream, bool isSo)
    {
        lock (refused)
            _ = isSo ? refused.Add(stream) : refused.Remove(stream);
    }

    private static BufferWorld Make(HashSet<string> refused, MemoryDisk? disk = null)
    {
        var world = new BufferWorld(disk);
        world.Options.MemoryLimitBytes = 4 << 20;
        world.Options.RefusalRetryDelay = TimeSpan.FromSeconds(5);
        var usual = world.Oss.Always!;
        world.Oss.Always = request =>
        {
            bool isRefused;
            lock (refused)
                isRefused = refused.Contains(request.Key.Replace(".log", "", StringComparison.Ordinal));
            return isRefused ? Task.FromException<AppendObjectResult>(MemoryOss.Refusal(HttpStatusCode.Forbidden, "AccessDenied")) : usual(request);
        };
        return world;
    }
}
