using System.IO.Compression;
using System.Text;

namespace OssLogSinks.Emulator.Tests.Page;

/// <summary>What the page reads: the tree, and objects as text.</summary>
public class StoredObjectsTests : EmulatorTest
{
    [Fact]
    public async Task Listing_IsOneLevelOfTheTree()
    {
        foreach (var key in new[] { "a.log", "shop/1.log", "shop/eu/2.log" })
            Emulator.AppendAsForeignWriter("logs", key, "x\n"u8);

        using var page = new PageClient(Emulator);
        var root = await page.GetAsync("/-/api/list?bucket=logs");
        var shop = await page.GetAsync("/-/api/list?bucket=logs&prefix=shop/");

        Assert.Equal(["shop/"], root.GetProperty("folders").EnumerateArray().Select(folder => folder.GetString()));
        Assert.Equal(["a.log"], root.GetProperty("objects").EnumerateArray().Select(found => found.GetProperty("key").GetString()));
        Assert.Equal(["shop/eu/"], shop.GetProperty("folders").EnumerateArray().Select(folder => folder.GetString()));
        Assert.Equal(2, shop.GetProperty("objects")[0].GetProperty("length").GetInt32());
    }

    [Fact]
    public async Task CompressedObject_IsOpenedWithAllItsMembers()
    {
        Emulator.AppendAsForeignWriter("logs", "a.gz", Gzip("one\n"));
        Emulator.AppendAsForeignWriter("logs", "a.gz", Gzip("two\n"));

        Assert.Equal(("one\ntwo\n", ""), await ContentAsync("a.gz"));
    }

    [Fact]
    public async Task DamagedGzip_IsToldAndShownAsFarAsItGoes()
    {
        Emulator.AppendAsForeignWriter("logs", "a.gz", Gzip("one\n"));
        Emulator.AppendAsForeignWriter("logs", "a.gz", [0x1F, 0x8B, 0x08, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF]);

        var (text, fault) = await ContentAsync("a.gz");

        Assert.Equal("one\n", text);
        Assert.StartsWith("The gzip data is damaged", fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1, "")]
    [InlineData(-9, "")]
    [InlineData(0, "more")]
    public async Task GzipThatIsNotWhole_IsTold(int cut, string behind)
    {
        var bytes = Gzip("one\n");
        Emulator.AppendAsForeignWriter("logs", "a.gz", [.. bytes[..(bytes.Length + cut)], .. Encoding.UTF8.GetBytes(behind)]);

        var (text, fault) = await ContentAsync("a.gz");

        Assert.StartsWith(text, "one\n", StringComparison.Ordinal);
        Assert.StartsWith("The gzip data is damaged", fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task HtmlObject_IsSentAsPlainText()
    {
        Emulator.PutObject("logs", "a.html", "<script>alert(1)</script>"u8);
        using var page = new PageClient(Emulator);
        using var answer = await page.SendAsync(HttpMethod.Get, "/-/api/content?bucket=logs&key=a.html");

        Assert.Equal("text/plain", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
    }

    [Theory]
    [InlineData("/-/api/list?bucket=none")]
    [InlineData("/-/api/content?bucket=logs&key=none")]
    [InlineData("/-/api/tail?bucket=none")]
    [InlineData("/-/api/none")]
    public async Task WhatDoesNotExist_Answers404(string path)
    {
        using var page = new PageClient(Emulator);

        Assert.Equal(404, await page.StatusAsync(path));
    }

    internal static byte[] Gzip(string text)
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Fastest))
            gzip.Write(Encoding.UTF8.GetBytes(text));

        return bytes.ToArray();
    }

    private async Task<(string Text, string Fault)> ContentAsync(string key)
    {
        using var page = new PageClient(Emulator);
        using var answer = await page.SendAsync(HttpMethod.Get, $"/-/api/content?bucket=logs&key={key}");
        var fault = Uri.UnescapeDataString(answer.Headers.TryGetValues("X-Text-Fault", out var values) ? values.Single() : "");
        return (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), fault);
    }
}
