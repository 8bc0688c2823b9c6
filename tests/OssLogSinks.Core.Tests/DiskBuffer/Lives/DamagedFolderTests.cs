using OssLogSinks.Core.Tests.Model;
using OssLogSinks.Core.Tests.Support;

namespace OssLogSinks.Core.Tests.DiskBuffer.Lives;

/// <summary>Whatever is found in a folder that a process left: what is whole is shipped once, and the folder goes.</summary>
public class DamagedFolderTests
{
    private static readonly int[] Chunks = [5, 5, 5, 5];

    [Fact]
    public Task JournalGone_ShipsAll() => AllShippedAfter(left => Each(left, "journal.", path => left.World.Disk.Delete(path)));

    [Theory]
    [InlineData("journal.0")]
    [InlineData("journal.1")]
    public Task OneJournalFileGone_ShipsAll(string name) => AllShippedAfter(left => left.World.Disk.Delete($"{left.Path}/{name}"));

    [Fact]
    public Task JournalOfAnotherVersion_ShipsAll() => AllShippedAfter(left => Each(left, "journal.", path =>
    {
        var bytes = left.World.Disk.Bytes(path);
        for (var at = 1; at < bytes.Length; at += 128)
            bytes[at] = 9;
        left.World.Disk.Put(path, bytes);
    }));

    [Fact]
    public Task LockFileGone_ShipsAll() => AllShippedAfter(left => left.World.Disk.Delete($"{left.Path}/lock"));

    [Fact]
    public Task ForeignFileBetweenSegments_IsPutAsideAndTheRestIsShipped() =>
        AllShippedAfter(left => left.World.Disk.Put($"{left.Path}/0000000000000003.seg", new byte[300]));

    [Fact]
    public Task EmptyFileBetweenSegments_IsPutAsideAndTheRestIsShipped() =>
        AllShippedAfter(left => left.World.Disk.Put($"{left.Path}/0000000000000003.seg", []));

    [Fact]
    public Task SegmentsSwapped_ShipsAllInOrder() => AllShippedAfter(left => Swap(left, cutsHeaders: false));

    [Fact]
    public Task SegmentsSwappedAndTheirHeadersLost_ShipsAllInOrder() => AllShippedAfter(left => Swap(left, cutsHeaders: true));

    [Fact]
    public Task SegmentCopied_ShipsAllOnce() => AllShippedAfter(left => Copy(left, losesHeader: false));

    [Fact]
    public Task SegmentCopiedAndTheCopysBeginningLost_ShipsAllOnce() => AllShippedAfter(left => Copy(left, losesHeader: true));

    [Fact]
    public async Task SegmentCopiedAndQuarantineNotWritable_ShipsAllOnce()
    {
        await using var left = await LeftFolder.MakeAsync(Chunks);
        left.World.Disk.Put($"{MortalProcess.Path}/quarantine", [1]);
        Copy(left, losesHeader: false);
        await ShipAndLookAgainAsync(left);
    }

    [Fact]
    public async Task ForeignFileThatCannotBeOpenedNorMoved_TheRestIsShippedAndReportedOnce()
    {
        await using var left = await LeftFolder.MakeAsync(Chunks);
        left.World.Disk.Put($"{left.Path}/foreign", [1]);
        left.World.Disk.Fails = (act, path) => path.EndsWith("/foreign", StringComparison.Ordinal) && act is DiskAct.Open or DiskAct.Move;
        await ShipAndLookAgainAsync(left);
    }

    [Fact]
    public async Task SegmentThatCannotBeOpened_IsNotDeleted()
    {
        await using var left = await LeftFolder.MakeAsync(Chunks);
        var refused = left.Segments[1];
        var name = refused[(refused.LastIndexOf('/') + 1)..];
        left.World.Disk.Fails = (act, path) => path.EndsWith(name, StringComparison.Ordinal) && act is DiskAct.Open;
        var next = left.World.Begin();
        await left.World.UntilAsync(() => next.Reports.Reports.Any(r => r.Message.Contains(name, StringComparison.Ordinal)), () => "Nothing happens.");
        Assert.Contains(left.World.Disk.FilesIn(left.Path), f => f == name);
        left.World.Disk.Fails = null;

        // It stays where it is, and is shipped when it can be read.
        await left.World.UntilAsync(() => !left.World.Folders().Contains(left.Path), () => "It is not looked at again.");
        Assert.Equal(left.Records, left.World.Bucket.Landings.SelectMany(l => System.Text.Encoding.UTF8.GetString(l.Append.Body).Split('\n', StringSplitOptions.RemoveEmptyEntries)).Select(l => l + "\n").Order(StringComparer.Ordinal));
        Assert.Equal(0, next.Counted.QuarantinedRecords);
    }

    [Fact]
    public async Task SegmentThatIsDoneAndCannotBeDeleted_HoldsNothingUp()
    {
        await using var left = await LeftFolder.MakeAsync(Chunks);
        var stuck = left.Segments[0];
        left.World.Disk.Fails = (act, path) => path == stuck && act is DiskAct.Delete;
        await ShipAndLookAgainAsync(left);
    }

    [Fact]
    public async Task FolderRemovedInMidAdoption_HoldsNothingUp()
    {
        await using var left = await LeftFolder.MakeAsync(Chunks);
        var next = left.World.BeginWith(What.IsLost);
        await left.World.UntilAsync(() => next.Counted.AdoptedFolders > 0, () => "Nothing is adopted.");
        foreach (var file in left.World.Disk.FilesIn(left.Path))
            left.World.Disk.Delete($"{left.Path}/{file}");
        left.World.Disk.DeleteFolder(left.Path);
        next.Otherwise = What.Goes;
        var own = await next.WriteAsync(3);
        Assert.True(await next.FlushAsync());
        await next.CloseAsync();

        Assert.Empty(left.World.Folders());
        Assert.Subset(new StoryStock(left.World.Bucket.Landings, new HashSet<string>()).Stored.ToHashSet(), own.ToHashSet());
    }

