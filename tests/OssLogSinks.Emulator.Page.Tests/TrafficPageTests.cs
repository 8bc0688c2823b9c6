using Microsoft.Playwright;

namespace OssLogSinks.Emulator.Page.Tests;

/// <summary>Charts and the panel of faults.</summary>
public class TrafficPageTests(Browser browser) : PageTest(browser)
{
    [Fact]
    public async Task Charts_ShowAppendsBytesRefusalsAndFaults()
    {
        (await Client.AppendAsync("a", 0, new string('x', 1000))).Is(200);
        (await Client.AppendAsync("a", 7, "x")).Is(409, "PositionNotEqualToLength");
        Emulator.Faults.Throttle();
        (await Client.AppendAsync("a", 1000, "x")).Is(503, "TotalQpsLimitExceeded");
        await OpenAsync("");
        await Page.Locator("#view-traffic").ClickAsync();

        await Expect(Page.Locator("#chart-appends")).ToHaveAttributeAsync("aria-label", "appends: now 0, at most 1 a second in the last two minutes");
        await Expect(Page.Locator("#chart-bytes")).ToHaveAttributeAsync("aria-label", "bytes: now 0 B, at most 1.0 kB a second in the last two minutes");
        await Expect(Page.Locator("#chart-refusals")).ToHaveAttributeAsync("aria-label", "refusals: now 0, at most 1 a second in the last two minutes");
        await Expect(Page.Locator("#chart-faults")).ToHaveAttributeAsync("aria-label", "faults: now 0, at most 1 a second in the last two minutes");
    }

    [Fact]
    public async Task FaultsSwitchedOn_HitRequestsUntilTheyEnd()
    {
        await OpenAsync("");
        await Page.Locator("#view-traffic").ClickAsync();
        await Page.Locator("#fault-kind").SelectOptionAsync("Unavailable");
        await Page.Locator("#fault-prefix").FillAsync("shop/");
        await Page.Locator("#fault-rate").FillAsync("100");
        await Page.Locator("#fault-add").ClickAsync();

        await Expect(Page.Locator("#fault-list li")).ToContainTextAsync("503: 100 % of AppendObject below shop/");
        await Expect(Page.Locator("#fault-badge")).ToBeVisibleAsync();
        (await Client.AppendAsync("shop/a", 0, "x")).Is(503, "ServiceUnavailable");
        await Expect(Page.Locator("#fault-list li")).ToContainTextAsync("1 hit");

        await Page.Locator("#fault-kind").SelectOptionAsync("");
        await Page.Locator("#fault-latency").FillAsync("10");
        await Page.Locator("#fault-add").ClickAsync();
        await Expect(Page.Locator("#fault-list li")).ToHaveCountAsync(2);
        await Page.Locator("#fault-list li button").First.ClickAsync();
        await Expect(Page.Locator("#fault-list li")).ToHaveCountAsync(1);
        (await Client.AppendAsync("shop/a", 0, "x")).Is(200);

        await Page.Locator("#fault-clear").ClickAsync();
        await Expect(Page.Locator("#fault-list li")).ToHaveCountAsync(0);
        await Expect(Page.Locator("#fault-badge")).ToBeHiddenAsync();
        Assert.Empty(Emulator.Faults.Rules);
    }

    [Fact]
    public async Task NarrowWindow_HasTheTreeInAMenuAndNothingToTheSide()
    {
        Append("shop/app.log", "[INF] started\n");
        await Page.SetViewportSizeAsync(390, 844);
        await OpenAsync("");
        await Expect(Page.Locator("#side")).ToBeHiddenAsync();

        await Page.Locator("#menu").ClickAsync();
        await Page.Locator(".node", new PageLocatorOptions { HasText = "shop/" }).ClickAsync();
        await Page.Locator(".node", new PageLocatorOptions { HasText = "app.log" }).ClickAsync();

        await Expect(Page.Locator("#side")).ToBeHiddenAsync();
        await Expect(Line("started")).ToBeVisibleAsync();
        foreach (var view in new[] { "#view-traffic", "#view-logs" })
        {
            await Page.Locator(view).ClickAsync();
            Assert.Equal(390, await Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        }
    }
}
