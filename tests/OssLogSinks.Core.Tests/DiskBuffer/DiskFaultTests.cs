using System.Buffers.Binary;
using CsCheck;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.DiskBuffer.Files;
using OssLogSinks.Core.DiskBuffer.Folders;
using OssLogSinks.Core.DiskBuffer.Format;
using OssLogSinks.Core.DiskBuffer.Journal;
using OssLogSinks.Core.Records;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Core.Tests.DiskBuffer.Journal;
using OssLogSinks.Core.Tests.Support;

namespace OssLogSinks.Core.Tests.DiskBuffer;

/// <summary>Errors of the disk, one kind after the other: what can be read is never lost, and what is lost is counted.</summary>
public class DiskFaultTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly BufferWorld _world = new();

    // More than there is memory for, so that some of it has to be read from disk.
    private async Task<OssAppender> FillAsync(int count = 200)
    {
        _world.IsOssDown = true;
        var appender = _world.Start();
        for (var i = 0; i < count; i++)
            await _world.LogWhenThereIsSpaceAsync(appender, size: 100 << 10);
        Assert.True(await _world.FlushAsync(appender, OssFlushTarget.Disk));
        return appender;
    }

    [Theory]
    [InlineData(DiskAct.Read)]
    [InlineData(DiskAct.Open)]
    public async Task ReadErrorThatPasses_LosesNothing(DiskAct failing)
    {
        var appender = await FillAsync();
        var until = _world.Time.GetUtcNow().AddSeconds(40);
        _world.Disk.Fails = (act, path) => act == failing && path.EndsWith(".seg", StringComparison.Ordinal) && _world.Time.GetUtcNow() < until;
        _world.IsOssDown = false;

        Assert.True(await _world.EndAsync(appender.FlushAsync(TestContext.Current.CancellationToken), Second));
        _world.AssertDelivered();
        Assert.True(await _world.CloseAsync(appender, Minute));
        _world.AssertNothingIsLeft();
    }

    [Fact]
    public async Task SegmentThatCannotBeOpened_HoldsNoFlushUpAndLosesNothing()
    {
        var appender = await FillAsync();
        var refused = _world.Segments[^2];
        _world.Disk.Fails = (act, path) => act == DiskAct.Open && path == refused;
        _world.IsOssDown = false;

        Assert.False(await _world.EndAsync(appender.FlushAsync(TestContext.Current.CancellationToken), Second));
        Assert.InRange(appender.GetSnapshot().Delivered, 1, 199);
        Assert.Single(_world.Errors, e => e.Contains("cannot be opened"));
        _world.Disk.Fails = null;

        Assert.True(await _world.EndAsync(appender.FlushAsync(TestContext.Current.CancellationToken), Second));
        _world.AssertDelivered();
        Assert.True(await _world.CloseAsync(appender, Minute));
        _world.AssertNothingIsLeft();
    }

    [Fact]
    public void AnyDamageWhileTheProcessLives_IsCountedAndHoldsNothingUp() =>
        Gen.Select(Gen.Int[0, 1000], Gen.Int[1, 6]).Sample((seed, wounds) => DamageAsync(new Random(seed), wounds).GetAwaiter().GetResult(), iter: CsCheck.Check.Iter / 50, threads: 1);

    private static async Task DamageAsync(Random random, int wounds)
    {
        var tests = new DiskFaultTests();
        var world = tests._world;
        var appender = await tests.FillAsync();
        for (var i = 0; i < wounds; i++)
        {
            var path = world.Segments[random.Next(world.Segments.Length)];
            var bytes = world.Disk.Bytes(path);
            if (random.Next(4) == 0)
                world.Disk.Delete(path);
            else if (random.Next(3) == 0)
                world.Disk.Put(path, bytes[..random.Next(bytes.Length)]);
            else
                bytes[random.Next(bytes.Length)] ^= 1;
            if (world.Disk.Exists(path) && world.Disk.Bytes(path).Length == bytes.Length)
                world.Disk.Put(path, bytes);
        }

        world.IsOssDown = false;
        await world.EndAsync(appender.FlushAsync(TestContext.Current.CancellationToken), Second);
        var isAllSafe = await world.CloseAsync(appender, Minute);
        var end = appender.GetSnapshot();
        Assert.Equal(200, end.Delivered + end.DroppedTotal);
        world.AssertDelivered(mayMiss: (int)end.DroppedTotal);
        Assert.Equal(end.DroppedTotal == 0, isAllSafe);
    }

    [Theory]
    [InlineData(OssBufferSync.EachWrite)]
    [InlineData(OssBufferSync.None)]
    public async Task FolderRemovedWhileInUse_IsMadeAgainBeforeAFlushSaysTrue(OssBufferSync sync)
    {
        _world.Options.BufferSync = sync;
        _world.IsOssDown = true;
        var appender = _world.Start();
        _world.Log(appender, 10);
        Assert.True(await _world.FlushAsync(appender, OssFlushTarget.Disk));
        var folder = $"{BufferWorld.Path}/{Assert.Single(_world.Disk.FoldersIn(BufferWorld.Path))}";
        foreach (var file in _world.Disk.FilesIn(folder))
            _world.Disk.Delete($"{folder}/{file}");
        _world.Disk.DeleteFolder(folder);

        // Of the first ten nothing is on disk any more: only OSS can make them safe.
        _world.Log(appender, 10, "b");
        var flush = appender.FlushAsync(OssFlushTarget.Disk, TestContext.Current.CancellationToken);
        for (var i = 0; i < 100; i++)
            await _world.StepAsync(Second);
        Assert.False(flush.IsCompleted);
        Assert.Contains(_world.Errors, e => e.Contains("was removed while it was in use"));
        _world.Refuses = key => key == "b.log";
        _world.IsOssDown = false;
        Assert.True(await _world.EndAsync(flush));

        // The later ten are in a new folder, and survive the process.
        _world.Disk.PowerCut();
        var next = new BufferWorld(_world.Disk);
        var second = next.Start();
        await next.UntilAsync(() => second.GetSnapshot().Delivered == 10, Second);
        Assert.Equal(_world.Accepted["b"], next.StoredOf("b"));
        Assert.Equal(_world.Accepted["a"], _world.StoredOf("a"));
        await next.CloseAsync(second, Minute);
        await _world.CloseAsync(appender, TimeSpan.Zero);
    }

    [Fact]
    public async Task FailedSync_IsFollowedByANewFolder_AndTheFlushIsTrueThere()
    {
        var appender = await StartWithAFailedSyncAsync();

        Assert.True(await _world.FlushAsync(appender, OssFlushTarget.Disk));
        Assert.Equal(2, _world.Disk.FoldersIn(BufferWorld.Path).Count);
        _world.Disk.PowerCut();
        await _world.CloseAsync(appender, TimeSpan.Zero);

        var next = new BufferWorld(_world.Disk);
        var second = next.Start();
        await next.UntilAsync(() => second.GetSnapshot().Delivered == 20, Second);
        Assert.Equal(_world.Accepted["a"], next.StoredOf("a"));
        Assert.True(await next.CloseAsync(second, Minute));
        _world.AssertNothingIsLeft();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task FolderDeletedDuringALook_DoesNotStay(bool holdsOpenFiles)
    {
        _world.IsOssDown = true;
        var appender = _world.Start();
        _world.Log(appender, 3);
        Assert.True(await _world.FlushAsync(appender, OssFlushTarget.Disk));
        Assert.True(await _world.CloseAsync(appender, TimeSpan.Zero));
        var disk = _world.Disk;
        var first = Assert.Single(disk.FoldersIn(BufferWorld.Path));

        // The next process takes the first folder and cannot empty it. It looks into the second one just when that folder's owner deletes it.
        var second = FolderName.New(_world.Time, FolderName.TryParse(first, out var name) ? name : null).Text;
        var (folder, lockFile) = ($"{BufferWorld.Path}/{second}", $"{BufferWorld.Path}/{second}/{FolderLock.FileName}");
        disk.CreateFolder(folder);
        using var owner = FolderLock.TryTake(disk, folder, create: true)!;
        var isMet = false;
        disk.Fails = (act, path) =>
        {
            if (act == DiskAct.Open && path == lockFile && !isMet)
            {
                isMet = true;
                if (holdsOpenFiles)
                    owner.Dispose();
                else
                    disk.Delete(path);
            }

            return false;
        };
        var next = new BufferWorld(disk) { IsOssDown = true };
        var taker = next.Start();
        await next.UntilAsync(() => isMet && !disk.FoldersIn(BufferWorld.Path).Contains(second));

        Assert.Contains(first, disk.FoldersIn(BufferWorld.Path));
        Assert.False(owner.ReleaseAndDelete());
        next.IsOssDown = false;
        await next.UntilAsync(() => next.StoredCountOf("a") == 3, Second);
        Assert.True(await next.CloseAsync(taker, Minute));
        next.AssertNothingIsLeft();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SecondFolderOfADeadProcess_WaitsForTheFirst(bool isInUse)
    {
        var appender = await StartWithAFailedSyncAsync();
        Assert.True(await _world.FlushAsync(appender, OssFlushTarget.Disk));
        Assert.True(await _world.CloseAsync(appender, TimeSpan.Zero));
        var folders = _world.Disk.FoldersIn(BufferWorld.Path).Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(2, folders.Length);
        var first = $"{BufferWorld.Path}/{folders[0]}";

        var isHeld = true;
        var other = isInUse ? _world.Disk.OpenExclusively($"{first}/{FolderLock.FileName}", create: true) : null;
        _world.Disk.Fails = (act, path) => isHeld && !isInUse && act == DiskAct.Open && path.StartsWith(first, StringComparison.Ordinal);
        var next = new BufferWorld(_world.Disk);
        var second = next.Start();
        for (var i = 0; i < 100; i++)
            await next.StepAsync(Second);
        Assert.Equal(0, second.GetSnapshot().Delivered);

        isHeld = false;
        other?.Dispose();
        await next.UntilAsync(() => second.GetSnapshot().Delivered == 20, Second);
        Assert.Equal(_world.Accepted["a"], next.StoredOf("a"));
        Assert.True(await next.CloseAsync(second, Minute));
        next.AssertNothingIsLeft();
    }

    // Ten records are in a first folder; ten more wait for one behind it.
    private async Task<OssAppender> StartWithAFailedSyncAsync()
    {
        _world.IsOssDown = true;
        var appender = _world.Start();
        _world.Log(appender, 10);
        Assert.True(await _world.FlushAsync(appender, OssFlushTarget.Disk));
        var left = 1;
        _world.Disk.Fails = (act, path) => act == DiskAct.Sync && path.EndsWith(".seg", StringComparison.Ordinal) && left-- > 0;
        _world.Log(appender, 10);
        return appender;
    }

    [Fact]
    public async Task WhileOssKeepsUp_NothingIsReadFromDisk()
    {
        var reads = 0;
        _world.Disk.Fails = (act, path) =>
        {
            if (act is DiskAct.Read or DiskAct.Open && path.EndsWith(".seg", StringComparison.Ordinal))
                Interlocked.Increment(ref reads);
            return false;
        };
        var appender = _world.Start();
        for (var round = 0; round < 20; round++)
        {
            for (var i = 0; i < 100; i++)
                await _world.LogWhenThereIsSpaceAsync(appender, $"s{i % 3}", 1000);
            Assert.True(await _world.FlushAsync(appender, OssFlushTarget.Oss));
        }

        Assert.Equal(0, reads);
        _world.AssertDelivered();
        Assert.True(await _world.CloseAsync(appender, Minute));
    }

    [Fact]
    public async Task FullBufferAndSmallEventsNowAndThen_FillMemoryAndNoMore()
    {
        _world.Options.BufferSizeLimitBytes = 8 << 20;
        _world.Options.MemoryLimitBytes = 4 << 20;
        _world.IsOssDown = true;
        var appender = _world.Start();
        while (!_world.Reports.Reports.Any(r => r.Message.Contains("has reached its size limit")))
        {
            _world.Log(appender, size: 50_000);
            await _world.StepAsync();
        }

        // One at a time, and the writer looks for each of them: they share their blocks all the same.
        var accepted = 0;
        for (var refused = 0; refused < 20;)
        {
            var isAccepted = _world.Log(appender, size: 50);
            (accepted, refused) = isAccepted ? (accepted + 1, 0) : (accepted, refused + 1);
            if (accepted % 20 == 0)
                await _world.StepAsync();
            Assert.InRange(appender.GetSnapshot().MemoryBytes, 0, _world.Options.MemoryLimitBytes);
            Assert.InRange(accepted, 0, 1 << 20);
        }

        Assert.InRange(accepted, 3000, 40_000);
        _world.IsOssDown = false;
        Assert.True(await _world.FlushAsync(appender, OssFlushTarget.Oss));
        _world.AssertDelivered();
        Assert.True(await _world.CloseAsync(appender, Minute));
    }

    [Fact]
    public async Task Writing_NeedsNoThreadOfThePool()
    {
        var usesPool = false;
        _world.Disk.Fails = (act, path) =>
        {
            usesPool |= act is DiskAct.Write or DiskAct.Sync && path.EndsWith(".seg", StringComparison.Ordinal) && Thread.CurrentThread.IsThreadPoolThread;
            return false;
        };
        var appender = _world.Start();
        _world.Log(appender, 100);

        Assert.True(await _world.FlushAsync(appender, OssFlushTarget.Disk));
        Assert.False(usesPool);
        Assert.True(await _world.CloseAsync(appender, Minute));
    }

    [Fact]
    public async Task DiskThatHangs_DoesNotHoldTheCloseUp_AndWhatItHeldIsCounted()
    {
        using var hangs = new ManualResetEventSlim();
        _world.IsOssDown = true;
        var appender = _world.Start();
        _world.Log(appender, 10);
        Assert.True(await _world.FlushAsync(appender, OssFlushTarget.Disk));
        var file = new HangingFiles(_world.Disk, hangs) { IsArmed = true };
        var other = new OssAppender(_world.Options, file);
        Assert.True(other.TryAppend(AppenderTesting.Record("1\n", values: "h", state: "h1")));
        await _world.UntilAsync(() => file.Hangs);

        Assert.False(await other.CloseAsync(TimeSpan.Zero).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        Assert.Equal(1, other.GetSnapshot().Dropped[DropReason.CloseTimeOver]);
        var lost = Assert.Single(_world.Outcomes.Dropped);
        Assert.True(lost is { State: "h1", Failure.MayBeDelivered: true }, "The thread may write it yet, and the next process ship it.");
        await _world.CloseAsync(appender, TimeSpan.Zero);

        // The close goes on in the background, so that the folder does not stay locked while the process lives.
        hangs.Set();
        _world.IsOssDown = false;
        var next = _world.Start();
        await _world.UntilAsync(() => _world.StoredCountOf("a") == 10 && _world.StoredCountOf("h") == 1, Second);
        Assert.Equal(_world.Accepted["a"], _world.StoredOf("a"));
        Assert.True(await _world.CloseAsync(next, Minute));
        _world.AssertNothingIsLeft();
        Assert.DoesNotContain(_world.Reports.Reports, report => report.Message.Contains("damaged", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WriteThatHangsUntilAfterTheClose_IsShippedByTheNext(bool isOssDown)
    {
        using var hangs = new ManualResetEventSlim();
        _world.IsOssDown = isOssDown;
        var files = new HangingFiles(_world.Disk, hangs);
        var appender = new OssAppender(_world.Options, files);
        Assert.True(appender.TryAppend(AppenderTesting.Record("1\n", values: "h")));
        Assert.True(await _world.FlushAsync(appender, isOssDown ? OssFlushTarget.Disk : OssFlushTarget.Oss));
        files.IsArmed = true;
        Assert.True(appender.TryAppend(AppenderTesting.Record("2\n", values: "h")));
        await _world.UntilAsync(() => files.Hangs);
        Assert.False(await appender.CloseAsync(TimeSpan.Zero).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));

        hangs.Set();
        _world.IsOssDown = false;
        var next = _world.Start();
        await _world.UntilAsync(() => _world.StoredCountOf("h") == 2, Second);
        Assert.Equal([1, 2], _world.StoredOf("h"));
        Assert.True(await _world.CloseAsync(next, Minute));
        _world.AssertNothingIsLeft();
    }

    [Fact]
    public async Task JournalThatHangs_IsReportedAsTheDisksTrouble()
    {
        using var hangs = new ManualResetEventSlim();
        var isHanging = false;
        _world.Options.AppendInterval = Minute;
        var appender = _world.Start();
        _world.Log(appender, 1);
        Assert.True(await _world.FlushAsync(appender, OssFlushTarget.Disk));
        _world.Disk.DuringSync = () =>
        {
            Volatile.Write(ref isHanging, true);
            hangs.Wait();
        };
        await _world.UntilAsync(() => Volatile.Read(ref isHanging), Second);
        await _world.UntilAsync(() => _world.Reports.Reports.Count > 0, Second);

        Assert.Contains("The disk buffer does not work: Writing the journal has not finished after 5 seconds.", Assert.Single(_world.Reports.Reports).Message);
        _world.Disk.DuringSync = null;
        hangs.Set();
        Assert.True(await _world.CloseAsync(appender, Minute));
        _world.AssertDelivered();
    }

    [Fact]
    public async Task UnopenableOrphanedFile_CountsAsLongAsItExists()
    {
        _world.IsOssDown = true;
        var dead = _world.Start();
        _world.Log(dead, 10);
        Assert.True(await _world.FlushAsync(dead, OssFlushTarget.Disk));
        await _world.CloseAsync(dead, TimeSpan.Zero);
        var left = Assert.Single(_world.Segments);
        var length = _world.Disk.LengthOf(left);
        _world.Disk.Fails = (act, path) => act == DiskAct.Open && path == left;

        var next = new BufferWorld(_world.Disk);
        var appender = next.Start();
        await next.UntilAsync(() => next.Errors.Any(message => message.Contains("cannot be opened", StringComparison.Ordinal)), Second);
        for (var i = 0; i < 200; i++)
        {
            Assert.InRange(appender.GetSnapshot().BufferBytes, length, long.MaxValue);
            await next.StepAsync(Second);
        }

        _world.Disk.Fails = null;
        await next.UntilAsync(() => appender.GetSnapshot().Delivered == 10, Second);
        Assert.True(await next.CloseAsync(appender, Minute));
        next.AssertNothingIsLeft();
    }

    [Fact]
    public async Task ForeignEntriesAndFiles_AreReportedOnceAndHoldNothingUp()
    {
        _world.IsOssDown = true;
        var dead = _world.Start();
        _world.Log(dead, 10);
        Assert.True(await _world.FlushAsync(dead, OssFlushTarget.Disk));
        await _world.CloseAsync(dead, TimeSpan.Zero);
        var folder = $"{BufferWorld.Path}/{Assert.Single(_world.Disk.FoldersIn(BufferWorld.Path))}";
        for (var i = 0; i < 150; i++)
            _world.Disk.Put($"{folder}/note {i}", [1, 2, 3]);
        _world.Disk.Put($"{BufferWorld.Path}/link", []);
        _world.Disk.ForeignEntries.Add($"{BufferWorld.Path}/link");

        var next = new BufferWorld(_world.Disk);
        var appender = next.Start();
        await next.UntilAsync(() => appender.GetSnapshot().Delivered == 10, Second);
        for (var i = 0; i < 50; i++)
            await next.StepAsync(Second);

        Assert.Single(next.Reports.Reports, r => r.Message.Contains("150 files of"));
        Assert.Single(next.Reports.Reports, r => r.Message.Contains("'link'"));
        Assert.InRange(next.Reports.Reports.Count, 3, 4);
        Assert.True(await next.CloseAsync(appender, Minute));
        Assert.True(_world.Disk.Exists($"{BufferWorld.Path}/link"));
    }

    [Fact]
    public async Task FolderOfAnotherVersion_IsLeftAloneAndReported()
    {
        _world.IsOssDown = true;
        var dead = _world.Start();
        _world.Log(dead, 10);
        Assert.True(await _world.FlushAsync(dead, OssFlushTarget.Disk));
        await _world.CloseAsync(dead, TimeSpan.Zero);
        var segment = Assert.Single(_world.Segments);
        var bytes = _world.Disk.Bytes(segment);
        FileVersion.Write(bytes, BitConverter.ToUInt64(bytes), FileVersion.Current + 1);
        _world.Disk.Put(segment, bytes);

        var next = new BufferWorld(_world.Disk);
        var appender = next.Start();
        await next.UntilAsync(() => next.Reports.Reports.Any(r => r.Message.Contains("the format of another version")), Second);
        Assert.True(await next.CloseAsync(appender, Minute));

        Assert.Equal(bytes, _world.Disk.Bytes(segment));
        Assert.Equal(0, appender.GetSnapshot().Delivered);
    }

    // Version 1 had other headers, and was never released.
    [Theory]
    [InlineData("segment")]
    [InlineData("journal")]
    public async Task FolderOfVersion1_IsLeftAloneAndReported(string file)
    {
        const string Folder = $"{BufferWorld.Path}/20261122T221530-9f3c5a0b77e1d204";
        var segment = new byte[300];
        "OSSSPOOL"u8.CopyTo(segment);
        segment[8] = 1;
        BinaryPrimitives.WriteUInt32LittleEndian(segment.AsSpan(56), Crc32C.Append(0, segment.AsSpan(0, 56)));
        var journal = new byte[2048 * 128];
        new byte[] { (byte)'J', 1, 1 }.CopyTo(journal, 0);
        BinaryPrimitives.WriteUInt64LittleEndian(journal.AsSpan(120), Crc64.Append(0, journal.AsSpan(0, 120)));
        _world.Disk.CreateFolder(BufferWorld.Path);
        _world.Disk.CreateFolder(Folder);
        var (path, bytes) = file == "segment" ? ($"{Folder}/{SegmentHeader.NameOf(1)}", segment) : ($"{Folder}/journal.0", journal);
        _world.Disk.Put(path, bytes);

        var appender = _world.Start();
        await _world.UntilAsync(() => _world.Reports.Reports.Any(r => r.Message.Contains("the format of another version")), Second);
        Assert.True(await _world.CloseAsync(appender, Minute));

        Assert.Equal(bytes, _world.Disk.Bytes(path));
        Assert.Equal(0, appender.GetSnapshot().QuarantinedRecords);
        Assert.DoesNotContain(Quarantine.FolderName, _world.Disk.FoldersIn(BufferWorld.Path));
    }

    [Fact]
    public async Task SparseFileOfATerabyte_IsNotReadWhole()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Files are not sparse there.");
        var path = Directory.CreateTempSubdirectory("sparse-buffer-").FullName;
        var name = FolderName.New(TimeProvider.System);
        var folder = Path.Combine(path, name.Text);
        Directory.CreateDirectory(folder);
        BufferJournal.Create(BufferFiles.Instance, folder, new FolderId(name.FolderId), syncs: true).Dispose();
        using (var file = File.Create(Path.Combine(folder, SegmentHeader.NameOf(1))))
            file.SetLength(1L << 40);

        var oss = new MemoryOss();
        await OssAppender.DrainAsync(path, AppenderTesting.Options(oss), progress: null, TestContext.Current.CancellationToken)
            .WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        Assert.DoesNotContain(Directory.GetDirectories(path), n => Path.GetFileName(n) != Quarantine.FolderName);
        Directory.Delete(path, recursive: true);
    }

    [Fact]
    public void JournalOfVeryManyStreams_ShrinksWhenTheyHaveGone()
    {
        _world.Disk.CreateFolder("/folder");
        using var journal = BufferJournal.Create(_world.Disk, "/folder", JournalWorld.FolderId, syncs: true);
        var small = journal.Bytes;
        journal.Reserve(50_000, 10);
        for (var i = 1; i <= 50_000; i++)
            journal.Settle((ulong)i, i);
        Assert.True(journal.Bytes > 50_000 * JournalEntry.Size);

        journal.SegmentOpened(50_001);
        journal.Reserve(1, 1);
        journal.Intend(1, new AppendIntent(0, new AppendPosition(0, 0), 1, 1, 50_001, 50_001));
        Assert.Equal(small, journal.Bytes);
    }

    /// <summary>A disk that hangs in a write to a segment once it is armed, as long as the test wants.</summary>
    private sealed class HangingFiles(IBufferFiles inner, ManualResetEventSlim end) : IBufferFiles
    {
        private volatile bool _isArmed;

        public bool IsArmed { get => _isArmed; set => _isArmed = value; }

        public bool Hangs { get; private set; }

        public IBufferFile Create(string path)
        {
            if (!path.EndsWith(".seg", StringComparison.Ordinal))
                return inner.Create(path);

            Hang();
            return new HangingFile(this, inner.Create(path));
        }

        private void Hang()
        {
            if (!_isArmed)
                return;

            Hangs = true;
            end.Wait();
        }

        private sealed class HangingFile(HangingFiles owner, IBufferFile file) : IBufferFile
        {
            public long Length => file.Length;

            public void Write(long offset, byte[] bytes, int start, int count)
            {
                owner.Hang();
                file.Write(offset, bytes, start, count);
            }

            public int Read(long offset, byte[] buffer, int start, int count) => file.Read(offset, buffer, start, count);

            public void SetLength(long length) => file.SetLength(length);

            public void Sync() => file.Sync();

            public void Dispose() => file.Dispose();
        }

        public void CreateFolder(string path) => inner.CreateFolder(path);

        public IReadOnlyList<string> FilesIn(string folder) => inner.FilesIn(folder);

        public IReadOnlyList<string> FoldersIn(string folder) => inner.FoldersIn(folder);

        public IReadOnlyList<string> ForeignEntriesIn(string folder) => inner.ForeignEntriesIn(folder);

        public bool Exists(string path) => inner.Exists(path);

        public long LengthOf(string path) => inner.LengthOf(path);

        public IBufferFile Open(string path) => inner.Open(path);

        public IBufferFile OpenToRead(string path) => inner.OpenToRead(path);

        public IBufferFile OpenExclusively(string path, bool create) => inner.OpenExclusively(path, create);

        public bool ExcludesOthers(string path) => inner.ExcludesOthers(path);

        public void Delete(string path) => inner.Delete(path);

        public void DeleteFolder(string path) => inner.DeleteFolder(path);

        public void Move(string from, string to) => inner.Move(from, to);

        public void SyncFolder(string path) => inner.SyncFolder(path);
    }
}
