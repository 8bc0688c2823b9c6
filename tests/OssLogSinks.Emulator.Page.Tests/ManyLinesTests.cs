using System.Globalization;

namespace OssLogSinks.Emulator.Page.Tests;

/// <summary>A large object: only what is in sight is in the document.</summary>
public class ManyLinesTests(Browser browser) : PageTest(browser)
{
    private const int Count = 100_000;

    // Two frames of 60 a second would be 33 ms; a test machine that is busy gets some more.
    private const double LongestMedianStep = 50;

    [Fact]
    public async Task HundredThousandLines_ScrollWithFewElements()
    {
        Append("app.clef", string.Concat(Enumerable.Range(0, Count).Select(i =>
            string.Create(CultureInfo.InvariantCulture, $$$"""{"@t":"2026-11-30T09:00:00Z","@mt":"Order {Order} was paid","Order":{{{i}}},"Tenant":"acme"}""") + "\n")));
        await OpenAsync("app.clef");
        await Expect(Page.Locator("#count")).ToHaveTextAsync("100,000 lines");

        var steps = await Page.EvaluateAsync<double[]>("""
            async () => {
              const area = document.getElementById('lines');
              const times = [];
              for (let i = 0; i < 100; i++) {
                const started = performance.now();
                area.scrollTop = (area.scrollHeight - area.clientHeight) * i / 99;
                await new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve)));
                times.push(performance.now() - started);
              }
              return times;
            }
            """);

        TestContext.Current.TestOutputHelper?.WriteLine($"median step {steps.Order().ElementAt(50):0.0} ms, longest {steps.Max():0.0} ms");
        await Expect(Line("Order 99999 was paid")).ToBeInViewportAsync();
        Assert.InRange(await Page.Locator(".line").CountAsync(), 20, 100);
        Assert.InRange(steps.Order().ElementAt(50), 0, LongestMedianStep);
    }

    [Fact]
    public async Task SearchInHundredThousandLines_LeavesThePageResponsive()
    {
        Append("app.log", string.Concat(Enumerable.Range(0, Count).Select(i => string.Create(CultureInfo.InvariantCulture, $"[INF] order {i} was paid\n"))));
        await OpenAsync("app.log");
        await Expect(Page.Locator("#count")).ToHaveTextAsync("100,000 lines");

        await Page.EvaluateAsync("""
            () => {
              globalThis.longest = 0;
              let last = performance.now();
              const watch = () => {
                const now = performance.now();
                globalThis.longest = Math.max(globalThis.longest, now - last);
                last = now;
                setTimeout(watch);
              };
              watch();
            }
            """);
        await Page.Locator("#search").FillAsync("order 7777");
        await Expect(Page.Locator("#count")).ToHaveTextAsync("11 of 100,000 lines");

        var longest = await Page.EvaluateAsync<double>("globalThis.longest");
        TestContext.Current.TestOutputHelper?.WriteLine($"longest pause {longest:0.0} ms");
        Assert.InRange(longest, 0, 500);
    }
}