    [Fact]
    public async Task ManyFolders_AreShippedWithFewFilesOpen()
    {
        await using var world = new LivesWorld();
        const int Folders = 12;
        for (var i = 0; i < Folders; i++)
        {
            var process = world.Begin();
            process.Otherwise = What.IsLost;
            Assert.Single(await process.WriteAsync(1));
            process.Disk.Die();
        }

        var last = world.Begin();
        await world.UntilAsync(() => world.Folders().Count <= 1, () => string.Join(" | ", world.Folders().SelectMany(f => world.Disk.FilesIn(f).Select(n => $"{f}/{n}"))) + string.Join(" | ", last.Reports.Reports.Select(r => r.Message)));

        Assert.InRange(last.Disk.MostOpen, 1, 24);
        Assert.Equal(Folders, new StoryStock(world.Bucket.Landings, new HashSet<string>()).Stored.Distinct().Count());
    }

    [Fact]
    public async Task WhatAKilledProcessDidNotSync_IsDurableOnceItIsTakenOver()
    {
        await using var left = await LeftFolder.MakeAsync(Chunks);
        string[] files = [.. left.World.Disk.FilesIn(left.Path).Where(f => f != "lock").Select(f => $"{left.Path}/{f}")];
        foreach (var path in files)
        {
            using var file = left.World.Disk.Open(path);
            file.Write(file.Length, new byte[7], 0, 7);
        }

        Assert.All(files, path => Assert.NotEqual(left.World.Disk.Bytes(path), left.World.Disk.Bytes(path, onMedium: true)));
        var next = left.World.Begin();
        next.Otherwise = What.IsLost;
        await left.World.UntilAsync(() => next.Counted.AdoptedFolders > 0, () => "Nothing is adopted.");
        next.Disk.Die();

        Assert.All(left.Segments, path => Assert.Equal(left.World.Disk.Bytes(path), left.World.Disk.Bytes(path, onMedium: true)));
        left.World.CutPower(chance: null);
        Assert.Equal(left.Records, await left.ShipAsync());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(60)]
    public async Task EndOfASegmentLostAndTheNextOneToo_AllThatIsMissingIsReported(int cutAt)
    {
        await using var left = await LeftFolder.MakeAsync(Chunks);
        var (first, second) = (left.Segments[0], left.Segments[1]);
        left.World.Disk.Put(first, left.World.Disk.Bytes(first)[..cutAt]);
        left.World.Disk.Delete(second);
        var next = left.World.Begin();
        await next.WriteAsync(1);
        await left.World.ComeToRestAsync(next);

        Assert.Equal(left.Records.Count - left.Stock(next).Count, next.Counted.QuarantinedRecords);
    }

    [Fact]
    public async Task FileLargerThanTheQuarantine_IsPutAsideAndTheFolderGoes()
    {
        await using var left = await LeftFolder.MakeAsync(Chunks);
        left.World.Disk.Put($"{left.Path}/copy of a segment", new byte[(8 << 20) / 16 + 1]);
        Assert.Equal(left.Records, await left.ShipAsync());
        Assert.Single(left.World.Disk.FilesIn($"{MortalProcess.Path}/quarantine"));
    }

    private static async Task AllShippedAfter(Action<LeftFolder> damage)
    {
        await using var left = await LeftFolder.MakeAsync(Chunks);
        damage(left);
        Assert.Equal(left.Records, await left.ShipAsync());
    }

    // Whatever stays behind is looked at again, by this process and by the next.
    private static async Task ShipAndLookAgainAsync(LeftFolder left)
    {
        var next = left.World.Begin();
        await left.World.UntilAsync(() => left.Stock(next).Count == left.Records.Count, () => "They are not shipped.");
        var until = next.Time.GetUtcNow().AddMinutes(1);
        await left.World.UntilAsync(() => next.Time.GetUtcNow() > until, () => "Time stands still.");
        Assert.InRange(next.Reports.Reports.Count, 1, 6);
        Assert.InRange(next.Counted.AdoptedFolders, 1, 1);
        await next.CloseAsync();

        var third = left.World.Begin();
        until = third.Time.GetUtcNow().AddMinutes(1);
        await left.World.UntilAsync(() => third.Time.GetUtcNow() > until, () => "Time stands still.");
        Assert.Equal(left.Records, left.Stock(third));
    }

    private static void Each(LeftFolder left, string prefix, Action<string> act)
    {
        foreach (var name in left.World.Disk.FilesIn(left.Path).Where(f => f.StartsWith(prefix, StringComparison.Ordinal)))
            act($"{left.Path}/{name}");
    }

    private static void Swap(LeftFolder left, bool cutsHeaders)
    {
        var (one, two) = (left.Segments[0], left.Segments[1]);
        var (first, second) = (left.World.Disk.Bytes(one), left.World.Disk.Bytes(two));
        if (cutsHeaders)
        {
            first[3] ^= 1;
            second[3] ^= 1;
        }

        left.World.Disk.Put(one, second);
        left.World.Disk.Put(two, first);
    }

    private static void Copy(LeftFolder left, bool losesHeader)
    {
        var bytes = left.World.Disk.Bytes(left.Segments[0]);
        if (losesHeader)
            bytes[3] ^= bytes[50] ^= 1;
        left.World.Disk.Put($"{left.Path}/{(losesHeader ? "0000000000000004" : "0000000000009999")}.seg", bytes);
    }
}
