using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Time.Testing;
using NLog;
using NLog.Targets;
using OpenTelemetry.Metrics;
using OssLogSinks.Core;
using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Testing;
using Serilog;

namespace OssLogSinks.Extensions.Hosting.Tests;

/// <summary>The sinks of the process are found by their names, whoever configured them.</summary>
public class OpenSinksTests
{
    private readonly MemoryOss _oss = new();

    [Fact]
    public async Task SinkAndTarget_AreFoundByTheirNames()
    {
        using var services = Services();
        await using (Serilog("shop"))
        using (var factory = NLogFactory("audit"))
        {
            factory.GetLogger("a").Info("one");
            Assert.True(await Monitor(services, "audit").FlushAsync(cancellationToken: TestContext.Current.CancellationToken));

            Assert.InRange(services.GetRequiredService<IOssAppendMonitor>().GetSnapshot().Delivered, 1, long.MaxValue);
            Assert.Equal(1, Monitor(services, "audit").GetSnapshot().Delivered);
            Assert.Equal((0, "shop"), (Monitor(services, "shop").GetSnapshot().Delivered, Monitor(services, "shop").GetSnapshot().Name));
            Assert.Equal(HealthStatus.Healthy, (await CheckAsync("shop")).Status);
        }

        var closed = await CheckAsync("shop");
        Assert.Equal(HealthStatus.Degraded, closed.Status);
        Assert.Contains("'shop'", closed.Description);
    }

    [Fact]
    public async Task TargetThatCouldNotStart_FailsUntilTheConfigurationChanges()
    {
        using var factory = new LogFactory().Setup().LoadConfiguration(setup => setup.ForLogger().WriteTo(new OssAppendTarget { Name = "broken", ObjectKey = "{nonsense" })).LogFactory;
        var failed = await CheckAsync("broken");
        Assert.Equal((HealthStatus.Degraded, "failing"), (failed.Status, failed.Data["state"]));
        Assert.Contains("could not start", failed.Description);

        factory.Configuration = new NLog.Config.LoggingConfiguration(factory);

        Assert.Contains("Nothing logs to OSS", (await CheckAsync("broken")).Description);
    }

    [Fact]
    public async Task LossAtTheClose_IsToldForAWhile()
    {
        var time = new FakeTimeProvider();
        var check = new OssAppendHealthCheck("closing", new OssAppendHealthCheckOptions { TimeProvider = time, LosingFor = TimeSpan.FromMinutes(2) });
        var (old, young) = (new Fake("closing") { Snapshot = Lost("closing", 1) }, new Fake("closing#2"));
        using var closing = OssAppendMonitors.Add(old);
        Assert.Equal(HealthStatus.Unhealthy, (await CheckAsync(check)).Status);
        time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(HealthStatus.Healthy, (await CheckAsync(check)).Status);

        using (OssAppendMonitors.Add(young))
        {
            old.Snapshot = Lost("closing", 4);
            closing.Dispose();
            var late = await CheckAsync(check);
            time.Advance(TimeSpan.FromMinutes(2));

            Assert.Equal(HealthStatus.Unhealthy, late.Status);
            Assert.Contains("closing: Losing: 3 event(s) were dropped a short time ago by a sink that has closed since", late.Description);
            Assert.Equal(HealthStatus.Healthy, (await CheckAsync(check)).Status);
        }

        Assert.Equal(HealthStatus.Degraded, (await CheckAsync(check)).Status);
    }

    [Fact]
    public async Task LossThatWasToldBeforeTheClose_IsNotToldAgain()
    {
        var time = new FakeTimeProvider();
        var check = new OssAppendHealthCheck("told", new OssAppendHealthCheckOptions { TimeProvider = time });
        using (OssAppendMonitors.Add(new Fake("told") { Snapshot = Lost("told", 7) }))
        {
            Assert.Equal(HealthStatus.Unhealthy, (await CheckAsync(check)).Status);
            time.Advance(TimeSpan.FromMinutes(5));
            Assert.Equal(HealthStatus.Healthy, (await CheckAsync(check)).Status);
        }

        using (OssAppendMonitors.Add(new Fake("told")))
            Assert.Equal(HealthStatus.Healthy, (await CheckAsync(check)).Status);
    }

