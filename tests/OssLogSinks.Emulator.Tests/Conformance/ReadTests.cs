using OssLogSinks.Emulator.Tests.Wire;

namespace OssLogSinks.Emulator.Tests.Conformance;

/// <summary>Rows 65 to 74: HEAD and GET.</summary>
public class ReadTests : EmulatorTest
{
    private const string Key = "app.log";

    [Fact]
    public async Task HeadOfAppendable_TellsPositionAndNoMd5()
    {
        await Client.AppendAsync(Key, 0, "abc");
        var head = await Client.HeadAsync(Key);
        head.Is(200);
        Assert.Equal(("Appendable", "3", "3"), (head["x-oss-object-type"], head["x-oss-next-append-position"], head["Content-Length"]));
        Assert.Equal(("3231342946509354535", "Standard"), (head["x-oss-hash-crc64ecma"], head["x-oss-storage-class"]));
        Assert.Null(head["Content-MD5"]);
        Assert.NotNull(head["Last-Modified"]);
    }

    [Fact]
    public async Task HeadOfNormal_TellsMd5AndNoPosition()
    {
        Emulator.PutObject("logs", Key, "abc"u8);
        var head = await Client.HeadAsync(Key);
        head.Is(200);
        Assert.Equal(("Normal", "kAFQmDzST7DWlj99KOF/cg=="), (head["x-oss-object-type"], head["Content-MD5"]));
        Assert.Null(head["x-oss-next-append-position"]);
    }

    [Fact]
    public async Task HeadOfAbsent_CarriesItsDocumentInAHeader()
    {
        var key = await Client.HeadAsync(Key);
        key.Is(404, "NoSuchKey", "0026-00000001");
        Assert.NotNull(key["x-oss-err"]);
        var bucket = await Client.SendAsync(new TestRequest("HEAD", "nowhere", Key));
        bucket.Is(404, "NoSuchBucket", "0015-00000101");
    }

    [Fact]
    public async Task HeadErrorDocumentsOff_OnlyStatus()
    {
        Options.HeadErrorDocuments = false;
        var head = await Client.HeadAsync(Key);
        Assert.Equal((404, null), (head.Status, head["x-oss-err"]));
    }

    [Fact]
    public async Task ObjectMeta_TellsNoType()
    {
        await Client.AppendAsync(Key, 0, "abc");
        var meta = await Client.SendAsync("HEAD", Key, ("objectMeta", ""));
        meta.Is(200);
        Assert.Equal(("3", "3231342946509354535"), (meta["Content-Length"], meta["x-oss-hash-crc64ecma"]));
        Assert.Null(meta["x-oss-object-type"]);
        Assert.Null(meta["x-oss-next-append-position"]);
    }

    [Fact]
    public async Task Preconditions_AreChecked()
    {
        var etag = (await Client.AppendAsync(Key, 0, "abc"))["ETag"]!;
        async Task<int> StatusAsync(string header, string value) =>
            (await Client.SendAsync(new TestRequest("HEAD", "logs", Key).With(header, value))).Status;
        Assert.Equal(412, await StatusAsync("If-Match", "\"other\""));
        Assert.Equal(200, await StatusAsync("If-Match", etag));
        Assert.Equal(304, await StatusAsync("If-None-Match", etag));
        Assert.Equal(200, await StatusAsync("If-None-Match", "\"other\""));
        Assert.Equal(304, await StatusAsync("If-Modified-Since", Client.Now.AddHours(1).ToString("r", System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Equal(412, await StatusAsync("If-Unmodified-Since", Client.Now.AddHours(-1).ToString("r", System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Theory]
    [InlineData("bytes=0-4", false, 206, "01234", "bytes 0-4/10")]
    [InlineData("bytes=3-3", true, 206, "3", "bytes 3-3/10")]
    [InlineData("bytes=7-", true, 206, "789", "bytes 7-9/10")]
    [InlineData("bytes=-3", false, 206, "789", "bytes 7-9/10")]
    [InlineData("bytes=5-20", false, 200, "0123456789", null)]
    [InlineData("bytes=5-20", true, 206, "56789", "bytes 5-9/10")]
    [InlineData("bytes=10-20", false, 200, "0123456789", null)]
    [InlineData("bytes=10-", true, 416, null, null)]
    [InlineData("bytes=-20", false, 200, "0123456789", null)]
    [InlineData("bytes=-20", true, 206, "0123456789", "bytes 0-9/10")]
    [InlineData("byte=0-4", true, 200, "0123456789", null)]
    [InlineData("bytes=4-2", true, 200, "0123456789", null)]
    public async Task Range_FollowsTheBehaviorAskedFor(string range, bool standard, int status, string? text, string? contentRange)
    {
        await Client.AppendAsync(Key, 0, "0123");
        await Client.AppendAsync(Key, 4, "456");
        var whole = await Client.AppendAsync(Key, 7, "789");
        var request = new TestRequest("GET", "logs", Key).With("Range", range);
        var reply = await Client.SendAsync(standard ? request.With("x-oss-range-behavior", "standard") : request);
        reply.Is(status, status == 416 ? "InvalidRange" : null);
        Assert.Equal(contentRange, reply["Content-Range"]);
        if (text is not null)
            Assert.Equal((text, whole["x-oss-hash-crc64ecma"]), (reply.Text, reply["x-oss-hash-crc64ecma"]));
    }

    [Fact]
    public async Task GetOfAbsentKey_NamesIt()
    {
        var reply = await Client.SendAsync("GET", "a<b&c");
        reply.Is(404, "NoSuchKey", "0026-00000001");
        Assert.Equal("a<b&c", reply.Error("Key"));
    }

    [Fact]
    public async Task BodiesNotKept_AreCountedAllTheSame()
    {
        Options.KeepBodies = false;
        var reply = await Client.AppendAsync(Key, 0, "abc");
        Assert.Equal(("3", "3231342946509354535"), (reply["x-oss-next-append-position"], reply["x-oss-hash-crc64ecma"]));
        (await Client.SendAsync("GET", Key)).Is(500, "NotSupported");
        Assert.Throws<InvalidOperationException>(() => Emulator.ReadObject("logs", Key));
    }
}
