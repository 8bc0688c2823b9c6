using System.Text;
using Microsoft.AspNetCore.Http;
using OssLogSinks.Core.Tests.Fuzz;
using OssLogSinks.Emulator.Authentication;
using OssLogSinks.Emulator.Http;
using OssLogSinks.Emulator.Operations;
using OssLogSinks.Emulator.Protocol;
using OssLogSinks.Emulator.Time;

namespace OssLogSinks.Emulator.Tests.Fuzz;

/// <summary>What a request may claim, in any bytes: refused, never a crash, and never taken for signed.</summary>
public class EmulatorFuzzTests
{
    private static readonly Dictionary<string, FuzzTarget> Targets = new()
    {
        ["claims"] = new("claims", ReadClaims, "OSS4-HMAC-SHA256 Credential=", "AdditionalHeaders=", "Signature=", "emulator-key", "/20260305/cn-hangzhou/oss/aliyun_v4_request", "OSS ", "x-oss-credential=", "x-oss-expires=604800", "&", "%"),
        ["query"] = new("query", ReadQuery, "&", "=", "%", "%2", "+", "append", "position=", "bytes=", "-", "9223372036854775807"),
    };

    public static TheoryData<string> Names => [.. Targets.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Corpus_IsReadWithoutAnException(string target) => Targets[target].Replay();

    [Theory]
    [MemberData(nameof(Names))]
    public void ChangedInputs_AreReadWithoutAnException(string target) => Targets[target].Run();

    // Lines: query, Authorization, x-oss-date, Date. Nobody who does not know the secret makes a signature that is right.
    private static void ReadClaims(byte[] input)
    {
        var lines = Encoding.UTF8.GetString(input).Split('\n');
        if (QueryParameters.TryParse(lines[0]) is not { } query)
            return;

        var headers = new HeaderDictionary();
        foreach (var (name, line) in new[] { "Authorization", "x-oss-date", "Date" }.Zip(lines.Skip(1)))
            headers[name] = line;
        var clock = new EmulatorClock(new Noon());
        var store = new CredentialStore(clock);
        store.Set(new EmulatedCredentials("emulator-key", "emulator-secret"));
        var request = new OssRequest("GET", "logs", "a") { Query = query, Headers = headers, Host = "h" };

        var (credentials, error) = new Authenticator(new OssEmulatorOptions(), clock, store).Authenticate(request);

        Assert.Null(credentials);
        Assert.InRange(error!.Status, 400, 499);
        Assert.Equal(error.Code, System.Xml.Linq.XElement.Parse(ErrorDocument.Render(error, request)).Element("Code")!.Value);
    }

    // Lines: query, Range, the object's length.
    private static void ReadQuery(byte[] input)
    {
        var lines = Encoding.UTF8.GetString(input).Split('\n');
        var query = QueryParameters.TryParse(lines[0]);
        Assert.All(query?.All ?? [], parameter => Assert.NotNull(parameter.Name));
        var length = Math.Abs((long)(lines.ElementAtOrDefault(2)?.GetHashCode(StringComparison.Ordinal) ?? 0));
        foreach (var standard in new[] { true, false })
        {
            var range = ByteRange.Resolve(lines.ElementAtOrDefault(1), length, standard);
            if (range.IsPart)
                Assert.True(range.Start >= 0 && range.End >= range.Start && range.End < length);
        }
    }

    private sealed class Noon : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 3, 5, 4, 5, 6, TimeSpan.Zero);
    }
}
