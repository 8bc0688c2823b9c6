using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;

namespace OssLogSinks.Emulator.Page.Tests;

/// <summary>The tree, the lines, search and levels, clicked through as a reader does.</summary>
public partial class LogViewTests(Browser browser) : PageTest(browser)
{
    private const string Clef = """
        {"@t":"2026-11-30T09:00:01.5Z","@mt":"Order {Order} was paid by {@Customer}","Order":4711,"Customer":{"Name":"Li","City":"Hangzhou"},"Elapsed":12.5}
        {"@t":"2026-11-30T09:00:02Z","@mt":"Payment failed","@l":"Error","@x":"System.InvalidOperationException: no card\n   at Shop.Pay()","@tr":"0af7651916cd43dd8448eb211c80319c"}

        """;

    [Fact]
    public async Task Tree_OpensFoldersAndShowsAnObject()
    {
        Append("shop/eu/app.log", "2026-11-30 09:00:00 [INF] started\n");
        Append("root.log", "x\n");
        await Page.GotoAsync(Emulator.Page.ToString());

        await Page.Locator(".node", new() { HasText = "shop/" }).ClickAsync();
        await Page.Locator(".node", new() { HasText = "eu/" }).ClickAsync();
        await Page.Locator(".node", new() { HasText = "app.log" }).ClickAsync();

        await Expect(Page.Locator("#title")).ToHaveTextAsync("logs/shop/eu/app.log");
        await Expect(Lines).ToHaveTextAsync(["2026-11-30 09:00:00 [INF] started"]);
        await Expect(Page.Locator("#facts")).ToContainTextAsync("Appendable, 1 append, CRC-64 ");
        Assert.EndsWith("#/logs/shop/eu/app.log", Page.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bucket_CanBeChosen()
    {
        Emulator.AppendAsForeignWriter("other-logs", "there.log", "over there\n"u8);
        await Page.GotoAsync(Emulator.Page.ToString());

        await Page.Locator("#bucket").SelectOptionAsync("other-logs");

        await Expect(Line("over there")).ToBeVisibleAsync();
        await Expect(Page.Locator(".node", new() { HasText = "there.log" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task PlainLines_HaveTheColoursOfTheirLevels()
    {
        Append("app.log", "09:00 [DBG] a\n09:00 [INF] b\n09:00 [WRN] c\n09:00 [ERR] d\n   at Shop.Pay()\n09:00 [FTL] e\nno level\n");
        await OpenAsync("app.log");

        await Expect(Page.Locator(".summary .level")).ToHaveTextAsync(["DBG", "INF", "WRN", "ERR", "ERR", "FTL", ""]);
        var colours = await Page.Locator(".summary .level").EvaluateAllAsync<string[]>("all => all.map(one => getComputedStyle(one).color)");
        Assert.Equal(5, colours.Take(6).Distinct().Count());
    }

    [Fact]
    public async Task ClefLine_UnfoldsToItsProperties()
    {
        Append("app.clef", Clef);
        await OpenAsync("app.clef");
        await Expect(Lines).ToHaveTextAsync(["Order 4711 was paid by {\"Name\":\"Li\",\"City\":\"Hangzhou\"}", "Payment failed  System.InvalidOperationException: no card"]);

        await Line("Order 4711").ClickAsync();

        var detail = Page.Locator(".detail");
        await Expect(detail.Locator("th")).ToHaveTextAsync(["time", "message", "template", "Order", "Customer", "Elapsed", "line"]);
        await Expect(detail).ToContainTextAsync("\"City\": \"Hangzhou\"");
        await Line("Order 4711").ClickAsync();
        await Expect(detail).ToHaveCountAsync(0);

        await Line("Payment failed").ClickAsync();
        await Expect(Page.Locator(".detail tr.exception td")).ToContainTextAsync("at Shop.Pay()");
        await Expect(Page.Locator(".detail")).ToContainTextAsync("0af7651916cd43dd8448eb211c80319c");
    }

    [Fact]
    public async Task UnfoldedLine_DoesNotCoverTheNextOne()
    {
        Append("app.clef", Clef);
        await OpenAsync("app.clef");
        await Line("Order 4711").ClickAsync();
        await Expect(Page.Locator(".detail")).ToBeVisibleAsync();

        var detail = (await Page.Locator(".detail").BoundingBoxAsync())!;
        await Expect(Page.Locator(".line").Nth(1)).ToHaveAttributeAsync("style", TopBelow());
        var next = (await Line("Payment failed").BoundingBoxAsync())!;

        Assert.InRange(next.Y, detail.Y + detail.Height, detail.Y + detail.Height + 30);
    }

    [Fact]
    public async Task LineUnfoldedAtTheBottom_ShowsItsDetail()
    {
        Append("app.clef", string.Concat(Enumerable.Repeat(Clef, 40)));
        await OpenAsync("app.clef");
        await Expect(Page.Locator("#count")).ToHaveTextAsync("80 lines");
        await Page.Keyboard.PressAsync("G");
        await Expect(Page.Locator(".line.current")).ToBeInViewportAsync();

        await Page.Keyboard.PressAsync("Enter");

        await Expect(Page.Locator(".detail tr").Last).ToBeInViewportAsync();
    }

    [Fact]
    public async Task GzipObject_IsOpened()
    {
        Emulator.AppendAsForeignWriter("logs", "app.log.gz", Gzip("first [INF]\n"));
        Emulator.AppendAsForeignWriter("logs", "app.log.gz", Gzip("second [WRN]\n"));
        await OpenAsync("app.log.gz");

        await Expect(Lines).ToHaveTextAsync(["first [INF]", "second [WRN]"]);
        await Expect(Page.Locator("#facts")).ToContainTextAsync("gzip");

        Emulator.AppendAsForeignWriter("logs", "app.log.gz", Gzip("third\n"));
        await Expect(Lines).ToHaveTextAsync(["first [INF]", "second [WRN]", "third"]);
    }

    [Fact]
    public async Task SearchAndLevels_ShowOnlyMatchingLines()
    {
        Append("app.log", string.Concat(Enumerable.Range(0, 300).Select(i => $"[{(i % 3 == 0 ? "WRN" : "INF")}] order {i}\n")));
        await OpenAsync("app.log");
        await Expect(Page.Locator("#count")).ToHaveTextAsync("300 lines");

        await Page.Locator("#search").FillAsync("ORDER 29");
        await Expect(Page.Locator("#count")).ToHaveTextAsync("11 of 300 lines");
        await Expect(Page.Locator("mark").First).ToHaveTextAsync("order 29");

        await Page.GetByRole(Microsoft.Playwright.AriaRole.Button, new() { Name = "Information" }).ClickAsync();
        await Expect(Page.Locator("#count")).ToHaveTextAsync("3 of 300 lines");
        await Page.Locator("#search").FillAsync("");
        await Expect(Page.Locator("#count")).ToHaveTextAsync("100 of 300 lines");
    }

    [Fact]
    public async Task SearchInClef_FindsTheRenderedMessage()
    {
        Append("app.clef", Clef);
        await OpenAsync("app.clef");

        await Page.Locator("#search").FillAsync("order 4711 was");

        await Expect(Page.Locator("#count")).ToHaveTextAsync("1 of 2 lines");
    }

    [Fact]
    public async Task Keys_MoveUnfoldSearchAndSwitchViews()
    {
        Append("app.clef", Clef);
        await OpenAsync("app.clef");
        await Expect(Lines).ToHaveCountAsync(2);

        await Page.Keyboard.PressAsync("j");
        await Page.Keyboard.PressAsync("j");
        await Expect(Page.Locator(".line.current")).ToContainTextAsync("Payment failed");
        await Page.Keyboard.PressAsync("Enter");
        await Expect(Page.Locator(".detail")).ToContainTextAsync("no card");
        await Page.Keyboard.PressAsync("Escape");
        await Expect(Page.Locator(".detail")).ToHaveCountAsync(0);
        await Page.Keyboard.PressAsync("g");
        await Expect(Page.Locator(".line.current")).ToContainTextAsync("Order 4711");
        await Page.Keyboard.PressAsync("/");
        await Expect(Page.Locator("#search")).ToBeFocusedAsync();
        await Page.Keyboard.PressAsync("Escape");
        await Page.Keyboard.PressAsync("?");
        await Expect(Page.Locator("#help")).ToBeVisibleAsync();
        await Page.Keyboard.PressAsync("Escape");
        await Page.Keyboard.PressAsync("2");
        await Expect(Page.Locator("#traffic")).ToBeVisibleAsync();
        await Page.Keyboard.PressAsync("1");
        await Page.Keyboard.PressAsync("b");
        await Page.Keyboard.PressAsync("ArrowUp");
        await Page.Keyboard.PressAsync("Enter");
        await Expect(Page.Locator("#title")).ToHaveTextAsync("logs/*");
    }

    [Fact]
    public async Task SavedObject_IsItsText()
    {
        Append("app.log", "one\ntwo\n");
        await OpenAsync("app.log");

        var download = await Page.RunAndWaitForDownloadAsync(() => Page.Locator("#download").ClickAsync());

        Assert.Equal("app.log", download.SuggestedFilename);
        Assert.Equal("one\ntwo\n", await File.ReadAllTextAsync(await download.PathAsync(), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task AddressOfAnObject_LeadsABrowserToIt()
    {
        Append("shop/app.log", "found\n");

        await Page.GotoAsync(new Uri(Emulator.Endpoint, "/logs/shop/app.log").ToString());

        await Expect(Lines).ToHaveTextAsync(["found"]);
    }

    private static byte[] Gzip(string text)
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Fastest))
            gzip.Write(Encoding.UTF8.GetBytes(text));

        return bytes.ToArray();
    }

    [GeneratedRegex(@"top: (?:[5-9]\d|\d{3,})(?:\.\d+)?px")]
    private static partial Regex TopBelow();
}
