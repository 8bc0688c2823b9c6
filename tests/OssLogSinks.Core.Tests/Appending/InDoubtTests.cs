using System.Net;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using OssLogSinks.Core.Appending;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Errors;
using OssLogSinks.Core.Keys;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Core.Tests.Support;
using static OssLogSinks.Core.Tests.Support.AppenderTesting;

namespace OssLogSinks.Core.Tests.Appending;

/// <summary>Which answers prove that nothing was written, and what is done after all others.</summary>
public class InDoubtTests
{
    private const string OwnKey = "{InstanceId}.log";

    // Logs without end until ten objects are used up: with a pause after each, that takes long.
    private async Task UseUpTenObjectsAsync(OssAppender appender, FakeTimeProvider time)
    {
        var records = 0;
        while (_oss.Keys.Count < 10)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            appender.TryAppend(Record("a\n"));
            records++;
            _ = appender.FlushAsync(TestContext.Current.CancellationToken);
            await Task.Yield();
            time.Advance(TimeSpan.FromMilliseconds(100));
        }

        Assert.True(time.GetUtcNow() - Noon > TimeSpan.FromSeconds(20), $"Ten objects were used up in {time.GetUtcNow() - Noon}.");
        _oss.Always = null;
        var closing = appender.CloseAsync(Timeout.InfiniteTimeSpan);
        while (!closing.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.True(await closing);
        Assert.Equal(records, _oss.Keys.Sum(key => _oss.Text(key).Length / 2));
    }

    private static readonly string OwnObject = ObjectKeyTemplate.Parse(OwnKey).Render(default, []).ObjectKey(0);

    private readonly MemoryOss _oss = new();
    private readonly ReportRecorder _reports = new();
    private readonly StreamRegistry _streams = new();

    [Theory]
    [InlineData(503, "ServiceUnavailable")]
    [InlineData(503, "TotalQpsLimitExceeded")]
    [InlineData(429, "QpsLimitExceeded")]
    [InlineData(400, "RequestTimeout")]
    [InlineData(400, "IncompleteBody")]
    [InlineData(400, "BadRequest")]
    [InlineData(409, "StaleFile")]
    [InlineData(409, "OperationAborted")]
    [InlineData(500, "InternalError")]
    [InlineData(403, "SomethingNew")]
    [InlineData(418, "SomethingNew")]
    public async Task CodeThatProvesNothing_AfterTheWrite_IsNotAppendedTwice(int status, string code)
    {
        _oss.NextIsAppliedAndFails(MemoryOss.Refusal((HttpStatusCode)status, code));

        await DeliverAsync("app.log", "a\n", "b\n");

        Assert.Equal("a\nb\n", _oss.Text("app.log"));
        Assert.Equal(2, _oss.Appends.Count);
    }

    [Theory]
    [InlineData(403, "AccessDenied")]
    [InlineData(409, "PositionNotEqualToLength")]
    [InlineData(409, "FileImmutable")]
    [InlineData(409, "ObjectNotAppendable")]
    [InlineData(404, "NoSuchKey")]
    [InlineData(400, "InvalidArgument")]
    [InlineData(403, null)]
    [InlineData(404, null)]
    [InlineData(413, null)]
    [InlineData(503, null)]
    public async Task RefusalOfAGateway_AfterTheWrite_IsNotAppendedTwice(int status, string? code)
    {
        _oss.NextIsAppliedAndFails(new OssException((HttpStatusCode)status, code, "A gateway's answer, without a request id."));

        await DeliverAsync("app.log", "a\n", "b\n");

        Assert.Equal("a\nb\n", _oss.Text("app.log"));
        Assert.Equal(2, _oss.Appends.Count);
    }

    [Theory]
    [InlineData(403, "AccessDenied")]
    [InlineData(403, "SignatureDoesNotMatch")]
    [InlineData(404, "NoSuchBucket")]
    [InlineData(400, "InvalidArgument")]
    [InlineData(400, "InvalidDigest")]
    public async Task OwnRefusalOfTheService_IsNotAskedAbout(int status, string code)
    {
        _oss.NextFails(MemoryOss.Refusal((HttpStatusCode)status, code));

        await DeliverAsync("app.log", "a\n");

        Assert.Equal("a\n", _oss.Text("app.log"));
        Assert.Single(_oss.Heads);
    }

    [Theory]
    [InlineData("StaleFile")]
    [InlineData("OperationAborted")]
    public async Task PassingConflict_IsNoOperatorsTrouble(string code)
    {
        for (var i = 0; i < 4; i++)
            _oss.NextFails(MemoryOss.Refusal(HttpStatusCode.Conflict, code));

        await DeliverAsync("app.log", "a\n");

        Assert.Equal("a\n", _oss.Text("app.log"));
        Assert.Contains(_reports.Reports, r => r.Message.Contains(code, StringComparison.Ordinal));
        Assert.DoesNotContain(_reports.Reports, r => r.Level == OssDiagnosticLevel.Error);
    }

