using System.Text.RegularExpressions;
using Microsoft.Playwright;
using OssLogSinks.EndToEnd.Tests.Support;

namespace OssLogSinks.Emulator.Page.Tests;

/// <summary>The panel of the sink's own view, beside a sample site that really logs to this emulator.</summary>
public partial class SinkViewTests(Browser browser) : PageTest(browser)
{
    private const int Orders = 5;

    [Fact]
    public async Task HealthOfASite_ShowsDeliveryTroubleAndRecovery()
    {
        await using var site = await SampleSite.StartAsync("AspNetCore.Serilog", "Serilog:WriteTo:Oss:Args", Emulator, "logs");
        await VisitAsync(site);
        await ShowAsync(site, "health");
        await Expect(Panel).ToContainTextAsync("\"state\": \"delivering\"");
        await Expect(Panel).ToContainTextAsync("\"oss-append\": {");
        await Expect(Panel).ToContainTextAsync(FiveOrMoreDelivered());

        await Page.Locator("#fault-kind").SelectOptionAsync("Unavailable");
        await Page.Locator("#fault-rate").FillAsync("100");
        await Page.Locator("#fault-add").ClickAsync();
        await Expect(Page.Locator("#fault-list li")).ToContainTextAsync("503");
        await VisitAsync(site);

        await Expect(Panel).ToContainTextAsync("\"state\": \"failing\"");
        await Expect(Panel).ToContainTextAsync("\"lastFailure\":");

        await Page.Locator("#fault-clear").ClickAsync();
        await Expect(Panel).ToContainTextAsync("\"state\": \"delivering\"", new LocatorAssertionsToContainTextOptions { Timeout = 60_000 });
    }

    [Fact]
    public async Task SnapshotOfASite_HasTheNumbersOfItsObjects()
    {
        await using var site = await SampleSite.StartAsync("AspNetCore.Serilog", "Serilog:WriteTo:Oss:Args", Emulator, "logs");
        await VisitAsync(site);
        await site.Client.GetStringAsync(new Uri("bucket", UriKind.Relative), TestContext.Current.CancellationToken);

        await ShowAsync(site, "metrics");

        await Expect(Panel).ToContainTextAsync(FiveOrMoreDelivered());
        await Expect(Panel).ToContainTextAsync("\"dropped\"");
        Assert.Contains("Order 0 was looked at", System.Text.Encoding.UTF8.GetString(Emulator.ReadObject("logs", Emulator.ListObjects("logs").Single(stored => stored.Length > 0).Key)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SiteThatHasStopped_IsToldInASentence()
    {
        var site = await SampleSite.StartAsync("AspNetCore.Serilog", "Serilog:WriteTo:Oss:Args", Emulator, "logs");
        await using (site)
        {
            await ShowAsync(site, "health");
            await Expect(Panel).ToContainTextAsync("\"status\": \"Healthy\"");
        }

        await Expect(Panel).ToContainTextAsync("does not answer. Is the site running?");
        ForgetErrorsOfFailedReads();
    }

    private ILocator Panel => Page.Locator("#site-text");

    private async Task ShowAsync(SampleSite site, string path)
    {
        await OpenAsync("");
        await Page.Locator("#view-traffic").ClickAsync();
        await Page.Locator("#site-url").FillAsync(new Uri(site.Client.BaseAddress!, path).ToString());
        await Page.Locator("#site-show").ClickAsync();
    }

    private static async Task VisitAsync(SampleSite site)
    {
        for (var order = 0; order < Orders; order++)
            await site.Client.GetStringAsync(new Uri($"orders/{order}", UriKind.Relative), TestContext.Current.CancellationToken);
    }

    [GeneratedRegex("\"delivered\": ([5-9]|[1-9][0-9]+)")]
    private static partial Regex FiveOrMoreDelivered();
}
