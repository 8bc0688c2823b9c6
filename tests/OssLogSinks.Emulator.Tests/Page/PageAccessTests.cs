using OssLogSinks.Emulator.Tests.Wire;

namespace OssLogSinks.Emulator.Tests.Page;

/// <summary>Unsigned reads are for people at this machine: no other site, no other name, no other machine.</summary>
public class PageAccessTests : EmulatorTest
{
    [Theory]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    public async Task LoopbackHost_GetsThePage(string host)
    {
        using var page = new PageClient(Emulator);

        Assert.Equal(200, await page.StatusAsync("/-/", ("Host", $"{host}:{Emulator.Endpoint.Port}")));
        Assert.Equal(200, await page.StatusAsync("/-/api/buckets", ("Host", host)));
    }

    // A foreign name that resolves to 127.0.0.1 is how DNS rebinding gets at a local server.
    [Theory]
    [InlineData("evil.example")]
    [InlineData("evil.example:9680")]
    [InlineData("127.0.0.1.evil.example")]
    [InlineData("logs.localhost")]
    [InlineData("localhost.evil.example")]
    public async Task OtherHost_GetsNothingUnsigned(string host)
    {
        using var page = new PageClient(Emulator);
        foreach (var path in new[] { "/-/", "/-/api/buckets", "/-/faults" })
            Assert.InRange(await page.StatusAsync(path, ("Host", host)), 400, 403);
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "http://127.0.0.1:1")]
    [InlineData("Origin", "null")]
    public async Task RequestOfAnotherSite_IsRefused(string header, string value)
    {
        using var page = new PageClient(Emulator);

        Assert.Equal(403, await page.StatusAsync("/-/api/buckets", (header, value)));
        using var deletion = await page.SendAsync(HttpMethod.Delete, "/-/faults", (header, value));
        Assert.Equal(403, (int)deletion.StatusCode);
    }

    [Fact]
    public async Task EveryAnswer_HasAStrictPolicyAndNoCors()
    {
        using var page = new PageClient(Emulator);
        foreach (var path in new[] { "/-/", "/-/app.js", "/-/api/buckets", "/-/no-such-page" })
        {
            using var answer = await page.SendAsync(HttpMethod.Get, path, ("Origin", Emulator.Endpoint.GetLeftPart(UriPartial.Authority)));
            Assert.DoesNotContain(answer.Headers, header => header.Key.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase));
            Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
            Assert.Equal("same-origin", answer.Headers.GetValues("Cross-Origin-Resource-Policy").Single());
            var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
            Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task ThePagesPath_IsNeverABucket()
    {
        Assert.Equal(405, (await Client.SendAsync(new TestRequest("PUT", "-", ""))).Status);
        Options.ServePage = false;
        (await Client.SendAsync(new TestRequest("PUT", "-", ""))).Is(400, "InvalidBucketName");
        Assert.Throws<ArgumentException>(() => Emulator.CreateBucket("-"));
    }

    [Fact]
    public async Task KeyThatLooksLikeThePage_IsAnObjectOfItsBucket()
    {
        Client.VirtualHost = "logs.localhost";
        (await Client.AppendAsync("-/faults", 0, "x")).Is(200);

        Assert.Equal("x", Text("-/faults"));
    }

    [Fact]
    public async Task BrowserAtAnObjectsAddress_IsSentToThePage()
    {
        using var page = new PageClient(Emulator);
        using var answer = await page.SendAsync(HttpMethod.Get, "/logs/shop/app.log", ("Accept", "text/html"), ("Sec-Fetch-Mode", "navigate"));

        Assert.Equal(302, (int)answer.StatusCode);
        Assert.Equal("/-/#/logs/shop/app.log", answer.Headers.Location!.ToString());
    }

    [Fact]
    public async Task UnsignedRequestOfAProgram_IsStillRefused()
    {
        using var page = new PageClient(Emulator);

        Assert.Equal(403, await page.StatusAsync("/logs/shop/app.log"));
        Assert.Equal(403, await page.StatusAsync("/logs/shop/app.log", ("Accept", "text/html")));
    }

    [Fact]
    public async Task PageSwitchedOff_IsNotServed()
    {
        Options.ServePage = false;
        using var page = new PageClient(Emulator);

        Assert.Equal(400, await page.StatusAsync("/-/"));
    }

    [Theory]
    [InlineData("http://192.0.2.1/")]
    [InlineData("http://example.org/")]
    [InlineData("file:///etc/passwd")]
    [InlineData("http://127.0.0.1.example.org/")]
    [InlineData("nonsense")]
    public async Task SiteOfAnotherMachine_IsNotRead(string url)
    {
        using var page = new PageClient(Emulator);

        Assert.Equal(400, await page.StatusAsync($"/-/api/site?url={Uri.EscapeDataString(url)}"));
    }

    [Fact]
    public async Task PageRequests_AreNeitherRecordedNorHitByFaults()
    {
        Emulator.Faults.Random(1, seed: 1);
        using var page = new PageClient(Emulator);

        Assert.Equal(200, await page.StatusAsync("/-/api/buckets"));
        Assert.Empty(Emulator.Requests);
    }
}
