using Microsoft.Extensions.Time.Testing;
using OssLogSinks.Core;
using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.Records;
using OssLogSinks.Emulator;
using OssLogSinks.Emulator.Faults;
using OssLogSinks.EndToEnd.Tests.Support;

namespace OssLogSinks.EndToEnd.Tests;

/// <summary>Buffers that are emptied without the processes that filled them, through the public API.</summary>
public sealed class DrainTests : IDisposable
{
    private const int Records = 500;

    private readonly BufferFolder _buffer = new();

    public void Dispose() => _buffer.Dispose();

    [Fact]
    public async Task FoldersOfDeadProcesses_AreShippedToTheirObjects()
    {
        await using var emulator = await StartAsync();
        await LeaveAsync(emulator, "first");
        await LeaveAsync(emulator, "second");
        var reports = new Reports<OssDrainProgress>();
        var options = emulator.AppenderOptions();
        options.ObjectKey = "somewhere/else.log";

        var done = await OssAppender.DrainAsync(_buffer.Path, options, reports, TestContext.Current.CancellationToken);

        Assert.Equal(new OssDrainProgress { Folders = 2, Delivered = 2 * Records }, done);
        Assert.Equal(done, reports.All[^1]);
        AssertStored(emulator, "first");
        AssertStored(emulator, "second");
        Assert.Empty(_buffer.Files);
    }

