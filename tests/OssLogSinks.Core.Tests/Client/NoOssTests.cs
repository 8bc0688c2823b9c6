using System.Buffers;
using System.Net;
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Errors;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Core.Tests.Support;

namespace OssLogSinks.Core.Tests.Client;

/// <summary>Answers of something that is no OSS, or that contradict themselves: no answer, never a crash, and told for what they are.</summary>
public class NoOssTests
{
    private const string Id = "x-oss-request-id: R1";
    private const string Next = "x-oss-next-append-position";
    private const string Crc = "x-oss-hash-crc64ecma";
    private const string Type = "x-oss-object-type: Appendable";

    private static readonly Dictionary<string, Func<OssClient, Task>> Operations = new()
    {
        ["AppendObject"] = client => client.AppendObjectAsync(new AppendObjectRequest("k", 0, new ReadOnlySequence<byte>("abc"u8.ToArray())), Cancel),
        ["HeadObject"] = client => client.HeadObjectAsync(new HeadObjectRequest("k"), Cancel),
        ["GetObject"] = async client =>
        {
            using var result = await client.GetObjectAsync(new GetObjectRequest("k") { Range = new OssByteRange(0, 3) }, Cancel);
            await result.Content.CopyToAsync(Stream.Null, Cancel);
        },
        ["SealAppendObject"] = client => client.SealObjectAsync("k", 3, Cancel),
        ["DeleteObject"] = client => client.DeleteObjectAsync("k", Cancel),
        ["ListObjects"] = client => client.ListObjectsAsync(new ListObjectsRequest(), Cancel),
        ["CreateBucket"] = client => client.CreateBucketAsync(Cancel),
    };

