using System.Text;
using OssLogSinks.Core;
using OssLogSinks.Core.Records;
using OssLogSinks.Core.Rolling;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Emulator;
using OssLogSinks.Emulator.Authentication;
using OssLogSinks.Emulator.Faults;
using OssLogSinks.Emulator.Protocol;
using OssLogSinks.EndToEnd.Tests.Support;

namespace OssLogSinks.EndToEnd.Tests;

/// <summary>Every end that an object can come to, over real HTTP: the next sequence number, nothing lost, nothing doubled, one report.</summary>
public class ObjectEndTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private readonly LevelReports _reports = new();

    [Fact]
    public async Task ReplacedByANormalObject_GoesOnInTheNextSequence()
    {
        await using var emulator = await StartAsync();
        await DeliverAroundAsync(emulator, () => emulator.PutObject(Emulated.Bucket, "app.log", "replaced"u8));

        Assert.Equal("replaced", emulator.Text("app.log"));
        Assert.Equal("b\nc\n", emulator.Text("app_001.log"));
        AssertOneReport(OssDiagnosticLevel.Warning, "ObjectNotAppendable");
    }

    [Theory]
    [InlineData(409)]
    [InlineData(400)]
    public async Task SealedUnderUs_GoesOnInTheNextSequence(int status)
    {
        await using var emulator = await StartAsync(o => o.AppendAfterSealStatus = status);
        await DeliverAroundAsync(emulator, () => emulator.SealObject(Emulated.Bucket, "app.log"));

        AssertRolled(emulator);
        AssertOneReport(OssDiagnosticLevel.Warning, "AppendSealedObjectNotAllowed");
    }

    [Fact]
    public async Task RetentionLocked_GoesOnInTheNextSequence()
    {
        await using var emulator = await StartAsync();
        await DeliverAroundAsync(emulator, () => emulator.LockObject(Emulated.Bucket, "app.log"));

        AssertRolled(emulator);
        AssertOneReport(OssDiagnosticLevel.Warning, "FileImmutable");
    }

    [Fact]
    public async Task ServicesSizeLimit_GoesOnInTheNextSequence()
    {
        await using var emulator = await StartAsync(o => o.MaxAppendableSize = 5);
        await DeliverAroundAsync(emulator, () => { }, texts: ["aa\n", "bb\n", "c\n"]);

        Assert.Equal("aa\n", emulator.Text("app.log"));
        Assert.Equal("bb\nc\n", emulator.Text("app_001.log"));
        AssertOneReport(OssDiagnosticLevel.Warning, "EntityTooLarge");
    }

    [Fact]
    public async Task MovedToAnArchiveClass_GoesOnInTheNextSequence()
    {
        await using var emulator = await StartAsync();
        await DeliverAroundAsync(emulator, () => emulator.Faults.RespondBeforeCommit(403, "InvalidObjectState"));

        AssertRolled(emulator);
        AssertOneReport(OssDiagnosticLevel.Warning, "InvalidObjectState");
    }

    [Fact]
    public async Task DeletedUnderUs_BeginsTheSameKeyAtPositionZero()
    {
        await using var emulator = await StartAsync();
        await DeliverAroundAsync(emulator, () => emulator.DeleteObject(Emulated.Bucket, "app.log"));

        Assert.Equal("b\nc\n", emulator.Text("app.log"));
        Assert.Single(emulator.ListObjects(Emulated.Bucket));
        AssertOneReport(OssDiagnosticLevel.Warning, "deleted");
    }

    [Fact]
    public async Task DeletedAndMadeAgainByAnother_IsAppendedBehindIt()
    {
        await using var emulator = await StartAsync();
        await DeliverAroundAsync(emulator, () =>
        {
            emulator.DeleteObject(Emulated.Bucket, "app.log");
            emulator.AppendAsForeignWriter(Emulated.Bucket, "app.log", "n"u8);
        });

        Assert.Equal("nb\nc\n", emulator.Text("app.log"));
        AssertOneReport(OssDiagnosticLevel.Warning, "deleted");
    }

    [Fact]
    public async Task WrongCrcInTheAnswer_LeavesTheObjectAndDoublesNothing()
    {
        await using var emulator = await StartAsync();
        await DeliverAroundAsync(emulator, () => emulator.Faults.WrongCrcInAnswer());

        Assert.Equal("a\nb\n", emulator.Text("app.log"));
        Assert.Equal("c\n", emulator.Text("app_001.log"));
        AssertOneReport(OssDiagnosticLevel.Error, "CRC-64");
    }

    [Fact]
    public async Task DamagedBody_IsAppendedOnceMoreToTheNextSequence()
    {
        await using var emulator = await StartAsync();
        await DeliverAroundAsync(emulator, () => emulator.Faults.CorruptBody());

        Assert.StartsWith("a\n", emulator.Text("app.log"));
        Assert.NotEqual("a\nb\n", emulator.Text("app.log"));
        Assert.Equal(4, emulator.FindObject(Emulated.Bucket, "app.log")!.Length);
        Assert.Equal("b\nc\n", emulator.Text("app_001.log"));
        AssertOneReport(OssDiagnosticLevel.Error, "bytes 2 to 3");
    }

    [Fact]
    public async Task DamagedBodyWithMd5_IsRefusedBeforeItIsStored()
    {
        await using var emulator = await StartAsync();
        await DeliverAroundAsync(emulator, () => emulator.Faults.CorruptBody(), change: o => o.SendContentMd5 = true);

        Assert.Contains(emulator.Requests, r => r.ErrorCode == "InvalidDigest");
        Assert.Equal("a\nb\nc\n", emulator.Text("app.log"));
        Assert.Single(emulator.ListObjects(Emulated.Bucket));
        Assert.Empty(_reports.All);
    }

    [Fact]
    public async Task SealOnRoll_SealsEachFinishedObjectWithItsExactLength()
    {
        await using var emulator = await StartAsync(o => o.SealEnabled = true);
        await DeliverAroundAsync(emulator, () => { }, texts: ["12345\n", "abcdefgh\n", "x\n"], change: SealOnRoll);

        Assert.Equal([("app.log", 6L, true), ("app_001.log", 9L, true), ("app_002.log", 2L, false)], Objects(emulator));
        Assert.Equal(
            [("app.log", 6L, 200), ("app_001.log", 9L, 200)],
            emulator.Requests.Where(r => r.Operation == OssOperation.SealAppendObject).Select(r => (r.Key!, r.Position!.Value, r.Status)));
        Assert.Empty(_reports.All);
    }

    [Fact]
    public async Task SealOnRollWithoutAccess_OneReportAndOnWithoutIt()
    {
        await using var emulator = await StartAsync();
        await DeliverAroundAsync(emulator, () => { }, texts: ["12345\n", "abcdefgh\n", "x\n"], change: SealOnRoll);

        Assert.Equal([("app.log", 6L, false), ("app_001.log", 9L, false), ("app_002.log", 2L, false)], Objects(emulator));
        AssertOneReport(OssDiagnosticLevel.Warning, "OperationNotSupported");
    }

    [Fact]
    public async Task SealOnRollWithoutPermission_OneReportThatNamesTheAction()
    {
        await using var emulator = await StartAsync(o => o.SealEnabled = true);
        emulator.SetCredentials(new EmulatedCredentials(emulator.AccessKeyId, emulator.AccessKeySecret) { DeniedActions = ["oss:SealAppendObject"] });
        await DeliverAroundAsync(emulator, () => { }, texts: ["12345\n", "abcdefgh\n", "x\n"], change: SealOnRoll);

        Assert.Equal([("app.log", 6L, false), ("app_001.log", 9L, false), ("app_002.log", 2L, false)], Objects(emulator));
        AssertOneReport(OssDiagnosticLevel.Warning, "oss:SealAppendObject");
    }

    [Fact]
    public async Task PeriodThatIsOver_IsSealedAtTheClose()
    {
        await using var emulator = await StartAsync(o => o.SealEnabled = true);
        await DeliverAroundAsync(emulator, () => { }, change: o =>
        {
            o.SealFinishedObjects = true;
            o.RollingInterval = OssRollingInterval.Day;
            o.TimeProvider = new Tomorrow();
        });

        Assert.Equal([("app20261122.log", 6L, true)], Objects(emulator));
        Assert.Empty(_reports.All);
    }

    [Fact]
    public async Task WritersThatShareAndSealUnderFaults_StoreOnceAndInOrder()
    {
        const int writers = 3, records = 400;
        await using var emulator = await StartAsync(o => o.SealEnabled = true);
        emulator.Faults.Random(0.1, seed: 11, FaultKinds.AllForSharedObjects);

        await Task.WhenAll(Enumerable.Range(0, writers).Select(writer => Task.Run(async () =>
        {
            var options = emulator.AppenderOptions();
            options.ObjectKey = "app-{Sequence:000}.log";
            options.ObjectSizeLimitBytes = 2_000;
            options.SealFinishedObjects = true;
            options.CloseTimeout = TimeSpan.FromMinutes(1);
            await using var appender = new OssAppender(options);
            for (var i = 0; i < records; i++)
            {
                Assert.True(appender.TryAppend(new LogRecord(Noon, Encoding.UTF8.GetBytes($"{writer} {i} some text\n"))));
                if (i % 20 == 19)
                    Assert.True(await appender.FlushAsync(TestContext.Current.CancellationToken));
            }
        })));

        var lines = emulator.Lines("app-");
        Assert.Equal(writers * records, lines.Count);
        for (var writer = 0; writer < writers; writer++)
        {
            var mine = lines.Where(l => l.StartsWith($"{writer} ", StringComparison.Ordinal));
            Assert.Equal(Enumerable.Range(0, records).Select(i => $"{writer} {i} some text"), mine);
        }

        Assert.Contains(emulator.ListObjects(Emulated.Bucket), o => o.IsSealed);
    }

    private static Task<OssEmulator> StartAsync(Action<OssEmulatorOptions>? change = null)
    {
        var options = new OssEmulatorOptions();
        change?.Invoke(options);
        return OssEmulator.StartAsync(options, TestContext.Current.CancellationToken);
    }

    // The first record, then what happens to its object, then the rest, each in an append of its own.
    private async Task DeliverAroundAsync(OssEmulator emulator, Action meanwhile, string[]? texts = null, Action<OssAppenderOptions>? change = null)
    {
        var options = emulator.AppenderOptions();
        options.Diagnostics = _reports;
        change?.Invoke(options);
        await using var appender = new OssAppender(options);
        var isFirst = true;
        foreach (var text in texts ?? ["a\n", "b\n", "c\n"])
        {
            Assert.True(appender.TryAppend(new LogRecord(Noon, Encoding.UTF8.GetBytes(text))));
            Assert.True(await appender.FlushAsync(TestContext.Current.CancellationToken));
            if (isFirst)
                meanwhile();
            isFirst = false;
        }
    }

    private static void SealOnRoll(OssAppenderOptions options)
    {
        options.SealFinishedObjects = true;
        options.ObjectSizeLimitBytes = 5;
    }

    private static IEnumerable<(string Key, long Length, bool IsSealed)> Objects(OssEmulator emulator) =>
        emulator.ListObjects(Emulated.Bucket).Select(o => (o.Key, o.Length, o.IsSealed));

    private static void AssertRolled(OssEmulator emulator)
    {
        Assert.Equal("a\n", emulator.Text("app.log"));
        Assert.Equal("b\nc\n", emulator.Text("app_001.log"));
        Assert.Equal(2, emulator.ListObjects(Emulated.Bucket).Count);
    }

    private void AssertOneReport(OssDiagnosticLevel level, string part)
    {
        var report = Assert.Single(_reports.All);
        Assert.Equal(level, report.Level);
        Assert.Contains(part, report.Message, StringComparison.Ordinal);
    }

    private sealed class LevelReports : IOssDiagnostics
    {
        private readonly System.Collections.Concurrent.ConcurrentQueue<OssDiagnosticEvent> _all = new();

        public IReadOnlyCollection<OssDiagnosticEvent> All => _all;

        public void Report(OssDiagnosticEvent diagnosticEvent) => _all.Enqueue(diagnosticEvent);
    }

    // The system's clock, on the day after the records'.
    private sealed class Tomorrow : TimeProvider
    {
        private readonly TimeSpan _shift = Noon.AddDays(1) - TimeProvider.System.GetUtcNow();

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + _shift;
    }
}
