using System.Globalization;
using System.Text;
using NLog.Common;
using NLog.Config;
using NLog.Targets.OssAppend.Tests.Support;
using OssLogSinks.Core.Delivery;
using OssLogSinks.Emulator;
using OssLogSinks.Emulator.Faults;

namespace NLog.Targets.OssAppend.Tests;

/// <summary>The buffer on disk, over HTTP to the emulator, which is down now and then.</summary>
[Collection(InternalLogCollection.Name)]
public sealed class TargetBufferOverHttpTests : IDisposable
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(4);

    private readonly string _folder = Directory.CreateTempSubdirectory("oss-append-buffer-").FullName;

    public TargetBufferOverHttpTests() => BufferPath = Path.Combine(_folder, "buffer");

    private string BufferPath { get; set; }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task EachWayToConfigure_EndsInABufferThatOutlivesItsTarget(bool fromXml)
    {
        await using var oss = await OssEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        GoDown(oss);
        using (var factory = Configured(oss, fromXml, out var target))
        {
            var outcomes = new Outcomes();
            for (var i = 0; i < 200; i++)
                outcomes.Write(target, $"before {i}");
            Assert.Null(await FlushAsync(factory));

            // On disk is safe, and nobody is told twice: not by the flush, not by the close.
            Assert.Equal(200, LinesOnDisk("before"));
            Assert.Equal(Enumerable.Range(1, 200), outcomes.Delivered);
            for (var i = 200; i < 300; i++)
                outcomes.Write(target, $"before {i}");
            factory.Shutdown();

            Assert.Equal(300, LinesOnDisk("before"));
            Assert.Equal(Enumerable.Range(1, 300), outcomes.Delivered);
            Assert.Equal(300, outcomes.Calls.Count);
            Assert.Equal(0, target.GetSnapshot().Delivered);
        }

        oss.Faults.Clear();
        using (var factory = Configured(oss, fromXml, out var target))
        {
            factory.GetLogger("Test").Info("after");
            await Wait.UntilAsync(() => target.GetSnapshot().Delivered == 301);
        }

        Assert.Equal(Enumerable.Range(0, 300).Select(i => $"before {i}"), Lines(oss).Where(line => line != "after"));
        Assert.Single(Lines(oss), "after");
        Assert.Empty(Directory.GetFileSystemEntries(BufferPath));
    }

    [Fact]
    public async Task FlushToOss_WaitsForOss_ThoughAllIsOnDisk()
    {
        await using var oss = await OssEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        var held = oss.Faults.Hold();
        using var factory = Configured(oss, fromXml: false, out var target, t => t.FlushTarget = OssFlushTarget.Oss);
        var outcomes = new Outcomes();
        outcomes.Write(target, "one");

        var flushing = FlushAsync(factory);
        await held.Arrived.WaitAsync(LongestWait, TestContext.Current.CancellationToken);
        await Wait.UntilAsync(() => outcomes.Delivered.Length == 1);
        Assert.False(flushing.IsCompleted);
        held.Release();

        Assert.Null(await flushing);
        Assert.Equal(["one"], Lines(oss));
        Assert.Single(outcomes.Calls);
    }

    [Fact]
    public async Task PathThatCannotBeWritten_IsSaidOnce_AndMemoryDoes()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Other systems have no place that nobody can write to, whatever rights one has.");
        await using var oss = await OssEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        BufferPath = "/proc/oss-append/buffer";
        var text = new StringWriter();
        var (writer, level) = (InternalLogger.LogWriter, InternalLogger.LogLevel);
        (InternalLogger.LogWriter, InternalLogger.LogLevel) = (TextWriter.Synchronized(text), LogLevel.Warn);
        var outcomes = new Outcomes();
        try
        {
            using var factory = Configured(oss, fromXml: false, out var target, t =>
            {
                t.Name = "without-a-disk";
                t.CloseTimeoutSeconds = 60;
            });
            for (var i = 0; i < 100; i++)
                outcomes.Write(target, i.ToString(CultureInfo.InvariantCulture));
            Assert.Null(await FlushAsync(factory));
            Assert.Equal(100, Lines(oss).Length);
            factory.Shutdown();
        }
        finally
        {
            (InternalLogger.LogWriter, InternalLogger.LogLevel) = (writer, level);
        }

        Assert.Equal(Enumerable.Range(0, 100).Select(i => i.ToString(CultureInfo.InvariantCulture)), Lines(oss));
        Assert.Equal(Enumerable.Range(1, 100), outcomes.Delivered);
        var line = Assert.Single(text.ToString().Split('\n'), l => l.Contains("without-a-disk", StringComparison.Ordinal));
        Assert.Contains("buffer on disk does not work", line, StringComparison.Ordinal);
    }

    private LogFactory Configured(OssEmulator oss, bool fromXml, out OssAppendTarget target, Action<OssAppendTarget>? set = null)
    {
        var factory = new LogFactory { ThrowConfigExceptions = true };
        if (fromXml)
        {
            factory.Configuration = XmlLoggingConfiguration.CreateFromXmlString(Xml(oss), factory);
            target = factory.Configuration.FindTargetByName<OssAppendTarget>("oss")!;
            return factory;
        }

        target = new OssAppendTarget
        {
            Name = "oss",
            Endpoint = oss.Endpoint.ToString(),
            Bucket = "logs",
            Region = oss.Region,
            AccessKeyId = oss.AccessKeyId,
            AccessKeySecret = oss.AccessKeySecret,
            ObjectKey = "app.log",
            Layout = "${message}",
            AppendIntervalMilliseconds = 10,
            CloseTimeoutSeconds = 0,
            BufferPath = BufferPath,
            FlushTarget = OssFlushTarget.Disk,
        };
        set?.Invoke(target);
        var configuration = new LoggingConfiguration(factory);
        configuration.AddRuleForAllLevels(target);
        factory.Configuration = configuration;
        return factory;
    }

    private string Xml(OssEmulator oss) => $$"""
        <nlog throwConfigExceptions="true">
          <extensions><add assembly="NLog.Targets.OssAppend"/></extensions>
          <targets>
            <target type="OssAppend" name="oss" endpoint="{{oss.Endpoint}}" bucket="logs" region="{{oss.Region}}"
                    accessKeyId="{{oss.AccessKeyId}}" accessKeySecret="{{oss.AccessKeySecret}}" objectKey="app.log" layout="${message}"
                    appendIntervalMilliseconds="10" closeTimeoutSeconds="0" bufferPath="{{BufferPath}}" bufferSync="None" flushTarget="Disk"/>
          </targets>
          <rules><logger name="*" writeTo="oss"/></rules>
        </nlog>
        """;

    // As LogManager.Flush does it for the default factory. It holds up its caller, though it takes a continuation.
    private static Task<Exception?> FlushAsync(LogFactory factory)
    {
        var flushed = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = Task.Run(() => factory.Flush(flushed.SetResult, LongestWait), TestContext.Current.CancellationToken);
        return flushed.Task.WaitAsync(LongestWait, TestContext.Current.CancellationToken);
    }

    private static void GoDown(OssEmulator oss) => oss.Faults.RespondBeforeCommit(503, "ServiceUnavailable", int.MaxValue, FaultFilter.Any);

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

    private static string[] Lines(OssEmulator oss) =>
        Encoding.UTF8.GetString(oss.ReadObject("logs", "app.log")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