    public static TheoryData<string> OperationNames => [.. Operations.Keys];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(OperationNames))]
    public async Task SuccessWithoutARequestId_IsNoAnswerOfOss(string operation)
    {
        using var wire = new FakeWire().Answer(
            HttpStatusCode.OK, "<ListBucketResult/>", "x-oss-request-id:", "Content-Length: 3", $"{Next}: 3", Type);
        using var client = wire.NewClient();

        var error = await Assert.ThrowsAsync<OssException>(() => Operations[operation](client));

        Assert.Equal(0, (int)error.StatusCode);
        Assert.StartsWith($"{operation} was answered with status 200", error.Message, StringComparison.Ordinal);
        Assert.Contains(" but without x-oss-request-id: this does not look like OSS.", error.Message, StringComparison.Ordinal);
        Assert.Equal(OssFailureKind.NotOss, error.Kind);
    }

    [Fact]
    public async Task HeadWithoutTheObjectsType_IsNoAnswerOfOss()
    {
        using var wire = new FakeWire().Answer(HttpStatusCode.OK, "", Id, "Content-Length: 3");
        using var client = wire.NewClient();

        var error = await Assert.ThrowsAsync<OssException>(() => Operations["HeadObject"](client));

        Assert.Equal(0, (int)error.StatusCode);
        Assert.Contains("x-oss-object-type: this does not look like OSS", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("AppendObject", $"{Next}: 3", $"{Next}: 4")]
    [InlineData("AppendObject", $"{Next}: 3, 4")]
    [InlineData("AppendObject", $"{Next}: 9223372036854775807")]
    [InlineData("AppendObject", $"{Next}: 99999999999999999999")]
    [InlineData("AppendObject", $"{Next}: -3")]
    [InlineData("AppendObject", $"{Next}: 3", $"{Crc}: 1", $"{Crc}: 2")]
    [InlineData("AppendObject", $"{Next}: 3", $"{Crc}: 18446744073709551616")]
    [InlineData("AppendObject", $"{Next}: 3", $"{Crc}: -1")]
    [InlineData("AppendObject", $"{Next}: 3", "x-oss-request-id: R2")]
    [InlineData("HeadObject", "Content-Length: 3", "Content-Length: 4", Type)]
    [InlineData("HeadObject", "Content-Length: 9223372036854775807", Type)]
    [InlineData("HeadObject", "Content-Length: -3", Type)]
    [InlineData("HeadObject", "Content-Length: 3", $"{Next}: 4", Type)]
    [InlineData("HeadObject", "Content-Length: 3", Type, "x-oss-object-type: Normal")]
    [InlineData("HeadObject", "Content-Length: 3", Type, $"{Crc}: x")]
    [InlineData("HeadObject", Type)]
    public async Task HeadersThatContradictEachOtherOrCannotBe_AreNoAnswer(string operation, params string[] headers)
    {
        using var wire = new FakeWire().Answer(HttpStatusCode.OK, "", [Id, .. headers]);
        using var client = wire.NewClient();

        var error = await Assert.ThrowsAsync<OssException>(() => Operations[operation](client));

        Assert.Equal(0, (int)error.StatusCode);
    }

    [Theory]
    [InlineData("AppendObject", $"{Next}: 3", $"{Next}: 3", $"{Crc}: 7", $"{Crc}: 7", Id)]
    [InlineData("AppendObject", $"{Next}: 3, 3", "ETag: a", "ETag: b")]
    [InlineData("AppendObject", $"{Next}: 70368744177664")]
    [InlineData("HeadObject", "Content-Length: 3", "Content-Length: 3", $"{Next}: 3", Type, Type)]
    [InlineData("HeadObject", "Content-Length: 3, 3", Type, "Last-Modified: Fri, 31 Dec 9999 23:59:59 GMT")]
    public async Task HeadersThatSayTheSameTwice_AreAnAnswer(string operation, params string[] headers)
    {
        using var wire = new FakeWire().Answer(HttpStatusCode.OK, "", [Id, .. headers]);
        using var client = wire.NewClient();

        await Operations[operation](client);
    }

    [Theory]
    [InlineData("bytes 0-2/2", "abc")]
    [InlineData("bytes 0-2/x", "abc")]
    [InlineData("bytes 0-2/", "abc")]
    [InlineData("bytes 0-9223372036854775807/*", "abc")]
    [InlineData("bytes 0-2/100", "abc", "Content-Length: 4")]
    [InlineData("bytes 0-2/100", "abc", "Content-Range: bytes 0-3/100")]
    [InlineData("bytes 0-2/100", "ab")]
    [InlineData("bytes 0-2/100", "abcd")]
    public async Task PartThatIsNotWhatItsHeadSays_IsNoAnswer(string range, string body, params string[] headers)
    {
        using var wire = new FakeWire().Answer((_, _) =>
        {
            var answer = FakeWire.NewAnswer(HttpStatusCode.PartialContent, "");
            answer.Content = new StreamContent(new Forward(System.Text.Encoding.UTF8.GetBytes(body)));
            answer.Content.Headers.TryAddWithoutValidation("Content-Range", range);
            foreach (var header in headers)
                answer.Content.Headers.TryAddWithoutValidation(header.Split(": ")[0], header.Split(": ")[1]);

            return Task.FromResult(answer);
        });
        using var client = wire.NewClient();

        Assert.Equal(0, (int)(await Assert.ThrowsAsync<OssException>(() => Operations["GetObject"](client))).StatusCode);
    }

    [Fact]
    public async Task HeadersWithControlCharacters_AreNotPassedOn()
    {
        using var wire = new FakeWire().Answer(
            HttpStatusCode.OK, "", Id, "Content-Length: 3", Type, "ETag: a\u001b[2Jb", "x-oss-storage-class: a\u0007b", "x-oss-meta-a: x\u001by", "x-oss-meta-b: y");
        using var client = wire.NewClient();

        var head = await client.HeadObjectAsync(new HeadObjectRequest("k"), Cancel);

        Assert.NotNull(head);
        Assert.Equal((null, null), (head.ETag, head.StorageClass));
        Assert.Equal(["b"], head.Metadata.Keys);
    }

    [Fact]
    public void AnyHeaders_AreAnAnswerOrAnOssException()
    {
        var name = Among(
            "x-oss-request-id", Next, Crc, "x-oss-object-type", "x-oss-sealed-time", "x-oss-qos-delay-time", "Content-Length", "Content-Range", "Date",
            "Retry-After", "ETag", "Last-Modified", "Content-Type", "x-oss-err", "x-oss-ec", "x-oss-meta-a", "x-oss-storage-class", "Expires");
        var value = Gen.OneOf(
            Among(
                "", "0", "3", "-1", "3, 3", "3,4", "9223372036854775807", "9223372036854775808", "18446744073709551616", "Appendable", "bytes 0-2/3",
                "bytes 0-9223372036854775807/*", "bytes -/", "Fri, 31 Dec 9999 23:59:59 GMT", "Mon, 01 Jan 0001 00:00:00 GMT", "0001-01-01T00:00:00+14:00",
                "9999-12-31T23:59:59-14:00", "99999999999", "%%%", "PEVycm9yPjwvRXJyb3I+"),
            Gen.String[Gen.Char['\u0001', '\u00ff'], 0, 20].Select(text => text.Replace('\r', ' ').Replace('\n', ' ')));
        var headers = Gen.Select(name, value, (n, v) => $"{n}:{v}").Array[0, 8];
        Gen.Select(Among([.. Operations.Keys]), Among(200, 204, 206, 301, 403, 404, 409, 503), headers).Sample((operation, status, lines) =>
        {
            using var wire = new FakeWire().Answer((HttpStatusCode)status, "<Error><Code>RequestTimeTooSkewed</Code></Error>", lines)
                .Answer((HttpStatusCode)status, "", lines);
            using var client = wire.NewClient();

            Assert.True(Record.ExceptionAsync(() => Operations[operation](client)).AsTask().GetAwaiter().GetResult() is null or OssException);
        });
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\nx-oss-request-id: R1\r\nx-oss-object-type: Appendable\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 3, 4\r\nx-oss-request-id: R1\r\nx-oss-object-type: Appendable\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\nx-oss-request-id: R1\r\nx-oss-object-type: Appendable\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nx-oss-request-id: R1\r\nx-oss-request-id: R2\r\nx-oss-object-type: Appendable\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 403 No\r\nDate: x\r\nDate: Thu, 05 Mar 2026 04:05:06 GMT\r\nRetry-After: 1\r\nRetry-After: x\r\nContent-Length: 0\r\nContent-Length: 1\r\n\r\n")]
    [InlineData("SSH-2.0-OpenSSH_9.6\r\n")]
    [InlineData("\0\0\0")]
    [InlineData("")]
    public async Task AnswersThatNoLibraryWouldSend_AreAnOssException(string answer)
    {
        await using var server = new RawServer(_ => answer);
        using var client = server.NewClient();

        await Assert.ThrowsAsync<OssException>(() => Operations["HeadObject"](client));
    }

    [Fact]
    public async Task ServerThatAnswers200ToEverything_IsReportedAndNotFlooded()
    {
        await using var server = new RawServer(_ => "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        var reports = new FirstReport();
        await using var appender = new OssAppender(new OssAppenderOptions
        {
            Endpoint = server.Endpoint,
            Bucket = "bucket",
            Region = "cn-hangzhou",
            Credentials = new Core.Client.Credentials.StaticCredentialsProvider("ak", "sk"),
            ObjectKey = "app.log",
            Diagnostics = reports,
            CloseTimeout = TimeSpan.Zero,

            // The first pause never passes: whatever comes after the first request is not paced.
            TimeProvider = new FakeTimeProvider(AppenderTesting.Noon),
            Random = () => 0.5,
        });

        appender.TryAppend(AppenderTesting.Record("x\n"));
        _ = appender.FlushAsync(Cancel);
        var report = await reports.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancel);

        Assert.Contains($"HeadObject was answered with status 200 by {new Uri(server.Endpoint).Authority}, but without x-oss-request-id: this does not look like OSS.", report, StringComparison.Ordinal);
        Assert.Equal(1, server.Requests);
    }

    [Theory]
    [InlineData("AppendObject")]
    [InlineData("ListObjects")]
    [InlineData("HeadObject")]
    public async Task BodyThatComesByteByByte_HoldsNoRequestBeyondItsTime(string operation)
    {
        var dripping = 0;
        using var wire = new FakeWire();
        wire.Answer((_, _) =>
        {
            var answer = FakeWire.NewAnswer(HttpStatusCode.OK, "", Id, $"{Next}: 3", Type);
            answer.Content = new StreamContent(new Dripping(() =>
            {
                wire.Time.Advance(TimeSpan.FromSeconds(1));
                Assert.InRange(++dripping, 1, 100);
            }));
            answer.Content.Headers.TryAddWithoutValidation("Content-Length", "3");
            return Task.FromResult(answer);
        });
        using var client = wire.NewClient();
        var begun = wire.Time.GetUtcNow();

        var error = await Record.ExceptionAsync(() => Operations[operation](client));

        Assert.Equal(operation == "ListObjects", error is OssException);
        Assert.InRange(wire.Time.GetUtcNow() - begun, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(61));
    }

    [Fact]
    public async Task RefusalThatComesByteByByte_HoldsNoRequestBeyondItsTime()
    {
        using var wire = new FakeWire();
        wire.Answer((_, _) =>
        {
            var answer = FakeWire.NewAnswer(HttpStatusCode.Forbidden, "");
            answer.Content = new StreamContent(new Dripping(() => wire.Time.Advance(TimeSpan.FromSeconds(1))));
            return Task.FromResult(answer);
        });
        using var client = wire.NewClient();
        var begun = wire.Time.GetUtcNow();

        await Assert.ThrowsAsync<OssException>(() => Operations["AppendObject"](client));

        Assert.InRange(wire.Time.GetUtcNow() - begun, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(61));
    }

    private static Gen<T> Among<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private sealed class FirstReport : IOssDiagnostics
    {
        private readonly TaskCompletionSource<string> _source = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<string> Task => _source.Task;

        public void Report(OssDiagnosticEvent diagnosticEvent) => _source.TrySetResult(diagnosticEvent.Message);
    }

    /// <summary>Tells no length, so that the body is as long as it is.</summary>
    private sealed class Forward(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }

    private sealed class Dripping(Action drip) : MemoryStream
    {
        public override bool CanSeek => false;

        // What the assembly for .NET Standard calls.
        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            drip();
            cancellationToken.ThrowIfCancellationRequested();
            buffer.Span[0] = (byte)'x';
            return new ValueTask<int>(1);
        }
    }
}
