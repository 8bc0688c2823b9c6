using Microsoft.Extensions.Time.Testing;
using OssLogSinks.Core;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Client.Errors;
using OssLogSinks.Emulator;
using OssLogSinks.Emulator.Authentication;
using OssLogSinks.Testing;
using static OssLogSinks.OfficialSdk.Tests.SdkClients;

namespace OssLogSinks.OfficialSdk.Tests;

/// <summary>The factories make safe clients only.</summary>
public class SdkFactoryTests
{
    private const string InternalEndpoint = "oss-cn-hangzhou-internal.aliyuncs.com";

    private static readonly AppendObjectRequest Append = new("app.log", 0, new("x"u8.ToArray()));

    [Fact]
    public void AliyunConfiguration_CannotBeMadeUnsafe()
    {
        Aliyun.OSS.Common.ClientConfiguration? used = null;
        var options = new AliyunSdk.AliyunSdkOptions
        {
            Endpoint = "http://127.0.0.1:1",
            Region = "cn-hangzhou",
            Bucket = Bucket,
            Credentials = new StaticCredentialsProvider("id", "secret"),
            Configure = configuration =>
            {
                used = configuration;
                configuration.UseNewServiceClient = false;
                configuration.MaxErrorRetry = 5;
                configuration.ConnectionTimeout = -1;
                configuration.SignatureVersion = Aliyun.OSS.SignatureVersion.V1;
                configuration.ProxyPort = 8080;
            },
        };

        AliyunSdk.AliyunSdk.Client(options);

        Assert.NotNull(used);
        Assert.Equal((true, -1, 30_000, 8080), (used.UseNewServiceClient, used.MaxErrorRetry, used.ConnectionTimeout, used.ProxyPort));
        Assert.Equal(Aliyun.OSS.SignatureVersion.V4, used.SignatureVersion);
    }

    [Fact]
    public void AlibabaCloudConfiguration_CannotBeMadeUnsafe()
    {
        AlibabaCloud.OSS.V2.Configuration? used = null;
        var options = new AlibabaCloudSdk.AlibabaCloudSdkOptions
        {
            Region = "cn-hangzhou",
            Bucket = Bucket,
            Credentials = new StaticCredentialsProvider("id", "secret"),
            Configure = configuration =>
            {
                used = configuration;
                configuration.RetryMaxAttempts = 5;
                configuration.SignatureVersion = "v1";
                configuration.InsecureSkipVerify = true;
                configuration.EnabledRedirect = true;
                configuration.ProxyHost = "http://127.0.0.1:8080";
            },
        };

        using var client = AlibabaCloudSdk.AlibabaCloudSdk.Client(options);

        Assert.NotNull(used);
        Assert.Equal((1, "v4", false, false), (used.RetryMaxAttempts!.Value, used.SignatureVersion, used.InsecureSkipVerify!.Value, used.EnabledRedirect!.Value));
        Assert.Equal(("https://oss-cn-hangzhou.aliyuncs.com", TimeSpan.FromSeconds(30), "http://127.0.0.1:8080"), (used.Endpoint, used.ReadWriteTimeout!.Value, used.ProxyHost));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void WrongSettings_AreNamedAllAtOnce(bool isOld)
    {
        var error = Assert.Throws<OssSettingsException>(() =>
        {
            var credentials = new StaticCredentialsProvider("id", "secret");
            if (isOld)
                AliyunSdk.AliyunSdk.Client(new AliyunSdk.AliyunSdkOptions { Bucket = "Not A Bucket", Credentials = credentials, RequestTimeout = TimeSpan.Zero });
            else
                AlibabaCloudSdk.AlibabaCloudSdk.Client(new AlibabaCloudSdk.AlibabaCloudSdkOptions { Bucket = "Not A Bucket", Credentials = credentials, RequestTimeout = TimeSpan.Zero });
        });

        Assert.Superset(new HashSet<string> { "Bucket", "Region", "RequestTimeout" }, error.Faults.Select(fault => fault.Setting).ToHashSet());
        Assert.StartsWith(isOld ? "AliyunSdk.Client cannot start" : "AlibabaCloudSdk.Client cannot start", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SdkKind.Aliyun)]
    [InlineData(SdkKind.AlibabaCloud)]
    public async Task RefusedCredentials_AreRenewedAtOnce(SdkKind kind)
    {
        await using var oss = await OssEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        oss.SetCredentials(new EmulatedCredentials("next-key", "next-secret") { SecurityToken = "next-token" });
        var provider = new Renewing();

        var result = await Create(kind, oss, credentials: provider).AppendObjectAsync(Append, TestContext.Current.CancellationToken);

        Assert.Equal(1, result.NextPosition);
        Assert.Equal(["none", "old-key"], provider.Rejected);
    }

    [Theory]
    [InlineData(SdkKind.Aliyun)]
    [InlineData(SdkKind.AlibabaCloud)]
    public async Task FailingCredentials_ProveThatNothingWasSent(SdkKind kind)
    {
        await using var oss = await OssEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);

        var error = await Assert.ThrowsAsync<OssCredentialsException>(() =>
            Create(kind, oss, credentials: new Failing()).AppendObjectAsync(Append, TestContext.Current.CancellationToken));

        Assert.Empty(oss.Requests);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }

