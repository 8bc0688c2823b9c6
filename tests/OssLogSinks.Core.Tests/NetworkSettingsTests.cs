using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;

namespace OssLogSinks.Core.Tests;

/// <summary>The settings of the way to OSS: endpoint, proxy, speed.</summary>
public class NetworkSettingsTests
{
    private static readonly Uri Oss = new("https://logs.oss-cn-hangzhou.aliyuncs.com");

    [Fact]
    public void NetworkAndFiles_AreTheClients()
    {
        var options = Right();
        options.Network = OssNetwork.Internal;
        options.TrafficLimitBitsPerSecond = 8_388_608;

        var client = ClientOptionsOf(options);

        Assert.Equal((OssNetwork.Internal, 8_388_608), (client.Network, client.TrafficLimitBitsPerSecond));
        using var made = new OssClient(client);
        Assert.Equal("logs.oss-cn-hangzhou-internal.aliyuncs.com:443", made.Way);
    }

    [Fact]
    public void ProxyWithAUser_HasCredentials()
    {
        var options = Right();
        (options.Proxy, options.ProxyUser, options.ProxyPassword) = ("http://proxy.example.com:8080", "app", "pass:word");

        var credentials = ClientOptionsOf(options).Proxy!.Credentials!.GetCredential(new Uri(options.Proxy), "Basic")!;

        Assert.Equal(("app", "pass:word"), (credentials.UserName, credentials.Password));
    }

    [Theory]
    [InlineData("aliyuncs.com", true)]
    [InlineData("other.example.com,logs.oss-cn-hangzhou.aliyuncs.com", true)]
    [InlineData("other.example.com; *.aliyuncs.com", true)]
    [InlineData(".OSS-cn-hangzhou.aliyuncs.com", true)]
    [InlineData("yuncs.com", false)]
    [InlineData("oss-cn-hangzhou", false)]
    [InlineData("logs.oss-cn-hangzhou.aliyuncs.com.example", false)]
    [InlineData("oss-cn-hangzhou-aliyuncs.com", false)]
    [InlineData("", false)]
    public void BypassedHost_IsReachedWithoutTheProxy(string bypass, bool isBypassed)
    {
        var options = Right();
        (options.Proxy, options.ProxyBypass) = ("http://proxy.example.com:8080", bypass);

        Assert.Equal(isBypassed, ClientOptionsOf(options).Proxy!.IsBypassed(Oss));
    }

    [Theory]
    [InlineData("127.0.0.1", "http://127.0.0.1:9000/", true)]
    [InlineData("[::1]", "http://[::1]:9000/", true)]
    [InlineData("::1", "http://[::1]:9000/", true)]
    [InlineData("127.0.0.1", "http://127.0.0.10:9000/", false)]
    public void BypassedAddress_IsReachedWithoutTheProxy(string bypass, string target, bool isBypassed)
    {
        var options = Right();
        (options.Proxy, options.ProxyBypass) = ("http://proxy.example.com:8080", bypass);

        Assert.Equal(isBypassed, ClientOptionsOf(options).Proxy!.IsBypassed(new Uri(target)));
    }

