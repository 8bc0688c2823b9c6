using Microsoft.Extensions.Time.Testing;
using OssLogSinks.Tool.Output;
using OssLogSinks.Tool.Tests.Support;

namespace OssLogSinks.Tool.Tests.Commands;

public class FindCommandTests : ToolTest
{
    private const string Template = "shop/{MachineName}/app-{Timestamp:yyyyMMddHH}.log";

    [Fact]
    public async Task ThreeOfTenThousand_NeedFewRequests()
    {
        var begin = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        for (var machine = 0; machine < 3; machine++)
        {
            for (var hour = 0; hour < 3334; hour++)
                Append($"shop/web-{machine}/app-{begin.AddHours(hour):yyyyMMddHH}.log", "1\n");
        }

        Emulator.ClearRequests();
        var found = (await RunAsync("find", "--from", "2026-03-01T10:00Z", "--to", "2026-03-01T11:00Z", "--key", Template)).Good();

        Assert.Equal("shop/web-0/app-2026030110.log\nshop/web-1/app-2026030110.log\nshop/web-2/app-2026030110.log\n", found);
        Assert.InRange(Emulator.Requests.Count, 1, 20);
    }

    [Fact]
    public async Task RolledAndPropertyKeys_AreFound()
    {
        foreach (var key in new[] { "acme/app20261122.log.gz", "acme/app20261122_001.log.gz", "acme/app20261123.log.gz", "other/app20261122.log.gz", "other/app2026112.log.gz", "x/y/app20261122.log.gz" })
            Append(key, "1\n");

        var found = (await RunAsync("find", "--from", "2026-11-22T00:00Z", "--to", "2026-11-23T00:00Z", "--key", "{Tenant}/app.log", "--roll", "Day", "--gzip")).Good();

        Assert.Equal("acme/app20261122.log.gz\nacme/app20261122_001.log.gz\nother/app20261122.log.gz\n", found);
    }

    [Fact]
    public async Task LocalKeys_AreFoundByTheirZone()
    {
        Append("app-2026112301.log", "1\n");

        Assert.Equal("app-2026112301.log\n", (await RunAsync("find", "--from", "2026-11-22T17:00Z", "--to", "2026-11-22T18:00Z", "--key", "app-{Timestamp:yyyyMMddHH}.log", "--zone", "Asia/Shanghai")).Good());
    }

    [Theory]
    [InlineData("app-2026112301.log\n")]
    [InlineData("app-2026112217.log\n", "--zone", "UTC")]
    public async Task LocalKeysOfTheConfiguration_AreFound(string expected, params string[] options)
    {
        var time = new FakeTimeProvider();
        time.SetLocalTimeZone(TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai"));
        Time = time;
        Append("app-2026112217.log", "1\n");
        Append("app-2026112301.log", "1\n");
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        await File.WriteAllTextAsync(path, """
            { "Logging": { "OssAppend": { "objectKey": "app-{Timestamp:yyyyMMddHH}.log", "useLocalTime": true } } }
            """, TestContext.Current.CancellationToken);

        var outcome = await RunAsync(["find", "--from", "2026-11-22T17:00Z", "--to", "2026-11-22T18:00Z", "--config", path, .. options]);
        File.Delete(path);

        Assert.Equal(expected, outcome.Good());
    }

    [Fact]
    public async Task Nothing_IsToldByTheExitCode() =>
        Assert.Equal(ExitCodes.NotFound, (await RunAsync("find", "--from", "-1h", "--key", Template)).ExitCode);

    [Theory]
    [InlineData("app-{Timestamp:yyyy", "never closed")]
    [InlineData("app-{timestamp:yyyy}.log", "is written 'Timestamp'")]
    public async Task FaultyTemplate_IsExplained(string template, string words)
    {
        var outcome = await RunAsync("find", "--from", "-1h", "--key", template);

        Assert.Equal(ExitCodes.Usage, outcome.ExitCode);
        Assert.Contains(words, outcome.Error);
    }
}
