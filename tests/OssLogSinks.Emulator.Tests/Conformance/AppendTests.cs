using System.Security.Cryptography;
using System.Text;
using OssLogSinks.Emulator.Tests.Wire;

namespace OssLogSinks.Emulator.Tests.Conformance;

/// <summary>Rows 1 to 33 and 64 of the conformance check-list.</summary>
public class AppendTests : EmulatorTest
{
    private const string Key = "app.log";

    [Fact]
    public async Task AbsentKeyAtZero_Creates()
    {
        var reply = await Client.AppendAsync(Key, 0, "abc");
        reply.Is(200);
        Assert.Equal("3", reply["x-oss-next-append-position"]);
        Assert.Equal("3231342946509354535", reply["x-oss-hash-crc64ecma"]);
        Assert.Equal("0", reply["Content-Length"]);
        Assert.StartsWith("\"", reply["ETag"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task SecondAppend_AnswersCrcOfWholeObject()
    {
        var first = await Client.AppendAsync(Key, 0, "123456789");
        var second = await Client.AppendAsync(Key, 9, "abc");
        second.Is(200);
        Assert.Equal("12", second["x-oss-next-append-position"]);
        Assert.Equal("6486910199801884966", second["x-oss-hash-crc64ecma"]);
        Assert.NotEqual(first["ETag"], second["ETag"]);
        Assert.Equal("123456789abc", Text(Key));
        Assert.Equal(2, Emulator.FindObject("logs", Key)!.NumberOfAppends);
    }

    [Fact]
    public async Task EmptyBody_CreatesThenChangesNothing()
    {
        var created = await Client.AppendAsync(Key, 0, "");
        created.Is(200);
        Assert.Equal(("0", "0"), (created["x-oss-next-append-position"], created["x-oss-hash-crc64ecma"]));
        (await Client.AppendAsync(Key, 0, "abc")).Is(200);
        var empty = await Client.AppendAsync(Key, 3, "");
        empty.Is(200);
        Assert.Equal(("3", "3231342946509354535"), (empty["x-oss-next-append-position"], empty["x-oss-hash-crc64ecma"]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(4)]
    public async Task OtherPosition_IsRefusedWithTheLength(long position)
    {
        await Client.AppendAsync(Key, 0, "abc");
        var reply = await Client.AppendAsync(Key, position, "x");
        reply.Is(409, "PositionNotEqualToLength", "0026-00000016");
        Assert.Equal("3", reply["x-oss-next-append-position"]);
        Assert.Equal("abc", Text(Key));
    }

    [Fact]
    public async Task AbsentKeyBeyondZero_IsRefusedWithZero()
    {
        var reply = await Client.AppendAsync(Key, 5, "x");
        reply.Is(409, "PositionNotEqualToLength");
        Assert.Equal("0", reply["x-oss-next-append-position"]);
        Assert.Null(Emulator.FindObject("logs", Key));
    }

    [Fact]
    public async Task NormalObject_IsNotAppendable()
    {
        Emulator.PutObject("logs", Key, "abc"u8);
        (await Client.AppendAsync(Key, 3, "x")).Is(409, "ObjectNotAppendable", "0026-00000017");
    }

    [Theory]
    [InlineData(null, "MissingArgument", "0016-00000501")]
    [InlineData("abc", "InvalidArgument", "0016-00000502")]
    [InlineData("-1", "InvalidArgument", "0016-00000502")]
    [InlineData("9223372036854775808", "InvalidArgument", "0016-00000502")]
    public async Task BadPosition_IsRefused(string? position, string code, string ec)
    {
        List<(string, string)> query = [("append", "")];
        if (position is not null)
            query.Add(("position", position));

        (await Client.SendAsync(new TestRequest("POST", "logs", Key) { Query = query, Body = [1] })).Is(400, code, ec);
    }

    [Fact]
    public async Task VersionId_IsRefused() =>
        (await Client.SendAsync(new TestRequest("POST", "logs", Key) { Query = [("append", ""), ("position", "0"), ("versionId", "v")], Body = [1] }))
            .Is(400, "InvalidArgument", "0016-00000504");

    [Fact]
    public async Task AbsentBucket_IsNamed()
    {
        var reply = await Client.SendAsync(TestRequest.Append(Key, 0, [1]) with { Bucket = "nowhere" });
        reply.Is(404, "NoSuchBucket", "0015-00000101");
        Assert.Equal("nowhere", reply.Error("BucketName"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/a")]
    [InlineData("\\a")]
    public async Task BadKey_IsRefused(string key) => (await Client.AppendAsync(key, 0, "x")).Is(400, "InvalidObjectName");

    [Fact]
    public async Task KeyLength_CountsBytes()
    {
        (await Client.AppendAsync(new string('é', 511) + "x", 0, "x")).Is(200);
        (await Client.AppendAsync(new string('é', 512), 0, "x")).Is(400, "InvalidObjectName");
    }

    [Theory]
    [InlineData("a b+c%d#e?f&g=h")]
    [InlineData("日志/😀.log")]
    [InlineData("a//b/../c/./d")]
    [InlineData("%2F%20")]
    [InlineData("a\\b*(1)'!~")]
    public async Task OddKey_IsStoredExactly(string key)
    {
        (await Client.AppendAsync(key, 0, "abc")).Is(200);
        Assert.Equal(key, Assert.Single(Emulator.ListObjects("logs")).Key);
        Client.VirtualHost = "logs.localhost";
        (await Client.AppendAsync(key, 3, "d")).Is(200);
        Assert.Equal("abcd"u8.ToArray(), (await Client.SendAsync("GET", key)).Body);
    }

    [Fact]
    public async Task ContentMd5_IsChecked()
    {
        var body = Encoding.UTF8.GetBytes("abc");
        var right = Convert.ToBase64String(MD5.HashData(body));
        (await Client.SendAsync(TestRequest.Append(Key, 0, body).With("Content-MD5", Convert.ToBase64String(new byte[16]))))
            .Is(400, "InvalidDigest", "0017-00000503");
        (await Client.SendAsync(TestRequest.Append(Key, 0, body).With("Content-MD5", "nonsense"))).Is(400, "InvalidDigest", "0017-00000502");
        Assert.Null(Emulator.FindObject("logs", Key));
        (await Client.SendAsync(TestRequest.Append(Key, 0, body).With("Content-MD5", right))).Is(200);
    }

    [Fact]
    public async Task LimitPassed_IsTooLarge()
    {
        Options.MaxAppendableSize = 5;
        await Client.AppendAsync(Key, 0, "abc");
        (await Client.AppendAsync(Key, 3, "def")).Is(400, "EntityTooLarge");
        Assert.Equal("abc", Text(Key));
        (await Client.AppendAsync(Key, 3, "de")).Is(200);
    }

    [Fact]
    public async Task CreationHeaders_ComeBackAndStay()
    {
        var create = TestRequest.Append(Key, 0, [1]).With("x-oss-meta-App", "demo").With("x-oss-tagging", "a=1&b=x%20y").With("x-oss-storage-class", "IA")
            .With("Content-Type", "text/plain").With("Cache-Control", "no-cache").With("x-oss-server-side-encryption", "AES256").With("Content-Encoding", "gzip");
        var created = await Client.SendAsync(create);
        created.Is(200);
        var later = await Client.SendAsync(TestRequest.Append(Key, 1, [2]).With("Content-Type", "text/html"));
        var head = await Client.HeadAsync(Key);
        Assert.Equal(("AES256", "AES256"), (created["x-oss-server-side-encryption"], later["x-oss-server-side-encryption"]));
        Assert.Equal(("demo", "2", "IA"), (head["x-oss-meta-app"], head["x-oss-tagging-count"], head["x-oss-storage-class"]));
        Assert.Equal(("text/plain", "no-cache", "gzip"), (head["Content-Type"], head["Cache-Control"], head["Content-Encoding"]));
        Assert.Equal("x y", Emulator.FindObject("logs", Key)!.Tags["b"]);
        Assert.Contains("x y", (await Client.SendAsync("GET", Key, ("tagging", ""))).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x-oss-storage-class", "ColdArchive", "InvalidArgument")]
    [InlineData("x-oss-object-acl", "everyone", "InvalidArgument")]
    [InlineData("x-oss-server-side-encryption", "ROT13", "InvalidEncryptionAlgorithmError")]
    [InlineData("x-oss-tagging", "a=1&a=2", "InvalidArgument")]
    [InlineData("If-Modified-Since", "Thu, 05 Mar 2026 04:05:06 GMT", "NotImplemented")]
    public async Task BadCreationHeader_IsRefused(string header, string value, string code) =>
        (await Client.SendAsync(TestRequest.Append(Key, 0, [1]).With(header, value))).Is(400, code);

    [Fact]
    public async Task VersionedBucket_NamesTheNullVersion()
    {
        Emulator.SetVersioning("logs", true);
        Assert.Equal("null", (await Client.AppendAsync(Key, 0, "x"))["x-oss-version-id"]);
    }

    [Fact]
    public async Task LockedObject_IsImmutable()
    {
        await Client.AppendAsync(Key, 0, "x");
        Emulator.LockObject("logs", Key);
        (await Client.AppendAsync(Key, 1, "y")).Is(409, "FileImmutable");
        (await Client.SendAsync("DELETE", Key)).Is(409, "FileImmutable");
        Assert.Equal("x", Text(Key));
    }

    [Fact]
    public async Task ManyWritersAtOnePosition_OneWins()
    {
        var replies = await Task.WhenAll(Enumerable.Range(0, 16).Select(n => Client.AppendAsync(Key, 0, $"{n:00}")));
        Assert.Single(replies, reply => reply.Status == 200);
        Assert.All(replies.Where(reply => reply.Status != 200), reply => Assert.Equal("2", reply["x-oss-next-append-position"]));
        Assert.Equal(2, Text(Key).Length);
    }

    [Fact]
    public async Task DeletedObject_StartsAtZeroAgain()
    {
        await Client.AppendAsync(Key, 0, "abc");
        (await Client.SendAsync("DELETE", Key)).Is(204);
        Assert.Equal("0", (await Client.AppendAsync(Key, 3, "x"))["x-oss-next-append-position"]);
        (await Client.AppendAsync(Key, 0, "xyz")).Is(200);
        (await Client.AppendAsync(Key, 3, "!")).Is(200);
        Assert.Equal("xyz!", Text(Key));
    }

    [Fact]
    public async Task OverwrittenObject_TakesNoMoreAppends()
    {
        await Client.AppendAsync(Key, 0, "abc");
        var put = await Client.SendAsync(new TestRequest("PUT", "logs", Key) { Body = "xyz"u8.ToArray() });
        put.Is(200);
        Assert.Equal($"\"{Convert.ToHexString(MD5.HashData("xyz"u8))}\"", put["ETag"]);
        (await Client.AppendAsync(Key, 3, "x")).Is(409, "ObjectNotAppendable");
    }

    [Fact]
    public async Task LargeBody_ArrivesWhole()
    {
        var body = new byte[5_000_001];
        new Random(7).NextBytes(body);
        (await Client.SendAsync(TestRequest.Append(Key, 0, body))).Is(200);
        (await Client.SendAsync(TestRequest.Append(Key, body.Length, body))).Is(200);
        Assert.Equal([.. body, .. body], Emulator.ReadObject("logs", Key));
    }
}
