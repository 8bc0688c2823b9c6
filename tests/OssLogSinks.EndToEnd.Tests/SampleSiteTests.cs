using System.Text.Json;
using System.Text.RegularExpressions;
using OssLogSinks.Emulator;
using OssLogSinks.EndToEnd.Tests.Support;

namespace OssLogSinks.EndToEnd.Tests;

/// <summary>The sample sites, each really started, visited and stopped by SIGTERM.</summary>
public partial class SampleSiteTests
{
    private const int Orders = 200;

    [Theory]
    [InlineData("AspNetCore.Serilog", "Serilog:WriteTo:Oss:Args")]
    [InlineData("AspNetCore.NLog", "Oss")]
    [InlineData("AspNetCore.Logging", "Logging:OssAppend")]
    public async Task SiteThatIsStopped_StoresEachEventOnce(string sample, string settings)
    {
        ChildProcess.SkipWithoutSignals();
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var emulator = await OssEmulator.StartAsync(cancellationToken: cancellationToken);
        await using var site = await SampleSite.StartAsync(sample, settings, emulator, Emulated.Bucket);

        for (var order = 0; order < Orders; order++)
            Assert.Equal($"Order {order}", await site.Client.GetStringAsync(new Uri($"orders/{order}", UriKind.Relative), cancellationToken));
        var pages = new List<string>();
        foreach (Match link in Link().Matches(await site.Client.GetStringAsync(new Uri("", UriKind.Relative), cancellationToken)))
            pages.Add(await site.Client.GetStringAsync(new Uri(link.Groups["page"].Value, UriKind.Relative), cancellationToken));
        var code = await site.StopAsync();

        var lines = emulator.Lines("site/");
        Assert.Equal(0, code);
        Assert.Equal(
            Enumerable.Range(0, Orders).Append(1).Select(order => $"Order {order} was looked at"),
            lines.Where(line => line.Contains(" was looked at", StringComparison.Ordinal)).Select(line => line[line.IndexOf("Order ", StringComparison.Ordinal)..]));
        Assert.Equal(Orders + 1, lines.Count(line => line.Contains("GET /orders/", StringComparison.Ordinal)));
        Assert.Contains(lines, line => line.EndsWith("Application is shutting down...", StringComparison.Ordinal));
        Assert.Equal(4, pages.Count);
        AssertIsDelivering(pages[1]);
        Assert.Contains("Order 1 was looked at", pages[2]);
        Assert.Contains("\"accepted\":", pages[3]);
    }

    [GeneratedRegex("""href="/(?<page>[^"]+)""")]
    private static partial Regex Link();

    private static void AssertIsDelivering(string health)
    {
        using var page = JsonDocument.Parse(health);
        var check = page.RootElement.GetProperty("checks").GetProperty("oss-append");
        Assert.Equal("Healthy", check.GetProperty("status").GetString());
        Assert.Equal("delivering", check.GetProperty("data").GetProperty("state").GetString());
        Assert.Equal(0, check.GetProperty("data").GetProperty("dropped").GetInt64());
    }
}
