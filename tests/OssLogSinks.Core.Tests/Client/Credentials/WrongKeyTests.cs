using System.Net;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Client.Errors;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.Tests.Client.Credentials;

/// <summary>Keys that cannot be any, and providers that fail: told by what is wrong, showing nothing of it.</summary>
public class WrongKeyTests
{
    private const string Mark = "MARK0123456789";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Wrong => new()
    {
        { "", "is empty" },
        { " \n", "is empty" },
        { $"\"{Mark}\"", "quotation mark" },
        { $"'{Mark}'", "quotation mark" },
        { $"“{Mark}”", "quotation mark" },
        { $"{Mark}'", "quotation mark" },
        { "<MARK>", "placeholder" },
        { "${MARK}", "placeholder" },
        { "%MARK%", "placeholder" },
        { "MARK 0123", "contains a space" },
        { "MARK\r\n0123", "contains a space" },
        { "MARK\u200B0123", "contains a space" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void PartThatCannotBeOne_IsTold_AndNotShown(string value, string problem)
    {
        AssertTold(OssCredentials.Validate(value, "secret", null), "AccessKeyId", problem);
        AssertTold(OssCredentials.Validate("id", value, null), "AccessKeySecret", problem);
        if (value.Length > 0)
            AssertTold(OssCredentials.Validate("id", "secret", value), "SecurityToken", problem);

        var exception = Assert.ThrowsAny<ArgumentException>(() => new OssCredentials(value, "secret"));
        Assert.StartsWith("The credentials are invalid: the access key id ", exception.Message, StringComparison.Ordinal);
        Assert.Contains(problem, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("MARK", exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void EveryPart_IsToldAtOnce() =>
        Assert.Equal(["AccessKeyId", "AccessKeySecret", "SecurityToken"], OssCredentials.Validate("'a'", "", "\"b\"").Select(fault => fault.Setting));

    [Theory]
    [InlineData("LTAI5tExampleExample", "abcABC0123456789abcABC01234567")]
    [InlineData(" id\n", " secret\r\n")]
    [InlineData("STS.NUgYrLnoC37mZZCNnAbez", "a+b/c==")]
    public void KeyThatCanBeOne_IsFine(string id, string secret) => Assert.Empty(OssCredentials.Validate(id, secret, null));

    [Theory]
    [InlineData("OSS_ACCESS_KEY_ID", "'MARK'", "The environment variable OSS_ACCESS_KEY_ID has a quotation mark at its beginning or end; write it without quotes.")]
    [InlineData("OSS_ACCESS_KEY_SECRET", "\"MARK\"", "The environment variable OSS_ACCESS_KEY_SECRET has a quotation mark at its beginning or end; write it without quotes.")]
    [InlineData("OSS_SESSION_TOKEN", "MARK MARK", "The environment variable OSS_SESSION_TOKEN contains a space, a line break or another character that access keys do not have; copy it again.")]
    public async Task VariableThatCannotBeOne_IsNamed(string name, string value, string message)
    {
        var variables = new Dictionary<string, string> { ["OSS_ACCESS_KEY_ID"] = "id", ["OSS_ACCESS_KEY_SECRET"] = "secret", [name] = value };
        var provider = new EnvironmentCredentialsProvider(variables.GetValueOrDefault);

        var exception = await Assert.ThrowsAsync<OssCredentialsException>(() => provider.GetCredentialsAsync(null, Cancel).AsTask());

        Assert.Equal(message, exception.Message);
        Assert.Equal(OssFailureKind.Credentials, exception.Kind);
    }

    [Fact]
    public async Task FetchThatGivesAQuotedKey_IsTold() => Assert.Equal(
        "The function that fetches credentials returned an invalid access key: the access key id has a quotation mark at its beginning or end; write it without quotes. Nothing was written.",
        (await FailureOf(_ => new OssCredentials("\"MARK\"", "secret"))).Message);

    [Fact]
    public async Task FetchThatThrows_IsToldByItsType_WithoutItsWords()
    {
        var failure = await FailureOf(_ => throw new InvalidOperationException("GET http://vault/?token=MARK failed."));

        Assert.Equal("The function that fetches credentials failed with System.InvalidOperationException: look at the inner exception, or throw an OssCredentialsException whose message says more. Nothing was written.", failure.Message);
        Assert.DoesNotContain("MARK", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task FetchThatGivesNothing_IsTold() => Assert.Equal(
        "The function that fetches credentials returned null. Nothing was written.", (await FailureOf(_ => null!)).Message);

    [Fact]
    public async Task ProvidersOwnWords_AreKept() => Assert.Equal(
        "The RAM role 'logs' is not attached.", (await FailureOf(_ => throw new OssCredentialsException("The RAM role 'logs' is not attached."))).Message);

    [Theory]
    [InlineData(true, "The credentials provider OssLogSinks.Core.Tests.Client.Credentials.WrongKeyTests+Failing returned an invalid access key: the access key secret is empty; copy the value from your access key. Nothing was written.")]
    [InlineData(false, "The credentials provider OssLogSinks.Core.Tests.Client.Credentials.WrongKeyTests+Failing failed with System.IO.IOException: look at the inner exception, or throw an OssCredentialsException whose message says more. Nothing was written.")]
    public async Task ProviderOfTheUsers_IsToldTheSame(bool isWrongKey, string message)
    {
        using var wire = new FakeWire { Credentials = new Failing(() => isWrongKey ? new OssCredentials("id", "") : throw new IOException("MARK")) };
        using var client = wire.NewClient();

        var failure = await Assert.ThrowsAsync<OssCredentialsException>(() => client.HeadObjectAsync(new HeadObjectRequest("k"), Cancel));

        Assert.Equal(message, failure.Message);
        Assert.DoesNotContain("MARK", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ProviderOfTheUsersThatBlocks_IsGivenUpAndNotCalledAgain()
    {
        using var gate = new ManualResetEventSlim();
        var calls = 0;
        using var wire = new FakeWire
        {
            Credentials = new Failing(() =>
            {
                Interlocked.Increment(ref calls);
                gate.Wait();
                return new OssCredentials("id", "secret");
            }),
        };
        using var client = wire.NewClient();

        for (var i = 0; i < 3; i++)
        {
            var failing = Assert.ThrowsAsync<OssCredentialsException>(() => client.HeadObjectAsync(new HeadObjectRequest("k"), Cancel));
            await wire.Time.RunUntilEnd(failing);
            Assert.Contains("did not answer in time", (await failing).Message, StringComparison.Ordinal);
            wire.Time.Advance(TimeSpan.FromSeconds(6));
        }

        // The pool may start the call late.
        await Wait.UntilAsync(() => Volatile.Read(ref calls) > 0);
        Assert.Equal(1, calls);
        gate.Set();
        wire.Answer(HttpStatusCode.OK, "", "Content-Length: 1", "x-oss-object-type: Appendable", "x-oss-request-id: REQ1");
        await UntilHeadAsync();
        Assert.Equal(2, calls);

        async Task UntilHeadAsync()
        {
            while (wire.Sent.Count == 0)
            {
                wire.Time.Advance(TimeSpan.FromSeconds(6));
                try
                {
                    await client.HeadObjectAsync(new HeadObjectRequest("k"), Cancel);
                }
                catch (OssCredentialsException)
                {
                    // The thread that was blocked has not ended yet.
                    await Task.Yield();
                }
            }
        }
    }

    // A gateway that does not know this STS, for instance.
    [Fact]
    public async Task ServiceThatRefusesEachNewSet_IsAskedOnceAMinute()
    {
        var fetched = 0;
        using var wire = new FakeWire();
        wire.Credentials = new DelegateCredentialsProvider(_ => new(new OssCredentials($"STS.{++fetched}", "secret", "token")), wire.Time);
        using var client = wire.NewClient();

        // 100 streams that try again every 20 seconds, for an hour.
        for (var round = 0; round < 180; round++)
        {
            for (var stream = 0; stream < 100; stream++)
            {
                wire.Refuse(HttpStatusCode.Forbidden, "InvalidAccessKeyId").Refuse(HttpStatusCode.Forbidden, "InvalidAccessKeyId");
                await Assert.ThrowsAsync<OssException>(() => client.HeadObjectAsync(new HeadObjectRequest("k"), Cancel));
                wire.Time.Advance(TimeSpan.FromMilliseconds(200));
            }
        }

        Assert.InRange(fetched, 50, 90);
    }

    private static void AssertTold(IReadOnlyList<SettingFault> faults, string setting, string problem)
    {
        var fault = Assert.Single(faults);
        Assert.Equal(setting, fault.Setting);
        Assert.Contains(problem, fault.Problem, StringComparison.Ordinal);
        Assert.DoesNotContain("MARK", fault.Problem, StringComparison.Ordinal);
    }

    private static async Task<OssCredentialsException> FailureOf(Func<CancellationToken, OssCredentials> fetch)
    {
        var provider = new DelegateCredentialsProvider(token => new ValueTask<OssCredentials>(fetch(token)));
        return await Assert.ThrowsAsync<OssCredentialsException>(() => provider.GetCredentialsAsync(null, Cancel).AsTask());
    }

    private sealed class Failing(Func<OssCredentials> give) : IOssCredentialsProvider
    {
        public ValueTask<OssCredentials> GetCredentialsAsync(OssCredentials? rejected, CancellationToken cancellationToken) => new(give());
    }
}
