using System.Buffers;
using System.Net;
using System.Text;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Client.Errors;

namespace OssLogSinks.Core.Tests.Client;

/// <summary>Time limits, cancellation, the clock and renewed credentials.</summary>
public class OssClientTimeoutTests
{
    private static readonly OssCredentials Old = new("AKOLD", "secret-of-the-old");
    private static readonly OssCredentials New = new("AKNEW", "secret-of-the-new");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task NoAnswerInTime_IsUnanswered()
    {
        using var wire = new FakeWire().Answer(Never);
        using var client = wire.NewClient();

        var append = Append(client, Cancel);
        await wire.HasSent.Task;
        wire.Time.Advance(TimeSpan.FromSeconds(59));
        Assert.False(append.IsCompleted);
        wire.Time.Advance(TimeSpan.FromSeconds(2));

        var exception = await Assert.ThrowsAsync<OssException>(() => append);
        Assert.Equal(0, (int)exception.StatusCode);
        Assert.IsAssignableFrom<OperationCanceledException>(exception.InnerException);
        Assert.Single(wire.Sent);
    }

    [Fact]
    public async Task CallersCancellation_IsACancellation()
    {
        using var wire = new FakeWire().Answer(Never);
        using var client = wire.NewClient();
        using var source = new CancellationTokenSource();

        var append = Append(client, source.Token);
        await wire.HasSent.Task;
        await source.CancelAsync();

        var exception = await Assert.ThrowsAsync<OperationCanceledException>(() => append);
        Assert.Equal(source.Token, exception.CancellationToken);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Append(client, source.Token));
        Assert.Single(wire.Sent);
    }

    [Fact]
    public async Task LostConnection_IsUnansweredAndNotRepeated()
    {
        using var wire = new FakeWire().Answer((_, _) => throw new HttpRequestException("The response ended prematurely."));
        using var client = wire.NewClient();

        var exception = await Assert.ThrowsAsync<OssException>(() => Append(client, Cancel));

        Assert.Equal(0, (int)exception.StatusCode);
        Assert.IsType<HttpRequestException>(exception.InnerException);
        Assert.Single(wire.Sent);
    }

    [Theory]
    [InlineData("date")]
    [InlineData("body")]
    [InlineData("detail")]
    [InlineData("head")]
    public async Task WrongClock_IsSetByTheServiceAndTheRequestRepeatedOnce(string where)
    {
        var served = new DateTimeOffset(2026, 3, 5, 6, 0, 0, TimeSpan.Zero);
        using var wire = new FakeWire();
        RefuseClock(wire, served, where).Appended(3).Appended(6);
        using var client = wire.NewClient();

        await Append(client, Cancel);
        wire.Time.Advance(TimeSpan.FromSeconds(10));
        await Append(client, Cancel);

        Assert.Equal(["20260305T040506Z", "20260305T060000Z", "20260305T060010Z"], wire.Sent.Select(sent => sent.Headers["x-oss-date"]));
    }

    [Fact]
    public async Task SecondClockCorrection_IsTakenAgainstTheLocalClock()
    {
        using var wire = new FakeWire();
        RefuseClock(wire, new DateTimeOffset(2026, 3, 5, 5, 5, 6, TimeSpan.Zero), "date").Appended(3);
        RefuseClock(wire, new DateTimeOffset(2026, 3, 5, 7, 5, 6, TimeSpan.Zero), "date").Appended(6).Appended(9);
        using var client = wire.NewClient();

        await Append(client, Cancel);
        await Append(client, Cancel);
        await Append(client, Cancel);

        Assert.Equal(
            ["20260305T040506Z", "20260305T050506Z", "20260305T050506Z", "20260305T070506Z", "20260305T070506Z"],
            wire.Sent.Select(sent => sent.Headers["x-oss-date"]));
    }

    [Fact]
    public async Task ClockRefusedTwice_IsReported()
    {
        using var wire = new FakeWire();
        var served = new DateTimeOffset(2026, 3, 5, 6, 0, 0, TimeSpan.Zero);
        RefuseClock(RefuseClock(wire, served, "date"), served, "date");
        using var client = wire.NewClient();

        Assert.Equal("RequestTimeTooSkewed", (await Assert.ThrowsAsync<OssException>(() => Append(client, Cancel))).Code);

        Assert.Equal(2, wire.Sent.Count);
    }

    [Theory]
    [InlineData("SecurityTokenExpired")]
    [InlineData("InvalidSecurityToken")]
    [InlineData("InvalidAccessKeyId")]
    [InlineData("AccessKeyIdAndSecurityTokenNotMatch")]
    public async Task RefusedCredentials_AreRenewedAndTheRequestRepeatedOnce(string code)
    {
        var asked = new List<OssCredentials?>();
        using var wire = new FakeWire { Credentials = new Asked(asked, rejected => rejected is null ? Old : New) };
        wire.Refuse(HttpStatusCode.Forbidden, code).Appended(3);
        using var client = wire.NewClient();

        await Append(client, Cancel);

        Assert.Equal([null, Old], asked);
        Assert.Contains("AKOLD/", wire.Sent[0].Headers["Authorization"], StringComparison.Ordinal);
        Assert.Contains("AKNEW/", wire.Sent[1].Headers["Authorization"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task SameCredentialsAgain_AreNotTriedTwice()
    {
        using var wire = new FakeWire().Refuse(HttpStatusCode.Forbidden, "InvalidAccessKeyId");
        using var client = wire.NewClient();

        Assert.Equal("InvalidAccessKeyId", (await Assert.ThrowsAsync<OssException>(() => Append(client, Cancel))).Code);

        Assert.Single(wire.Sent);
    }

    [Fact]
    public async Task RenewedCredentialsRefusedToo_AreReported()
    {
        using var wire = new FakeWire { Credentials = new Asked([], rejected => rejected is null ? Old : New) };
        wire.Refuse(HttpStatusCode.Forbidden, "InvalidAccessKeyId").Refuse(HttpStatusCode.Forbidden, "InvalidAccessKeyId");
        using var client = wire.NewClient();

        await Assert.ThrowsAsync<OssException>(() => Append(client, Cancel));

        Assert.Equal(2, wire.Sent.Count);
    }

    [Fact]
    public async Task SkewAndExpiredTokenInOneRequest_AreBothMended()
    {
        using var wire = new FakeWire { Credentials = new Asked([], rejected => rejected is null ? Old : New) };
        RefuseClock(wire, new DateTimeOffset(2026, 3, 5, 6, 0, 0, TimeSpan.Zero), "date")
            .Refuse(HttpStatusCode.Forbidden, "SecurityTokenExpired")
            .Appended(3);
        using var client = wire.NewClient();

        Assert.Equal(3, (await Append(client, Cancel)).NextPosition);
    }

    [Fact]
    public async Task FailingProvider_ProvesThatNothingWasWritten()
    {
        using var wire = new FakeWire { Credentials = new Asked([], _ => throw new InvalidOperationException("The vault is closed.")) };
        using var client = wire.NewClient();

        var exception = await Assert.ThrowsAsync<OssCredentialsException>(() => Append(client, Cancel));

        Assert.Equal("The vault is closed.", exception.InnerException!.Message);
        Assert.Empty(wire.Sent);
    }

    [Fact]
    public async Task FailingProvider_IsAskedAgainAfterFiveSecondsOnly()
    {
        var asked = new List<OssCredentials?>();
        var works = false;
        using var wire = new FakeWire { Credentials = new Asked(asked, _ => works ? New : throw new InvalidOperationException("The vault is closed.")) };
        wire.Appended(3);
        using var client = wire.NewClient();

        for (var i = 0; i < 3; i++)
            await Assert.ThrowsAsync<OssCredentialsException>(() => Append(client, Cancel));
        Assert.Single(asked);
        wire.Time.Advance(TimeSpan.FromSeconds(5));
        await Assert.ThrowsAsync<OssCredentialsException>(() => Append(client, Cancel));
        Assert.Equal(2, asked.Count);
        works = true;
        wire.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(3, (await Append(client, Cancel)).NextPosition);
    }

    private static FakeWire RefuseClock(FakeWire wire, DateTimeOffset served, string where)
    {
        var time = $"<ServerTime>{served:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}</ServerTime>";
        return where switch
        {
            "date" => wire.Refuse(HttpStatusCode.Forbidden, "RequestTimeTooSkewed", "<ServerTime>2000-01-01T00:00:00.000Z</ServerTime>", $"Date: {served:r}"),
            "body" => wire.Refuse(HttpStatusCode.Forbidden, "RequestTimeTooSkewed", time),
            "detail" => wire.Refuse(HttpStatusCode.Forbidden, "RequestTimeTooSkewed", $"<Detail>{time}</Detail>"),
            _ => wire.Answer(
                HttpStatusCode.Forbidden, "", "x-oss-request-id: REQ2",
                "x-oss-err: " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"<Error><Code>RequestTimeTooSkewed</Code>{time}</Error>"))),
        };
    }

    private static async Task<HttpResponseMessage> Never(SentRequest request, CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        throw new InvalidOperationException("Unreachable.");
    }

    private static Task<AppendObjectResult> Append(OssClient client, CancellationToken cancellationToken) =>
        client.AppendObjectAsync(new AppendObjectRequest("k", 0, new ReadOnlySequence<byte>("abc"u8.ToArray())), cancellationToken);

    private sealed class Asked(List<OssCredentials?> asked, Func<OssCredentials?, OssCredentials> give) : IOssCredentialsProvider
    {
        public ValueTask<OssCredentials> GetCredentialsAsync(OssCredentials? rejected, CancellationToken cancellationToken)
        {
            asked.Add(rejected);
            return new ValueTask<OssCredentials>(give(rejected));
        }
    }
}
