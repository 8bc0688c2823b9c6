using CsCheck;
using Microsoft.AspNetCore.Http;
using OssLogSinks.Emulator.Authentication;
using OssLogSinks.Emulator.Http;
using OssLogSinks.Emulator.Protocol;
using OssLogSinks.Emulator.Tests.Wire;
using OssLogSinks.Emulator.Time;

namespace OssLogSinks.Emulator.Tests.Authentication;

/// <summary>Requests that claim anything at all: refused with a status of 4xx, never a crash.</summary>
public class HostileClaimTests : EmulatorTest
{
    private static readonly string[] Dates =
    [
        "", "x", "99991231T235959Z", "00010101T000000Z", "00000000T000000Z", "20260230T000000Z", "Fri, 31 Dec 9999 23:59:59 GMT",
        "Mon, 01 Jan 0001 00:00:00 GMT", "20260305T040506Z", "Thu, 05 Mar 2026 04:05:06 GMT", "253402300799", "253402300800", "-1",
        "9223372036854775807", "99999999999999999999",
    ];

    [Fact]
    public async Task PresignedUrlOfTheYear9999_IsRefused()
    {
        var date = new DateTimeOffset(9999, 12, 31, 23, 59, 59, TimeSpan.Zero);
        var reply = await Client.SendAsIsAsync(Client.Signer.PresignV4(new TestRequest("GET", "logs", "a"), date, 604800));

        Assert.Equal((403, "RequestTimeTooSkewed"), (reply.Status, reply.Code));
    }

    [Theory]
    [InlineData("99991231T235959Z")]
    [InlineData("00010101T000000Z")]
    public async Task HeaderOfAYearFarAway_IsRefused(string date)
    {
        var request = new TestRequest("GET", "logs", "a").With("x-oss-date", date).With("x-oss-content-sha256", "UNSIGNED-PAYLOAD")
            .With("Authorization", $"OSS4-HMAC-SHA256 Credential={Emulator.AccessKeyId}/{date[..8]}/cn-hangzhou/oss/aliyun_v4_request,Signature=x");

        var reply = await Client.SendAsIsAsync(request);

        Assert.Equal((403, "RequestTimeTooSkewed"), (reply.Status, reply.Code));
    }

    [Fact]
    public void AnyClaim_IsReadOrRefused()
    {
        var noise = Gen.String[Gen.Char['\u0000', '\ud8ff'], 0, 12];
        var date = Gen.OneOf(Among(Dates), noise);
        var scope = Gen.Select(Gen.OneOf(Among("emulator-key", "", "x"), noise), Gen.OneOf(Among("20260305", "99991231", "00010101", ""), noise), Among("cn-hangzhou", "oss-cn-hangzhou", ""), Among("oss", "x"), Among("aliyun_v4_request", ""))
            .Select(parts => $"{parts.Item1}/{parts.Item2}/{parts.Item3}/{parts.Item4}/{parts.Item5}");
        var additional = Gen.OneOf(Among("", ";", "host", "host;host", "b;a", "x-oss-date"), noise);
        var authorization = Gen.OneOf(
            Gen.Select(scope, additional, noise, (s, a, n) => $"OSS4-HMAC-SHA256 Credential={s},AdditionalHeaders={a},Signature={n}"),
            Gen.Select(scope, noise, (s, n) => $"OSS4-HMAC-SHA256 Credential={s}, Signature={n}"),
            Gen.Select(noise, noise, (a, b) => $"OSS {a}:{b}"),
            noise.Select(n => "OSS " + n), noise.Select(n => "OSS4-HMAC-SHA256 " + n), noise);
        var query = Gen.Select(
            Among("x-oss-signature-version", "x-oss-date", "x-oss-expires", "x-oss-credential", "x-oss-additional-headers", "x-oss-signature", "OSSAccessKeyId", "Expires", "Signature", "security-token"),
            Gen.OneOf(date, scope, additional, Among("OSS4-HMAC-SHA256", "1", "604800", "604801")),
            (name, value) => $"{name}={Uri.EscapeDataString(Whole(value))}").Array[0, 8];
        var now = Among(DateTimeOffset.MinValue, new DateTimeOffset(2026, 3, 5, 4, 5, 6, TimeSpan.Zero), DateTimeOffset.MaxValue);
        Gen.Select(authorization.Null(), date.Null(), date.Null(), query, now).Sample((header, ossDate, httpDate, parameters, time) =>
        {
            var headers = new HeaderDictionary();
            Set(headers, "Authorization", header);
            Set(headers, "x-oss-date", ossDate);
            Set(headers, "Date", httpDate);
            var clock = new EmulatorClock(new Now(time));
            var store = new CredentialStore(clock);
            store.Set(new EmulatedCredentials("emulator-key", "emulator-secret"));
            var request = new OssRequest("GET", "logs", "a") { Query = QueryParameters.TryParse(string.Join('&', parameters))!, Headers = headers, Host = "h" };

            var (credentials, error) = new Authenticator(new OssEmulatorOptions(), clock, store).Authenticate(request);

            Assert.Null(credentials);
            Assert.InRange(error!.Status, 400, 499);
            Assert.Equal(error.Code, System.Xml.Linq.XElement.Parse(ErrorDocument.Render(error, request)).Element("Code")!.Value);
        });
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public async Task ClockThatIsShiftedBeyondTheCalendar_StillAnswers(long ticks)
    {
        Emulator.ShiftClock(new TimeSpan(ticks));

        var reply = await Client.HeadAsync("a");

        Assert.Equal(403, reply.Status);
    }

    [Theory]
    [InlineData("a\r\nb")]
    [InlineData("a\u001bb")]
    [InlineData("日志")]
    public async Task HeaderOfTheAnswerThatTheCallerChooses_DoesNotBreakIt(string value)
    {
        await Client.AppendAsync("a", 0, "abc");

        var reply = await Client.SendAsync("GET", "a", ("response-content-language", value));

        Assert.Equal((200, "abc"), (reply.Status, reply.Text));
    }

    private static Gen<T> Among<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static void Set(HeaderDictionary headers, string name, string? value)
    {
        if (value is not null)
            headers[name] = value;
    }

    // A query's bytes are UTF-8, so that half a character cannot stand in it.
    private static string Whole(string text) => System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text));

    private sealed class Now(DateTimeOffset time) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => time;
    }
}
