namespace OssLogSinks.Emulator.Page.Tests;

/// <summary>A log contains what attackers send: it is shown as text and nothing else.</summary>
public class HostileLogTests(Browser browser) : PageTest(browser)
{
    private const string Script = "<script>alert(1)</script><img src=x onerror=alert(2)><svg onload=alert(3)>";

    [Fact]
    public async Task ScriptTags_AreTextEverywhere()
    {
        Append("<img src=x onerror=alert(4)>/app.clef", $$"""{"@t":"{{Script.Replace("\"", "\\\"", StringComparison.Ordinal)}}","@m":"{{Script}}","@l":"<b>","@x":"{{Script}}","{{Script}}":"{{Script}}"}""" + "\n" + Script + "\n");
        await OpenAsync("");
        await Page.Locator(".node", new() { HasText = "<img" }).ClickAsync();
        await Page.Locator(".node", new() { HasText = "app.clef" }).ClickAsync();
        await Expect(Lines).ToHaveCountAsync(2);
        await Expect(Lines.Last).ToHaveTextAsync(Script);

        await Page.Locator(".summary").First.ClickAsync();
        await Page.Locator("#search").FillAsync("<script>");

        await Expect(Page.Locator("mark").First).ToHaveTextAsync("<script>");
        await Expect(Page.Locator(".detail")).ToContainTextAsync(Script);
        Assert.Equal(0, await Page.Locator("#viewer script, #viewer img, #viewer svg, #tree img, #viewer b").CountAsync());
    }

    [Fact]
    public async Task AnsiAndControlCharacters_AreShownAsSigns()
    {
        Append("app.log", "\u001b[31mred\u001b[0m \u0007bell \0zero \u007f\r\n");
        await OpenAsync("app.log");

        await Expect(Lines).ToHaveTextAsync(["␛[31mred␛[0m ␇bell ␀zero ␡"]);
    }

    [Fact]
    public async Task BidiMarks_AreShownAndDoNotReorder()
    {
        Append("app.log", "safe \u202egnp.exe\u202c end\nעברית then english\n");
        await OpenAsync("app.log");

        await Expect(Lines.First).ToHaveTextAsync("safe ⟨U+202E⟩gnp.exe⟨U+202C⟩ end");
        var directions = await Lines.EvaluateAllAsync<string[]>("all => all.map(one => getComputedStyle(one).unicodeBidi + ' ' + getComputedStyle(one).direction)");
        Assert.All(directions, direction => Assert.Equal("isolate ltr", direction));
    }

    [Fact]
    public async Task InvalidUtf8_IsShownWithReplacementCharacters()
    {
        Emulator.AppendAsForeignWriter("logs", "app.log", [.. "ab"u8, 0xFF, 0xC3, 0x28, 0xED, 0xA0, 0x80, .. "cd\n"u8]);
        await OpenAsync("app.log");
        await Expect(Lines).ToHaveCountAsync(1);

        var text = await Lines.First.TextContentAsync();

        Assert.StartsWith("ab\uFFFD\uFFFD(", text, StringComparison.Ordinal);
        Assert.EndsWith("cd", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task VeryLongLine_IsCutInTheListAndUnfolds()
    {
        Append("app.log", new string('x', 3_000_000) + "\nshort\n");
        await OpenAsync("app.log");

        await Expect(Lines.First).ToContainTextAsync("… 3,000,000 characters");
        Assert.InRange((await Lines.First.TextContentAsync())!.Length, 2_000, 2_100);
        await Lines.First.ClickAsync();
        await Expect(Page.Locator(".detail")).ToContainTextAsync("the rest is not shown");
        await Expect(Line("short")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task DeeplyNestedAndBrokenJson_IsShown()
    {
        var nested = string.Concat(Enumerable.Repeat("{\"a\":", 2_000)) + "1" + new string('}', 2_000);
        Append("app.clef", $$"""{"@t":"x","@mt":"{A} {__proto__} {constructor}","A":{{nested}}}""" + "\n{\"@t\":\"2026\n");
        await OpenAsync("app.clef");

        await Expect(Lines).ToHaveCountAsync(2);
        await Expect(Lines.Last).ToHaveTextAsync("{\"@t\":\"2026");
    }
}
