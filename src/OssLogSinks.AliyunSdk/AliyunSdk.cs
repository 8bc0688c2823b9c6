using Aliyun.OSS.Common;
using Aliyun.OSS.Common.Authentication;
using OssLogSinks.Core;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.SdkAdapters;
using IWebProxy = System.Net.IWebProxy;
using NetworkCredential = System.Net.NetworkCredential;
using WebProxy = System.Net.WebProxy;

namespace OssLogSinks.AliyunSdk;

/// <summary>Sends the appender's requests with Alibaba's SDK <c>Aliyun.OSS.SDK.NetCore</c>.</summary>
public static class AliyunSdk
{
    /// <summary>
    /// Makes the SDK's client with the settings that exactly-once delivery and security need, and a client for the appender over it. Give it to the setting
    /// <c>Client</c> of a sink, target or provider.
    /// </summary>
    /// <param name="options">Where to send requests, and how. Read once.</param>
    /// <returns>The client. It is thread-safe, and needs no disposal.</returns>
    /// <exception cref="OssSettingsException">Settings are wrong; the exception names all of them.</exception>
    public static AliyunOssClient Client(AliyunSdkOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var configuration = new ClientConfiguration();
        options.Configure?.Invoke(configuration);
        var settings = new SdkSettings("AliyunSdk.Client", options.ToClientOptions(ProxyOf(configuration)));
        Secure(configuration, settings);
        var client = new Aliyun.OSS.OssClient(settings.Endpoint, new SdkCredentials(settings.Credentials), configuration);
        client.SetRegion(settings.Region);
        return new AliyunOssClient(client, settings);
    }

    // Credentials are fetched through the proxy of the SDK, too.
    private static WebProxy? ProxyOf(ClientConfiguration configuration) => string.IsNullOrEmpty(configuration.ProxyHost)
        ? null
        : new WebProxy(configuration.ProxyHost, configuration.ProxyPort < 0 ? 80 : configuration.ProxyPort)
        {
            Credentials = string.IsNullOrEmpty(configuration.ProxyUserName)
                ? null
                : new NetworkCredential(configuration.ProxyUserName, configuration.ProxyPassword ?? "", configuration.ProxyDomain ?? ""),
        };

    // After the user's own settings, so that they cannot undo these.
    private static void Secure(ClientConfiguration configuration, SdkSettings settings)
    {
        // The other transport accepts every certificate and repeats appends.
        configuration.UseNewServiceClient = true;

        // Zero would still repeat once.
        configuration.MaxErrorRetry = -1;
        configuration.SignatureVersion = Aliyun.OSS.SignatureVersion.V4;

        // The SDK's own default is a day.
        configuration.ConnectionTimeout = (int)settings.RequestTimeout.TotalMilliseconds;
    }

    private sealed class SdkCredentials(CallCredentials credentials) : ICredentialsProvider
    {
        public ICredentials GetCredentials()
        {
            var current = credentials.Current;
            return new DefaultCredentials(current.AccessKeyId, current.AccessKeySecret.Reveal(), current.SecurityToken?.Reveal());
        }

        public void SetCredentials(ICredentials creds) => throw new NotSupportedException("The credentials come from AliyunSdkOptions.Credentials.");
    }
}

/// <summary>Settings of <see cref="AliyunSdk.Client"/>.</summary>
public sealed class AliyunSdkOptions
{
    /// <summary>The address of OSS. <c>https://</c> is used unless it begins with <c>http://</c>. Default: the public endpoint of <see cref="Region"/>.</summary>
    public string? Endpoint { get; set; }

    /// <summary>The bucket's region, <c>cn-hangzhou</c> for instance. Required: the SDK signs with it.</summary>
    public string? Region { get; set; }

    /// <summary>The bucket. Required.</summary>
    public string? Bucket { get; set; }

    /// <summary>Gives, and renews, what requests are signed with. Default: the chain, as for the built-in client.</summary>
    public IOssCredentialsProvider? Credentials { get; set; }

    /// <summary>
    /// How long one request may take. Keep it below the appender's own <see cref="OssAppenderOptions.RequestTimeout"/> plus 5 seconds.
    /// Default: 30 seconds.
    /// </summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Sets what else the SDK has: its proxy, for instance, which STS is asked through, too. Transport, retries, signature and time limit are
    /// set after it. Default: nothing.
    /// </summary>
    public Action<ClientConfiguration>? Configure { get; set; }

    internal OssClientOptions ToClientOptions(IWebProxy? proxy) => new()
    {
        Endpoint = Endpoint,
        Region = Region,
        Bucket = Bucket,
        Credentials = Credentials,
        RequestTimeout = RequestTimeout,
        Proxy = proxy,
    };
}
