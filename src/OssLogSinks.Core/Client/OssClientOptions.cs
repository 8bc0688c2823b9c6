using System.Globalization;
using System.Net;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Client.Signing;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.Client;

/// <summary>Settings of an <see cref="OssClient"/>. Read once, when the client is created.</summary>
public sealed class OssClientOptions
{
    private const int LeastTraffic = 819_200;
    private const int MostTraffic = 838_860_800;

    private string? _endpoint;

    /// <summary>
    /// The service's address: a host with an optional port. <c>https://</c> is used unless it begins with <c>http://</c>. Public, internal,
    /// acceleration and dual-stack endpoints, a domain bound to the bucket, an IP address or <c>localhost</c>. Default: the endpoint of
    /// <see cref="Region"/> that <see cref="Network"/> chooses.
    /// </summary>
    public string? Endpoint
    {
        get => _endpoint;
        set => _endpoint = EndpointHost.WithoutUserInfo(value);
    }

    /// <summary>The bucket. Required.</summary>
    public string? Bucket { get; set; }

    /// <summary>
    /// The bucket's region, <c>cn-hangzhou</c> for instance, without <c>oss-</c>. Required for signature V4 unless the endpoint names it.
    /// Default: what the endpoint names.
    /// </summary>
    public string? Region { get; set; }

    /// <summary>Which endpoint of <see cref="Region"/> is used. Not together with <see cref="Endpoint"/>. Default: Public.</summary>
    public OssNetwork Network { get; set; }

    /// <summary>Where the bucket is in the URL. Default: Automatic; it depends on the endpoint.</summary>
    public OssAddressingStyle AddressingStyle { get; set; }

    /// <summary>How requests are signed. Default: V4.</summary>
    public OssSignatureVersion SignatureVersion { get; set; }

    /// <summary>Gives the credentials that requests are signed with. Required; <see cref="EnvironmentCredentialsProvider"/> for instance.</summary>
    public IOssCredentialsProvider? Credentials { get; set; }

    /// <summary>
    /// How long one attempt may take, from its start to the end of the answer. For GetObject, it limits the time to the answer's head, and
    /// then each read of the body. Default: 60 seconds.
    /// </summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long connecting may take. Default: 5 seconds. It has no effect in the build for .NET Standard 2.0 (.NET Framework, Mono, .NET before 8), whose handler has no such limit, or with <see cref="HttpMessageHandler"/>.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How many connections are open at once. Default: 16. It has no effect with <see cref="HttpMessageHandler"/>.</summary>
    public int MaxConnections { get; set; } = 16;

    /// <summary>Text that follows the library's own name in the User-Agent header: printable ASCII. Default: none.</summary>
    public string? UserAgentSuffix { get; set; }

    /// <summary>
    /// The proxy to go through, also to STS and to an https credentials URI, and never to the metadata service or this machine. Default: the
    /// system's. It has no effect with <see cref="HttpMessageHandler"/>. It cannot be read, because it may have a password.
    /// </summary>
    public IWebProxy? Proxy { internal get; set; }

    /// <summary>
    /// The file of the certificate that this client shows to a gateway that asks for one: PFX, or PEM with the certificate first and its
    /// intermediate ones after it. Read once, when the client is created. Needs .NET 8 or later; not together with
    /// <see cref="HttpMessageHandler"/>. Default: none.
    /// </summary>
    public string? ClientCertificate { get; set; }

    /// <summary>The PEM file of the private key of <see cref="ClientCertificate"/>. Default: the key is in the file of the certificate.</summary>
    public string? ClientCertificateKey { get; set; }

    /// <summary>The password of the PFX file, or of an encrypted PEM key. Cannot be read back. Default: none.</summary>
    public string? ClientCertificatePassword { internal get; set; }

    /// <summary>
    /// A PEM file of root certificates that this client trusts in addition to the machine's, a company's own for instance. They are also
    /// trusted for STS and https credentials URIs. Read once, when the client is created. Needs .NET 8 or later; not together with <see cref="HttpMessageHandler"/>. Default: none.
    /// </summary>
    public string? CertificateAuthority { get; set; }

    /// <summary>
    /// The speed in bits per second at which OSS takes the body of an append (<c>x-oss-traffic-limit</c>): 819,200 to 838,860,800. Each
    /// request has its own limit. Default: none.
    /// </summary>
    public int? TrafficLimitBitsPerSecond { get; set; }

    /// <summary>
    /// The handler that sends the requests; the client does not dispose it. It must not follow redirects or repeat an append. Cannot be read
    /// back, as it may have passwords. Default: the client's own handler.
    /// </summary>
    public HttpMessageHandler? HttpMessageHandler { internal get; set; }

    /// <summary>How long a connection is used before another one is opened; for tests.</summary>
    internal TimeSpan ConnectionLifetime { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Finds the address of a host; null for the system's resolver. For tests.</summary>
    internal Func<string, IPAddress>? Resolver { get; set; }

    /// <summary>Called once, with the source of credentials that was chosen out of several.</summary>
    internal Action<string>? CredentialsChosen { get; set; }

    /// <summary>The clock of signatures and timeouts. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Finds everything that is wrong with the settings.</summary>
    /// <returns>One sentence per fault, which begins with the setting's name and says how to correct it; empty if there is none.</returns>
    public IReadOnlyList<string> Validate()
    {
        var faults = new List<string>();
        _ = TryCreateEndpoint(faults);
        TlsCertificates.Read(this, faults).Dispose();
        return [.. faults.Select(WithoutSecrets)];
    }

    internal string WithoutSecrets(string text) => SecretText.Without(text, [ClientCertificatePassword, .. StaticCredentialsProvider.SecretsOf(Credentials)]);

    internal OssEndpoint? TryCreateEndpoint(ICollection<string> faults)
    {
        var settings = new OssEndpointSettings(Endpoint, Bucket, Region, AddressingStyle, SignatureVersion, Network);
        _ = OssEndpoint.TryCreate(settings, faults, out var endpoint);
        Check(faults, Credentials is not null, "Credentials: must be set, to an EnvironmentCredentialsProvider for instance.");
        Check(faults, IsTimeout(RequestTimeout), $"RequestTimeout: is {RequestTimeout}, but must be more than zero and less than a day.");
        Check(faults, IsTimeout(ConnectTimeout), $"ConnectTimeout: is {ConnectTimeout}, but must be more than zero and less than a day.");
        Check(faults, MaxConnections > 0, $"MaxConnections: is {MaxConnections.ToString(CultureInfo.InvariantCulture)}, but must be at least 1.");
        Check(
            faults,
            TrafficLimitBitsPerSecond is null or (>= LeastTraffic and <= MostTraffic),
            $"TrafficLimitBitsPerSecond: is {TrafficLimitBitsPerSecond?.ToString(CultureInfo.InvariantCulture)}, but must be from {LeastTraffic} to {MostTraffic} bits per second (100 KB/s to 100 MB/s), or left out for no limit.");
        Check(faults, TimeProvider is not null, "TimeProvider: must not be null; leave it out to use the system clock.");
        Check(faults, ObjectPropertyHeaders.IsSendable(UserAgentSuffix ?? ""), $"UserAgentSuffix: is {SettingFault.Shown(UserAgentSuffix)}, but must be printable ASCII.");
        return endpoint;
    }

    private static bool IsTimeout(TimeSpan value) => value > TimeSpan.Zero && value < TimeSpan.FromDays(1);

    private static void Check(ICollection<string> faults, bool isRight, string fault)
    {
        if (!isRight)
            faults.Add(fault);
    }
}
