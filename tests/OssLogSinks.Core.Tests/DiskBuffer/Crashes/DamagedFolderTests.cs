using OssLogSinks.Core.DiskBuffer.Files;
using OssLogSinks.Core.Tests.Model;

namespace OssLogSinks.Core.Tests.DiskBuffer.Crashes;

/// <summary>Whatever is found in a folder that a process left: what is whole is shipped once, and the folder goes.</summary>
public class DamagedFolderTests
{
    private static readonly int[] Chunks = [5, 5, 5, 5];

    [Fact]
    public Task JournalGone_ShipsAll() => AllShippedAfter(orphan => Each(orphan, "journal.", path => orphan.World.Disk.Delete(path)));

    [Theory]
    [InlineData("journal.0")]
    [InlineData("journal.1")]
    public Task OneJournalFileGone_ShipsAll(string name) => AllShippedAfter(orphan => orphan.World.Disk.Delete($"{orphan.Path}/{name}"));

    [Fact]
    public Task JournalOfAnotherVersion_ShipsAll() => AllShippedAfter(orphan => Each(orphan, "journal.", path =>
    {
        var bytes = orphan.World.Disk.Bytes(path);
        for (var at = 1; at < bytes.Length; at += 128)
            bytes[at] = 9;
        orphan.World.Disk.Put(path, bytes);
    }));

    [Fact]
    public Task LockFileGone_ShipsAll() => AllShippedAfter(orphan => orphan.World.Disk.Delete($"{orphan.Path}/lock"));

    [Fact]
    public Task ForeignFileBetweenSegments_IsPutAsideAndTheRestIsShipped() =>
        AllShippedAfter(orphan => orphan.World.Disk.Put($"{orphan.Path}/0000000000000003.seg", new byte[300]));

    [Fact]
    public Task EmptyFileBetweenSegments_IsPutAsideAndTheRestIsShipped() =>
        AllShippedAfter(orphan => orphan.World.Disk.Put($"{orphan.Path}/0000000000000003.seg", []));

    [Fact]
    public Task SegmentsSwapped_ShipsAllInOrder() => AllShippedAfter(orphan => Swap(orphan, cutsHeaders: false));

    [Fact]
    public Task SegmentsSwappedAndTheirHeadersLost_ShipsAllInOrder() => AllShippedAfter(orphan => Swap(orphan, cutsHeaders: true));

    [Fact]
    public Task SegmentCopied_ShipsAllOnce() => AllShippedAfter(orphan => Copy(orphan, losesHeader: false));

    [Fact]
    public Task SegmentCopiedAndTheCopysBeginningLost_ShipsAllOnce() => AllShippedAfter(orphan => Copy(orphan, losesHeader: true));

    [Theory]
    [InlineData("0000000000009999.seg")]
    [InlineData("copy of a segment")]
    public Task SegmentCopiedAndDamaged_ShipsTheCopy(string name) => AllShippedAfter(orphan =>
    {
        orphan.World.Disk.Put($"{orphan.Path}/{name}", [.. orphan.World.Disk.Bytes(orphan.Segments[0])]);
        orphan.Damage(orphan.Records[0], orphan.Segments[0]);
    });

    [Fact]
    public async Task SegmentCopiedAndQuarantineNotWritable_ShipsAllOnce()
    {
        await using var orphan = await OrphanFixture.MakeAsync(Chunks);
        orphan.World.Disk.Put($"{CrashProcess.Path}/quarantine", [1]);
        Copy(orphan, losesHeader: false);
        await ShipAndLookAgainAsync(orphan);
    }

