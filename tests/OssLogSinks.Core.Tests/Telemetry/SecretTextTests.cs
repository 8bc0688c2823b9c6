using CsCheck;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.Tests.Telemetry;

/// <summary>A secret that stands in the wrong setting is in no message about the settings.</summary>
public class SecretTextTests
{
    private static readonly Gen<char> LetterOrDigit = Gen.Char.AlphaNumeric;

    // 30 letters and digits, as Alibaba Cloud makes them.
    private static readonly Gen<string> AccessKeySecret =
        LetterOrDigit.Array[30].Select(c => new string(c)).Where(s => s.Any(char.IsLower) && s.Any(char.IsUpper) && s.Any(char.IsDigit));

    private static readonly Gen<string> SecurityToken = Gen.Byte.Array[100, 400].Select(bytes => "CAIS" + Convert.ToBase64String(bytes));

    private static readonly Gen<string> AccessKeyId = LetterOrDigit.Array[18].Select(c => "LTAI5t" + new string(c));

    private static readonly Gen<string> Passphrase =
        Gen.Char['!', '~'].Array[8, 40].Select(c => new string(c)).Where(s => OssCredentials.Validate("id", s, null).Count == 0 && s.Distinct().Count() > 4);

    // In each setting that is a text, alone and amid what belongs there.
    private static readonly Action<OssAppenderOptions, string>[] Put =
    [
        (o, s) => o.Bucket = s,
        (o, s) => o.Bucket = "my-" + s,
        (o, s) => o.Region = s,
        (o, s) => o.Region = "oss-" + s,
        (o, s) => o.Region = Uri.EscapeDataString(s),
        (o, s) => o.Endpoint = s,
        (o, s) => o.Endpoint = s + "://oss-cn-hangzhou.aliyuncs.com",
        (o, s) => o.Endpoint = $"https://{s}.example.com",
        (o, s) => o.Endpoint = $"https://user:{s}@oss-cn-hangzhou.aliyuncs.com",
        (o, s) => o.Endpoint = $"https://user:{Uri.EscapeDataString(s)}%40oss-cn-hangzhou.aliyuncs.com",
        (o, s) => o.Endpoint = $"https://oss-cn-hangzhou.aliyuncs.com/?Expires=1&Signature={s}",
        (o, s) => o.Endpoint = $"oss-cn-hangzhou.aliyuncs.com?Signature={Uri.EscapeDataString(s)}",
        (o, s) => o.Endpoint = $"https://oss-cn-hangzhou.aliyuncs.com/{s}",
        (o, s) => o.ObjectKey = $"logs/{s}/",
        (o, s) => o.ObjectKey = $"logs/{{{s}/app.log",
        (o, s) => o.ObjectKey = $"logs/{{{s}:{s}}}/",
        (o, s) => o.ObjectKey = $"logs/{{Timestamp:{s}}}/{{Sequence:{s}}}",
        (o, s) => o.ObjectKey = $"logs/{{Environment:{s}}}",
        (o, s) => (o.ObjectHeader, o.ObjectSizeLimitBytes) = (s, 1),
        (o, s) => (o.ObjectHeader, o.ObjectSizeLimitBytes) = (new string('x', 190) + s, 1),
        (o, s) => o.BufferPath = $"{typeof(SecretTextTests).Assembly.Location}/{s}",
        (o, s) => o.ObjectProperties = new OssObjectProperties { ContentType = s + "ü", ContentDisposition = s + "\n", CacheControl = "ü" + s },
        (o, s) => o.ObjectProperties = new OssObjectProperties { Metadata = new Dictionary<string, string> { [s + "_"] = s + "ü" } },
        (o, s) => o.ObjectProperties = new OssObjectProperties { Tags = new Dictionary<string, string> { [s + new string('x', 200)] = s } },
    ];

    private static readonly Gen<Action<OssAppenderOptions, string>> Places = Gen.Int[0, Put.Length - 1].Select(i => Put[i]);

