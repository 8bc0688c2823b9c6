using System.Globalization;
using System.Reflection;
using Microsoft.Playwright;
using OssLogSinks.Emulator.Faults;
using OssLogSinks.Emulator.Protocol;
using OssLogSinks.EndToEnd.Tests.Support;

namespace OssLogSinks.Emulator.Page.Tests;

/// <summary>Takes the pictures of the documents. Run it after a change of the page, and look at them before you commit them.</summary>
public class ScreenshotTests(Browser browser) : PageTest(browser)
{
    private static readonly string[] Paths = ["/", "/products", "/products/42", "/basket", "/checkout"];

    private static string Folder { get; } = typeof(ScreenshotTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "ImageFolder").Value!;

    private readonly Random _random = new(4711);
    private DateTimeOffset _time = new(2026, 11, 30, 9, 0, 0, TimeSpan.Zero);

    [Fact(Explicit = true)]
    public async Task Logs_ArePictured()
    {
        FillBucket();
        await OpenAsync("shop/web-1/2026-11-30.clef");
        await Expect(Page.Locator("#count")).ToHaveTextAsync("400 lines");
        await Line("Payment of order").First.ClickAsync();
        await Expect(Page.Locator(".detail")).ToBeVisibleAsync();
        await SaveAsync("emulator-logs.png");

        await Page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = ColorScheme.Dark });
        await SaveAsync("emulator-logs-dark.png");

        await Page.SetViewportSizeAsync(390, 780);
        await OpenAsync("shop/");
        await Expect(Line("order").First).ToBeVisibleAsync();
        await SaveAsync("emulator-phone.png");
    }

    [Fact(Explicit = true)]
    public async Task Traffic_IsPictured()
    {
        FillBucket();
        await OpenAsync("");
        await Page.Locator("#view-traffic").ClickAsync();
        await using var site = await SampleSite.StartAsync("AspNetCore.Serilog", "Serilog:WriteTo:Oss:Args", Emulator, "logs");
        await Page.Locator("#site-url").FillAsync(new Uri(site.Client.BaseAddress!, "health").ToString());
        await Page.Locator("#site-show").ClickAsync();
        var length = 0L;
        for (var second = 0; second < 40; second++)
        {
            if (second == 15)
                Emulator.Faults.SetRules([new FaultRule { Operation = OssOperation.AppendObject, Kinds = FaultKinds.DropAfter | FaultKinds.Unavailable, Rate = 0.25 }, new FaultRule { Latency = TimeSpan.FromMilliseconds(5), Rate = 0.5 }]);

            for (var i = 0; i < 20 + _random.Next(15); i++)
                length = await AppendAsync(length);

            await site.Client.GetStringAsync(new Uri($"orders/{second}", UriKind.Relative), TestContext.Current.CancellationToken);
            await Page.WaitForTimeoutAsync(700);
        }

        await Expect(Page.Locator("#fault-list li")).ToHaveCountAsync(2);
        await Expect(Page.Locator("#site-text")).ToContainTextAsync("\"state\"");
        await Page.EvaluateAsync("document.getElementById('site-url').value = 'http://127.0.0.1:5000/health'");
        await SaveAsync("emulator-traffic.png");
    }

    private async Task<long> AppendAsync(long length)
    {
        try
        {
            var reply = await Client.AppendAsync("shop/web-3/live.clef", length, Event(_random.Next(1000)));
            return reply["x-oss-next-append-position"] is { } position ? long.Parse(position, CultureInfo.InvariantCulture) : length;
        }
        catch (HttpRequestException)
        {
            return Emulator.FindObject("logs", "shop/web-3/live.clef")?.Length ?? 0;
        }
    }

    private void FillBucket()
    {
        foreach (var key in new[] { "shop/web-2/2026-11-30.clef", "shop/web-1/2026-11-29.clef", "shop/web-1/2026-11-30.clef" })
            Append(key, string.Concat(Enumerable.Range(0, 400).Select(Event)));

        Append("billing/app-001.log", "2026-11-30 09:00:00.000 INFO Billing started\n");
    }

    private string Event(int number)
    {
        _time = _time.AddMilliseconds(_random.Next(900));
        var time = _time.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        var elapsed = (_random.NextDouble() * 40).ToString("0.00", CultureInfo.InvariantCulture);
        var path = Paths[number % Paths.Length];
        return (number % 23) switch
        {
            7 => $$"""{"@t":"{{time}}","@mt":"Payment of order {Order} failed after {Attempts} attempts","@l":"Error","@x":"System.TimeoutException: The card service did not answer within 5 s.\n   at Shop.Payments.CardService.ChargeAsync(Order order)\n   at Shop.Payments.Checkout.PayAsync()","Order":{{4000 + number}},"Attempts":3,"Tenant":"acme","RequestId":"0HNA8{{number:X4}}"}""",
            12 => $$"""{"@t":"{{time}}","@mt":"Stock of {Product} is low: {Left} left","@l":"Warning","Product":"teapot","Left":{{number % 9}}}""",
            17 => $$"""{"@t":"{{time}}","@mt":"Cache hit for {Key}","@l":"Debug","Key":"price:{{number}}"}""",
            _ => $$"""{"@t":"{{time}}","@mt":"{Method} {Path} answered {Status} in {Elapsed} ms for order {Order}","Method":"GET","Path":"{{path}}","Status":200,"Elapsed":{{elapsed}},"Order":{{4000 + number}},"Tenant":"acme"}""",
        } + "\n";
    }

    private async Task SaveAsync(string name)
    {
        // A picture is the same on every machine but for its fonts and the port.
        await Page.EvaluateAsync("document.getElementById('endpoint').textContent = 'http://127.0.0.1:9680  cn-hangzhou  emulator-key'");
        await Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Folder, name) });
    }
}
