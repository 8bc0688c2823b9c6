using System.Globalization;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Emulator;
using OssLogSinks.Extensions.Logging.Tests.Support;

namespace OssLogSinks.Extensions.Logging.Tests;

/// <summary>The whole way, over HTTP to the emulator.</summary>
public class ProviderOverHttpTests
{
    [Fact]
    public async Task SettingsInConfiguration_ReachTheService()
    {
        await using var oss = await OssEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        var configuration = ProviderHost.Configuration(
            ("bucket", "logs"), ("Region", oss.Region), ("Endpoint", oss.Endpoint.ToString()), ("AccessKeyId", oss.AccessKeyId), ("AccessKeySecret", oss.AccessKeySecret),
            ("ObjectKey", "app.log"), ("TimestampFormat", ""), ("ContentType", "text/x-log"), ("Metadata:team", "shop"), ("LogLevel:Default", "Warning"));
        var host = ProviderHost.Build(_ => { }, configuration);
        await using (host)
        {
            host.Logger.LogInformation("Not this one");
            host.Logger.LogWarning(7, "Hello {Name}", "OSS 😀");
            Assert.True(await host.Provider.FlushAsync(cancellationToken: TestContext.Current.CancellationToken).InTime());
            Assert.Equal("warn: Shop.Orders[7] Hello OSS 😀\n", Encoding.UTF8.GetString(oss.ReadObject("logs", "app.log")));
            host.Logger.LogError("Bye");
        }

        Assert.Equal("warn: Shop.Orders[7] Hello OSS 😀\nfail: Shop.Orders[0] Bye\n", Encoding.UTF8.GetString(oss.ReadObject("logs", "app.log")));
        Assert.Equal(2, host.Provider.GetSnapshot().Delivered);
    }

    [Fact]
    public async Task LostRequestsAndLostAnswers_NeitherLoseNorDoubleAnEvent()
    {
        await using var oss = await OssEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        oss.Faults.DropResponseAfterCommit(3).DropRequestBeforeCommit(2).DropResponseAfterCommit(3).ResetInBody(2);
        await using (var host = ProviderHost.Build(options =>
        {
            ProviderHost.Reach(oss, options);
            options.AppendSizeLimitBytes = options.EventSizeLimitBytes = 16 << 10;
            options.CloseTimeout = TimeSpan.FromSeconds(60);
        }))
        {
            for (var i = 0; i < 50_000; i++)
                host.Logger.LogInformation("{I}", i);
        }

        var stored = Encoding.UTF8.GetString(oss.ReadObject("logs", "app.log")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(Enumerable.Range(0, 50_000).Select(i => i.ToString(CultureInfo.InvariantCulture)), stored);
        Assert.Equal(0, oss.Faults.Pending);
    }

    [Fact]
    public async Task WrongSecret_IsReportedToOtherProviders()
    {
        await using var oss = await OssEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var others = new KeptProvider();
        var losses = new KeptLosses();
        await using (var host = ProviderHost.Build(
            options =>
            {
                ProviderHost.Reach(oss, options);
                options.AccessKeySecret = "a-wrong-secret";
                options.CloseTimeout = TimeSpan.Zero;
            },
            more: logging => logging.AddProvider(others).Services.AddSingleton<ILostEventListener>(losses)))
        {
            host.Logger.LogInformation(5, "Hello");
            await Wait.UntilAsync(() => others.Events.Any(e => e.Message.Contains("access key secret", StringComparison.Ordinal))).InTime();
        }

        var report = others.Events.First(e => e.Message.Contains("access key secret", StringComparison.Ordinal));
        Assert.Equal(("OssLogSinks.OssAppend", LogLevel.Error), (report.Category, report.Level));
        Assert.DoesNotContain(others.Events, e => e.Message.Contains("a-wrong-secret", StringComparison.Ordinal));
        var (lost, failure) = Assert.Single(losses.All);
        Assert.Equal(("Shop.Orders", LogLevel.Information, 5, "Hello\n"), (lost.Category, lost.Level, lost.EventId.Id, lost.Text));
        Assert.Equal(DropReason.CloseTimeOver, failure.Reason);
        Assert.Empty(oss.ListObjects("logs"));
    }
}
