using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using OfficialSdk;
using OssLogSinks.Core;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Records;
using OssLogSinks.Emulator;
using OssLogSinks.Emulator.Authentication;
using OssLogSinks.Emulator.Faults;
using OssLogSinks.Emulator.Protocol;
using static OssLogSinks.OfficialSdk.Tests.SdkClients;

namespace OssLogSinks.OfficialSdk.Tests;

/// <summary>Events that reach OSS through an SDK: each once and in order, with a third of all requests failing.</summary>
public class SdkDeliveryTests
{
    private const int Few = 2000;
    private const int Many = 20_000;

    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    public static TheoryData<SdkKind, string, int> Storms => new()
    {
        { SdkKind.BuiltIn, "app.log", Few },
        { SdkKind.Aliyun, "app.log", Few },
        { SdkKind.AlibabaCloud, "app.log", Few },
        { SdkKind.Aliyun, "app-{InstanceId}.log", Few },
        { SdkKind.AlibabaCloud, "app-{InstanceId}.log", Few },
        new(SdkKind.BuiltIn, "app.log", Many) { Explicit = true },
        new(SdkKind.Aliyun, "app.log", Many) { Explicit = true },
        new(SdkKind.AlibabaCloud, "app.log", Many) { Explicit = true },
    };

    [Theory]
    [MemberData(nameof(Storms))]
    public async Task ThirdOfAllRequestsFailing_StoresEachEventOnce(SdkKind kind, string objectKey, int events)
    {
        await using var oss = await OssEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        var isOwn = objectKey.Contains("InstanceId", StringComparison.Ordinal);
        oss.Faults.Random(0.33, seed: events + (int)kind, isOwn ? FaultKinds.All : FaultKinds.AllForSharedObjects);

        await DeliverAsync(oss, kind, objectKey, events);

        Assert.Equal(Expected(events), Lines(oss));
        Assert.True(oss.Faults.Injected > events / 200, $"{oss.Faults.Injected} faults.");
    }

    // A gateway's 503 after the write looks like OSS's own 503 before it, unless the adapter keeps them apart.
    [Theory]
    [MemberData(nameof(Storms))]
    public async Task GatewayThatFailsAfterTheWrite_StoresEachEventOnce(SdkKind kind, string objectKey, int events)
    {
        await using var oss = await OssEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        for (var i = 0; i < events / 100; i++)
        {
            oss.Faults.GatewayPage(503, FaultMoment.AfterCommit);
            oss.Faults.RespondAfterCommit(503);
        }

        await DeliverAsync(oss, kind, objectKey, events);

        Assert.Equal(Expected(events), Lines(oss));
        Assert.True(oss.Faults.Injected > 10);
    }

    [Theory]
    [InlineData(SdkKind.Aliyun)]
    [InlineData(SdkKind.AlibabaCloud)]
    public async Task LostAnswerThenAForeignWriter_IsReadBackThroughARange(SdkKind kind)
    {
        await using var oss = await OssEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        oss.Faults.InsertForeignAppendAfterCommit("stranger\n"u8).DropResponseAfterCommit();

        await DeliverAsync(oss, kind, "app.log", 1);

        Assert.Equal(["event 0", "stranger"], Lines(oss));
        Assert.Contains(oss.Requests, r => r.Operation == OssOperation.GetObject);
    }

    // One of the SDKs gives no code for the answer to a HEAD, so only a GET shows that the credentials were refused.
    [Theory]
    [InlineData(SdkKind.Aliyun)]
    [InlineData(SdkKind.AlibabaCloud)]
    public async Task CredentialsRefusedAfterALostAnswer_AreRenewed(SdkKind kind)
    {
        await using var oss = await OssEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        oss.SetCredentials(new EmulatedCredentials("old-key", "old-secret"));
        oss.SetCredentials(new EmulatedCredentials("next-key", "next-secret"));
        oss.Faults.DropResponseAfterCommit();
        var provider = new ReplacedAfterTheAppend(oss);
        await using var appender = new OssAppender(Options(Create(kind, oss, credentials: provider), "app.log"));

        Assert.True(await appender.AppendAsync(new LogRecord(Noon, "event 0\n"u8.ToArray()), TestContext.Current.CancellationToken));
        Assert.True(await appender.FlushAsync(TestContext.Current.CancellationToken));

        Assert.Equal(["event 0"], Lines(oss));
        Assert.True(provider.IsReplaced);
    }

