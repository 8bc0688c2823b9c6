using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(OssLogSinks.Emulator.Page.Tests.Browser))]

namespace OssLogSinks.Emulator.Page.Tests;

/// <summary>The system's Chromium, without a window, for all tests. Its network is the loopback only.</summary>
public sealed class Browser : IAsyncLifetime
{
    private const string Required = "OSS_PAGE_REQUIRED";

    private static readonly string[] Places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/opt/google/chrome/chrome"];

    private static readonly string[] Arguments =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ];

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async ValueTask InitializeAsync()
    {
        if (Array.Find(Places, File.Exists) is not { } executable)
            return;

        Assertions.SetDefaultExpectTimeout(20_000);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = executable, Headless = true, Args = Arguments });
    }

    /// <summary>A new page with its own storage; skips the test where there is no browser.</summary>
    public async Task<IPage> OpenPageAsync(BrowserNewContextOptions options)
    {
        const string obstacle = "There is no Chromium. Install your system's package: apt-get install chromium.";
        Assert.False(_browser is null && Environment.GetEnvironmentVariable(Required) == "1", obstacle);
        Assert.SkipWhen(_browser is null, obstacle);
        var context = await _browser!.NewContextAsync(options);
        return await context.NewPageAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();

        _playwright?.Dispose();
    }
}
