using System.Net;
using System.Text;
using AlibabaCloud.OSS.V2.Credentials;
using OssLogSinks.Core;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Errors;
using OssLogSinks.Core.Records;
using OssLogSinks.Emulator;
using OssLogSinks.Emulator.Faults;
using OssLogSinks.Emulator.Protocol;
using Shop.Logging;

namespace OssLogSinks.OfficialSdk.Tests;

/// <summary>
/// The adapter of docs/official-sdk.md, compiled against a stand-in for the SDK and run against the emulator: its own part of the contract
/// holds. Whether the real SDK does what the stand-in does is not tested here.
/// </summary>
public class OfficialClientAdapterTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task AppenderOverTheAdapterUnderFaults_StoresOnceAndInOrder(int seed)
    {
        const int Events = 3000;
        await using var oss = await OssEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        oss.Faults.Random(0.3, seed, FaultKinds.AllForSharedObjects);
        using var client = Adapter(oss);
        await using (var appender = new OssAppender(Options(client)))
        {
            for (var i = 0; i < Events; i++)
            {
                Assert.True(await appender.AppendAsync(new LogRecord(Noon, Encoding.UTF8.GetBytes($"event {i}\n")), TestContext.Current.CancellationToken));
                if (i % 50 == 0)
                    Assert.True(await appender.FlushAsync(TestContext.Current.CancellationToken));
            }

            Assert.True(await appender.FlushAsync(TestContext.Current.CancellationToken));
        }

        var lines = oss.ListObjects("logs").SelectMany(o => Encoding.UTF8.GetString(oss.ReadObject("logs", o.Key)).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(Enumerable.Range(0, Events).Select(i => $"event {i}"), lines);
        Assert.True(oss.Faults.Injected > 20);
    }

    [Fact]
    public async Task LostAnswerThenAForeignWriter_IsReadBackThroughARange()
    {
        await using var oss = await OssEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var client = Adapter(oss);
        await using var appender = new OssAppender(Options(client));
        oss.Faults.InsertForeignAppendAfterCommit("stranger\n"u8.ToArray()).DropResponseAfterCommit();

        appender.TryAppend(new LogRecord(Noon, "ours\n"u8.ToArray()));
        Assert.True(await appender.FlushAsync(TestContext.Current.CancellationToken));

        Assert.Equal("ours\nstranger\n", Encoding.UTF8.GetString(oss.ReadObject("logs", "app.log")));
        Assert.Contains(oss.Requests, r => r.Operation == OssOperation.GetObject);
    }

    [Fact]
    public async Task Refusals_HaveStatusAndCode_AndAbsenceIsNoSuchKey()
    {
        await using var oss = await OssEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var client = Adapter(oss);
        var absent = await Assert.ThrowsAsync<OssException>(() => client.HeadObjectAsync(new HeadObjectRequest("none.log"), TestContext.Current.CancellationToken));
        var created = await client.AppendObjectAsync(Append(0), TestContext.Current.CancellationToken);
        var mismatch = await Assert.ThrowsAsync<OssException>(() => client.AppendObjectAsync(Append(99), TestContext.Current.CancellationToken));

        Assert.Equal((HttpStatusCode.NotFound, "NoSuchKey"), (absent.StatusCode, absent.Code));
        Assert.Equal((HttpStatusCode.Conflict, "PositionNotEqualToLength"), (mismatch.StatusCode, mismatch.Code));
        Assert.Equal(2, created.NextPosition);
        Assert.Equal("text/x-log", oss.FindObject("logs", "app.log")!.ContentType);
    }

    private static AppendObjectRequest Append(long position) =>
        new("app.log", position, new("x\n"u8.ToArray())) { Properties = new OssObjectProperties { ContentType = "text/x-log" } };

    private static OfficialClient Adapter(OssEmulator oss) => new(oss.Region, "logs", new Key(oss), oss.Endpoint.ToString());

    private static OssAppenderOptions Options(IOssClient client) => new()
    {
        Client = client,
        ObjectKey = "app.log",
        AppendInterval = TimeSpan.FromMilliseconds(2),
        RetryDelay = TimeSpan.FromMilliseconds(5),
        RetryDelayLimit = TimeSpan.FromMilliseconds(50),
        RefusalRetryDelay = TimeSpan.FromMilliseconds(20),
    };

    private sealed class Key(OssEmulator oss) : ICredentialsProvider
    {
        public (string Id, string Secret) GetCredentials() => (oss.AccessKeyId, oss.AccessKeySecret);
    }
}
