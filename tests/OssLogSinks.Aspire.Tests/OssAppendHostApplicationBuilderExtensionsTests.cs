using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenTelemetry.Metrics;
using OssLogSinks.Core;
using OssLogSinks.Emulator;

namespace OssLogSinks.Aspire.Tests;

/// <summary>The client: one call that adds the provider, its health check and its metrics.</summary>
[Collection(SampleFiles.SinksOfTheProcess)]
public class OssAppendHostApplicationBuilderExtensionsTests
{
    private const string Somewhere = "Endpoint=http://127.0.0.1:1;Region=cn-hangzhou;Bucket=logs;AccessKeyId=id;AccessKeySecret=secret";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ConnectionString_SaysWhereEventsGo()
    {
        await using var emulator = await OssEmulator.StartAsync(cancellationToken: Cancellation);
        var builder = CreateBuilder(
            ("ConnectionStrings:logs", ConnectionStringOf(emulator)),
            ("Logging:OssAppend:ObjectKey", "shop.log"),
            ("Logging:OssAppend:Bucket", "another-bucket"));
        builder.AddOssAppend("logs");

        using (var host = builder.Build())
            host.Services.GetRequiredService<ILogger<Order>>().Log(LogLevel.Information, default, 4711, null, static (order, _) => $"Order {order} was paid");

        var stored = Encoding.UTF8.GetString(emulator.ReadObject("logs", "shop.log"));
        Assert.Single(stored.Split('\n'), line => line.EndsWith("Order 4711 was paid", StringComparison.Ordinal));
    }

    [Fact]
    public async Task HealthCheckAndMetrics_AreOnByDefault()
    {
        await using var emulator = await OssEmulator.StartAsync(cancellationToken: Cancellation);
        var exported = new List<Metric>();
        var builder = CreateBuilder(("ConnectionStrings:logs", ConnectionStringOf(emulator)));
        builder.AddOssAppend("logs");
        builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics.AddInMemoryExporter(exported));
        using var host = builder.Build();

        var meters = host.Services.GetRequiredService<MeterProvider>();
        host.Services.GetRequiredService<ILogger<Order>>().Log(LogLevel.Information, default, 4711, null, static (order, _) => $"Order {order} was paid");
        var monitor = host.Services.GetRequiredService<IOssAppendMonitor>();
        Assert.True(await monitor.FlushAsync(cancellationToken: Cancellation));
        Assert.Equal(1, monitor.GetSnapshot().Delivered);
        meters.ForceFlush();

        var report = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(Cancellation);
        var (name, entry) = Assert.Single(report.Entries);
        Assert.Equal(("oss-append", HealthStatus.Healthy, "delivering"), (name, entry.Status, entry.Data["state"]));
        Assert.Contains(exported, metric => metric is { MeterName: "OssLogSinks", Name: "osslogsinks.records.delivered" });
    }

    [Fact]
    public void SwitchedOffInConfiguration_HasNeither()
    {
        var builder = CreateBuilder(("ConnectionStrings:logs", Somewhere), ("Aspire:OssAppend:DisableHealthChecks", "true"), ("Aspire:OssAppend:DisableMetrics", "True"));

        builder.AddOssAppend("logs");

        Assert.DoesNotContain(builder.Services, service => service.ServiceType == typeof(HealthCheckService));
        Assert.DoesNotContain(builder.Services, service => service.ServiceType == typeof(IOssAppendMonitor));
    }

    [Fact]
    public void Code_OverridesConfiguration()
    {
        var builder = CreateBuilder(("ConnectionStrings:logs", Somewhere), ("Logging:OssAppend:ObjectKey", "shop.log"));
        builder.AddOssAppend("logs", settings => settings.ConnectionString += ";Bucket=audit", options => options.Region = "cn-beijing");
        using var host = builder.Build();

        var options = host.Services.GetRequiredService<IOptions<Extensions.Logging.OssAppendLoggerOptions>>().Value;

        Assert.Equal(
            ("http://127.0.0.1:1", "cn-beijing", "audit", "id", "shop.log"),
            (options.Endpoint, options.Region, options.Bucket, options.AccessKeyId, options.ObjectKey));
    }

    [Fact]
    public void NoConnectionString_IsNamedAtTheStart()
    {
        var builder = CreateBuilder(("ConnectionStrings:log", Somewhere));
        builder.AddOssAppend("logs");

        var failure = Assert.Throws<OssSettingsException>(() => builder.Build());

        Assert.StartsWith("is missing.", Assert.Single(failure.Faults, fault => fault.Setting == "ConnectionStrings:logs").Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void SettingsOfTheProviderAlone_Suffice()
    {
        var builder = CreateBuilder(
            ("Logging:OssAppend:Bucket", "logs"),
            ("Logging:OssAppend:Region", "cn-hangzhou"),
            ("Logging:OssAppend:AccessKeyId", "id"),
            ("Logging:OssAppend:AccessKeySecret", "secret"));
        builder.AddOssAppend("logs");
        using var host = builder.Build();

        var options = host.Services.GetRequiredService<IOptions<Extensions.Logging.OssAppendLoggerOptions>>().Value;

        Assert.Equal(("logs", "cn-hangzhou"), (options.Bucket, options.Region));
    }

    [Fact]
    public void Mistakes_AreNamedTogetherWithoutSecrets()
    {
        var builder = CreateBuilder(
            ("ConnectionStrings:logs", "Buckets=logs;Region=cn-hangzhou;Secret=LTAI5tSecretOfTheShop"),
            ("Aspire:OssAppend:DisableHealthCheck", "true"),
            ("Aspire:OssAppend:DisableMetrics", "yes"));

        var failure = Assert.Throws<OssSettingsException>(() => builder.AddOssAppend("logs"));

        Assert.Equal(
            ["Aspire:OssAppend:DisableHealthCheck", "Aspire:OssAppend:DisableMetrics", "ConnectionStrings:logs", "ConnectionStrings:logs"],
            failure.Faults.Select(fault => fault.Setting).Order(StringComparer.Ordinal));
        Assert.Contains("Buckets", failure.Message, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("LTAI5tSecretOfTheShop", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TextThatIsNoConnectionString_IsRefusedWithoutShowingIt()
    {
        var builder = CreateBuilder(("ConnectionStrings:logs", "LTAI5tSecretOfTheShop"));

        var failure = Assert.Throws<OssSettingsException>(() => builder.AddOssAppend("logs"));

        Assert.StartsWith("is not a connection string", Assert.Single(failure.Faults).Problem, StringComparison.Ordinal);
        Assert.DoesNotContain("LTAI5tSecretOfTheShop", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void SecondCall_IsRefused()
    {
        var builder = CreateBuilder(("ConnectionStrings:logs", Somewhere), ("ConnectionStrings:audit", Somewhere));
        builder.AddOssAppend("logs");

        var failure = Assert.Throws<InvalidOperationException>(() => builder.AddOssAppend("audit"));

        Assert.Contains("ConnectionStrings:logs", failure.Message, StringComparison.Ordinal);
        Assert.Contains("ConnectionStrings:audit", failure.Message, StringComparison.Ordinal);
    }

    private static HostApplicationBuilder CreateBuilder(params (string Key, string Value)[] settings)
    {
        var builder = new HostApplicationBuilder();
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)));
        return builder;
    }

    private static string ConnectionStringOf(OssEmulator emulator) =>
        $"Endpoint={emulator.Endpoint};Region={emulator.Region};Bucket=logs;AccessKeyId={emulator.AccessKeyId};AccessKeySecret={emulator.AccessKeySecret}";

    private sealed class Order;
}
