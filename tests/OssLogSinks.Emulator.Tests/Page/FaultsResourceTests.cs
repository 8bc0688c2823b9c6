namespace OssLogSinks.Emulator.Tests.Page;

/// <summary><c>/-/faults</c>: faults for programs in any language.</summary>
public class FaultsResourceTests : EmulatorTest
{
    private const string Path = "/-/faults";

    [Fact]
    public async Task Put_ReplacesTheRulesAndDeleteEndsThem()
    {
        using var page = new PageClient(Emulator);
        var (status, body) = await page.PutAsync(Path, """{"rules":[{"operation":"AppendObject","keyPrefix":"shop/","kind":"Unavailable","rate":1}]}""");
        Assert.Equal(200, status);
        Assert.Equal("Unavailable", body.GetProperty("rules")[0].GetProperty("kind").GetString());
        (await Client.AppendAsync("shop/a", 0, "x")).Is(503, "ServiceUnavailable");

        var shown = await page.GetAsync(Path);
        Assert.Equal((1, 1), (shown.GetProperty("rules")[0].GetProperty("injected").GetInt32(), shown.GetProperty("byKind").GetProperty("Unavailable").GetInt32()));

        await page.PutAsync(Path, """{"rules":[{"latencyMilliseconds":1}]}""");
        (await Client.AppendAsync("shop/a", 0, "x")).Is(200);

        using var deleted = await page.SendAsync(HttpMethod.Delete, Path);
        Assert.Equal(200, (int)deleted.StatusCode);
        Assert.Empty(Emulator.Faults.Rules);
    }

    [Fact]
    public async Task WhatGetShows_CanBePutAgain()
    {
        using var page = new PageClient(Emulator);
        await page.PutAsync(Path, """{"seed":3,"rules":[{"kind":"DropAfter, DropBefore","rate":0.5,"count":9,"latencyMilliseconds":20}]}""");

        var (status, body) = await page.PutAsync(Path, (await page.GetAsync(Path)).GetRawText());

        Assert.Equal(200, status);
        Assert.Equal(("DropBefore, DropAfter", 9), (body.GetProperty("rules")[0].GetProperty("kind").GetString(), body.GetProperty("rules")[0].GetProperty("count").GetInt32()));
    }

    [Fact]
    public async Task EverythingWrong_IsToldAtOnceAndChangesNothing()
    {
        using var page = new PageClient(Emulator);
        await page.PutAsync(Path, """{"rules":[{"latencyMilliseconds":1}]}""");

        var (status, body) = await page.PutAsync(Path, """{"rules":[{"operation":"Append","kind":"7","rate":2},{"latencyMilliseconds":-1,"count":-1},{}]}""");

        Assert.Equal(400, status);
        var errors = body.GetProperty("errors").EnumerateArray().Select(error => error.GetString()!.Split(' ')[0]);
        Assert.Equal(["rules[0].operation", "rules[0].kind", "rules[0].rate", "rules[1].latencyMilliseconds", "rules[1].count", "rules[2]"], errors);
        Assert.Single(Emulator.Faults.Rules);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"rules":7}""")]
    public async Task OtherJson_IsRefusedWithTheCure(string json)
    {
        using var page = new PageClient(Emulator);

        var (status, body) = await page.PutAsync(Path, json);

        Assert.Equal(400, status);
        Assert.Contains("{\"rules\": [...]}", body.GetProperty("errors")[0].GetString(), StringComparison.Ordinal);
    }

    // A form or a script of another site can send text without asking the server first.
    [Fact]
    public async Task BodyThatIsNotCalledJson_IsRefused()
    {
        using var page = new PageClient(Emulator);

        var (status, _) = await page.PutAsync(Path, """{"rules":[]}""", "text/plain");

        Assert.Equal(415, status);
    }
}
