using System.Net;
using System.Net.Sockets;
using System.Text;
using OssLogSinks.Core;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Records;
using OssLogSinks.Emulator;
using OssLogSinks.EndToEnd.Tests.Support;

namespace OssLogSinks.EndToEnd.Tests;

/// <summary>Trouble that an operator has to mend: one clear report, no secret in it, and delivery once it is mended.</summary>
public class EndToEndTroubleTests
{
    private const string Marker = "s3cret-marker";

    [Fact]
    public async Task MissingBucket_IsReportedOnce_AndDeliveryBeginsWhenItIsThere()
    {
        await using var emulator = await StartAsync();
        var reports = new Reports();
        var options = emulator.AppenderOptions();
        options.Bucket = "later";
        options.Diagnostics = reports;
        await using var appender = Begin(options);

        Assert.Contains("NoSuchBucket", await FirstAsync(reports));
        emulator.CreateBucket("later");
        Assert.True(await appender.FlushAsync(TestContext.Current.CancellationToken));

        Assert.Equal("x\n", Encoding.UTF8.GetString(emulator.ReadObject("later", "app.log")));
        Assert.Single(reports.Messages, m => m.Contains("NoSuchBucket", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("wrong-id", "emulator-secret", "InvalidAccessKeyId")]
    [InlineData("emulator-key", Marker, "SignatureDoesNotMatch")]
    public async Task WrongKey_IsReportedWithoutTheSecret(string id, string secret, string expected)
    {
        await using var emulator = await StartAsync();
        var reports = new Reports();
        var options = emulator.AppenderOptions();
        options.Credentials = new StaticCredentialsProvider(id, secret);
        options.Diagnostics = reports;
        options.CloseTimeout = TimeSpan.Zero;
        await using var appender = Begin(options);

        var report = await FirstAsync(reports);

        Assert.Contains(expected, report);
        Assert.DoesNotContain(Marker, report);
        Assert.DoesNotContain("Signature=", report);
    }

    [Fact]
    public async Task WrongRegion_IsReported()
    {
        await using var emulator = await StartAsync();
        var reports = new Reports();
        var options = emulator.AppenderOptions();
        options.Region = "cn-beijing";
        options.Diagnostics = reports;
        options.CloseTimeout = TimeSpan.Zero;
        await using var appender = Begin(options);

        Assert.Contains("region", await FirstAsync(reports), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task EndpointThatDoesNotAnswer_IsReportedWithinSeconds()
    {
        using var deaf = new TcpListener(IPAddress.Loopback, 0);
        deaf.Start();
        var port = ((IPEndPoint)deaf.LocalEndpoint).Port;
        deaf.Stop();
        var reports = new Reports();
        await using var appender = Begin(new OssAppenderOptions
        {
            Endpoint = $"http://127.0.0.1:{port}",
            Region = "cn-hangzhou",
            Bucket = "logs",
            Credentials = new StaticCredentialsProvider("id", Marker),
            Diagnostics = reports,
            CloseTimeout = TimeSpan.Zero,
            AppendInterval = TimeSpan.Zero,
        });

        var report = await FirstAsync(reports);

        Assert.Contains("does not work", report);
        Assert.DoesNotContain(Marker, report);
    }

    private static Task<OssEmulator> StartAsync() => OssEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);

    private static Task<string> FirstAsync(Reports reports) =>
        reports.First.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);

    private static OssAppender Begin(OssAppenderOptions options)
    {
        var appender = new OssAppender(options);
        Assert.True(appender.TryAppend(new LogRecord(new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero), Encoding.UTF8.GetBytes("x\n"))));
        return appender;
    }
}
