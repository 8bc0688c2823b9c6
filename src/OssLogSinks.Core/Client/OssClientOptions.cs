using System.Globalization;
using System.Net;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Client.Signing;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.Client;

/// <summary>Settings of an <see cref="OssClient"/>. Read once, when the client is created.</summary>
public sealed class OssClientOptions
{
    private string? _endpoint;

    /// <summary>
    /// The service's address: a host with or without <c>https://</c> and port. Public, internal, acceleration and dual-stack
    /// endpoints, a domain bound to the bucket, an address or <c>localhost</c>. Default: the public endpoint of <see cref="Region"/>.
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

    /// <summary>Where the bucket is in the URL. Default: judged by the endpoint.</summary>
    public OssAddressingStyle AddressingStyle { get; set; }

    /// <summary>How requests are signed. Default: V4.</summary>
    public OssSignatureVersion SignatureVersion { get; set; }

    /// <summary>Gives the credentials that requests are signed with. Required; <see cref="EnvironmentCredentialsProvider"/> for instance.</summary>
    public IOssCredentialsProvider? Credentials { get; set; }

    /// <summary>
    /// How long one attempt may take, from its first byte to the end of the answer; for GetObject, to the answer's head and then for
    /// each read of its body. Default: 60 seconds.
    /// </summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long connecting may take. Default: 5 seconds. Not effective in the build for .NET Standard 2.0 (.NET Framework, Mono, .NET before 8), whose handler has no such limit, nor with <see cref="HttpMessageHandler"/>.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How many connections are open at once. Default: 16. Not effective with <see cref="HttpMessageHandler"/>.</summary>
    public int MaxConnections { get; set; } = 16;

    /// <summary>Text that follows the library's own name in the User-Agent header: printable ASCII. Default: none.</summary>
    public string? UserAgentSuffix { get; set; }

    /// <summary>The proxy to go through. Default: the system's. Not effective with <see cref="HttpMessageHandler"/>. Cannot be read, as it may have a password.</summary>
    public IWebProxy? Proxy { internal get; set; }

    /// <summary>
    /// Sends the requests instead of the client's own handler; the client does not dispose it. It must not follow redirects or repeat
    /// an append. Cannot be read, as it may have passwords. Default: the client's own.
    /// </summary>
    public HttpMessageHandler? HttpMessageHandler { internal get; set; }

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
        var secrets = StaticCredentialsProvider.SecretsOf(Credentials);
        return [.. faults.Select(fault => SecretText.Without(fault, secrets))];
    }

    internal OssEndpoint? TryCreateEndpoint(ICollection<string> faults)
    {
        var settings = new OssEndpointSettings(Endpoint, Bucket, Region, AddressingStyle, SignatureVersion);
        _ = OssEndpoint.TryCreate(settings, faults, out var endpoint);
        Check(faults, Credentials is not null, "Credentials: must be set, to an EnvironmentCredentialsProvider for instance.");
        Check(faults, IsTimeout(RequestTimeout), $"RequestTimeout: is {RequestTimeout}, but must be more than zero and less than a day.");
        Check(faults, IsTimeout(ConnectTimeout), $"ConnectTimeout: is {ConnectTimeout}, but must be more than zero and less than a day.");
        Check(faults, MaxConnections > 0, $"MaxConnections: is {MaxConnections.ToString(CultureInfo.InvariantCulture)}, but must be at least 1.");
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
