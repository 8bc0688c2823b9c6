using System.Globalization;
using System.Text;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Emulator;
using OssLogSinks.Emulator.Faults;

namespace OssLogSinks.Testing.FrontDoors;

/// <summary>The buffer on disk, over HTTP to the emulator, which is down now and then. Each front door derives from this.</summary>
public abstract class BufferOverHttpTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("oss-append-buffer-").FullName;

    protected BufferOverHttpTests() => BufferPath = Path.Combine(_folder, "buffer");

    private protected string BufferPath { get; private set; }

    /// <summary>What the front door has reported of its own trouble.</summary>
    private protected abstract IEnumerable<string> Reports { get; }

    [Fact]
    public async Task PathThatCannotBeWritten_IsSaidOnce_AndMemoryDoes()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Other systems have no place that nobody can write to, whatever rights one has.");
        await using var oss = await OssEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        BufferPath = "/proc/oss-append/buffer";
        await using (var log = Open("", oss, closeTimeout: TimeSpan.FromMinutes(1)))
        {
            for (var i = 0; i < 100; i++)
                log.Write(i.ToString(CultureInfo.InvariantCulture));
            await log.FlushToDiskAsync().InTime();
            Assert.Equal(100, Lines(oss).Length);
            log.Write("100");
            await log.CloseAsync();
            log.AssertAllAreSafe(101);
        }

        Assert.Equal(Enumerable.Range(0, 101).Select(i => i.ToString(CultureInfo.InvariantCulture)), Lines(oss));
        Assert.Contains("disk buffer does not work", Assert.Single(Reports), StringComparison.Ordinal);
    }

    public virtual void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Logs while OSS is down, closes, and logs again when OSS works.</summary>
    /// <param name="way">How the front door is configured.</param>
    private protected async Task AssertBufferOutlivesAsync(string way)
    {
        await using var oss = await OssEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        oss.Faults.RespondBeforeCommit(503, "ServiceUnavailable", int.MaxValue, FaultFilter.Any);
        await using (var log = Open(way, oss))
        {
            for (var i = 0; i < 200; i++)
                log.Write($"before {i}");
            await log.FlushToDiskAsync().InTime();

            // On disk is safe, and nobody is told twice: not by the flush, not by the close.
            Assert.Equal(200, LinesOnDisk("before"));
            log.AssertAllAreSafe(200);
            for (var i = 200; i < 300; i++)
                log.Write($"before {i}");
            await log.CloseAsync();

            Assert.Equal(300, LinesOnDisk("before"));
            log.AssertAllAreSafe(300);
        }

        Assert.DoesNotContain(Reports, line => line.Contains("were dropped", StringComparison.Ordinal));
        oss.Faults.Clear();
        await using (var log = Open(way, oss))
        {
            log.Write("after");
            await Wait.UntilAsync(() => log.GetSnapshot().Delivered == 301);
        }

        Assert.Equal(Enumerable.Range(0, 300).Select(i => $"before {i}"), Lines(oss).Where(line => line != "after"));
        Assert.Single(Lines(oss), "after");
        Assert.Empty(Directory.GetFileSystemEntries(BufferPath));
    }

    /// <summary>Begins to log to app.log in the bucket logs, the message alone, with a buffer in the path; appends every 10 ms.</summary>
    private protected abstract IBufferedLog Open(string way, OssEmulator oss, TimeSpan closeTimeout = default);

    private protected static string[] Lines(OssEmulator oss) =>
        Encoding.UTF8.GetString(oss.ReadObject("logs", "app.log")).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private int LinesOnDisk(string text) =>
        Directory.GetFiles(BufferPath, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetFileName(file) != "lock")
            .Sum(file => TextOf(file).Split(text + " ").Length - 1);

    private static string TextOf(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(stream, Encoding.Latin1);
        return reader.ReadToEnd();
    }
}

/// <summary>A front door whose events go to a buffer on disk first.</summary>
internal interface IBufferedLog : IAsyncDisposable
{
    void Write(string message);

    Task FlushToDiskAsync();

    Task CloseAsync();

    DeliverySnapshot GetSnapshot();

    /// <summary>So many events were logged, none was given up, and whoever waits for each of them was told once.</summary>
    void AssertAllAreSafe(int count);
}
