using System.Buffers;
using System.Globalization;
using System.Net;
using CsCheck;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Client.Errors;

namespace OssLogSinks.Core.Tests.Client;

/// <summary>Times that cannot be true, from the service or whatever answers in its place, and from the machine itself.</summary>
public class LyingClockTests
{
    private static readonly DateTimeOffset True = new(2026, 3, 5, 6, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Fri, 31 Dec 9999 23:59:59 GMT", null)]
    [InlineData(null, "9999-12-31T23:59:59.000Z")]
    [InlineData("Fri, 31 Dec 9999 23:59:59 GMT", "9999-12-31T23:59:59.000Z")]
    [InlineData("Thu, 01 Jan 1970 00:00:00 GMT", "0001-01-01T00:00:00.000Z")]
    [InlineData("Sat, 01 Jan 2050 00:00:00 GMT", null)]
    public async Task OneTimeThatIsALie_LastsNoLongerThanTheNextTrueOne(string? date, string? serverTime)
    {
        using var wire = new FakeWire();
        Refuse(wire, date, serverTime);
        Refuse(wire, date, serverTime);
        Refuse(wire, True.ToString("r", CultureInfo.InvariantCulture), Document(True)).Appended(3).Appended(6);
        using var client = wire.NewClient();

        await Assert.ThrowsAsync<OssException>(() => AppendAsync(client));

        // Time goes on: past the end of the calendar, if the lie is believed.
        wire.Time.Advance(TimeSpan.FromMinutes(1));
        while (wire.Sent.Count < 2)
            await Assert.ThrowsAsync<OssException>(() => AppendAsync(client));

        await AppendAsync(client);
        await AppendAsync(client);

        Assert.Equal(["20260305T060000Z", "20260305T060000Z"], wire.Sent.Skip(3).Select(sent => sent.Headers["x-oss-date"]));
    }

    [Theory]
    [InlineData("Thu, 01 Jan 1970 00:00:00 GMT")]
    [InlineData("Fri, 31 Dec 9999 23:59:59 GMT")]
    [InlineData("Thu, 05 Mar 2026 11:00:00 GMT")]
    [InlineData("never")]
    public async Task WrongDateBesideARightServerTime_DoesNotMatter(string date)
    {
        using var wire = new FakeWire();
        Refuse(wire, date, Document(True)).Appended(3);
        using var client = wire.NewClient();

        await AppendAsync(client);

        Assert.Equal("20260305T060000Z", wire.Sent[1].Headers["x-oss-date"]);
    }

    [Theory]
    [InlineData("9999-12-31T23:59:59.000Z")]
    [InlineData("1970-01-01T00:00:00.000Z")]
    [InlineData("never")]
    public async Task WrongServerTimeBesideARightDate_DoesNotMatter(string serverTime)
    {
        using var wire = new FakeWire();
        Refuse(wire, True.ToString("r", CultureInfo.InvariantCulture), serverTime).Appended(3);
        using var client = wire.NewClient();

        await AppendAsync(client);

        Assert.Equal("20260305T060000Z", wire.Sent[1].Headers["x-oss-date"]);
    }

    [Fact]
    public async Task MachineWhoseClockBeganAt1970_IsCorrected_AndWhenItIsSetToo()
    {
        using var wire = new FakeWire();
        var time = new SettableTime { Now = DateTimeOffset.UnixEpoch };
        Refuse(wire, null, Document(True)).Appended(3);
        using var client = wire.NewClient(options => options.TimeProvider = time);
        await AppendAsync(client);
        Assert.Equal("20260305T060000Z", wire.Sent[1].Headers["x-oss-date"]);

        time.Now = True;
        Refuse(wire, null, Document(True)).Appended(6).Appended(9);
        await AppendAsync(client);
        await AppendAsync(client);

        Assert.Equal(["20260305T060000Z", "20260305T060000Z"], wire.Sent.Skip(3).Select(sent => sent.Headers["x-oss-date"]));
    }

    [Theory]
    [InlineData("RequestTimeTooSkewed")]
    [InlineData("InvalidAccessKeyId")]
    public async Task RefusalOfAGateway_NeitherSetsTheClockNorRenewsCredentials(string code)
    {
        using var wire = new FakeWire { Credentials = new EverNew() };
        wire.Answer(
            HttpStatusCode.Forbidden, $"<Error><Code>{code}</Code><RequestId>R</RequestId><ServerTime>{Document(True)}</ServerTime></Error>",
            $"Date: {True:r}").Appended(3);
        using var client = wire.NewClient();

        await Assert.ThrowsAsync<OssException>(() => AppendAsync(client));
        Assert.Single(wire.Sent);
        await AppendAsync(client);

        Assert.Equal("20260305T040506Z", wire.Sent[1].Headers["x-oss-date"]);
    }

    [Fact]
    public void Clock_NeverThrowsAndGivesALocalTimeOrOneThatCanBeTrue()
    {
        var any = Gen.OneOf(Gen.Long[0, DateTimeOffset.MaxValue.Ticks], Among(0L, DateTimeOffset.MaxValue.Ticks, DateTimeOffset.UnixEpoch.Ticks, True.Ticks))
            .Select(ticks => new DateTimeOffset(ticks, TimeSpan.Zero));
        Gen.Select(any, any, any).Sample((local, told, later) =>
        {
            var time = new SettableTime { Now = local };
            var clock = new ServerClock(time);
            clock.Set(told);
            Assert.Equal(ServerClock.CanBeTrue(told) ? told : local, clock.GetUtcNow());
            time.Now = later;
            var now = clock.GetUtcNow();
            Assert.True(now == later || ServerClock.CanBeTrue(now));
            clock.Set(True);
            Assert.Equal(True, clock.GetUtcNow());
        });
    }

    [Theory]
    [InlineData("99999999999", null, 86400)]
    [InlineData("9223372036854775807", null, 86400)]
    [InlineData("Fri, 31 Dec 9999 23:59:59 GMT", "Thu, 05 Mar 2026 04:05:06 GMT", 86400)]
    [InlineData("Thu, 05 Mar 2026 04:05:16 GMT", "Thu, 05 Mar 2026 04:05:06 GMT", 10)]
    [InlineData("Thu, 01 Jan 1970 00:00:00 GMT", "Thu, 05 Mar 2026 04:05:06 GMT", 0)]
    [InlineData("Thu, 05 Mar 2026 04:05:16 GMT", null, null)]
    [InlineData("-5", null, null)]
    [InlineData("soon", null, null)]
    public async Task RetryAfter_IsAWaitThatCanBeWaited(string retryAfter, string? date, int? seconds)
    {
        using var wire = new FakeWire();
        wire.Refuse(HttpStatusCode.ServiceUnavailable, "ServiceUnavailable", "", date is null ? [$"Retry-After: {retryAfter}"] : [$"Retry-After: {retryAfter}", $"Date: {date}"]);
        using var client = wire.NewClient();

        var error = await Assert.ThrowsAsync<OssException>(() => AppendAsync(client));

        Assert.Equal(seconds, error.RetryAfter?.TotalSeconds);
    }

    private static string Document(DateTimeOffset time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static FakeWire Refuse(FakeWire wire, string? date, string? serverTime) => wire.Refuse(
        HttpStatusCode.Forbidden, "RequestTimeTooSkewed", serverTime is null ? "" : $"<ServerTime>{serverTime}</ServerTime>", date is null ? [] : [$"Date: {date}"]);

    private static Task<AppendObjectResult> AppendAsync(OssClient client) =>
        client.AppendObjectAsync(new AppendObjectRequest("k", 0, new ReadOnlySequence<byte>("abc"u8.ToArray())), Cancel);

    private static Gen<T> Among<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private sealed class SettableTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }

    private sealed class EverNew : Core.Client.Credentials.IOssCredentialsProvider
    {
        private int _count;

        public ValueTask<Core.Client.Credentials.OssCredentials> GetCredentialsAsync(Core.Client.Credentials.OssCredentials? rejected, CancellationToken cancellationToken) =>
            new(new Core.Client.Credentials.OssCredentials($"AK{Interlocked.Increment(ref _count)}", "a-secret-of-its-own"));
    }
}