    [Fact]
    public async Task DamageThatCannotBeCopied_IsReportedOncePerFolder()
    {
        await using var orphan = await OrphanFixture.MakeAsync(Chunks);
        orphan.World.Disk.Put($"{CrashProcess.Path}/quarantine", [1]);
        orphan.Damage(orphan.Records[0], orphan.Segments[0]);
        orphan.Damage(orphan.Records[^1], orphan.Segments[^1]);
        var next = orphan.World.Begin();

        await orphan.World.UntilAsync(() => !orphan.World.Folders().Contains(orphan.Path), () => "It is not shipped.");

        Assert.Equal(2, next.Reports.Reports.Count(r => r.Message.Contains("is damaged: ", StringComparison.Ordinal)));
        var report = Assert.Single(next.Reports.Reports, r => r.Message.Contains("could not take everything", StringComparison.Ordinal));
        Assert.StartsWith($"In the disk buffer, the folder 'quarantine' could not take everything unreadable of '{orphan.Path[(orphan.Path.LastIndexOf('/') + 1)..]}' (", report.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UnmovableForeignFile_IsReportedOnceAndTheRestIsShipped()
    {
        await using var orphan = await OrphanFixture.MakeAsync(Chunks);
        orphan.World.Disk.Put($"{orphan.Path}/foreign", [1]);
        orphan.World.Disk.Fails = (act, path) => path.EndsWith("/foreign", StringComparison.Ordinal) && act is DiskAct.Open or DiskAct.Move;
        await ShipAndLookAgainAsync(orphan);
    }

    [Fact]
    public async Task SegmentThatCannotBeOpened_IsNotDeleted()
    {
        await using var orphan = await OrphanFixture.MakeAsync(Chunks);
        var refused = orphan.Segments[1];
        var name = refused[(refused.LastIndexOf('/') + 1)..];
        orphan.World.Disk.Fails = (act, path) => path.EndsWith(name, StringComparison.Ordinal) && act is DiskAct.Open;
        var next = orphan.World.Begin();
        await orphan.World.UntilAsync(() => next.Reports.Reports.Any(r => r.Message.Contains(name, StringComparison.Ordinal)), () => "Nothing happens.");
        Assert.Contains(orphan.World.Disk.FilesIn(orphan.Path), f => f == name);
        orphan.World.Disk.Fails = null;

        // It stays where it is, and is shipped when it can be read.
        await orphan.World.UntilAsync(() => !orphan.World.Folders().Contains(orphan.Path), () => "It is not looked at again.");
        Assert.Equal(orphan.Records, orphan.World.Bucket.Landings.SelectMany(l => System.Text.Encoding.UTF8.GetString(l.Append.Body).Split('\n', StringSplitOptions.RemoveEmptyEntries)).Select(l => l + "\n").Order(StringComparer.Ordinal));
        Assert.Equal(0, next.Counted.QuarantinedRecords);
    }

    [Fact]
    public async Task SegmentThatIsDoneAndCannotBeDeleted_HoldsNothingUp()
    {
        await using var orphan = await OrphanFixture.MakeAsync(Chunks);
        var stuck = orphan.Segments[0];
        orphan.World.Disk.Fails = (act, path) => path == stuck && act is DiskAct.Delete;
        await ShipAndLookAgainAsync(orphan);
    }

    [Fact]
    public async Task FolderRemovedWhileItIsTakenOver_HoldsNothingUp()
    {
        await using var orphan = await OrphanFixture.MakeAsync(Chunks);
        var next = orphan.World.BeginWith(What.IsLost);
        await orphan.World.UntilAsync(() => next.Counted.OrphanedFolders > 0, () => "Nothing is taken over.");
        foreach (var file in orphan.World.Disk.FilesIn(orphan.Path))
            orphan.World.Disk.Delete($"{orphan.Path}/{file}");

        // The process deletes a folder that it finds empty.
        _ = BufferFiles.Try(() => orphan.World.Disk.DeleteFolder(orphan.Path));
        next.Otherwise = What.Goes;
        var own = await next.WriteAsync(3);
        Assert.True(await next.FlushAsync());
        await next.CloseAsync();

        Assert.Empty(orphan.World.Folders());
        Assert.Subset(new BucketContents(orphan.World.Bucket.Landings, new HashSet<string>()).Stored.ToHashSet(), own.ToHashSet());
    }

    [Fact]
    public async Task ManyFolders_AreShippedWithFewFilesOpen()
    {
        await using var world = new CrashWorld();
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
        Assert.Equal(Folders, new BucketContents(world.Bucket.Landings, new HashSet<string>()).Stored.Distinct().Count());
    }

    [Fact]
    public async Task WhatAKilledProcessDidNotSync_IsDurableOnceItIsTakenOver()
    {
        await using var orphan = await OrphanFixture.MakeAsync(Chunks);
        string[] files = [.. orphan.World.Disk.FilesIn(orphan.Path).Where(f => f != "lock").Select(f => $"{orphan.Path}/{f}")];
        foreach (var path in files)
        {
            using var file = orphan.World.Disk.Open(path);
            file.Write(file.Length, new byte[7], 0, 7);
        }

        Assert.All(files, path => Assert.NotEqual(orphan.World.Disk.Bytes(path), orphan.World.Disk.Bytes(path, onMedium: true)));
        var next = orphan.World.Begin();
        next.Otherwise = What.IsLost;
        await orphan.World.UntilAsync(() => next.Counted.OrphanedFolders > 0, () => "Nothing is taken over.");
        next.Disk.Die();

        Assert.All(orphan.Segments, path => Assert.Equal(orphan.World.Disk.Bytes(path), orphan.World.Disk.Bytes(path, onMedium: true)));
        orphan.World.CutPower(chance: null);
        Assert.Equal(orphan.Records, await orphan.ShipAsync());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(40)]
    [InlineData(60)]
    public async Task LostSegmentEndAndNextSegment_AreReportedInFull(int cutAt)
    {
        await using var orphan = await OrphanFixture.MakeAsync(Chunks);
        var (first, second) = (orphan.Segments[0], orphan.Segments[1]);
        orphan.World.Disk.Put(first, orphan.World.Disk.Bytes(first)[..cutAt]);
        orphan.World.Disk.Delete(second);
        var next = await orphan.ShipByNextAsync();

        orphan.AssertRestIsCounted(next);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task EmptiedSegmentAndJournalGone_AreCountedOnce(int cutAt)
    {
        await using var orphan = await OrphanFixture.MakeAsync([5, 5, 5, 5, 5, 5, 5, 5]);
        orphan.World.Disk.Put(orphan.Segments[1], orphan.World.Disk.Bytes(orphan.Segments[1])[..cutAt]);
        Each(orphan, "journal.", path => orphan.World.Disk.Delete(path));
        var next = await orphan.ShipByNextAsync();

        // Not twice: the whole segment before it ends where it begins.
        orphan.AssertRestIsCounted(next);
        Assert.NotEqual(0, next.Counted.QuarantinedRecords);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task EmptiedLastSegmentAndJournalGone_SaysThatItIsUnknown(int cutAt)
    {
        await using var orphan = await OrphanFixture.MakeAsync(Chunks);
        orphan.World.Disk.Put(orphan.Segments[^1], orphan.World.Disk.Bytes(orphan.Segments[^1])[..cutAt]);
        Each(orphan, "journal.", path => orphan.World.Disk.Delete(path));
        var next = await orphan.ShipByNextAsync();

        Assert.Contains(next.Reports.Reports, r => r.Message.Contains("an unknown number of event(s)", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(40)]
    [InlineData(400)]
    public async Task LastSegmentWithAHeaderOnly_SaysThatEventsAreMissing(int length)
    {
        await using var orphan = await OrphanFixture.MakeAsync([5]);
        var segment = Assert.Single(orphan.Segments);
        orphan.World.Disk.Put(segment, [.. orphan.World.Disk.Bytes(segment)[..40], .. new byte[length - 40]]);
        var next = await orphan.ShipByNextAsync();

        Assert.Contains(next.Reports.Reports, r => r.Message.Contains("an unknown number of event(s)", StringComparison.Ordinal) || r.Message.Contains("at least 1 event(s)", StringComparison.Ordinal));
    }

    [Fact]
    public async Task CutSegmentAndJournalGone_CountsUpToTheNextSegment()
    {
        await using var orphan = await OrphanFixture.MakeAsync([5, 5, 5, 5, 5, 5, 5, 5]);
        var bytes = orphan.World.Disk.Bytes(orphan.Segments[0]);
        orphan.World.Disk.Put(orphan.Segments[0], bytes[..(bytes.Length - 30)]);
        Each(orphan, "journal.", path => orphan.World.Disk.Delete(path));
        var next = await orphan.ShipByNextAsync();

        // The five records of the last write are in one block, or in several if the thread was quick.
        orphan.AssertRestIsCounted(next);
        Assert.InRange(next.Counted.QuarantinedRecords, 1, 5);
        Assert.Contains(next.Reports.Reports, r => r.Message.Contains($" is damaged: up to {next.Counted.QuarantinedRecords} event(s)", StringComparison.Ordinal));
    }

    [Fact]
    public async Task SegmentWhoseFirstPageIsLost_CountsWhatIsMissingOnly()
    {
        await using var orphan = await OrphanFixture.MakeAsync(Chunks);
        var segment = orphan.Segments[0];
        var bytes = orphan.World.Disk.Bytes(segment);
        Array.Clear(bytes, 0, 100);
        orphan.World.Disk.Put(segment, bytes);
        var next = await orphan.ShipByNextAsync();

        Assert.InRange(next.Counted.QuarantinedRecords, 1, Chunks[0]);
        orphan.AssertRestIsCounted(next);
    }

    [Fact]
    public async Task UnreadableFileAndFullDisk_AreCountedOnce()
    {
        await using var orphan = await OrphanFixture.MakeAsync(Chunks);
        orphan.World.Disk.Put(orphan.Segments[0], new byte[300]);
        Each(orphan, "journal.", path => orphan.World.Disk.Put(path, orphan.World.Disk.Bytes(path)[..4000]));
        orphan.World.Disk.Capacity = orphan.World.Disk.UsedBytes;
        var next = orphan.World.Begin();
        var until = next.Time.GetUtcNow().AddMinutes(2);
        await orphan.World.UntilAsync(() => next.Time.GetUtcNow() > until, () => "Time stands still.");
        orphan.World.Disk.Capacity = null;
        await next.WriteAsync(1);
        await orphan.World.ComeToRestAsync(next);

        orphan.AssertRestIsCounted(next);
        Assert.Single(next.Reports.Reports, r => r.Message.Contains("contains nothing readable", StringComparison.Ordinal));
    }

    [Fact]
    public async Task UnreadableFileBesideItsCopy_LeavesTheCopyInTheJournal()
    {
        await using var orphan = await OrphanFixture.MakeAsync(Chunks);
        var (segment, copy) = (orphan.Segments[0], $"{orphan.Path}/a copy");
        orphan.World.Disk.Put(copy, [.. orphan.World.Disk.Bytes(segment)]);
        orphan.World.Disk.Put(segment, new byte[300]);
        var next = orphan.World.BeginWith(What.IsLost);
        await orphan.World.UntilAsync(() => next.Counted.OrphanedFolders > 0, () => "Nothing is taken over.");
        next.Disk.Die();
        orphan.World.Disk.Delete(copy);
        var last = await orphan.ShipByNextAsync();

        orphan.AssertRestIsCounted(last);
        Assert.NotEqual(0, last.Counted.QuarantinedRecords);
    }

    [Fact]
    public async Task FolderRemovedWithItsEventsInMemory_IsReportedAtTheClose()
    {
        await using var orphan = await OrphanFixture.MakeAsync(Chunks);
        var next = orphan.World.BeginWith(What.IsLost);
        await orphan.World.UntilAsync(() => next.Counted.OrphanedFolders > 0, () => "Nothing is taken over.");
        var segments = orphan.Segments.Count;
        foreach (var file in orphan.World.Disk.FilesIn(orphan.Path))
            orphan.World.Disk.Delete($"{orphan.Path}/{file}");
        orphan.World.Disk.DeleteFolder(orphan.Path);
        await next.CloseAsync();

        // What was not read yet has no number.
        string[] losses = ["was removed before everything in it was stored: up to ", "was removed before everything in it was stored: an unknown number of ", "is missing or empty: "];
        Assert.Equal(segments, next.Reports.Reports.Count(r => losses.Any(loss => r.Message.Contains(loss, StringComparison.Ordinal))));
    }

    [Fact]
    public async Task FileLargerThanTheQuarantine_IsPutAsideAndTheFolderGoes()
    {
        await using var orphan = await OrphanFixture.MakeAsync(Chunks);
        orphan.World.Disk.Put($"{orphan.Path}/copy of a segment", new byte[(8 << 20) / 16 + 1]);
        Assert.Equal(orphan.Records, await orphan.ShipAsync());
        Assert.Single(orphan.World.Disk.FilesIn($"{CrashProcess.Path}/quarantine"));
    }

    private static async Task AllShippedAfter(Action<OrphanFixture> damage)
    {
        await using var orphan = await OrphanFixture.MakeAsync(Chunks);
        damage(orphan);
        Assert.Equal(orphan.Records, await orphan.ShipAsync());
    }

    // Whatever stays behind is looked at again, by this process and by the next.
    private static async Task ShipAndLookAgainAsync(OrphanFixture orphan)
    {
        var next = orphan.World.Begin();
        await orphan.World.UntilAsync(() => orphan.Contents(next).Count == orphan.Records.Count, () => "They are not shipped.");
        var until = next.Time.GetUtcNow().AddMinutes(1);
        await orphan.World.UntilAsync(() => next.Time.GetUtcNow() > until, () => "Time stands still.");
        Assert.InRange(next.Reports.Reports.Count, 1, 6);
        Assert.InRange(next.Counted.OrphanedFolders, 1, 1);
        await next.CloseAsync();

        var third = orphan.World.Begin();
        until = third.Time.GetUtcNow().AddMinutes(1);
        await orphan.World.UntilAsync(() => third.Time.GetUtcNow() > until, () => "Time stands still.");
        Assert.Equal(orphan.Records, orphan.Contents(third));
    }

    private static void Each(OrphanFixture orphan, string prefix, Action<string> act)
    {
        foreach (var name in orphan.World.Disk.FilesIn(orphan.Path).Where(f => f.StartsWith(prefix, StringComparison.Ordinal)))
            act($"{orphan.Path}/{name}");
    }

    private static void Swap(OrphanFixture orphan, bool cutsHeaders)
    {
        var (one, two) = (orphan.Segments[0], orphan.Segments[1]);
        var (first, second) = (orphan.World.Disk.Bytes(one), orphan.World.Disk.Bytes(two));
        if (cutsHeaders)
        {
            first[3] ^= 1;
            second[3] ^= 1;
        }

        orphan.World.Disk.Put(one, second);
        orphan.World.Disk.Put(two, first);
    }

    private static void Copy(OrphanFixture orphan, bool losesHeader)
    {
        var bytes = orphan.World.Disk.Bytes(orphan.Segments[0]);
        if (losesHeader)
            bytes[3] ^= bytes[50] ^= 1;
        orphan.World.Disk.Put($"{orphan.Path}/{(losesHeader ? "0000000000000004" : "0000000000009999")}.seg", bytes);
    }
}