    [Theory]
    [InlineData(null, "app", "hush-hush", null, "ProxyUser: belongs to Proxy; set that too. The system's proxy has its own settings.")]
    [InlineData(null, null, "hush-hush", null, "ProxyPassword: belongs to Proxy; set that too. The system's proxy has its own settings.")]
    [InlineData(null, null, null, "aliyuncs.com", "ProxyBypass: belongs to Proxy; set that too. The system's proxy has its own settings.")]
    [InlineData("http://p", "app", null, null, "ProxyPassword: is empty; set it together with ProxyUser, or leave both out.")]
    [InlineData("http://p", null, "hush-hush", null, "ProxyUser: is empty; set it together with ProxyPassword, or leave both out.")]
    [InlineData("http://p", "app:hush-hush", "hush-hush", null, "ProxyUser: must not have a colon; the password is the setting ProxyPassword.")]
    [InlineData("http://p", null, null, "http://oss.example", "ProxyBypass: has 'http://oss.example', which is not a host; write host names or IP addresses with commas between them, without scheme, port and path.")]
    [InlineData("http://p", null, null, "oss.example:443", "ProxyBypass: has 'oss.example:443', which is not a host; write host names or IP addresses with commas between them, without scheme, port and path.")]
    [InlineData("http://p", null, null, "*", "ProxyBypass: has '*', which is not a host; write host names or IP addresses with commas between them, without scheme, port and path.")]
    public void ProxySettingThatCannotBeUsed_IsAFault(string? proxy, string? user, string? password, string? bypass, string fault)
    {
        var options = Right();
        (options.Proxy, options.ProxyUser, options.ProxyPassword, options.ProxyBypass) = (proxy, user, password, bypass);

        Assert.Equal(fault, Assert.Single(options.Validate()).ToString());
    }

    [Fact]
    public void PasswordsInWrongSettings_AreMasked()
    {
        var options = Right();
        (options.Proxy, options.ProxyUser, options.ProxyPassword) = ("proxy-password-1", "certificate-password-1", "proxy-password-1");
        (options.Region, options.ClientCertificate, options.ClientCertificatePassword) = ("certificate-password-1!", "/none/proxy-password-1.pfx", "certificate-password-1");

        var faults = options.Validate();

        Assert.Equal(["ClientCertificate", "Proxy", "Region"], faults.Select(fault => fault.Setting).Distinct().Order(StringComparer.Ordinal));
        Assert.All(faults, fault => Assert.DoesNotContain("-password-1", fault.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public void PasswordThatIsAWordOfOtherSettings_IsNoFault()
    {
        var options = Right();
        (options.Proxy, options.ProxyUser, options.ProxyPassword) = ("http://proxy.example.com:8080", "production", "production");
        (options.Bucket, options.ObjectKey) = ("production-logs", "production/app.log");

        Assert.Empty(options.Validate());
    }

    [Theory]
    [InlineData(819_199)]
    [InlineData(838_860_801)]
    [InlineData(0)]
    [InlineData(-1)]
    public void TrafficLimitOutOfRange_IsAFault(int limit)
    {
        var options = Right();
        options.TrafficLimitBitsPerSecond = limit;

        Assert.Contains(
            options.Validate(),
            fault => fault.ToString() == $"TrafficLimitBitsPerSecond: is {limit}, but must be from 819200 to 838860800 bits per second (100 KB/s to 100 MB/s), or left out for no limit.");
    }

    [Fact]
    public void TrafficLimitTooLowForAnAppend_IsAFault()
    {
        var options = Right();
        options.TrafficLimitBitsPerSecond = 819_200;

        Assert.Equal(
            "TrafficLimitBitsPerSecond: is 819200, so that an append of AppendSizeLimitBytes (4194304) takes 41 seconds, but RequestTimeout is 00:00:30; raise the limit or the timeout, or make appends smaller.",
            Assert.Single(options.Validate()).ToString());

        options.RequestTimeout = TimeSpan.FromMinutes(1);
        Assert.Empty(options.Validate());
    }

    [Fact]
    public void FaultsOfFiles_AreFaultsOfTheSettings()
    {
        var options = Right();
        (options.ClientCertificate, options.CertificateAuthority) = ("/none/client.pem", "/none/root.pem");

        Assert.Equal(["ClientCertificate", "CertificateAuthority"], options.Validate().Select(fault => fault.Setting));
    }

    private static OssClientOptions ClientOptionsOf(OssAppenderOptions options)
    {
        var validator = new OssAppenderOptionsValidator(options, bufferPath: null);
        Assert.Empty(validator.Validate());
        return validator.ClientOptions!;
    }

    private static OssAppenderOptions Right() => new()
    {
        Bucket = "logs",
        Region = "cn-hangzhou",
        Credentials = new StaticCredentialsProvider("ak", "sk"),
    };
}