    [Fact]
    public async Task WorstSink_Counts_AndEachHasItsNumbers()
    {
        var (good, bad) = (new Fake("both"), new Fake("both#2"));
        using (OssAppendMonitors.Add(good))
        using (OssAppendMonitors.Add(bad))
        {
            var check = new OssAppendHealthCheck("both");
            Assert.Equal(HealthStatus.Healthy, (await CheckAsync(check)).Status);

            bad.Snapshot = bad.Snapshot with { Dropped = new Dictionary<DropReason, long> { [DropReason.QueueFull] = 3 } };
            var result = await CheckAsync(check);

            Assert.Equal(HealthStatus.Unhealthy, result.Status);
            Assert.StartsWith("both: Delivering. both#2: Losing: 3 event(s)", result.Description);
            Assert.Equal(3L, ((IReadOnlyDictionary<string, object>)result.Data["both#2"])["dropped"]);
        }
    }

    [Fact]
    public async Task SeveralOfAName_AreOneMonitor()
    {
        var since = new DateTimeOffset(2026, 3, 5, 4, 5, 6, TimeSpan.Zero);
        var first = new Fake("sum") { Snapshot = new() { Name = "sum", Accepted = 3, Delivered = 2, TroubleSince = since, OldestUndelivered = TimeSpan.FromSeconds(5) } };
        var second = new Fake("sum#2") { Snapshot = new() { Name = "sum#2", Accepted = 4, Delivered = 4, Dropped = new Dictionary<DropReason, long> { [DropReason.Closed] = 1 } } };
        using (OssAppendMonitors.Add(first))
        using (OssAppendMonitors.Add(second))
        {
            var snapshot = OssAppendMonitors.Named("sum").GetSnapshot();
            Assert.Equal(("sum, sum#2", 7, 6, 1), (snapshot.Name, snapshot.Accepted, snapshot.Delivered, snapshot.DroppedTotal));
            Assert.Equal((since, TimeSpan.FromSeconds(5)), (snapshot.TroubleSince, snapshot.OldestUndelivered));

            Assert.True(await OssAppendMonitors.Named("sum").FlushAsync(cancellationToken: TestContext.Current.CancellationToken));
            second.IsStored = false;
            Assert.False(await OssAppendMonitors.Named("sum").FlushAsync(cancellationToken: TestContext.Current.CancellationToken));
        }

        Assert.Equal(0, OssAppendMonitors.Named("sum").GetSnapshot().Accepted);
    }

    [Fact]
    public async Task Metrics_AreExportedWithOneLine()
    {
        var exported = new List<Metric>();
        var services = new ServiceCollection();
        services.AddOssAppendMetrics();
        services.AddOpenTelemetry().WithMetrics(metrics => metrics.AddInMemoryExporter(exported));
        using var provider = services.BuildServiceProvider();
        var meters = provider.GetRequiredService<MeterProvider>();
        await using (var logger = Serilog("metered"))
        {
            logger.Information("one");
            await Monitor(provider, "metered").FlushAsync(cancellationToken: TestContext.Current.CancellationToken);
            Assert.True(meters.ForceFlush());
        }

        Assert.Contains(exported, metric => metric is { MeterName: "OssLogSinks", Name: "osslogsinks.records.delivered" });
    }

    private static ServiceProvider Services()
    {
        var services = new ServiceCollection();
        services.AddHealthChecks().AddOssAppend();
        return services.BuildServiceProvider();
    }

    private static DeliverySnapshot Lost(string name, long events) =>
        new() { Name = name, Dropped = new Dictionary<DropReason, long> { [DropReason.CloseTimeOver] = events } };

    private static IOssAppendMonitor Monitor(ServiceProvider services, string name) => services.GetRequiredKeyedService<IOssAppendMonitor>(name);

    private static Task<HealthCheckResult> CheckAsync(string sink) => CheckAsync(new OssAppendHealthCheck(sink));

    private static Task<HealthCheckResult> CheckAsync(OssAppendHealthCheck check) => check.CheckHealthAsync(new HealthCheckContext(), TestContext.Current.CancellationToken);

    private Serilog.Core.Logger Serilog(string name) => new LoggerConfiguration()
        .WriteTo.OssAppend(new Serilog.Sinks.OssAppend.OssAppendSinkOptions { Client = _oss, ObjectKey = name + ".log", Name = name })
        .CreateLogger();

    private LogFactory NLogFactory(string name)
    {
        var target = new OssAppendTarget { Name = name, ObjectKey = name + ".log", Configure = options => options.Client = _oss };
        return new LogFactory().Setup().LoadConfiguration(setup => setup.ForLogger().WriteTo(target)).LogFactory;
    }

    private sealed class Fake(string name) : IOssAppendMonitor
    {
        public DeliverySnapshot Snapshot { get; set; } = new() { Name = name };

        public bool IsStored { get; set; } = true;

        public DeliverySnapshot GetSnapshot() => Snapshot;

        public Task<bool> FlushAsync(OssFlushTarget target, CancellationToken cancellationToken) => Task.FromResult(IsStored);
    }
}
