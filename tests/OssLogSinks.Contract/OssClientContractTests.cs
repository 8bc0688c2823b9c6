using System.Buffers;
using OssLogSinks.Core.Client;
using static OssLogSinks.Contract.ClientUnderTest;

namespace OssLogSinks.Contract;

/// <summary>
/// What any <see cref="IOssClient"/> has to do, one check each, against the emulator: what is here, and what the classes that it derives from check.
/// Derive from it, and say how to make your client.
/// </summary>
public abstract class OssClientContractTests : FailureContractTests
{
    /// <summary>Keys with characters that need an encoding.</summary>
    public static TheoryData<string> OddKeys => ["a folder/with blanks.log", "plus+and&equals=.log", "percent%20.log", "question?and#hash.log", "日志/应用.log", "quote'(1)*!~.log"];

    [Fact]
    public async Task FirstAppend_CreatesTheObjectAndTellsItsEnd()
    {
        await using var test = await StartAsync();

        var result = await test.AppendAsync("hello\n");

        Assert.Equal("hello\n", test.Text());
        Assert.Equal(6, result.NextPosition);
        Assert.False(string.IsNullOrEmpty(result.RequestId));
    }

    [Fact]
    public async Task LaterAppend_TellsTheCrcOfTheWholeObject()
    {
        await using var test = await StartAsync();
        await test.AppendAsync("hello\n");

        var result = await test.AppendAsync("world\n", position: 6);

        Assert.Equal("hello\nworld\n", test.Text());
        Assert.Equal((12L, Crc64.Append(0, "hello\nworld\n"u8)), (result.NextPosition, result.Crc64 ?? Crc64.Append(0, "hello\nworld\n"u8)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(99)]
    public async Task WrongPosition_IsRefused(long position)
    {
        await using var test = await StartAsync();
        await test.AppendAsync("hello\n");

        Assert.Equal((409, "PositionNotEqualToLength"), await test.RefusalAsync(() => test.AppendAsync("world\n", position)));
        Assert.Equal("hello\n", test.Text());
    }

    // The refusal names the very length that the append would have led to.
    [Fact]
    public async Task StrangersAppendOfTheSameLength_IsARefusal()
    {
        await using var test = await StartAsync();
        await test.AppendAsync("hello\n");
        test.Oss.Faults.InsertForeignAppendBefore("alien\n"u8);

        Assert.Equal((409, "PositionNotEqualToLength"), await test.RefusalAsync(() => test.AppendAsync("world\n", position: 6)));
    }

    [Fact]
    public async Task NormalObject_TakesNoAppend()
    {
        await using var test = await StartAsync();
        test.Oss.PutObject(Bucket, Key, "hello\n"u8);

        Assert.Equal((409, "ObjectNotAppendable"), await test.RefusalAsync(() => test.AppendAsync("world\n", position: 6)));
    }

    [Fact]
    public async Task SealedObject_TakesNoAppend()
    {
        await using var test = await StartAsync();
        await test.AppendAsync("hello\n");
        test.Oss.SealObject(Bucket, Key);

        Assert.Equal((409, "AppendSealedObjectNotAllowed"), await test.RefusalAsync(() => test.AppendAsync("world\n", position: 6)));
    }

    [Fact]
    public async Task LockedObject_TakesNoAppend()
    {
        await using var test = await StartAsync();
        await test.AppendAsync("hello\n");
        test.Oss.LockObject(Bucket, Key);

        Assert.Equal((409, "FileImmutable"), await test.RefusalAsync(() => test.AppendAsync("world\n", position: 6)));
    }

    [Fact]
    public async Task EmptyAppend_CreatesAnEmptyObject()
    {
        await using var test = await StartAsync();

        Assert.Equal(0, (await test.AppendAsync("")).NextPosition);
        Assert.Equal(0, test.Oss.FindObject(Bucket, Key)!.Length);
    }

    [Fact]
    public async Task LargeBodyInPieces_IsStoredByteForByte()
    {
        await using var test = await StartAsync();
        var bytes = Enumerable.Range(0, 5 << 20).Select(i => (byte)(i * 31)).ToArray();

        var result = await test.Client.AppendObjectAsync(new AppendObjectRequest(Key, 0, Pieces(bytes)), TestContext.Current.CancellationToken);

        Assert.Equal(bytes.Length, result.NextPosition);
        Assert.Equal(bytes, test.Oss.ReadObject(Bucket, Key));
    }

    [Fact]
    public async Task EveryProperty_Arrives()
    {
        await using var test = await StartAsync();

        await test.AppendAsync("x", properties: new OssObjectProperties
        {
            ContentType = "text/x-log",
            ContentEncoding = "identity",
            ContentDisposition = "attachment",
            CacheControl = "no-store",
            Expires = new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero),
            Metadata = new Dictionary<string, string> { ["App"] = "shop" },
            Tags = new Dictionary<string, string> { ["team"] = "a b&c" },
            Acl = OssAcl.PublicRead,
            StorageClass = OssStorageClass.InfrequentAccess,
            ServerSideEncryption = OssServerSideEncryption.Sm4,
        });

        var stored = test.Oss.FindObject(Bucket, Key)!;
        Assert.Equal(("text/x-log", "public-read", "IA"), (stored.ContentType, stored.Acl, stored.StorageClass));
        Assert.Equal(("identity", "attachment", "no-store"), (stored.Headers["Content-Encoding"], stored.Headers["Content-Disposition"], stored.Headers["Cache-Control"]));
        Assert.Equal(("Fri, 01 Jan 2027 00:00:00 GMT", "SM4"), (stored.Headers["Expires"], stored.Headers["x-oss-server-side-encryption"]));
        Assert.Equal(("shop", "a b&c"), (stored.Metadata["app"], stored.Tags["team"]));
    }

    [Fact]
    public async Task MetadataAlone_Arrives()
    {
        await using var test = await StartAsync();

        await test.AppendAsync("x", properties: new OssObjectProperties { ContentType = null, Metadata = new Dictionary<string, string> { ["app"] = "shop" } });

        Assert.Equal("shop", test.Oss.FindObject(Bucket, Key)!.Metadata["app"]);
    }

    [Theory]
    [InlineData("text/plain;charset=utf-8")]
    [InlineData("text/plain; charset=utf-8")]
    [InlineData("")]
    public async Task ContentTypeInAnySpelling_IsAccepted(string contentType)
    {
        await using var test = await StartAsync();

        await test.AppendAsync("x", properties: new OssObjectProperties { ContentType = contentType });

        Assert.Equal(contentType.Length == 0 ? "application/octet-stream" : "text/plain;charset=utf-8", test.Oss.FindObject(Bucket, Key)!.ContentType.Replace(" ", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task PropertiesOfALaterAppend_AreNotSent()
    {
        await using var test = await StartAsync();
        await test.AppendAsync("x");

        await test.AppendAsync("y", position: 1, properties: new OssObjectProperties { Metadata = new Dictionary<string, string> { ["app"] = "shop" }, Acl = OssAcl.Private });

        Assert.DoesNotContain(test.Appends[^1].Headers.Keys, name => name is "x-oss-object-acl" or "x-oss-meta-app");
    }

    [Fact]
    public async Task ContentMd5_IsSentOnRequest()
    {
        await using var test = await StartAsync();

        await test.Client.AppendObjectAsync(Request("x"u8.ToArray()) with { SendContentMd5 = true }, TestContext.Current.CancellationToken);

        Assert.Equal("ndTkYSaMgDT1yFZOFVxnpg==", test.Appends[0].Headers["Content-MD5"]);
    }

    [Theory]
    [MemberData(nameof(OddKeys))]
    public async Task KeyWithOddCharacters_IsOneObjectToEveryRequest(string key)
    {
        await using var test = await StartAsync();
        await test.AppendAsync("hello\n", key: key);

        using var answer = await test.GetAsync(key: key);

        Assert.Equal([key], test.Oss.ListObjects(Bucket).Select(o => o.Key));
        Assert.Equal(6, (await test.HeadAsync(key))!.Length);
        Assert.Equal("hello\n", await ReadAsync(answer));
    }

    [Fact]
    public async Task SixteenCallsAtATime_DoNotMixUp()
    {
        await using var test = await StartAsync();

        await Task.WhenAll(Enumerable.Range(0, 16).Select(async i =>
        {
            var position = 0L;
            for (var n = 0; n < 10; n++)
                position = (await test.AppendAsync($"{i}:{n}\n", position, $"{i}.log")).NextPosition;
        }));

        Assert.All(Enumerable.Range(0, 16), i => Assert.Equal(string.Concat(Enumerable.Range(0, 10).Select(n => $"{i}:{n}\n")), test.Text($"{i}.log")));
    }

    private static ReadOnlySequence<byte> Pieces(byte[] bytes)
    {
        const int Size = 100_000;
        var first = new Piece(bytes.AsMemory(0, Size), null);
        var last = first;
        for (var start = Size; start < bytes.Length; start += Size)
            last = new Piece(bytes.AsMemory(start, Math.Min(Size, bytes.Length - start)), last);
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> bytes, Piece? previous)
        {
            Memory = bytes;
            RunningIndex = previous is null ? 0 : previous.RunningIndex + previous.Memory.Length;
            if (previous is not null)
                previous.Next = this;
        }
    }
}
