using System.Diagnostics.Metrics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Metrics;
using OssLogSinks.Core;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Testing;

namespace OssLogSinks.Extensions.Hosting.Tests;

/// <summary>docs/monitoring.md and the dashboard against the meter, with the names that the Prometheus exporter makes of it.</summary>
public partial class MonitoringDocumentTests
{
    private const string Page = "monitoring.md";

    [Fact]
    public void EachInstrument_IsInThePageWithItsUnit()
    {
        var rows = Read(Page).Split('\n').Where(line => line.StartsWith('|')).ToArray();
        var instruments = Instruments();

        Assert.NotEmpty(instruments);
        Assert.All(instruments, instrument => Assert.Contains(rows, row =>
            row.Contains($"`{instrument.Name}`", StringComparison.Ordinal) && (instrument.Unit is null || row.Contains($"`{instrument.Unit}`", StringComparison.Ordinal))));
    }

    [Theory]
    [InlineData(Page)]
    [InlineData("grafana-dashboard.json")]
    public async Task MetricsOfRulesAndDashboard_AreExported(string file)
    {
        var exported = await ExportAsync(Instruments());
        var named = PrometheusName().Matches(Read(file));

        Assert.NotEmpty(named);
        Assert.All(named, name => Assert.Contains(name.Value, exported));
    }

    [Fact]
    public void EachDropReason_IsInThePage()
    {
        var page = Read(Page);

        Assert.All(Enum.GetNames<DropReason>(), reason => Assert.Contains($"`{reason}`", page, StringComparison.Ordinal));
    }

    [Fact]
    public async Task AppendDuration_HasTheBucketsOfThePage()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");

        // snippet: metrics
        builder.Services.AddOssAppendMetrics();
        builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics
            .AddView("osslogsinks.append.duration", new ExplicitBucketHistogramConfiguration { Boundaries = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] })
            .AddPrometheusExporter());

        await using var app = builder.Build();
        app.MapPrometheusScrapingEndpoint();
        // end

        await app.StartAsync(TestContext.Current.CancellationToken);
        using var meter = new Meter("OssLogSinks");
        meter.CreateHistogram<double>("osslogsinks.append.duration", "s").Record(0.02);

        Assert.Contains("le=\"0.025\"", await ScrapeAsync(app), StringComparison.Ordinal);
    }

    [Fact]
    public void Dashboard_IsJsonWithAPanelForEachQuestion()
    {
        using var dashboard = JsonDocument.Parse(Read("grafana-dashboard.json"));

        Assert.True(dashboard.RootElement.GetProperty("panels").GetArrayLength() >= 8);
    }

    private static string Read(string file)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "OssLogSinks.sln")))
            folder = folder.Parent!;

        return File.ReadAllText(Path.Combine(folder.FullName, "docs", file));
    }

    // With a buffer on disk and a queue, so that all instruments are there.
    private static List<Instrument> Instruments()
    {
        var path = Directory.CreateTempSubdirectory("oss-monitoring-").FullName;
        var published = new List<Instrument>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, _) => published.Add(instrument) };
        var options = new OssAppenderOptions { Client = new MemoryOss(), Bucket = "logs", Name = "monitoring", BufferPath = path };
        using (var appender = new OssAppender(options))
        {
            appender.ObserveQueue(() => 0, 1);
            listener.Start();
        }

        Directory.Delete(path, recursive: true);
        return [.. published.Where(instrument => instrument.Meter.Name == "OssLogSinks").DistinctBy(instrument => instrument.Name)];
    }

    private static async Task<string[]> ExportAsync(IEnumerable<Instrument> instruments)
    {
        const string Name = "OssLogSinks.Copy";
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics.AddMeter(Name).AddPrometheusExporter());
        await using var app = builder.Build();
        app.MapPrometheusScrapingEndpoint();
        await app.StartAsync(TestContext.Current.CancellationToken);

        using var meter = new Meter(Name);
        foreach (var instrument in instruments)
            Measure(meter, instrument);

        return [.. PrometheusName().Matches(await ScrapeAsync(app)).Select(name => name.Value).Distinct()];
    }

    private static async Task<string> ScrapeAsync(WebApplication app)
    {
        using var http = new HttpClient();
        return await http.GetStringAsync(new Uri(app.Urls.Single() + "/metrics"), TestContext.Current.CancellationToken);
    }

    private static void Measure(Meter meter, Instrument instrument)
    {
        switch (instrument)
        {
            case Counter<long>:
                meter.CreateCounter<long>(instrument.Name, instrument.Unit).Add(1);
                break;
            case Histogram<double>:
                meter.CreateHistogram<double>(instrument.Name, instrument.Unit).Record(1);
                break;
            case ObservableUpDownCounter<long>:
                meter.CreateObservableUpDownCounter(instrument.Name, () => 1L, instrument.Unit);
                break;
            default:
                meter.CreateObservableGauge(instrument.Name, () => 1.0, instrument.Unit);
                break;
        }
    }

    [GeneratedRegex(@"\bosslogsinks_\w+")]
    private static partial Regex PrometheusName();
}
