using System.Globalization;
using System.Net;
using OssLogSinks.Core.Client.Encodings;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.Client.Credentials;

/// <summary>
/// Asks the metadata service of an ECS instance for the credentials of its RAM role: in hardened mode first, and without a token only if
/// none is given. Never through a proxy.
/// </summary>
/// <param name="role">The role's name; null to ask for it.</param>
/// <param name="surroundings">Where the service is, and the switches in the environment.</param>
internal sealed class RamRoleSource(string? role, CredentialsSurroundings surroundings) : ICredentialsSource
{
    private const string RolePath = "/latest/meta-data/ram/security-credentials/";
    private const int TokenSeconds = 21600;
    private const int LongestName = 64;

    // On a machine outside Alibaba Cloud nothing answers: this is what the attempt may cost.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan TokenLimit = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TokenUse = TimeSpan.FromSeconds(TokenSeconds - 60);

    // One fetch at a time uses these.
    private string? _token;
    private long _tokenAt;

    public string Name => "ecs_ram_role";

    public async ValueTask<OssCredentials> FetchAsync(CancellationToken cancellationToken)
    {
        if (surroundings.IsTrue("ALIBABA_CLOUD_ECS_METADATA_DISABLED"))
            throw FetchFailures.NotSetUp("The environment variable ALIBABA_CLOUD_ECS_METADATA_DISABLED forbids to ask the metadata service. Nothing was written.");

        var given = role ?? surroundings.Value("ALIBABA_CLOUD_ECS_METADATA");
        var name = given ?? await FindRoleAsync(cancellationToken).ConfigureAwait(false);
        var answer = await GetAsync(RolePath + PercentEncoding.QueryPart(name), cancellationToken).ConfigureAwait(false);
        if (answer.Status == HttpStatusCode.NotFound)
        {
            throw given is null
                ? FetchFailures.Passing("The instance's RAM role was replaced while its credentials were fetched: the next attempt uses the new one. Nothing was written.")
                : FetchFailures.Lasting($"The metadata service knows no RAM role {SettingFault.Shown(name)} of this instance: correct its name, or leave it out. Nothing was written.");
        }

        Require(answer);
        const string What = "The answer of the metadata service";
        var document = JsonObject.TryRead(answer.Body ?? "") ?? throw FetchFailures.Passing($"{What} is no JSON object. Nothing was written.");
        CredentialsCode.Require(document, What);
        return CredentialsText.Read(document, CredentialsText.Services, What, isExpirationRequired: true);
    }

    private async Task<string> FindRoleAsync(CancellationToken cancellationToken)
    {
        var answer = await GetAsync(RolePath, cancellationToken).ConfigureAwait(false);
        if (answer.Status == HttpStatusCode.NotFound)
            throw FetchFailures.NotSetUp("The instance has no RAM role: attach one to it. Nothing was written.");

        Require(answer);
        var name = answer.Body?.Trim() ?? "";
        return name.Length is > 0 and <= LongestName && name.All(c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.')
            ? name
            : throw FetchFailures.Passing("The answer of the metadata service is no name of a RAM role. Nothing was written.");
    }

    private async Task<CredentialsAnswer> GetAsync(string path, CancellationToken cancellationToken)
    {
        var token = await TokenAsync(cancellationToken).ConfigureAwait(false);
        var answer = await SendAsync(HttpMethod.Get, path, token, Limit - TokenLimit, cancellationToken).ConfigureAwait(false);
        if (token is null || answer.Status is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden))
            return answer;

        // The token was given by the service before it restarted, for instance.
        _token = null;
        token = await TokenAsync(cancellationToken).ConfigureAwait(false);
        return await SendAsync(HttpMethod.Get, path, token, Limit - TokenLimit, cancellationToken).ConfigureAwait(false);
    }

    // Null in normal mode, and if none is given.
    private async Task<string?> TokenAsync(CancellationToken cancellationToken)
    {
        if (_token is not null && surroundings.Time.GetElapsedTime(_tokenAt) < TokenUse)
            return _token;

        _token = null;
        var isRequired = surroundings.IsTrue("ALIBABA_CLOUD_IMDSV1_DISABLED");
        try
        {
            _tokenAt = surroundings.Time.GetTimestamp();
            var answer = await SendAsync(HttpMethod.Put, "/latest/api/token", token: null, TokenLimit, cancellationToken).ConfigureAwait(false);
            var text = answer.Body?.Trim() ?? "";
            _token = answer.Status == HttpStatusCode.OK && text.Length > 0 && text.All(c => c is > ' ' and <= '~') ? text : null;
        }
        catch (OssCredentialsException) when (!isRequired)
        {
            // Older instances have the normal mode only.
        }

        return _token is null && isRequired
            ? throw FetchFailures.Passing("The metadata service gives no token, and ALIBABA_CLOUD_IMDSV1_DISABLED forbids to ask without one. Nothing was written.")
            : _token;
    }

    private async Task<CredentialsAnswer> SendAsync(HttpMethod method, string path, string? token, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(method, new Uri(surroundings.MetadataService, path));
        if (method == HttpMethod.Put)
        {
            message.Headers.TryAddWithoutValidation("X-aliyun-ecs-metadata-token-ttl-seconds", TokenSeconds.ToString(CultureInfo.InvariantCulture));
            message.Content = new ByteArrayContent([]);
        }
        else if (token is not null)
        {
            message.Headers.TryAddWithoutValidation("X-aliyun-ecs-metadata-token", token);
        }

        try
        {
            return await CredentialsHttp.OfMachine.SendDirectlyAsync(message, limit, surroundings.Time, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new OssCredentialsException($"The metadata service at {surroundings.MetadataService.Host} {CredentialsHttp.OfMachine.ProblemOf(surroundings.MetadataService, isDirect: true, exception)}. Only an ECS instance has one. Nothing was written.", exception)
            {
                Outlook = FetchOutlook.NotSetUp,
            };
        }
    }

    private static void Require(CredentialsAnswer answer)
    {
        if (answer.Status != HttpStatusCode.OK)
            throw FetchFailures.Passing($"The metadata service answered with status {((int)answer.Status).ToString(CultureInfo.InvariantCulture)}. Nothing was written.");
    }
}

/// <summary>The field that says whether an answer holds credentials.</summary>
internal static class CredentialsCode
{
    /// <summary>Requires that a code, if there is one, is Success.</summary>
    public static void Require(JsonObject document, string what)
    {
        if (document.Names.Contains("Code", StringComparer.Ordinal) && !"Success".Equals(document.Text("Code"), StringComparison.OrdinalIgnoreCase))
            throw FetchFailures.Passing($"{what} says that it failed: its Code is not Success. Nothing was written.");
    }
}