    [Theory]
    [InlineData("sealed")]
    [InlineData("normal")]
    [InlineData("locked")]
    public async Task LostAnswerThenAnotherObjectType_IsStoredOnceAndRolls(string change)
    {
        _oss.NextAnswerIsLost(() => Change(change, "app.log"));

        await DeliverAsync("app.log", "a\n", "b\n");

        Assert.Equal("a\n", _oss.Text("app.log"));
        Assert.Equal("b\n", _oss.Text("app_001.log"));
    }

    [Theory]
    [InlineData("sealed")]
    [InlineData("normal")]
    [InlineData("locked")]
    public async Task LostRequest_ThenAnotherKindOfObject_GoesToTheNextOne(string change)
    {
        _oss.Put("app.log", "0\n");
        _oss.NextRequestIsLost(() => Change(change, "app.log"));

        await DeliverAsync("app.log", "a\n");

        Assert.Equal("0\n", _oss.Text("app.log"));
        Assert.Equal("a\n", _oss.Text("app_001.log"));
    }

    [Fact]
    public async Task RequestDeliveredTwice_OnAnObjectOfOneWriter_IsStoredOnce()
    {
        _oss.Next(request =>
        {
            _oss.Apply(request);
            return Task.FromResult(_oss.Apply(request));
        });

        await DeliverAsync(OwnKey, "a\n", "b\n");

        Assert.Equal("a\nb\n", _oss.Text(OwnObject));
        Assert.Equal(2, _oss.Appends.Count);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Normal")]
    public async Task LostRequestThatLandsBeforeItsRepeat_IsStoredOnce(string? type)
    {
        AppendObjectRequest? travelling = null;
        _oss.Next(request =>
        {
            travelling = request;
            return Task.FromException<AppendObjectResult>(new OssException("lost", null));
        });
        _oss.Next(request =>
        {
            _oss.Apply(travelling!);
            if (type is not null)
                _oss.SetType(request.Key, type);
            return Task.FromResult(_oss.Apply(request));
        });

        await DeliverAsync(OwnKey, "a\n");

        Assert.Equal([OwnObject], _oss.Keys);
        Assert.Equal("a\n", _oss.Text(OwnObject));
    }

    [Fact]
    public async Task RequestDeliveredTwiceAroundAConversion_IsStoredOnce()
    {
        _oss.Next(request =>
        {
            _oss.Apply(request);
            _oss.SetType(request.Key, "Normal");
            return Task.FromResult(_oss.Apply(request));
        });

        await DeliverAsync(OwnKey, "a\n");

        Assert.Equal([OwnObject], _oss.Keys);
        Assert.Equal("a\n", _oss.Text(OwnObject));
    }

    [Fact]
    public async Task TwoSinksOfOneProcessWithOneKey_AreNotTakenForOneWriter()
    {
        await using var one = new OssAppender(OptionsFor(OwnKey));
        await using var other = new OssAppender(OptionsFor(OwnKey));
        one.TryAppend(Record("first\n"));
        await one.FlushOrFailAsync();
        other.TryAppend(Record("second\n"));
        await other.FlushOrFailAsync();

        // Both log the same event: the one that is refused must not take the other's bytes for its own.
        one.TryAppend(Record("same\n"));
        await one.FlushOrFailAsync();
        other.TryAppend(Record("same\n"));
        await other.FlushOrFailAsync();

        Assert.Equal("first\nsecond\nsame\nsame\n", _oss.Text(OwnObject));
    }

    [Fact]
    public async Task KeyOfAClosedSink_IsItsSuccessorsAlone()
    {
        await DeliverAsync(OwnKey, "a\n");
        _oss.Next(request =>
        {
            _oss.Apply(request);
            return Task.FromResult(_oss.Apply(request));
        });

        await DeliverAsync(OwnKey, "b\n");

        Assert.Equal("a\nb\n", _oss.Text(OwnObject));
    }

    [Theory]
    [InlineData("longer")]
    [InlineData("shorter")]
    [InlineData("other and shorter")]
    [InlineData("encoded")]
    [InlineData("endless")]
    [InlineData("another range")]
    [InlineData("whole object")]
    public async Task ReadBackThatIsNotExactlyTheRange_IsNoAnswer(string how)
    {
        var (reads, failures) = (0, 0);
        _oss.GetAnswer = right => reads++ > 2 ? right : Spoil(right, how, ref failures);
        _oss.NextAnswerIsLost(() => _oss.AppendAsForeignWriter("app.log", "stranger\n"));

        await DeliverAsync("app.log", "abcdefgh\n");

        Assert.Equal(3, failures);
        Assert.Equal("abcdefgh\nstranger\n", _oss.Text("app.log"));
    }

    [Fact]
    public async Task ReadBackOfAnObjectThatIsStoredEncoded_Tells()
    {
        _oss.ContentEncoding = "gzip";
        _oss.NextRequestIsLost(() => _oss.AppendAsForeignWriter("app.log", "stranger\n"));

        await DeliverAsync("app.log", "a\n");

        Assert.Equal("stranger\na\n", _oss.Text("app.log"));
    }

    [Fact]
    public async Task ReadBackByDripsAndDrops_HasOneDeadlineForTheWhole()
    {
        var time = new FakeTimeProvider(Noon);
        var options = OptionsFor("app.log");
        options.TimeProvider = time;
        options.RequestTimeout = TimeSpan.FromSeconds(30);
        using var dripping = new DrippingStream(() => time.Advance(TimeSpan.FromSeconds(4)));
        var reads = 0;
        _oss.GetAnswer = right => reads++ == 0 ? new GetObjectResult(dripping, right.ContentRange) : right;
        _oss.NextAnswerIsLost(() => _oss.AppendAsForeignWriter("app.log", "stranger\n"));
        await using var appender = new OssAppender(options);

        appender.TryAppend(Record(new string('x', 1000) + "\n"));
        await appender.FlushOrFailAsync();

        Assert.InRange(dripping.Reads, 1, 10);
        Assert.Equal(new string('x', 1000) + "\nstranger\n", _oss.Text("app.log"));
    }

    [Fact]
    public async Task ObjectsThatAreClosedOneAfterTheOther_AreNotUsedUp()
    {
        // As an account does whose objects are created in an archive class: the first append is taken, each later one refused.
        var time = new FakeTimeProvider(Noon);
        var options = OptionsFor("app.log");
        options.TimeProvider = time;
        options.Random = () => 0.99;
        options.RetryTimeLimit = Timeout.InfiniteTimeSpan;
        _oss.Always = request => request.Position == 0
            ? Task.FromResult(_oss.Apply(request))
            : Task.FromException<AppendObjectResult>(MemoryOss.Refusal(HttpStatusCode.Forbidden, "InvalidObjectState"));
        await using var appender = new OssAppender(options);

        await UseUpTenObjectsAsync(appender, time);
    }

    [Fact]
    public async Task ClosedObjectsWithNothingWaiting_LeaveTheStreamAlive()
    {
        var options = OptionsFor("app-{Sequence}.log");
        (options.RetryDelay, options.Random) = (TimeSpan.FromMilliseconds(1), () => 0.99);
        await using var appender = new OssAppender(options);

        for (var i = 0; i < 6; i++)
        {
            var key = $"app-{i}.log";
            _oss.NextAnswerIsLost(() => _oss.Seal(key));
            appender.TryAppend(Record($"{i}\n"));
            await appender.FlushOrFailAsync();
        }

        Assert.Equal(["0\n", "1\n", "2\n", "3\n", "4\n", "5\n"], _oss.Keys.Select(_oss.Text));
    }

    [Fact]
    public async Task ClosedObjectsInARow_DoNotEndTheDelivery()
    {
        var time = new FakeTimeProvider(Noon);
        var options = OptionsFor("app.log");
        options.TimeProvider = time;
        options.Random = () => 0.99;
        options.ConcurrentAppends = 1;
        await using var appender = new OssAppender(options);
        foreach (var key in new[] { "app.log", "app_001.log" })
        {
            _oss.NextAnswerIsLost(() => _oss.Seal(key));
            appender.TryAppend(Record("a\n"));
            await appender.FlushOrFailAsync();
            while (appender.GetSnapshot().MemoryBytes > 0)
                await Task.Yield();
        }

        // The pause after the second one ends, and nothing waits.
        time.Advance(TimeSpan.FromMinutes(1));
        appender.TryAppend(Record("b\n"));
        await appender.FlushOrFailAsync();

        Assert.Equal("b\n", _oss.Text("app_002.log"));
    }

    [Fact]
    public async Task ObjectsThatCannotBeTrusted_AreNotUsedUp()
    {
        // As a service does whose CRC-64 is that of the append, not that of the object.
        var time = new FakeTimeProvider(Noon);
        var options = OptionsFor("app.log");
        options.TimeProvider = time;
        options.Random = () => 0.99;
        options.RetryTimeLimit = Timeout.InfiniteTimeSpan;
        _oss.Always = request => Task.FromResult(_oss.Apply(request) with { Crc64 = 1 });
        await using var appender = new OssAppender(options);

        await UseUpTenObjectsAsync(appender, time);
    }

    [Fact]
    public async Task NullAnswerAfterTheWrite_IsNotAppendedTwice()
    {
        _oss.Next(request =>
        {
            _oss.Apply(request);
            return Task.FromResult<AppendObjectResult>(null!);
        });

        await DeliverAsync("app.log", "a\n", "b\n");

        Assert.Equal("a\nb\n", _oss.Text("app.log"));
    }

    [Theory]
    [InlineData("{InstanceId}.log", "logs", "{InstanceId}.log", null)]
    [InlineData("{InstanceId}.log", null, "{InstanceId}.log", "logs")]
    [InlineData("{InstanceId}.log", "logs", "{InstanceId}_{Sequence:000}.log", "logs")]
    [InlineData("{InstanceId}_{Sequence:000}.log", "logs", "{InstanceId}.log", "logs")]
    public async Task TwoSinksWithOneObjectByTwoNames_AreTwoWriters(string key, string? bucket, string otherKey, string? otherBucket)
    {
        // Where their keys differ, they meet at the second object.
        var shared = key == otherKey ? OwnObject : OwnObject.Replace(".log", "_001.log", StringComparison.Ordinal);
        if (key != otherKey)
        {
            _oss.Put(OwnObject, "full\n", isSealed: true);
            _oss.Put(OwnObject.Replace(".log", "_000.log", StringComparison.Ordinal), "full\n", isSealed: true);
        }

        var (options, otherOptions) = (OptionsFor(key), OptionsFor(otherKey));
        (options.Bucket, otherOptions.Bucket) = (bucket, otherBucket);
        await using var one = new OssAppender(options);
        await using var other = new OssAppender(otherOptions);
        foreach (var appender in new[] { one, other, one, other })
        {
            appender.TryAppend(Record("same\n"));
            await appender.FlushOrFailAsync();
        }

        Assert.Equal("same\nsame\nsame\nsame\n", _oss.Text(shared));
    }

    [Fact]
    public async Task TwoSinksOfOneProcess_WithBucketsOfTheirOwn_AreOneWriterEach()
    {
        var (options, otherOptions) = (OptionsFor(OwnKey), OptionsFor(OwnKey));
        var otherBucket = new MemoryOss();
        (options.Bucket, otherOptions.Bucket, otherOptions.Client) = ("logs", "others", otherBucket);
        await using var one = new OssAppender(options);
        await using var other = new OssAppender(otherOptions);
        other.TryAppend(Record("a\n"));
        await other.FlushOrFailAsync();
        _oss.Next(request =>
        {
            _oss.Apply(request);
            return Task.FromResult(_oss.Apply(request));
        });

        one.TryAppend(Record("a\n"));
        await one.FlushOrFailAsync();

        Assert.Equal("a\n", _oss.Text(OwnObject));
    }

    private static GetObjectResult Spoil(GetObjectResult right, string how, ref int failures)
    {
        failures++;
        using var copy = new MemoryStream();
        right.Content.CopyTo(copy);
        var bytes = copy.ToArray();
        var range = right.ContentRange!.Value;
        var same = new string('?', bytes.Length);
        return how switch
        {
            "longer" => new GetObjectResult(new MemoryStream([.. bytes, 0]), range),
            "shorter" => new GetObjectResult(new MemoryStream(bytes[..^1]), range),
            "other and shorter" => new GetObjectResult(new MemoryStream("?"u8.ToArray()), range),
            "encoded" => new GetObjectResult(new MemoryStream(Encoding.ASCII.GetBytes(same)), range) { ContentEncoding = "gzip" },
            "endless" => new GetObjectResult(new EndlessStream(), range),
            "another range" => new GetObjectResult(new MemoryStream(bytes), range with { Start = range.Start + 1 }),
            _ => new GetObjectResult(new MemoryStream(bytes), null),
        };
    }

    private void Change(string change, string key)
    {
        switch (change)
        {
            case "sealed":
                _oss.Seal(key);
                break;
            case "normal":
                _oss.SetType(key, "Normal");
                break;
            default:
                _oss.NextFails(MemoryOss.Refusal(HttpStatusCode.Conflict, "FileImmutable"));
                break;
        }
    }

    private OssAppenderOptions OptionsFor(string key)
    {
        var options = Options(_oss);
        options.ObjectKey = key;
        options.Diagnostics = _reports;
        options.StreamRegistry = _streams;
        return options;
    }

    private async Task DeliverAsync(string key, params string[] records)
    {
        await using var appender = new OssAppender(OptionsFor(key));
        foreach (var record in records)
        {
            appender.TryAppend(Record(record));
            await appender.FlushOrFailAsync();
        }
    }

    private class EndlessStream : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            buffer.AsSpan(offset, count).Fill((byte)'?');
            return count;
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }

    // One byte a read, each just in time for any limit on a single read.
    private sealed class DrippingStream(Action drip) : EndlessStream
    {
        public int Reads { get; private set; }

        public override int Read(byte[] buffer, int offset, int count)
        {
            Reads++;
            drip();
            return base.Read(buffer, offset, 1);
        }
    }
}
