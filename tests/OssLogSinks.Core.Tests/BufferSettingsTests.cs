using CsCheck;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.Tests;

public sealed class BufferSettingsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("oss-buffer-settings-").FullName;

    public static TheoryData<string> PathsThatCannotBe => ["", " \t", "a\0b", new string('n', 256), "/" + string.Concat(Enumerable.Repeat("folder/", 6000))];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(".")]
    [InlineData("buffer")]
    [InlineData("not/there/yet/")]
    [InlineData("缓冲 of {braces}")]
    public void PathThatCanBeMade_IsFine_AndIsNotMadeYet(string path)
    {
        var folder = Path.Combine(_folder, path);

        Assert.Empty(FaultsOf(o => o.BufferPath = folder));
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public void RelativePath_IsFine() => Assert.Empty(FaultsOf(o => o.BufferPath = "log-buffer"));

    [Fact]
    public void RootOfTheDisk_IsFine() => Assert.Empty(FaultsOf(o => o.BufferPath = Path.GetPathRoot(_folder)));

    [Theory]
    [MemberData(nameof(PathsThatCannotBe))]
    public void PathThatCannotBe_IsAFault(string path) =>
        Assert.Equal("BufferPath", Assert.Single(FaultsOf(o => o.BufferPath = path)).Setting);

    [Theory]
    [InlineData("file", "is a file")]
    [InlineData("file/", "is a file")]
    [InlineData("file/below/it", "leads through a file")]
    public void FileInTheWay_IsAFault(string path, string problem)
    {
        File.WriteAllText(Path.Combine(_folder, "file"), "");

        var place = Path.Combine(_folder, path);

        var fault = Assert.Single(FaultsOf(o => o.BufferPath = place));

        Assert.Equal("BufferPath", fault.Setting);
        Assert.StartsWith($"'{place}' {problem}", fault.Problem);
    }

    [Fact]
    public void FolderThatCannotBeWritten_IsNoFault()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Rights are others there.");
        var locked = Directory.CreateDirectory(Path.Combine(_folder, "locked")).FullName;
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(locked, UnixFileMode.UserRead);

        Assert.Empty(FaultsOf(o => o.BufferPath = Path.Combine(locked, "buffer")));
    }

    [Fact]
    public void SettingsOfABuffer_WithoutOne_AreNoFault() => Assert.Empty(FaultsOf(o =>
    {
        o.BufferSizeLimitBytes = 8 << 20;
        o.AppendSizeLimitBytes = 2 << 20;
        o.BufferFullAction = OssBufferFullAction.DropOldest;
        o.BufferSync = OssBufferSync.None;
        o.BufferSyncInterval = TimeSpan.FromDays(24);
    }));

    [Theory]
    [InlineData(1 << 20, (8L << 20) - 1, false)]
    [InlineData(1 << 20, 8L << 20, true)]
    [InlineData(4 << 20, (16L << 20) - 1, false)]
    [InlineData(4 << 20, 16L << 20, true)]
    [InlineData(64 << 20, 256L << 20, true)]
    public void Buffer_HasSpaceForSomeAppends(int appendSize, long bufferSize, bool isFine) =>
        Assert.Equal(isFine ? [] : ["BufferSizeLimitBytes"], FaultsOf(o =>
        {
            o.AppendSizeLimitBytes = appendSize;
            o.BufferSizeLimitBytes = bufferSize;
            o.MemoryLimitBytes = 1L << 30;
        }).Select(f => f.Setting));

    [Fact]
    public void TooLittleMemoryWithABuffer_IsRefusedWithAnAmountThatWorks() =>
        Gen.Select(Gen.Int[4 << 10, 64 << 20], Gen.Int[0, 100]).Sample((appendSize, percent) =>
        {
            var options = new OssAppenderOptions
            {
                Client = new MemoryOss(),
                BufferPath = _folder,
                AppendSizeLimitBytes = appendSize,
                EventSizeLimitBytes = 1 + (int)((appendSize - 1L) * percent / 100),
                MemoryLimitBytes = (8L * appendSize) - 1,
            };

            var fault = Assert.Single(options.Validate());
            Assert.Equal("MemoryLimitBytes", fault.Setting);
            options.MemoryLimitBytes = long.Parse(fault.Problem.Substring(fault.Problem.IndexOf("at least ", StringComparison.Ordinal) + 9).Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
            Assert.InRange(options.MemoryLimitBytes, 8L * appendSize, long.MaxValue);
            Assert.Empty(options.Validate());
            options.MemoryLimitBytes--;
            Assert.Single(options.Validate());
        });

    [Fact]
    public void MemoryWithoutABuffer_IsTwoAppendsAsBefore() => Assert.Empty(FaultsOf(o => o.MemoryLimitBytes = 2L * o.AppendSizeLimitBytes));

    [Theory]
    [InlineData(-1, false)]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(24 * 24 * 3600, true)]
    [InlineData((24 * 24 * 3600) + 1, false)]
    public void SyncInterval_IsATimeThatTimersTake(int seconds, bool isFine) => Assert.Equal(
        isFine ? [] : ["BufferSyncInterval"], FaultsOf(o => o.BufferSyncInterval = TimeSpan.FromSeconds(seconds)).Select(f => f.Setting));

    private static IReadOnlyList<SettingFault> FaultsOf(Action<OssAppenderOptions> set)
    {
        var options = new OssAppenderOptions { Client = new MemoryOss() };
        set(options);
        return options.Validate();
    }
}