    [Theory]
    [InlineData(SdkKind.Aliyun)]
    [InlineData(SdkKind.AlibabaCloud)]
    public async Task EachFrontDoor_DeliversThroughTheSdk(SdkKind kind)
    {
        await using var oss = await OssEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        var client = Create(kind, oss);
        await using (var serilog = OfficialSdkSetup.ForSerilog(client))
            serilog.Information("from Serilog");
        var nlog = OfficialSdkSetup.ForNLog(client);
        nlog.GetLogger("Test").Info("from NLog");
        nlog.Shutdown();
        using (var logging = OfficialSdkSetup.ForLogging(client))
            Said(logging.CreateLogger("Test"), "from Logging", null);

        var text = string.Join('\n', Lines(oss));
        Assert.Contains("from Serilog", text, StringComparison.Ordinal);
        Assert.Contains("from NLog", text, StringComparison.Ordinal);
        Assert.Contains("from Logging", text, StringComparison.Ordinal);
    }

    private static readonly Action<ILogger, string, Exception?> Said = LoggerMessage.Define<string>(LogLevel.Information, default, "{Text}");

    private static IEnumerable<string> Expected(int events) => Enumerable.Range(0, events).Select(i => string.Create(CultureInfo.InvariantCulture, $"event {i}"));

    private static string[] Lines(OssEmulator oss) =>
        [.. oss.ListObjects(Bucket).SelectMany(o => Encoding.UTF8.GetString(oss.ReadObject(Bucket, o.Key)).Split('\n', StringSplitOptions.RemoveEmptyEntries))];

    private static async Task DeliverAsync(OssEmulator oss, SdkKind kind, string objectKey, int events)
    {
        var client = Create(kind, oss);
        await using (var appender = new OssAppender(Options(client, objectKey)))
        {
            var number = 0;
            foreach (var line in Expected(events))
            {
                Assert.True(await appender.AppendAsync(new LogRecord(Noon, Encoding.UTF8.GetBytes(line + "\n")), TestContext.Current.CancellationToken));
                if (number++ % 25 == 0)
                    Assert.True(await appender.FlushAsync(TestContext.Current.CancellationToken));
            }

            Assert.True(await appender.FlushAsync(TestContext.Current.CancellationToken));
        }

        (client as IDisposable)?.Dispose();
        await oss.Faults.WhenLandedAsync(TestContext.Current.CancellationToken);
    }

    // The old key ends after the first append. The new one is given when the old one is refused.
    private sealed class ReplacedAfterTheAppend(OssEmulator oss) : IOssCredentialsProvider
    {
        public bool IsReplaced { get; private set; }

        public ValueTask<OssCredentials> GetCredentialsAsync(OssCredentials? rejected, CancellationToken cancellationToken)
        {
            if (oss.Requests.Any(request => request.Operation == OssOperation.AppendObject))
                oss.RemoveCredentials("old-key");
            IsReplaced |= rejected is not null;
            return new(IsReplaced ? new OssCredentials("next-key", "next-secret") : new OssCredentials("old-key", "old-secret"));
        }
    }

    private static OssAppenderOptions Options(IOssClient client, string objectKey) => new()
    {
        Client = client,
        ObjectKey = objectKey,
        AppendInterval = TimeSpan.FromMilliseconds(2),
        RetryDelay = TimeSpan.FromMilliseconds(5),
        RetryDelayLimit = TimeSpan.FromMilliseconds(50),
        RefusalRetryDelay = TimeSpan.FromMilliseconds(20),
    };
}