    // STS refuses, so that nothing is sent to OSS.
    [Theory]
    [InlineData(SdkKind.Aliyun)]
    [InlineData(SdkKind.AlibabaCloud)]
    public async Task InternalEndpoint_LetsStsBeAskedInsideTheRegion(SdkKind kind)
    {
        await using var world = await CredentialsWorld.StartAsync(TimeProvider.System);
        world.SetUpRrsa();
        world.Server.AnswerNext("/?Action=AssumeRoleWithOIDC", CredentialsServer.StsError(403, "NoPermission"));
        var provider = world.Provider("Oidc");
        IOssClient client = kind == SdkKind.Aliyun
            ? AliyunSdk.AliyunSdk.Client(new AliyunSdk.AliyunSdkOptions { Endpoint = InternalEndpoint, Region = "cn-hangzhou", Bucket = Bucket, Credentials = provider })
            : AlibabaCloudSdk.AlibabaCloudSdk.Client(new AlibabaCloudSdk.AlibabaCloudSdkOptions { Endpoint = InternalEndpoint, Region = "cn-hangzhou", Bucket = Bucket, Credentials = provider });

        var error = await Assert.ThrowsAsync<OssCredentialsException>(() => client.AppendObjectAsync(Append, TestContext.Current.CancellationToken));

        Assert.Contains("STS at sts-vpc.cn-hangzhou.aliyuncs.com refused AssumeRoleWithOIDC", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SdkKind.Aliyun)]
    [InlineData(SdkKind.AlibabaCloud)]
    public async Task ProxyOfTheSdk_IsThatOfStsToo(SdkKind kind)
    {
        await using var world = await CredentialsWorld.StartAsync(TimeProvider.System);
        world.SetUpRrsa();
        await using var proxy = new TunnelProxy(world.Server.Address);
        var provider = world.Provider("Oidc");
        IOssClient client = kind == SdkKind.Aliyun
            ? AliyunSdk.AliyunSdk.Client(new AliyunSdk.AliyunSdkOptions { Region = "cn-hangzhou", Bucket = Bucket, Credentials = provider, Configure = sdk => (sdk.ProxyHost, sdk.ProxyPort) = ("127.0.0.1", new Uri(proxy.Url).Port) })
            : AlibabaCloudSdk.AlibabaCloudSdk.Client(new AlibabaCloudSdk.AlibabaCloudSdkOptions { Region = "cn-hangzhou", Bucket = Bucket, Credentials = provider, Configure = sdk => sdk.ProxyHost = proxy.Url });

        // The proxy of the test opens tunnels only.
        await Assert.ThrowsAsync<OssCredentialsException>(() => client.AppendObjectAsync(Append, TestContext.Current.CancellationToken));

        Assert.StartsWith($"POST {world.Server.Address}?Action=AssumeRoleWithOIDC", Assert.Single(proxy.Requests), StringComparison.Ordinal);
        Assert.Empty(world.Server.Requests);
    }

    [Fact]
    public async Task RefusedClock_IsCorrectedForExpirations()
    {
        await using var oss = await OssEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        var fetches = 0;
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var provider = new DelegateCredentialsProvider(
            _ =>
            {
                fetches++;
                return new(new OssCredentials(oss.AccessKeyId, oss.AccessKeySecret) { Expiration = time.GetUtcNow().AddHours(1) });
            },
            time);
        oss.ShiftClock(TimeSpan.FromHours(2));
        var client = Create(SdkKind.AlibabaCloud, oss, credentials: provider);

        await Assert.ThrowsAsync<OssException>(() => client.AppendObjectAsync(Append, TestContext.Current.CancellationToken));
        time.Advance(TimeSpan.FromSeconds(31));
        await Assert.ThrowsAsync<OssException>(() => client.AppendObjectAsync(Append, TestContext.Current.CancellationToken));

        Assert.Equal(2, fetches);
    }

    private sealed class Renewing : IOssCredentialsProvider
    {
        public List<string> Rejected { get; } = [];

        public ValueTask<OssCredentials> GetCredentialsAsync(OssCredentials? rejected, CancellationToken cancellationToken)
        {
            Rejected.Add(rejected?.AccessKeyId ?? "none");
            return new(rejected is null ? new OssCredentials("old-key", "old-value") : new OssCredentials("next-key", "next-secret", "next-token"));
        }
    }

    private sealed class Failing : IOssCredentialsProvider
    {
        public ValueTask<OssCredentials> GetCredentialsAsync(OssCredentials? rejected, CancellationToken cancellationToken) => throw new InvalidOperationException("the secret is abc");
    }
}
