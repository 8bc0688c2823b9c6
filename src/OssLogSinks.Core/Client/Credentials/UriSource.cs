using System.Globalization;
using System.Net;
using OssLogSinks.Core.Client.Encodings;

namespace OssLogSinks.Core.Client.Credentials;

/// <summary>Asks an address for credentials, that of a sidecar for instance. Plain http is for this machine and its own link only.</summary>
/// <param name="address">The address; null for that of the environment.</param>
/// <param name="site">The environment, and how far services are reached.</param>
internal sealed class UriSource(string? address, SourceSite site) : ICredentialsSource
{
    private const string Variable = "ALIBABA_CLOUD_CREDENTIALS_URI";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    public string Name => "credentials_uri";

    /// <summary>What is wrong with an address, as the end of a sentence; null if nothing is.</summary>
    public static string? ProblemOf(string address)
    {
        if (!Uri.TryCreate(address.Trim(), UriKind.Absolute, out var uri) || (uri.Scheme != Uri.UriSchemeHttps && uri.Scheme != Uri.UriSchemeHttp))
            return "is no http or https address";

        return uri.Scheme == Uri.UriSchemeHttp && !IsNear(uri) ? "must begin with https://: its answer holds a secret, and http is for this machine only" : null;
    }

    public async ValueTask<OssCredentials> FetchAsync(CancellationToken cancellationToken)
    {
        ExternalSources.RequireAllowed(site.Surroundings);
        var text = address ?? site.Surroundings.Value(Variable) ?? throw FetchFailures.NotSetUp($"The environment variable {Variable} is not set: set it to the address that answers with credentials. Nothing was written.");
        if (ProblemOf(text) is { } problem)
            throw FetchFailures.Lasting($"The credentials URI in {(address is null ? Variable : "the settings")} {problem}. Nothing was written.");

        // Path and query may have a secret.
        var uri = new Uri(text.Trim());
        var who = $"the credentials URI at {uri.Authority}";
        var answer = await SendAsync(uri, cancellationToken).ConfigureAwait(false);
        if ((int)answer.Status is < 200 or > 299)
            throw FetchFailures.Passing($"The credentials URI at {uri.Authority} answered with status {((int)answer.Status).ToString(CultureInfo.InvariantCulture)}: look at what runs there. Nothing was written.");

        var document = JsonObject.TryRead(answer.Body ?? "") ?? throw FetchFailures.Passing($"The answer of {who} is no JSON object: look at what runs there. Nothing was written.");
        CredentialsCode.Require(document, "The answer of " + who);
        return CredentialsText.Read(document, CredentialsText.Services, "The answer of " + who, isExpirationRequired: true);
    }

    private async Task<CredentialsAnswer> SendAsync(Uri uri, CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(HttpMethod.Get, uri);
        var http = site.Contact.Http;
        try
        {
            var answer = IsNear(uri)
                ? http.SendDirectlyAsync(message, Limit, site.Surroundings.Time, cancellationToken)
                : http.SendAsync(message, Limit, site.Surroundings.Time, cancellationToken);
            return await answer.ConfigureAwait(false);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw FetchFailures.Passing($"The credentials URI at {uri.Authority} {http.ProblemOf(uri, IsNear(uri), exception)}. Look at what runs there. Nothing was written.", exception);
        }
    }

    private static bool IsNear(Uri uri) =>
        uri.IsLoopback
        || (IPAddress.TryParse(uri.DnsSafeHost, out var ip) && (IPAddress.IsLoopback(ip) || ip.IsIPv6LinkLocal || uri.Host == "100.100.100.200" || uri.Host.StartsWith("169.254.", StringComparison.Ordinal)));
}

/// <summary>The switch for sources that run or ask something else.</summary>
internal static class ExternalSources
{
    /// <summary>Throws if the environment forbids them.</summary>
    public static void RequireAllowed(CredentialsSurroundings surroundings)
    {
        if (surroundings.Value("ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS") is { } value && (value == "1" || value.Equals("true", StringComparison.OrdinalIgnoreCase)))
            throw FetchFailures.Lasting("The environment variable ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS forbids processes and credentials URIs. Nothing was written.");
    }
}
