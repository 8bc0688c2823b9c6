using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NLog;
using NLog.Config;
using OssLogSinks.Emulator;
using OssLogSinks.Emulator.Faults;
using OssLogSinks.EndToEnd.Tests.Support;
using Serilog;

namespace OssLogSinks.EndToEnd.Tests;

/// <summary>All front doors over real HTTP: with faults, and at full speed.</summary>
public class FrontDoorTests
{
    private const int Million = 1_000_000;
    private const long MostMemory = 500L << 20;
    private const string LoggingPrefix = "info: Test[0] ";

    private static readonly Action<Microsoft.Extensions.Logging.ILogger, int, Exception?> Numbered =
        LoggerMessage.Define<int>(Microsoft.Extensions.Logging.LogLevel.Information, default, "event {Number}");

    // What is over at the next try: with their default settings the front doors wait half a minute after anything else.
    private const FaultKinds Passing = FaultKinds.AllForSharedObjects & ~FaultKinds.GatewayPage;

    [Fact]
    public async Task Serilog_DeliversEachEventOnceUnderFaults()
    {
        await using var emulator = await StartAsync();
        emulator.Faults.Random(0.2, seed: 5, Passing);
        await using (var logger = Serilog(emulator, "serilog-{Sequence:000}.log", objectSizeLimitBytes: 10_000))
        {
            for (var i = 0; i < 5000; i++)
                logger.Information("event {Number}", i);
        }

        Assert.Equal(Enumerable.Range(0, 5000).Select(i => $"event {i}"), emulator.Lines("serilog"));
    }

    [Fact]
    public async Task NLogConfig_DeliversEachEventOnceUnderFaults()
    {
        await using var emulator = await StartAsync();
        emulator.Faults.Random(0.2, seed: 6, Passing);
        var factory = NLogFactory(emulator, "nlog-{Sequence:000}.log", "objectSizeLimitBytes='10000'");
        var logger = factory.GetLogger("Test");
        for (var i = 0; i < 5000; i++)
            logger.Info("event {Number}", i);
        factory.Shutdown();

        Assert.Equal(Enumerable.Range(0, 5000).Select(i => $"event {i}"), emulator.Lines("nlog"));
    }

    [Fact]
    public async Task Logging_DeliversEachEventOnceUnderFaults()
    {
        await using var emulator = await StartAsync();
        emulator.Faults.Random(0.2, seed: 8, Passing);
        await using (var services = Logging(emulator, "logging-{Sequence:000}.log", objectSizeLimitBytes: 10_000))
        {
            var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("Test");
            for (var i = 0; i < 5000; i++)
                Numbered(logger, i, null);
        }

        Assert.Equal(Enumerable.Range(0, 5000).Select(i => $"{LoggingPrefix}event {i}"), emulator.Lines("logging"));
    }

    [Fact]
    public async Task BothFrontDoors_ShareOneObjectWithoutTearingALine()
    {
        await using var emulator = await StartAsync();
        emulator.Faults.Random(0.1, seed: 7, Passing & ~FaultKinds.KindChange);
        var factory = NLogFactory(emulator, "shared.log");
        var nlog = factory.GetLogger("Test");
        await using (var serilog = Serilog(emulator, "shared.log"))
        {
            for (var i = 0; i < 2000; i++)
            {
                serilog.Information("serilog {Number}", i);
                nlog.Info("nlog {Number}", i);
            }

            factory.Shutdown();
        }

        var lines = emulator.Lines("shared");
        Assert.Equal(4000, lines.Count);
        foreach (var writer in new[] { "serilog", "nlog" })
            Assert.Equal(Enumerable.Range(0, 2000).Select(i => $"{writer} {i}"), lines.Where(l => l.StartsWith(writer, StringComparison.Ordinal)));
    }

    // The CI runs the explicit ones. The load tests of each front door log as many events without HTTP.
    [Fact(Explicit = true)]
    public async Task Serilog_AMillionEventsTakeFewAppendsAndBoundedMemory()
    {
        await using var emulator = await StartAsync(keepBodies: false);
        var most = 0L;
        await using (var logger = Serilog(emulator, "million.log", blockWhenFull: true))
        {
            for (var i = 0; i < Million; i++)
            {
                logger.Information("event {Number}", i);
                most = Math.Max(most, i % 50_000 == 0 ? GC.GetTotalMemory(forceFullCollection: false) : 0);
            }
        }

        AssertMillion(emulator, most);
    }

