using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using OssLogSinks.Core;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Extensions.Hosting.Tests;

/// <summary>The check as an application has it: registered once, asked by the service again and again.</summary>
public class OssAppendHealthChecksBuilderExtensionsTests
{
    private DeliverySnapshot _snapshot = new();

    [Fact]
    public async Task RegisteredCheck_IsAskedByTheApplication()
    {
        await using var services = Services(checks => checks.AddOssAppend(() => _snapshot, tags: ["ready"]));

        var first = await ReportAsync(services);
        _snapshot = new DeliverySnapshot { OldestUndelivered = TimeSpan.FromMinutes(10) };
        var second = await ReportAsync(services);

        Assert.Equal(HealthStatus.Healthy, first.Entries["oss-append"].Status);
        Assert.Equal(["ready"], first.Entries["oss-append"].Tags);
        Assert.Equal(HealthStatus.Degraded, second.Entries["oss-append"].Status);
    }

    [Fact]
    public async Task Loss_IsRememberedFromOneReportToTheNext()
    {
        await using var services = Services(checks => checks.AddOssAppend(() => _snapshot));
        _snapshot = new DeliverySnapshot { Dropped = new Dictionary<DropReason, long> { [DropReason.Closed] = 1 } };

        await ReportAsync(services);

        Assert.Equal(HealthStatus.Unhealthy, (await ReportAsync(services)).Status);
    }

    [Fact]
    public async Task NameSettingsAndStatus_AreThoseGiven()
    {
        _snapshot = new DeliverySnapshot { OldestUndelivered = TimeSpan.FromSeconds(2), Dropped = new Dictionary<DropReason, long> { [DropReason.Closed] = 1 } };
        await using var services = Services(checks => checks
            .AddOssAppend(() => _snapshot with { Dropped = new Dictionary<DropReason, long>() }, "slow", o => o.DelayedAfter = TimeSpan.FromSeconds(1))
            .AddOssAppend(() => _snapshot, "lossy", failureStatus: HealthStatus.Degraded));

        var report = await ReportAsync(services);

        Assert.Equal("delayed", report.Entries["slow"].Data["state"]);
        Assert.Equal("losing", report.Entries["lossy"].Data["state"]);
        Assert.Equal(HealthStatus.Degraded, report.Status);
    }

    [Fact]
    public void WrongSettings_FailAtTheRegistration() => Assert.Throws<OssSettingsException>(
        () => Services(checks => checks.AddOssAppend(() => _snapshot, configure: o => o.LosingFor = TimeSpan.Zero)));

    private static ServiceProvider Services(Action<IHealthChecksBuilder> add)
    {
        var services = new ServiceCollection().AddLogging(logging => logging.ClearProviders());
        add(services.AddHealthChecks());
        return services.BuildServiceProvider();
    }

    private static Task<HealthReport> ReportAsync(ServiceProvider services) =>
        services.GetRequiredService<HealthCheckService>().CheckHealthAsync(TestContext.Current.CancellationToken);
}
