using System.Buffers;
using System.Net;
using System.Text;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Errors;

namespace OssLogSinks.Core.Tests.Client;

public class OssClientAnswerTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Append_TellsWhatTheHeadersTell()
    {
        using var wire = new FakeWire().Answer(
            HttpStatusCode.OK, "", "x-oss-next-append-position: 5368709120", "x-oss-hash-crc64ecma: 18446744073709551615",
            "ETag: \"E1\"", "x-oss-request-id: R1");
        using var client = wire.NewClient();

        var result = await client.AppendObjectAsync(Append(), Cancel);

        var expected = new AppendObjectResult(5368709120, ulong.MaxValue, "\"E1\"", "R1");
        Assert.Equal(expected, result);
    }

    [Theory]
    [InlineData()]
    [InlineData("x-oss-next-append-position: abc")]
    [InlineData("x-oss-next-append-position: -3")]
    public async Task AppendWithoutNextPosition_CountsAsUnanswered(params string[] headers)
    {
        using var wire = new FakeWire().Answer(HttpStatusCode.OK, "<html>Log in to the hotel's network</html>", headers);
        using var client = wire.NewClient();

        var exception = await Assert.ThrowsAsync<OssException>(() => client.AppendObjectAsync(Append(), Cancel));

        Assert.Equal(0, (int)exception.StatusCode);
    }

    [Fact]
    public async Task AnsweredAppendWhoseBodyBreaksOff_IsStillAnswered()
    {
        using var wire = new FakeWire().Answer((_, _) =>
        {
            var answer = FakeWire.NewAnswer(HttpStatusCode.OK, "", "x-oss-next-append-position: 3");
            answer.Content = new StreamContent(new BrokenStream());
            return Task.FromResult(answer);
        });
        using var client = wire.NewClient();

        Assert.Equal(3, (await client.AppendObjectAsync(Append(), Cancel)).NextPosition);
    }

    [Fact]
    public async Task Head_TellsWhatTheHeadersTell()
    {
        using var wire = new FakeWire().Answer(
            HttpStatusCode.OK, "", "Content-Length: 42", "x-oss-hash-crc64ecma: 7", "x-oss-object-type: Appendable", "ETag: E2",
            "Content-Type: text/plain; charset=utf-8", "Last-Modified: Thu, 05 Mar 2026 04:05:06 GMT", "x-oss-storage-class: IA",
            "x-oss-meta-app: demo", "x-oss-request-id: R2");
        using var client = wire.NewClient();

        var result = await client.HeadObjectAsync(new HeadObjectRequest("k"), Cancel);

        Assert.NotNull(result);
        Assert.Equal((42L, 7UL, "Appendable"), (result.Length, result.Crc64, result.ObjectType));
        Assert.True(result.TakesAppends);
        Assert.Equal(("E2", "text/plain; charset=utf-8", "IA", "R2"), (result.ETag, result.ContentType, result.StorageClass, result.RequestId));
        Assert.Equal(new DateTimeOffset(2026, 3, 5, 4, 5, 6, TimeSpan.Zero), result.LastModified);
        Assert.Equal("demo", Assert.Single(result.Metadata).Value);
    }

    [Fact]
    public async Task SealedObject_TakesNoAppends()
    {
        using var wire = new FakeWire().Answer(
            HttpStatusCode.OK, "", "Content-Length: 42", "x-oss-object-type: Appendable", "x-oss-sealed-time: Thu, 05 Mar 2026 04:05:06 GMT");
        using var client = wire.NewClient();

        Assert.False((await client.HeadObjectAsync(new HeadObjectRequest("k"), Cancel))?.TakesAppends);
    }

    [Theory]
    [InlineData("x-oss-err", "<Error><Code>NoSuchKey</Code><Message>No.</Message><RequestId>R4</RequestId></Error>")]
    [InlineData("x-oss-ec", "0026-00000001")]
    public async Task AbsentObject_IsNoRefusal(string header, string value)
    {
        value = header == "x-oss-err" ? Convert.ToBase64String(Encoding.UTF8.GetBytes(value)) : value;
        using var wire = new FakeWire().Answer(HttpStatusCode.NotFound, "", "x-oss-request-id: R4", $"{header}: {value}");
        using var client = wire.NewClient();

        Assert.Null(await client.HeadObjectAsync(new HeadObjectRequest("k"), Cancel));
    }

    [Theory]
    [InlineData("x-oss-request-id: R4", "x-oss-ec: 0026-00000011")]
    [InlineData("Server: gateway", "x-oss-ec: 0026-00000001")]
    [InlineData("x-oss-request-id: R4", "x-oss-ec: 0026-00000001", "<Error><Code>NoSuchBucket</Code></Error>")]
    public async Task OtherNumberServerOrDocument_IsNoAbsence(string server, string number, string document = "")
    {
        var inHeader = document.Length == 0 ? "x-nothing: 1" : "x-oss-err: " + Convert.ToBase64String(Encoding.UTF8.GetBytes(document));
        using var wire = new FakeWire().Answer(HttpStatusCode.NotFound, "", server, number, inHeader);
        using var client = wire.NewClient();

        await Assert.ThrowsAsync<OssException>(() => client.HeadObjectAsync(new HeadObjectRequest("k"), Cancel));
    }

    [Fact]
    public async Task WholeObjectInPlaceOfARange_IsNotTakenForThePart()
    {
        using var wire = new FakeWire().Answer(HttpStatusCode.OK, "abcdefgh", "x-oss-hash-crc64ecma: 7");
        using var client = wire.NewClient();

        using var result = await client.GetObjectAsync(new GetObjectRequest("k") { Range = new OssByteRange(6, 10) }, Cancel);

        Assert.Null(result.ContentRange);
        Assert.Equal(7UL, result.Crc64);
    }

    [Theory]
    [InlineData("Content-Range: bytes 0~9/44")]
    [InlineData("Content-Range: bytes 9-0/44")]
    [InlineData("x-nothing: 1")]
    public async Task PartWithoutReadableRange_IsUnusable(string header)
    {
        using var wire = new FakeWire().Answer(HttpStatusCode.PartialContent, "abc", header);
        using var client = wire.NewClient();

        var exception = await Assert.ThrowsAsync<OssException>(
            () => client.GetObjectAsync(new GetObjectRequest("k") { Range = new OssByteRange(0, 10) }, Cancel));

        Assert.Equal(0, (int)exception.StatusCode);
    }

    [Fact]
    public async Task BodyThatBreaksOff_IsAnOssException()
    {
        using var wire = new FakeWire().Answer((_, _) =>
        {
            var answer = FakeWire.NewAnswer(HttpStatusCode.OK, "");
            answer.Content = new StreamContent(new BrokenStream());
            return Task.FromResult(answer);
        });
        using var client = wire.NewClient();
        using var result = await client.GetObjectAsync(new GetObjectRequest("k"), Cancel);

        var exception = await Assert.ThrowsAsync<OssException>(() => new StreamReader(result.Content).ReadToEndAsync(Cancel));

        Assert.Equal(0, (int)exception.StatusCode);
    }

    [Fact]
    public async Task BodyThatStalls_IsAnOssException()
    {
        using var wire = new FakeWire().Answer((_, _) =>
        {
            var answer = FakeWire.NewAnswer(HttpStatusCode.OK, "");
            answer.Content = new StreamContent(new SilentStream());
            return Task.FromResult(answer);
        });
        using var client = wire.NewClient();
        using var result = await client.GetObjectAsync(new GetObjectRequest("k"), Cancel);

        var read = result.Content.ReadAsync(new byte[10], Cancel).AsTask();
        wire.Time.Advance(TimeSpan.FromSeconds(61));

        Assert.Equal(0, (int)(await Assert.ThrowsAsync<OssException>(() => read)).StatusCode);
    }

    // On .NET Framework, the stream of an answer ignores the token of a read that has begun (dotnet/corefx#34325).
    [Fact]
    public async Task BodyThatCannotBeCancelled_IsGivenUpInTime()
    {
        using var stalled = new DeafStream();
        using var wire = new FakeWire().Answer((_, _) => Task.FromResult(Stalled(HttpStatusCode.OK, stalled)));
        using var client = wire.NewClient();
        using var result = await client.GetObjectAsync(new GetObjectRequest("k"), Cancel);

        var read = result.Content.ReadAsync(new byte[10], Cancel).AsTask();
        await stalled.IsRead;
        wire.Time.Advance(TimeSpan.FromSeconds(61));

        Assert.Equal(0, (int)(await Assert.ThrowsAsync<OssException>(() => read)).StatusCode);
    }

    [Fact]
    public async Task RefusalThatCannotBeCancelled_IsJudgedByItsHead()
    {
        using var stalled = new DeafStream();
        using var wire = new FakeWire().Answer((_, _) => Task.FromResult(Stalled(HttpStatusCode.ServiceUnavailable, stalled)));
        using var client = wire.NewClient();

        var append = client.AppendObjectAsync(Append(), Cancel);
        await stalled.IsRead;
        wire.Time.Advance(TimeSpan.FromSeconds(61));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await Assert.ThrowsAsync<OssException>(() => append)).StatusCode);
    }

    [Fact]
    public async Task AnsweredAppendWhoseBodyCannotBeCancelled_IsAnswered()
    {
        using var stalled = new DeafStream();
        using var wire = new FakeWire().Answer((_, _) => Task.FromResult(Stalled(HttpStatusCode.OK, stalled, "x-oss-next-append-position: 3")));
        using var client = wire.NewClient();

        var append = client.AppendObjectAsync(Append(), Cancel);
        await stalled.IsRead;
        wire.Time.Advance(TimeSpan.FromSeconds(61));

        Assert.Equal(3, (await append).NextPosition);
    }

    [Fact]
    public async Task Listing_IsReadByLocalNameAndDecoded()
    {
        const string Xml = """
            <?xml version="1.0" encoding="UTF-8"?>
            <ListBucketResult xmlns="http://doc.oss-cn-hangzhou.aliyuncs.com">
              <Unknown><Key>x</Key></Unknown><EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>
              <Contents><Size>3</Size><Key>logs/a%2Bb%20c%E6%97%A5+d</Key><Type>Appendable</Type><LastModified>2026-03-05T04:05:06.000Z</LastModified></Contents>
              <Contents><Key>z</Key><Size>0</Size></Contents>
              <NextContinuationToken>Cg1h%2F%3D%3D</NextContinuationToken>
            </ListBucketResult>
            """;
        using var wire = new FakeWire().Answer(HttpStatusCode.OK, Xml);
        using var client = wire.NewClient();

        var page = await client.ListObjectsAsync(new ListObjectsRequest { Prefix = "logs/a b", ContinuationToken = "T+/=", MaxKeys = 2 }, Cancel);

        Assert.Equal(
            "/?continuation-token=T%2B%2F%3D&encoding-type=url&list-type=2&max-keys=2&prefix=logs%2Fa%20b", Assert.Single(wire.Sent).PathAndQuery);
        Assert.Equal("Cg1h/==", page.NextContinuationToken);
        Assert.Equal(
            [
                new OssObjectSummary("logs/a+b c日 d", 3, "Appendable", new DateTimeOffset(2026, 3, 5, 4, 5, 6, TimeSpan.Zero)),
                new OssObjectSummary("z", 0, null, null),
            ],
            page.Objects);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html>")]
    [InlineData("<ListBucketResult><Contents><Key>a</Key></Contents></ListBucketResult>")]
    public async Task ListingThatIsNone_IsUnusable(string body)
    {
        using var wire = new FakeWire().Answer(HttpStatusCode.OK, body);
        using var client = wire.NewClient();

        var exception = await Assert.ThrowsAsync<OssException>(() => client.ListObjectsAsync(new ListObjectsRequest(), Cancel));

        Assert.Equal(0, (int)exception.StatusCode);
    }

    private static AppendObjectRequest Append() => new("k", 0, new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes("abc")));

    private static HttpResponseMessage Stalled(HttpStatusCode status, Stream body, params string[] headers)
    {
        var answer = FakeWire.NewAnswer(status, "", headers);
        answer.Content = new StreamContent(body);
        return answer;
    }

    private sealed class BrokenStream : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            throw new IOException("The connection was reset.");

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            throw new IOException("The connection was reset.");
    }

    private sealed class SilentStream : MemoryStream
    {
        // What the assembly for .NET Standard calls.
        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            return 0;
        }
    }

    // A read never ends, whatever its token says.
    private sealed class DeafStream : MemoryStream
    {
        private readonly TaskCompletionSource _isRead = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource<int> _never = new();

        public Task IsRead => _isRead.Task;

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        {
            _isRead.TrySetResult();
            return _never.Task;
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            _isRead.TrySetResult();
            return new ValueTask<int>(_never.Task);
        }
    }
}
