namespace OssLogSinks.Emulator.Page.Tests;

/// <summary>What is appended while somebody looks.</summary>
public class LiveTailPageTests(Browser browser) : PageTest(browser)
{
    [Fact]
    public async Task AppendsBelowAPrefix_AppearAsTheyArrive()
    {
        Append("shop/a.log", "[INF] before\n");
        await OpenAsync("shop/");
        await Expect(Line("before")).ToBeVisibleAsync();

        Append("shop/a.log", "[WRN] second\n");
        Append("shop/b.log", "[ERR] of a new object\n");
        Append("other.log", "not this\n");

        await Expect(Lines).ToHaveTextAsync(["[INF] before", "[WRN] second", "[ERR] of a new object"]);
        await Expect(Page.Locator(".summary .from")).ToHaveTextAsync(["a.log", "a.log", "b.log"]);
    }

    [Fact]
    public async Task OpenObject_GoesOnAndJoinsLines()
    {
        Append("a.log", "one\nbeg");
        await OpenAsync("a.log");
        await Expect(Lines).ToHaveTextAsync(["one", "beg"]);

        Append("a.log", "un, ended\nnext\n");

        await Expect(Lines).ToHaveTextAsync(["one", "begun, ended", "next"]);
    }

    [Fact]
    public async Task Follow_KeepsTheEndInSightUntilTheReaderScrolls()
    {
        Append("a.log", string.Concat(Enumerable.Range(0, 400).Select(i => $"line {i}\n")));
        await OpenAsync("a.log");
        await Expect(Page.Locator("#follow")).ToHaveAttributeAsync("aria-pressed", "false");
        await Page.Locator("#follow").ClickAsync();
        await Expect(Line("line 399")).ToBeInViewportAsync();

        Append("a.log", "the newest\n");
        await Expect(Line("the newest")).ToBeInViewportAsync();

        await Page.Locator("#lines").HoverAsync();
        await Page.Mouse.WheelAsync(0, -2000);
        await Expect(Page.Locator("#follow")).ToHaveAttributeAsync("aria-pressed", "false");
        Append("a.log", "even newer\n");
        await Expect(Page.Locator("#count")).ToHaveTextAsync("402 lines");
        await Expect(Line("even newer")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task DeletedObject_IsTold()
    {
        Append("a.log", "one\n");
        await OpenAsync("a.log");
        await Expect(Lines).ToHaveTextAsync(["one"]);

        Emulator.DeleteObject("logs", "a.log");

        await Expect(Page.Locator("#notice")).ToHaveTextAsync("a.log was deleted. What it contained is still shown.");
    }

    [Fact]
    public async Task LostConnection_GoesOnWithoutRepeatingLines()
    {
        Append("a.log", "one\n");
        await OpenAsync("a.log");
        Append("a.log", "two\n");
        await Expect(Lines).ToHaveTextAsync(["one", "two"]);

        Emulator.AbortConnections();
        ForgetErrorsOfLostConnections();
        Append("a.log", "three\n");

        await Expect(Lines).ToHaveTextAsync(["one", "two", "three"]);
        await Expect(Page.Locator("#notice")).ToBeHiddenAsync();
        ForgetErrorsOfLostConnections();
    }
}
