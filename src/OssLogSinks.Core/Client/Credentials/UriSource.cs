using System.Globalization;
using System.Net;
using OssLogSinks.Core.Client.Encodings;

namespace OssLogSinks.Core.Client.Credentials;

/// <summary>Asks an address for credentials, that of a sidecar for instance. Plain http is for this machine and its own link only.</summary>
/// <param name="address">The address; null for that of the environment.</param>
/// <param name="surroundings">The environment.</param>
internal sealed class UriSource(string? address, CredentialsSurroundings surroundings) : ICredentialsSource
{
    private const string Variable = "ALIBABA_CLOUD_CREDENTIALS_URI";
    private const string What = "The answer of the credentials URI";

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
        ExternalSources.RequireAllowed(surroundings);
        var text = address ?? surroundings.Value(Variable) ?? throw FetchFailures.NotSetUp($"The environment variable {Variable} is not set. Nothing was written.");
        if (ProblemOf(text) is { } problem)
            throw FetchFailures.Lasting($"The credentials URI {problem}. Nothing was written.");

        var answer = await SendAsync(new Uri(text.Trim()), cancellationToken).ConfigureAwait(false);
        if ((int)answer.Status is < 200 or > 299)
            throw FetchFailures.Passing($"The credentials URI answered with status {((int)answer.Status).ToString(CultureInfo.InvariantCulture)}. Nothing was written.");

        var document = JsonObject.TryRead(answer.Body ?? "") ?? throw FetchFailures.Passing($"{What} is no JSON object. Nothing was written.");
        CredentialsCode.Require(document, What);
        return CredentialsText.Read(document, CredentialsText.Services, What, isExpirationRequired: true);
    }

    private async Task<CredentialsAnswer> SendAsync(Uri uri, CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(HttpMethod.Get, uri);
        try
        {
            var answer = IsNear(uri)
                ? CredentialsHttp.SendDirectlyAsync(message, Limit, surroundings.Time, cancellationToken)
                : CredentialsHttp.SendAsync(message, Limit, surroundings.Time, cancellationToken);
            return await answer.ConfigureAwait(false);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw FetchFailures.Passing($"The credentials URI {CredentialsHttp.Problem(exception)}. Nothing was written.", exception);
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
