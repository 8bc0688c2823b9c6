using System.Globalization;

namespace OssLogSinks.Emulator.Page.Tests;

/// <summary>A large object: only what is in sight is in the document, so it costs as much as a small one.</summary>
public class ManyLinesTests(Browser browser) : PageTest(browser)
{
    private const int Count = 100_000;
    private const int Few = 200;

    // Scrolls from the first line to the last in 100 steps, and waits for two frames after each.
    private const string Scroll = """
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
        """;

    [Fact]
    public async Task HundredThousandLines_ScrollAsTwoHundredDo()
    {
        Append("few.clef", Events(Few));
        Append("many.clef", Events(Count));
        await OpenAsync("few.clef");
        await Expect(Page.Locator("#count")).ToHaveTextAsync("200 lines");
        var few = await Page.EvaluateAsync<double[]>(Scroll);

        await OpenAsync("many.clef");
        await Expect(Page.Locator("#count")).ToHaveTextAsync("100,000 lines");
        var many = await Page.EvaluateAsync<double[]>(Scroll);

        TestContext.Current.TestOutputHelper?.WriteLine($"median step: {Median(few):0.0} ms with {Few} lines, {Median(many):0.0} ms with {Count}; longest {many.Max():0.0} ms");
        await Expect(Line("Order 99999 was paid")).ToBeInViewportAsync();
        Assert.InRange(await Page.Locator(".line").CountAsync(), 20, 100);
        Assert.InRange(Median(many), 0, (2 * Median(few)) + 10);
    }

    [Fact]
    public async Task SearchInHundredThousandLines_LetsThePageAnswer()
    {
        Append("many.clef", Events(Count));
        await OpenAsync("many.clef");
        await Expect(Page.Locator("#count")).ToHaveTextAsync("100,000 lines");

        // Counts how often the page could do something else between the slices of the search.
        var turns = await Page.EvaluateAsync<int>("""
            async () => {
              const count = document.getElementById('count');
              const search = document.getElementById('search');
              search.value = 'order 7777';
              search.dispatchEvent(new Event('input'));
              let turns = 0;
              for (; !count.textContent.includes(' of '); turns++) await new Promise(resolve => setTimeout(resolve));
              return turns;
            }
            """);

        await Expect(Page.Locator("#count")).ToHaveTextAsync("11 of 100,000 lines");
        Assert.InRange(turns, 10, int.MaxValue);
    }

    private static double Median(double[] times) => times.Order().ElementAt(times.Length / 2);

    private static string Events(int count) => string.Concat(Enumerable.Range(0, count).Select(i =>
        string.Create(CultureInfo.InvariantCulture, $$$"""{"@t":"2026-11-30T09:00:00Z","@mt":"Order {Order} was paid","Order":{{{i}}},"Tenant":"acme"}""") + "\n"));
}