    [Fact(Explicit = true)]
    public async Task NLog_AMillionEventsTakeFewAppendsAndBoundedMemory()
    {
        await using var emulator = await StartAsync(keepBodies: false);
        var most = 0L;
        var factory = NLogFactory(emulator, "million.log", "overflowAction='Block'");
        var logger = factory.GetLogger("Test");
        for (var i = 0; i < Million; i++)
        {
            logger.Info("event {Number}", i);
            most = Math.Max(most, i % 50_000 == 0 ? GC.GetTotalMemory(forceFullCollection: false) : 0);
        }

        factory.Shutdown();
        AssertMillion(emulator, most);
    }

    [Fact(Explicit = true)]
    public async Task Logging_AMillionEventsTakeFewAppendsAndBoundedMemory()
    {
        await using var emulator = await StartAsync(keepBodies: false);
        var most = 0L;
        await using (var services = Logging(emulator, "million.log", blockWhenFull: true))
        {
            var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("Test");
            for (var i = 0; i < Million; i++)
            {
                Numbered(logger, i, null);
                most = Math.Max(most, i % 50_000 == 0 ? GC.GetTotalMemory(forceFullCollection: false) : 0);
            }
        }

        AssertMillion(emulator, most, LoggingPrefix.Length);
    }

    private static void AssertMillion(OssEmulator emulator, long mostMemory, int prefix = 0)
    {
        // 'event ' and the number's digits and the line's end, for 0 to 999 999.
        var digits = Enumerable.Range(1, 6).Sum(d => 9L * (long)Math.Pow(10, d - 1) * d) + 1;
        Assert.Equal(((7L + prefix) * Million) + digits, emulator.FindObject(Emulated.Bucket, "million.log")!.Length);
        Assert.InRange(emulator.Appends(), 1, 199);
        Assert.InRange(mostMemory, 1, MostMemory);
    }

    private static Task<OssEmulator> StartAsync(bool keepBodies = true) =>
        OssEmulator.StartAsync(new OssEmulatorOptions { KeepBodies = keepBodies }, TestContext.Current.CancellationToken);

    private static ServiceProvider Logging(OssEmulator emulator, string objectKey, long objectSizeLimitBytes = 1 << 30, bool blockWhenFull = false) =>
        new ServiceCollection()
            .AddLogging(logging => logging.AddOssAppend(options =>
            {
                options.Endpoint = emulator.Endpoint.ToString();
                options.Region = emulator.Region;
                options.Bucket = Emulated.Bucket;
                options.AccessKeyId = emulator.AccessKeyId;
                options.AccessKeySecret = emulator.AccessKeySecret;
                options.ObjectKey = objectKey;
                options.ObjectSizeLimitBytes = objectSizeLimitBytes;
                options.TimestampFormat = "";
                options.BlockWhenFull = blockWhenFull;
                options.BlockTimeout = Timeout.InfiniteTimeSpan;
                options.CloseTimeout = TimeSpan.FromMinutes(2);
            }))
            .BuildServiceProvider();

    private static global::Serilog.Core.Logger Serilog(OssEmulator emulator, string objectKey, long objectSizeLimitBytes = 1 << 30, bool blockWhenFull = false) =>
        new LoggerConfiguration()
            .WriteTo.OssAppend(
                bucket: Emulated.Bucket,
                region: emulator.Region,
                endpoint: emulator.Endpoint.ToString(),
                accessKeyId: emulator.AccessKeyId,
                accessKeySecret: emulator.AccessKeySecret,
                objectKey: objectKey,
                outputTemplate: "{Message:lj}{NewLine}",
                objectSizeLimitBytes: objectSizeLimitBytes,
                configure: options =>
                {
                    options.BlockWhenFull = blockWhenFull;
                    options.CloseTimeout = TimeSpan.FromMinutes(1);
                })
            .CreateLogger();

    private static LogFactory NLogFactory(OssEmulator emulator, string objectKey, string more = "")
    {
        var factory = new LogFactory();
        factory.Configuration = XmlLoggingConfiguration.CreateFromXmlString(
            $$"""
            <nlog throwConfigExceptions='true'>
              <extensions><add assembly='NLog.Targets.OssAppend' /></extensions>
              <targets>
                <target name='oss' type='OssAppend' endpoint='{{emulator.Endpoint}}' region='{{emulator.Region}}' bucket='{{Emulated.Bucket}}'
                        accessKeyId='{{emulator.AccessKeyId}}' accessKeySecret='{{emulator.AccessKeySecret}}' closeTimeoutSeconds='60'
                        objectKey='{{objectKey}}' layout='${message}' {{more}} />
              </targets>
              <rules><logger name='*' writeTo='oss' /></rules>
            </nlog>
            """,
            factory);
        return factory;
    }
}