    [Fact]
    public void KnownSecret_StandsInNoMessage() =>
        Gen.Select(Gen.OneOf(AccessKeySecret, SecurityToken, Passphrase), Places, Gen.Bool).Sample((secret, put, isToken) =>
            AssertHidden(secret, put, isToken ? new StaticCredentialsProvider("id", "another-secret", secret) : new StaticCredentialsProvider("id", secret)));

    [Fact]
    public void SecretThatNobodyKnows_IsTakenForOne() =>
        Gen.Select(Gen.OneOf(AccessKeySecret, SecurityToken, AccessKeyId), Places).Sample((secret, put) =>
            AssertHidden(secret, put, new StaticCredentialsProvider("id", "another-secret")));

    [Theory]
    [InlineData("My_Logs")]
    [InlineData("ShopProductionLogs2026")]
    [InlineData("oss-cn-hangzhou")]
    [InlineData("China (Hangzhou)")]
    [InlineData("My.Company-Production-Logs.Hangzhou")]
    [InlineData("logs/{Timestamp:yyyy/MM/dd}/{MachineName}-{InstanceId}.log")]
    [InlineData("/var/lib/shop/LogBuffer2/20261122T120000Z")]
    [InlineData("2f5a4c1e-8d3b-4f6a-9c7e-1b2d3e4f5a6b")]
    [InlineData("99999999999999999999999999999999999")]
    [InlineData("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")]
    public void Name_IsShown(string name) => Assert.Equal($"'{name}'", SettingFault.Shown(name));

    [Theory]
    [InlineData("LTAI5tQnRmHs9vXcYbZd")]
    [InlineData("STS.NUxxyyzzAABBccdd")]
    [InlineData("d41d8cd98f00b204e9800998ecf8427e")]
    [InlineData("wJalrXUtnF/K7MDENGzbPxRfiCYq9Lw2TtYv/kPqx")]
    [InlineData("it is Zk3pQ9xV2mW8rT5nB7cD1fG4hJ6kL0, they say")]
    [InlineData("Zk3pQ9xV2mW8rT5%6eB7cD1fG4hJ6kL0")]
    public void SecretOfAnotherShape_IsNotShown(string secret) => Assert.Equal("(not shown, as it looks like a secret)", SettingFault.Shown(secret));

    [Fact]
    public void Endpoint_IsShownUpToItsPort()
    {
        var faults = new OssClientOptions { Endpoint = "https://OSS-cn-hangzhou.aliyuncs.com:443/logs?token=hush", Bucket = "logs" }.Validate();

        Assert.Contains(faults, fault => fault.StartsWith("Endpoint: 'https://OSS-cn-hangzhou.aliyuncs.com:443…' is not a host", StringComparison.Ordinal));
    }

    [Fact]
    public void Client_TellsNoSecretEither() => Passphrase.Sample(secret =>
    {
        var options = new OssClientOptions
        {
            Bucket = "A" + secret,
            Region = "B" + secret,
            UserAgentSuffix = secret + "ü",
            Credentials = new StaticCredentialsProvider("id", secret),
        };

        Assert.DoesNotContain(secret, Assert.Throws<ArgumentException>(() => new OssClient(options)).ToString(), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(secret, string.Concat(options.Validate()), StringComparison.OrdinalIgnoreCase);
    });

    private static void AssertHidden(string secret, Action<OssAppenderOptions, string> put, IOssCredentialsProvider credentials)
    {
        var options = new OssAppenderOptions { Bucket = "logs", Region = "cn-hangzhou", Credentials = credentials, ConcurrentAppends = 0 };
        put(options, secret);

        var exception = Assert.Throws<OssSettingsException>(() => new OssAppender(options));

        Assert.DoesNotContain(secret, exception.ToString(), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Uri.EscapeDataString(secret), exception.ToString(), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(exception.Faults, fault => fault.ToString().Contains(secret, StringComparison.OrdinalIgnoreCase));
    }
}
