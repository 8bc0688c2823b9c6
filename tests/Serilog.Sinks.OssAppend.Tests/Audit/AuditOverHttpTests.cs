using System.Globalization;
using System.Text;
using OssLogSinks.Core.Client.Errors;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Emulator;
using OssLogSinks.Emulator.Faults;

namespace Serilog.Sinks.OssAppend.Tests.Audit;

/// <summary>Audits over HTTP to the emulator.</summary>
public class AuditOverHttpTests
{
    [Fact]
    public async Task AnswerThatGetsLost_IsFoundOut_AndTheEventIsStoredOnce()
    {
        await using var oss = await OssEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        oss.Faults.DropResponseAfterCommit(1);
        using var logger = AuditThatRetriesSoon(oss, new OssAppendMonitor());

        logger.Information("Paid");
        Assert.Equal("Paid\n", Text(oss));
        oss.Faults.DropRequestBeforeCommit(1).RespondBeforeCommit(503, "ServiceUnavailable").RespondAfterCommit(500);
        logger.Information("Shipped");

        Assert.Equal("Paid\nShipped\n", Text(oss));
        Assert.Equal(0, oss.Faults.Pending);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RefusalOfAGateway_MayBeDeliveredAndThatOfTheServiceIsNot(bool isGateway)
    {
        await using var oss = await OssEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var logger = Audit(oss, new OssAppendMonitor());
        if (isGateway)
            oss.Faults.GatewayPage(403, FaultMoment.AfterCommit);
        else
            oss.Faults.RespondBeforeCommit(403, "AccessDenied");

        var error = Assert.Throws<AggregateException>(() => logger.Information("Paid"));

        var failure = Assert.IsType<OssDeliveryException>(error.Flatten().InnerExceptions.Single());
        Assert.Equal((DropReason.Refused, isGateway), (failure.Reason, failure.MayBeDelivered));
        Assert.Equal(isGateway, oss.FindObject("logs", "audit.log") is not null);
    }

    [Fact]
    public async Task ManyThreadsUnderFaults_StoreOnceBeforeTheCallReturns()
    {
        const int Threads = 16;
        const int Calls = 25;
        await using var oss = await OssEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        // Refusals that only an operator can end are told at once, and an audit gives up; whether it is stored all the same, is another test.
        oss.Faults.Random(0.2, seed: 8, FaultKinds.All & ~(FaultKinds.GatewayPage | FaultKinds.KindChange | FaultKinds.DeliveredTwice));
        var monitor = new OssAppendMonitor();
        await using (var logger = AuditThatRetriesSoon(oss, monitor))
        {
            var threads = Enumerable.Range(0, Threads).Select(thread => Task.Factory.StartNew(
                () =>
                {
                    for (var i = 0; i < Calls; i++)
                    {
                        logger.Information("{Thread} {I} .", thread, i);
                        Assert.Contains($"{thread} {i} .\n", Text(oss), StringComparison.Ordinal);
                    }
                },
                TestContext.Current.CancellationToken,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default));
            await Task.WhenAll(threads).InTime();
        }

        var expected = Enumerable.Range(0, Threads).SelectMany(thread => Enumerable.Range(0, Calls).Select(i => $"{thread} {i} ."));
        Assert.Equal(expected.Order(), Text(oss).Split('\n', StringSplitOptions.RemoveEmptyEntries).Order());
        var snapshot = monitor.GetSnapshot();
        Assert.Equal(Threads * Calls, snapshot.Delivered);
        Assert.True(snapshot.Appends < Threads * Calls, $"{snapshot.Appends} appends");
    }

    [Fact]
    public async Task MissingBucket_Throws()
    {
        await using var oss = await OssEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var logger = Audit(oss, new OssAppendMonitor(), bucket: "missing");

        var exception = Assert.Throws<AggregateException>(() => logger.Information("Lost"));

        var failure = Assert.IsType<OssDeliveryException>(Assert.Single(exception.InnerExceptions));
        Assert.Equal("NoSuchBucket", Assert.IsType<OssException>(failure.InnerException).Code);
        Assert.Contains("Create the bucket", failure.Message, StringComparison.Ordinal);
    }

    private static string Text(OssEmulator oss) => Encoding.UTF8.GetString(oss.ReadObject("logs", "audit.log"));

    private static Core.Logger Audit(OssEmulator oss, OssAppendMonitor monitor, string bucket = "logs") => new LoggerConfiguration()
        .AuditTo.OssAppend(
            bucket,
            oss.Region,
            objectKey: "audit.log",
            outputTemplate: "{Message:lj}{NewLine}",
            formatProvider: CultureInfo.InvariantCulture,
            endpoint: oss.Endpoint.ToString(),
            accessKeyId: oss.AccessKeyId,
            accessKeySecret: oss.AccessKeySecret,
            monitor: monitor)
        .CreateLogger();

    private static Core.Logger AuditThatRetriesSoon(OssEmulator oss, OssAppendMonitor monitor) => new LoggerConfiguration()
        .AuditTo.OssAppend(new OssAppendSinkOptions
        {
            Bucket = "logs",
            Region = oss.Region,
            ObjectKey = "audit.log",
            OutputTemplate = "{Message:lj}{NewLine}",
            FormatProvider = CultureInfo.InvariantCulture,
            Endpoint = oss.Endpoint.ToString(),
            AccessKeyId = oss.AccessKeyId,
            AccessKeySecret = oss.AccessKeySecret,
            RetryDelay = TimeSpan.FromMilliseconds(10),
            RetryDelayLimit = TimeSpan.FromMilliseconds(100),
            Monitor = monitor,
        })
        .CreateLogger();
}
