using System.Collections.Concurrent;
using System.Net;
using OssLogSinks.Core.Client.Errors;
using OssLogSinks.Core.Telemetry;
using Serilog.Debugging;
using Serilog.Sinks.OssAppend.Tests.Doubles;

namespace Serilog.Sinks.OssAppend.Tests.Diagnostics;

[Collection(SinkAloneCollection.Name)]
public sealed class SelfLogTests : IDisposable
{
    private readonly ConcurrentQueue<string> _selfLog = new();

    public SelfLogTests() => SelfLog.Enable(_selfLog.Enqueue);

    public void Dispose() => SelfLog.Disable();

    [Fact]
    public async Task BracesInForeignText_DoNotEndTheLoop()
    {
        var bucket = new MemoryOss { Failure = new OssException(HttpStatusCode.Forbidden, "{0}", "Foreign {text with } braces {1}") };
        var options = Some.Options(bucket);
        options.Formatter = new GatedFormatter();
        options.RefusalRetryDelay = TimeSpan.FromMilliseconds(1);
        await using (var logger = new LoggerConfiguration().WriteTo.OssAppend(options).CreateLogger())
        {
            logger.Information("{Bad}", 1);
            logger.Information("First");
            await Wait.UntilAsync(() => _selfLog.Any(line => line.Contains("Foreign", StringComparison.Ordinal))).InTime();
            bucket.Failure = null;
            for (var i = 0; i < 3000; i++)
                logger.Information("{I}", i);
        }

        Assert.Equal(3001, bucket.Lines.Length);
        Assert.Contains(_selfLog, line => line.Contains("FormatError", StringComparison.Ordinal));
        Assert.Contains(_selfLog, line => line.Contains("works again", StringComparison.Ordinal));
    }

    [Fact]
    public void Report_IsWrittenAsItIs()
    {
        OssAppend.Diagnostics.SelfLogDiagnostics.Instance.Report(new OssDiagnosticEvent(OssDiagnosticLevel.Warning, "{0} {oops", "anchor"));

        Assert.EndsWith("OssAppend, Warning: (0) (oops (see docs/troubleshooting.md#anchor)", Assert.Single(_selfLog), StringComparison.Ordinal);
    }
}