    [Fact]
    public async Task FolderInUse_IsCounted_AndNotTouched()
    {
        await using var emulator = await StartAsync();
        await using var down = await StartAsync();
        down.GoDown();

        // A clock that stands still: it looks for what others left once, before there is anything.
        var living = down.AppenderOptions();
        living.BufferPath = _buffer.Path;
        living.TimeProvider = new FakeTimeProvider();
        await using var owner = new OssAppender(living);
        await AppendAsync(owner, "living");
        var before = _buffer.Files;
        await LeaveAsync(emulator, "dead");

        var done = await OssAppender.DrainAsync(_buffer.Path, emulator.AppenderOptions(), cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(new OssDrainProgress { Folders = 1, FoldersInUse = 1, Delivered = Records }, done);
        AssertStored(emulator, "dead");
        Assert.DoesNotContain(emulator.ListObjects(Emulated.Bucket), o => o.Key.StartsWith("living", StringComparison.Ordinal));
        Assert.Equal(before.Keys.Order(), _buffer.Files.Keys.Order());
        Assert.All(before.Where(file => !Path.GetFileName(file.Key).StartsWith("journal", StringComparison.Ordinal)), file => Assert.Equal(file.Value, _buffer.Files[file.Key]));
        await owner.CloseAsync(TimeSpan.Zero);
    }

    [Fact]
    public async Task Progress_IsToldEverySecond_AndAtTheEnd()
    {
        await using var emulator = await StartAsync();
        await LeaveAsync(emulator, "app");
        var time = new FakeTimeProvider();
        var reports = new Reports<OssDrainProgress>();
        var options = emulator.AppenderOptions();
        options.TimeProvider = time;
        var held = emulator.Faults.Hold(FaultMoment.AfterCommit);

        var draining = OssAppender.DrainAsync(_buffer.Path, options, reports, TestContext.Current.CancellationToken);
        await held.Arrived.WaitAsync(TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromSeconds(1));
        var halfway = reports.All[^1];
        held.Release();
        var done = await draining;

        Assert.Equal((0L, 0), (halfway.Delivered, halfway.Folders));
        Assert.True(halfway.BytesLeft > 0);
        Assert.Equal(new OssDrainProgress { Folders = 1, Delivered = Records }, done);
        Assert.Equal(done, reports.All[^1]);
        Assert.Equal(reports.All.OrderBy(r => r.Delivered), reports.All);
    }

    [Theory]
    [InlineData(FaultMoment.BeforeCommit)]
    [InlineData(FaultMoment.AfterCommit)]
    public async Task Cancelled_WhatIsLeftStays_AndTheNextDrainStoresItOnce(FaultMoment moment)
    {
        await using var emulator = await StartAsync();
        await LeaveAsync(emulator, "app");
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var held = emulator.Faults.Hold(moment);

        var draining = OssAppender.DrainAsync(_buffer.Path, emulator.AppenderOptions(), cancellationToken: cancel.Token);
        await held.Arrived.WaitAsync(TestContext.Current.CancellationToken);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => draining);
        Assert.NotEmpty(_buffer.Files);
        held.Release();
        var done = await OssAppender.DrainAsync(_buffer.Path, emulator.AppenderOptions(), cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(1, done.Folders);
        AssertStored(emulator, "app");
        Assert.Empty(_buffer.Owners);
    }

    [Fact]
    public async Task EmptyFolder_IsDoneAtOnce()
    {
        await using var emulator = await StartAsync();
        var reports = new Reports<OssDrainProgress>();

        var done = await OssAppender.DrainAsync(_buffer.Path, emulator.AppenderOptions(), reports, TestContext.Current.CancellationToken);

        Assert.Equal(new OssDrainProgress(), done);
        Assert.Equal([done], reports.All);
        Assert.Empty(emulator.Requests);
    }

    [Fact]
    public async Task BufferPathOfTheOptions_HasNothingToDoWithIt()
    {
        await using var emulator = await StartAsync();
        await LeaveAsync(emulator, "app");
        using var other = new BufferFolder();
        var file = Path.Combine(other.Path, "file");
        await File.WriteAllTextAsync(file, "", TestContext.Current.CancellationToken);
        foreach (var path in new[] { other.Path, Path.Combine(other.Path, "none"), file, "" })
        {
            var options = emulator.AppenderOptions();
            options.BufferPath = path;
            options.MemoryLimitBytes = 2L * options.AppendSizeLimitBytes;

            await OssAppender.DrainAsync(_buffer.Path, options, cancellationToken: TestContext.Current.CancellationToken);
        }

        AssertStored(emulator, "app");
        Assert.Equal([file], Directory.GetFileSystemEntries(other.Path));
    }

    [Fact]
    public async Task MissingFolder_IsNotFound_AndNotMade()
    {
        await using var emulator = await StartAsync();
        var missing = Path.Combine(_buffer.Path, "missing");

        await Assert.ThrowsAsync<DirectoryNotFoundException>(
            () => OssAppender.DrainAsync(missing, emulator.AppenderOptions(), cancellationToken: TestContext.Current.CancellationToken));
        Assert.False(Directory.Exists(missing));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("a\0b")]
    [InlineData("file")]
    public async Task BadPath_IsASettingsFault(string path)
    {
        await using var emulator = await StartAsync();
        if (path == "file")
            await File.WriteAllTextAsync(path = Path.Combine(_buffer.Path, path), "", TestContext.Current.CancellationToken);

        var exception = await Assert.ThrowsAsync<OssSettingsException>(
            () => OssAppender.DrainAsync(path, emulator.AppenderOptions(), cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal("BufferPath", Assert.Single(exception.Faults).Setting);
    }

    [Fact]
    public async Task BadSettings_AreAFault_AndNothingIsTouched()
    {
        await using var emulator = await StartAsync();
        await LeaveAsync(emulator, "app");
        var before = _buffer.Files;

        await Assert.ThrowsAsync<OssSettingsException>(
            () => OssAppender.DrainAsync(_buffer.Path, new OssAppenderOptions { Bucket = "B" }, cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal(before, _buffer.Files);
    }

    // What a process leaves that had no OSS in its life.
    private async Task LeaveAsync(OssEmulator emulator, string name)
    {
        emulator.GoDown();
        var options = emulator.AppenderOptions();
        options.BufferPath = _buffer.Path;
        options.ObjectKey = name + ".log";
        await using (var appender = new OssAppender(options))
        {
            await AppendAsync(appender, name);
            await appender.CloseAsync(TimeSpan.Zero);
        }

        emulator.Faults.Clear();
    }

    private static async Task AppendAsync(OssAppender appender, string name)
    {
        for (var i = 0; i < Records; i++)
            Assert.True(appender.TryAppend(new LogRecord(DateTimeOffset.UnixEpoch, System.Text.Encoding.UTF8.GetBytes($"{name} {i}\n"))));
        Assert.True(await appender.FlushAsync(OssFlushTarget.Disk, TestContext.Current.CancellationToken));
    }

    private static void AssertStored(OssEmulator emulator, string name) =>
        Assert.Equal(Enumerable.Range(0, Records).Select(i => $"{name} {i}"), emulator.Lines(name + ".log"));

    private static Task<OssEmulator> StartAsync() => OssEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);

    private sealed class Reports<T> : IProgress<T>
    {
        private readonly Lock _lock = new();
        private readonly List<T> _all = [];

        public IReadOnlyList<T> All
        {
            get
            {
                lock (_lock)
                    return [.. _all];
            }
        }

        public void Report(T value)
        {
            lock (_lock)
                _all.Add(value);
        }
    }
}
