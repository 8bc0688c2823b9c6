using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Rolling;

namespace OssLogSinks.Core.Tests;

public class OssAppenderOptionsTests
{
    [Fact]
    public void Defaults_NeedNoMoreThanAPlace()
    {
        var options = new OssAppenderOptions { Bucket = "logs", Region = "cn-hangzhou", Credentials = new StaticCredentialsProvider("id", "secret") };

        Assert.Empty(options.Validate());
    }

    [Theory]
    [InlineData(nameof(OssAppenderOptions.Endpoint), "Xq8vTz1LmN4pRs7WyB2cDf5GhJ6kAe")]
    [InlineData(nameof(OssAppenderOptions.Endpoint), "https://xq8vtz1lmn4prs7wyb2cdf5ghj6kae.example:8443")]
    [InlineData(nameof(OssAppenderOptions.Bucket), "xq8vtz1lmn4prs7wyb2cdf5ghj6kae")]
    [InlineData(nameof(OssAppenderOptions.Region), "xq8vtz1lmn4prs7wyb2cdf5ghj6kae")]
    [InlineData(nameof(OssAppenderOptions.ObjectKey), "logs/Xq8vTz1LmN4pRs7WyB2cDf5GhJ6kAe.log")]
    public void SecretWhereItWouldBeSentAndReported_StartsNothing(string setting, string value)
    {
        var options = new OssAppenderOptions
        {
            Endpoint = "oss-cn-hangzhou.aliyuncs.com",
            Bucket = "logs",
            Region = "cn-hangzhou",
            Credentials = new StaticCredentialsProvider("LTAI5tAbCdEfGhIjKlMnOpQr", "Xq8vTz1LmN4pRs7WyB2cDf5GhJ6kAe"),
        };
        typeof(OssAppenderOptions).GetProperty(setting)!.SetValue(options, value);

        var exception = Assert.Throws<OssSettingsException>(() => new OssAppender(options));

        Assert.Contains(exception.Faults, fault => fault.Setting == setting);
        Assert.DoesNotContain("Xq8vTz1LmN4p", exception.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void OtherClient_NeedsNeitherEndpointNorCredentials() =>
        Assert.Empty(new OssAppenderOptions { Client = new MemoryOss() }.Validate());

    [Fact]
    public void EveryBadSetting_IsNamedInOneException()
    {
        var options = new OssAppenderOptions
        {
            Endpoint = "ftp://nowhere",
            Bucket = "Not A Bucket",
            Region = "oss-cn-hangzhou",
            Credentials = new EnvironmentCredentialsProvider(_ => null),
            ObjectKey = "/{Timestamp:yyyy/{",
            ObjectSizeLimitBytes = 0,
            AppendSizeLimitBytes = 1,
            EventSizeLimitBytes = 0,
            MemoryLimitBytes = 0,
            BufferPath = "",
            BufferSizeLimitBytes = 0,
            BufferFullAction = (OssBufferFullAction)42,
            BufferSync = (OssBufferSync)42,
            BufferSyncInterval = TimeSpan.Zero,
            ConcurrentAppends = 0,
            OpenStreamLimit = 0,
            AppendInterval = TimeSpan.FromSeconds(-1),
            RetryDelay = TimeSpan.Zero,
            RetryDelayLimit = TimeSpan.FromDays(99),
            RefusalRetryDelay = TimeSpan.Zero,
            RetryTimeLimit = TimeSpan.Zero,
            CloseTimeout = TimeSpan.FromSeconds(-5),
            RequestTimeout = TimeSpan.Zero,
            ConnectTimeout = TimeSpan.Zero,
            RollingInterval = (OssRollingInterval)42,
            ObjectProperties = new OssObjectProperties { ContentType = "a\nb" },
            TimeProvider = null!,
            Random = null!,
        };

        var exception = Assert.Throws<OssSettingsException>(() => new OssAppender(options));

        string[] expected =
        [
            "AppendInterval", "AppendSizeLimitBytes", "Bucket", "BufferFullAction", "BufferPath", "BufferSizeLimitBytes", "BufferSync",
            "BufferSyncInterval", "CloseTimeout", "ConcurrentAppends", "ConnectTimeout", "Endpoint", "EventSizeLimitBytes", "MemoryLimitBytes", "ObjectKey", "ObjectProperties.ContentType", "ObjectSizeLimitBytes", "OpenStreamLimit", "Random",
            "RefusalRetryDelay", "Region", "RequestTimeout", "RetryDelay", "RetryDelayLimit", "RetryTimeLimit", "RollingInterval", "TimeProvider",
        ];
        Assert.Equal(expected, exception.Faults.Select(f => f.Setting).Distinct().Order(StringComparer.Ordinal));
        Assert.All(expected, setting => Assert.Contains(setting + ":", exception.Message));
    }

    [Theory]
    [InlineData("id", null, null, "AccessKeySecret")]
    [InlineData(null, "secret", null, "AccessKeyId")]
    [InlineData("id", " ", "token", "AccessKeySecret")]
    [InlineData(null, null, "token", "SecurityToken")]
    [InlineData("id", "\"secret\"", null, "AccessKeySecret")]
    public void KeyThatIsNotWhole_IsOneFault(string? id, string? secret, string? token, string setting)
    {
        var options = new OssAppenderOptions { Bucket = "logs", Region = "cn-hangzhou", AccessKeyId = id, AccessKeySecret = secret, SecurityToken = token };

        Assert.Equal(setting, Assert.Single(options.Validate()).Setting);
    }

    [Fact]
    public async Task AccessKey_SignsRequests()
    {
        var options = new OssAppenderOptions { Bucket = "logs", Region = "cn-hangzhou", AccessKeyId = "id", AccessKeySecret = "secret", SecurityToken = "token" };
        var validator = new OssAppenderOptionsValidator(options, bufferPath: null);

        Assert.Empty(validator.Validate());

        var credentials = await validator.ClientOptions!.Credentials!.GetCredentialsAsync(null, TestContext.Current.CancellationToken);
        Assert.Equal(("id", "secret", "token"), (credentials.AccessKeyId, credentials.AccessKeySecret.Reveal(), credentials.SecurityToken?.Reveal()));
    }

    [Fact]
    public void CopyThatIsChanged_LeavesTheOriginal()
    {
        var options = new OssAppenderOptions { Bucket = "logs" };

        options.Copy().Bucket = "others";

        Assert.Equal("logs", options.Bucket);
    }

    [Theory]
    [InlineData("http://proxy.example.com:8080", "http://proxy.example.com:8080/")]
    [InlineData("http://10.0.0.1:3128/", "http://10.0.0.1:3128/")]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void Proxy_IsTheClients(string? proxy, string? expected)
    {
        var validator = new OssAppenderOptionsValidator(WithKey(proxy), bufferPath: null);

        Assert.Empty(validator.Validate());

        Assert.Equal(expected, validator.ClientOptions!.Proxy?.GetProxy(new Uri("https://logs.oss-cn-hangzhou.aliyuncs.com"))?.ToString());
    }

    [Theory]
    [InlineData("proxy.example.com:8080")]
    [InlineData("https://proxy.example.com:8080")]
    [InlineData("http://proxy.example.com:8080/path")]
    [InlineData("http://user:hush-hush@proxy.example.com:8080")]
    public void ProxyThatIsNoAddress_IsRefused_WithoutItsPassword(string proxy)
    {
        var fault = Assert.Single(WithKey(proxy).Validate());

        Assert.Equal("Proxy", fault.Setting);
        Assert.Contains("must be an address such as http://proxy.example.com:8080", fault.Problem, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", fault.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void ProxyWithAHandler_IsRefused()
    {
        using var handler = new HttpClientHandler();
        var options = WithKey("http://proxy.example.com:8080");
        options.HttpMessageHandler = handler;

        Assert.Equal("Proxy", Assert.Single(options.Validate()).Setting);
    }

    private static OssAppenderOptions WithKey(string? proxy) => new()
    {
        Bucket = "logs",
        Region = "cn-hangzhou",
        AccessKeyId = "id",
        AccessKeySecret = "secret",
        Proxy = proxy,
    };
}
