using Microsoft.Playwright;
using OssLogSinks.Emulator.Tests.Wire;

namespace OssLogSinks.Emulator.Page.Tests;

/// <summary>A test with an emulator and a browser that shows its page. A script error or a refused script fails it.</summary>
public abstract class PageTest(Browser browser) : IAsyncLifetime
{
    private readonly List<string> _errors = [];

    private protected OssEmulator Emulator { get; private set; } = null!;

    private protected TestClient Client { get; private set; } = null!;

    private protected IPage Page { get; private set; } = null!;

    private protected virtual BrowserNewContextOptions Window { get; } = new() { ViewportSize = new ViewportSize { Width = 1280, Height = 800 } };

    public async ValueTask InitializeAsync()
    {
        var options = new OssEmulatorOptions();
        options.Buckets.Add("other-logs");
        Emulator = await OssEmulator.StartAsync(options, TestContext.Current.CancellationToken);
        Client = new TestClient(Emulator);
        Page = await browser.OpenPageAsync(Window);
        Page.SetDefaultTimeout(20_000);
        Page.PageError += (_, error) => _errors.Add(error);
        Page.Console += (_, message) => _errors.AddRange(message.Type == "error" ? [message.Text] : []);
        Page.Dialog += (_, dialog) => _errors.Add("A script of a log was run: " + dialog.Message);
    }

    public async ValueTask DisposeAsync()
    {
        if (Page is not null)
            await Page.Context.CloseAsync();

        Client.Dispose();
        await Emulator.DisposeAsync();
        GC.SuppressFinalize(this);
        Assert.Empty(_errors);
    }

    private protected void Append(string key, string text) => Emulator.AppendAsForeignWriter("logs", key, System.Text.Encoding.UTF8.GetBytes(text));

    /// <summary>Shows an object, or what is below a prefix.</summary>
    private protected async Task OpenAsync(string path)
    {
        await Page.GotoAsync($"{Emulator.Page}#/logs/{path}");
        await Expect(Page.Locator("#title")).ToContainTextAsync("logs/" + path);
    }

    /// <summary>A browser reports a connection that a test has cut; that is no error of the page.</summary>
    private protected void ForgetErrorsOfLostConnections() => _errors.RemoveAll(error => error.Contains("net::ERR", StringComparison.Ordinal));

    /// <summary>A browser reports an answer of 502 as an error too.</summary>
    private protected void ForgetErrorsOfFailedReads() => _errors.RemoveAll(error => error.Contains("status of 502", StringComparison.Ordinal));

    private protected ILocator Lines => Page.Locator(".line .text");

    private protected ILocator Line(string text) => Page.Locator(".summary", new PageLocatorOptions { HasText = text });

    private protected static ILocatorAssertions Expect(ILocator locator) => Assertions.Expect(locator);
}
