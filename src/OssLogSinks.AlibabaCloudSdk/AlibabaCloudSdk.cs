using System.Net;
using AlibabaCloud.OSS.V2;
using OssLogSinks.Core;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.SdkAdapters;

namespace OssLogSinks.AlibabaCloudSdk;

/// <summary>Sends the appender's requests with Alibaba's SDK <c>AlibabaCloud.OSS.V2</c>.</summary>
public static class AlibabaCloudSdk
{
    /// <summary>
    /// Makes the SDK's client with the settings that exactly-once delivery and security need, and a client for the appender over it. Give it to the
    /// setting <c>Client</c> of a sink, target or provider. Dispose it after the logger, if the application goes on without it.
    /// </summary>
    /// <param name="options">Where to send requests, and how. Read once.</param>
    /// <returns>The client. It is thread-safe.</returns>
    /// <exception cref="OssSettingsException">Settings are wrong; the exception names all of them.</exception>
    public static AlibabaCloudOssClient Client(AlibabaCloudSdkOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var configuration = Configuration.LoadDefault();
        options.Configure?.Invoke(configuration);
        var settings = new SdkSettings("AlibabaCloudSdk.Client", options.ToClientOptions(ProxyOf(configuration)));
        Secure(configuration, settings);
        return new AlibabaCloudOssClient(new AlibabaCloud.OSS.V2.Client(configuration), settings);
    }

    // Credentials are fetched through the proxy of the SDK, too. The SDK ignores what is no address.
    private static WebProxy? ProxyOf(Configuration configuration) =>
        Uri.TryCreate(configuration.ProxyHost, UriKind.Absolute, out var address) ? new WebProxy(address) : null;

    // After the user's own settings, so that they cannot undo these.
    private static void Secure(Configuration configuration, SdkSettings settings)
    {
        configuration.Endpoint = settings.Endpoint;
        configuration.Region = settings.Region;
        configuration.CredentialsProvider = new SdkCredentials(settings.Credentials);
        configuration.SignatureVersion = "v4";
        configuration.RetryMaxAttempts = 1;
        configuration.Retryer = null;
        configuration.ReadWriteTimeout = settings.RequestTimeout;
        configuration.EnabledRedirect = false;
        configuration.InsecureSkipVerify = false;
    }

    private sealed class SdkCredentials(CallCredentials credentials) : AlibabaCloud.OSS.V2.Credentials.ICredentialsProvider
    {
        public AlibabaCloud.OSS.V2.Credentials.Credentials GetCredentials()
        {
            var current = credentials.Current;
            return new(current.AccessKeyId, current.AccessKeySecret.Reveal(), current.SecurityToken?.Reveal() ?? "");
        }
    }
}

/// <summary>Settings of <see cref="AlibabaCloudSdk.Client"/>.</summary>
public sealed class AlibabaCloudSdkOptions
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
    /// Sets what else the SDK has: its proxy, which STS is asked through, too, or its transport for instance. Retries, signature, redirects,
    /// certificate checks, credentials and the settings above are set after it. Default: nothing.
    /// </summary>
    public Action<Configuration>? Configure { get; set; }

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
