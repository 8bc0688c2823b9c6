using System.Net;
using System.Security.Cryptography.X509Certificates;
using OssLogSinks.Core;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Signing;
using OssLogSinks.Tool.Output;

namespace OssLogSinks.Tool.Objects;

/// <summary>
/// How requests get to OSS: addresses, signature, proxy and certificates, as the sink's settings say. It is no record, whose text would have
/// passwords.
/// </summary>
internal sealed class ConnectionSettings(SinkSettings sink)
{
    private static readonly char[] Separators = [',', ';', ' '];

    /// <summary>The proxy of the settings; null without one, when the system's is used.</summary>
    public string? Proxy => Given(sink["proxy"]);

    /// <summary>The PEM file of further root certificates; null for the machine's alone.</summary>
    public string? CertificateAuthority => Given(sink["certificateAuthority"]);

    public void AddTo(OssClientOptions options)
    {
        options.AddressingStyle = Word<OssAddressingStyle>("addressingStyle");
        options.SignatureVersion = Word<OssSignatureVersion>("signatureVersion");
        options.Proxy = CreateProxy();
        options.CertificateAuthority = CertificateAuthority;
        options.ClientCertificate = Given(sink["clientCertificate"]);
        options.ClientCertificateKey = Given(sink["clientCertificateKey"]);
        options.ClientCertificatePassword = Given(sink["clientCertificatePassword"]);
    }

    public void AddTo(OssAppenderOptions options)
    {
        options.AddressingStyle = Word<OssAddressingStyle>("addressingStyle");
        options.SignatureVersion = Word<OssSignatureVersion>("signatureVersion");
        options.Proxy = Proxy;
        options.ProxyUser = Given(sink["proxyUser"]);
        options.ProxyPassword = Given(sink["proxyPassword"]);
        options.ProxyBypass = Given(sink["proxyBypass"]);
        options.CertificateAuthority = CertificateAuthority;
        options.ClientCertificate = Given(sink["clientCertificate"]);
        options.ClientCertificateKey = Given(sink["clientCertificateKey"]);
        options.ClientCertificatePassword = Given(sink["clientCertificatePassword"]);
    }

    /// <summary>The proxy that requests to an address go through; null if they go there directly.</summary>
    public Uri? ProxyTo(Uri address)
    {
        var proxy = CreateProxy() ?? HttpClient.DefaultProxy;
        return proxy.IsBypassed(address) || proxy.GetProxy(address) is not { } way || way == address ? null : way;
    }

    /// <summary>A handler for a request that is not signed. It trusts what the sink trusts, and shows no certificate of its own.</summary>
    public SocketsHttpHandler CreateHandler()
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, Proxy = CreateProxy() };
        if (CertificateAuthority is not { } path)
            return handler;

        // A policy with own roots has no others, so those of the machine are added.
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(path);
        using var machine = new X509Store(StoreName.Root, StoreLocation.LocalMachine, OpenFlags.ReadOnly);
        policy.CustomTrustStore.AddRange(machine.Certificates);
        handler.SslOptions.CertificateChainPolicy = policy;
        return handler;
    }

    private WebProxy? CreateProxy()
    {
        if (Proxy is null)
            return null;
        if (!Uri.TryCreate(Proxy, UriKind.Absolute, out var address) || address.Scheme != Uri.UriSchemeHttp || address.UserInfo.Length > 0)
            throw new ToolException(ExitCodes.Usage, "The setting proxy in the configuration file is no address.", "Write http://proxy.example.com:8080, without user name and password; those are proxyUser and proxyPassword.");

        var proxy = new WebProxy(address) { BypassList = [.. (sink["proxyBypass"] ?? "").Split(Separators, StringSplitOptions.RemoveEmptyEntries).Select(PatternOf)] };
        if (Given(sink["proxyUser"]) is { } user)
            proxy.Credentials = new NetworkCredential(user, sink["proxyPassword"]);

        return proxy;
    }

    // A name includes the names below it, as with the sinks.
    private static string PatternOf(string host)
    {
        var name = System.Text.RegularExpressions.Regex.Escape(host.TrimStart('*').TrimStart('.'));
        return $@"^[a-z]+://([^/]+\.)?{name}(:[0-9]+)?/?$";
    }

    private T Word<T>(string name)
        where T : struct, Enum
    {
        if (Given(sink[name]) is not { } text)
            return default;

        return Enum.TryParse<T>(text, ignoreCase: true, out var value) && Enum.IsDefined(value)
            ? value
            : throw new ToolException(ExitCodes.Usage, $"The setting {name} in the configuration file has a word that it does not know.", $"Write {string.Join(" or ", Enum.GetNames<T>())}.");
    }

    private static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
