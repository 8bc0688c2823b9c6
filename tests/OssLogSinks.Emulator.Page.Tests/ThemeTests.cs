using System.Globalization;
using Microsoft.Playwright;

namespace OssLogSinks.Emulator.Page.Tests;

/// <summary>The page follows the system's theme, and can be read in both.</summary>
public class ThemeTests(Browser browser) : PageTest(browser)
{
    // The least contrast of text that WCAG 2 calls AA.
    private const double LeastContrast = 4.5;

    private static readonly string[] Levels = ["Verbose", "Debug", "Information", "Warning", "Error", "Fatal"];

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task EveryText_CanBeReadInTheTheme(ColorScheme theme)
    {
        Append("shop/app.clef", string.Concat(Levels.Select(level => $$"""{"@t":"2026-11-30T09:00:00Z","@mt":"of {{level}}","@l":"{{level}}","N":1,"@x":"System.Exception: bad"}""" + "\n")));
        await Page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = theme });
        await OpenAsync("shop/app.clef");
        await Line("of Error").ClickAsync();
        await Expect(Page.Locator(".detail")).ToBeVisibleAsync();

        Assert.Equal(theme == ColorScheme.Dark, Luminance(await ColourAsync("body", "backgroundColor")) < 0.1);
        await AssertReadableAsync();
        await Page.Locator("#view-traffic").ClickAsync();
        await Expect(Page.Locator("#site-text")).ToBeVisibleAsync();
        await AssertReadableAsync();
    }

    [Fact]
    public async Task ThemeThatChanges_IsFollowedAtOnce()
    {
        await Page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = ColorScheme.Light });
        await OpenAsync("");
        var light = await ColourAsync("body", "backgroundColor");

        await Page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = ColorScheme.Dark });

        Assert.NotEqual(light, await ColourAsync("body", "backgroundColor"));
    }

    private Task<string> ColourAsync(string selector, string property) =>
        Page.EvaluateAsync<string>("([selector, property]) => getComputedStyle(document.querySelector(selector))[property]", new[] { selector, property });

    // Each element that has text of its own, with the nearest background that is not transparent.
    private async Task AssertReadableAsync()
    {
        var texts = await Page.EvaluateAsync<string[]>("""
            () => [...document.querySelectorAll('body *')]
              .filter(e => e.checkVisibility() && [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) && !e.closest('svg, script, select'))
              .map(e => {
                let back = e;
                while (back.parentElement && getComputedStyle(back).backgroundColor === 'rgba(0, 0, 0, 0)') back = back.parentElement;
                return [getComputedStyle(e).color, getComputedStyle(back).backgroundColor, e.textContent.trim().slice(0, 40)].join('|');
              })
            """);
        Assert.True(texts.Length > 10);
        Assert.All(texts.Distinct(), text =>
        {
            var parts = text.Split('|', 3);
            var (one, other) = (Luminance(parts[0]), Luminance(parts[1]));
            var contrast = (Math.Max(one, other) + 0.05) / (Math.Min(one, other) + 0.05);
            Assert.True(contrast >= LeastContrast, $"{contrast:0.0} for {text}");
        });
    }

    // As WCAG 2 defines it, of 'rgb(1, 2, 3)'.
    private static double Luminance(string colour)
    {
        var parts = colour[(colour.IndexOf('(', StringComparison.Ordinal) + 1)..^1].Split(',').Take(3).Select(part => double.Parse(part, CultureInfo.InvariantCulture) / 255);
        var linear = parts.Select(part => part <= 0.03928 ? part / 12.92 : Math.Pow((part + 0.055) / 1.055, 2.4)).ToArray();
        return (0.2126 * linear[0]) + (0.7152 * linear[1]) + (0.0722 * linear[2]);
    }
}
