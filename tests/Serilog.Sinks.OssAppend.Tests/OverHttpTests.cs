using System.Globalization;
using System.Text;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Emulator;
using Serilog.Sinks.OssAppend.Tests.Doubles;

namespace Serilog.Sinks.OssAppend.Tests;

/// <summary>The whole way, over HTTP to the emulator.</summary>
public class OverHttpTests
{
    [Fact]
    public async Task FlatSettings_ReachTheService()
    {
        await using var oss = await OssEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        var monitor = new OssAppendMonitor();
        await using (var logger = new LoggerConfiguration().WriteTo.OssAppend(
            "logs",
            oss.Region,
            objectKey: "app.log",
            formatProvider: CultureInfo.InvariantCulture,
            outputTemplate: "{Message:lj}{NewLine}",
            endpoint: oss.Endpoint.ToString(),
            accessKeyId: oss.AccessKeyId,
            accessKeySecret: oss.AccessKeySecret,
            monitor: monitor,
            configure: options => options.ObjectProperties = new() { ContentType = "text/x-log" }).CreateLogger())
        {
            logger.Information("Hello {Name}", "OSS 😀");
            Assert.True(await monitor.FlushAsync(TestContext.Current.CancellationToken).InTime());
            Assert.Equal("Hello OSS 😀\n", Encoding.UTF8.GetString(oss.ReadObject("logs", "app.log")));
            logger.Information("Bye");
        }

        Assert.Equal("Hello OSS 😀\nBye\n", Encoding.UTF8.GetString(oss.ReadObject("logs", "app.log")));
    }

    [Fact]
    public async Task LostRequestsAndLostAnswers_NeitherLoseNorDoubleAnEvent()
    {
        await using var oss = await OssEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        oss.Faults.DropResponseAfterCommit(3).DropRequestBeforeCommit(2).DropResponseAfterCommit(3).ResetInBody(2);
        var options = new OssAppendSinkOptions
        {
            Bucket = "logs",
            Region = oss.Region,
            Endpoint = oss.Endpoint.ToString(),
            AccessKeyId = oss.AccessKeyId,
            AccessKeySecret = oss.AccessKeySecret,
            ObjectKey = "app.log",
            OutputTemplate = "{Message:lj}{NewLine}",
            FormatProvider = CultureInfo.InvariantCulture,
            QueueLimit = 100_000,
            AppendInterval = TimeSpan.FromMilliseconds(8),
            AppendSizeLimitBytes = 64 << 10,
            EventSizeLimitBytes = 64 << 10,
            RetryDelay = TimeSpan.FromMilliseconds(5),
            CloseTimeout = TimeSpan.FromSeconds(60),
            Monitor = new OssAppendMonitor(),
        };
        await using (var logger = new LoggerConfiguration().WriteTo.OssAppend(options).CreateLogger())
        {
            for (var i = 0; i < 100_000; i++)
                logger.Information("{I}", i);
        }

        var stored = Encoding.UTF8.GetString(oss.ReadObject("logs", "app.log")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(Enumerable.Range(0, 100_000).Select(i => i.ToString(CultureInfo.InvariantCulture)), stored);
        Assert.Equal(0, oss.Faults.Pending);
    }

    [Fact]
    public async Task WrongSecret_IsSaid_AndTheEventsGoToTheFallback()
    {
        await using var oss = await OssEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        var said = new KeptDiagnostics();
        using var fallback = new CollectingSink();
        var options = new OssAppendSinkOptions
        {
            Bucket = "logs",
            Region = oss.Region,
            Endpoint = oss.Endpoint.ToString(),
            AccessKeyId = oss.AccessKeyId,
            AccessKeySecret = "a-wrong-secret",
            AppendInterval = TimeSpan.FromMilliseconds(10),
            CloseTimeout = TimeSpan.Zero,
            Diagnostics = said,
        };
        await using (var logger = new LoggerConfiguration().WriteTo.FallbackChain(w => w.OssAppend(options), w => w.Sink(fallback)).CreateLogger())
        {
            logger.Information("Hello");
            await Wait.UntilAsync(() => said.Messages.Any(m => m.Contains("access key secret", StringComparison.Ordinal))).InTime();
        }

        Assert.Equal(["Hello"], fallback.Messages);
        Assert.DoesNotContain(said.Messages, m => m.Contains("a-wrong-secret", StringComparison.Ordinal));
    }

    private sealed class KeptDiagnostics : IOssDiagnostics
    {
        private readonly System.Collections.Concurrent.ConcurrentQueue<string> _messages = new();

        public IReadOnlyList<string> Messages => [.. _messages];

        public void Report(OssDiagnosticEvent diagnosticEvent) => _messages.Enqueue(diagnosticEvent.Message);
    }
}
