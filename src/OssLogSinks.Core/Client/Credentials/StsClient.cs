using System.Globalization;
using System.Net;
using System.Text;
using OssLogSinks.Core.Client.Encodings;

namespace OssLogSinks.Core.Client.Credentials;

/// <summary>A call of STS: what it does, what for, and who signs it.</summary>
/// <param name="Action">AssumeRole, for instance.</param>
/// <param name="Form">The parameters of the form; those without a value are left out.</param>
/// <param name="Caller">Signs the call; null for one that needs no signature.</param>
internal sealed record StsCall(string Action, IReadOnlyList<(string Name, string? Value)> Form, OssCredentials? Caller);

/// <summary>
/// Calls STS. Repeats a call once, at once, if STS says that the next attempt may work: with the clock that it tells, or another nonce, or
/// newly read tokens and keys.
/// </summary>
/// <param name="place">Where STS is asked.</param>
/// <param name="contact">The clock to sign with, and the region of the bucket.</param>
/// <param name="surroundings">The environment.</param>
internal sealed class StsClient(StsPlace place, ServiceContact contact, CredentialsSurroundings surroundings)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>Calls STS and reads the credentials in its answer.</summary>
    /// <param name="prepare">Gives the call, for each attempt; takes the code of the refused attempt before, or null. Null if the attempt would be refused again.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="OssCredentialsException">There are none; the message says why, and what to do.</exception>
    public async ValueTask<OssCredentials> CallAsync(Func<string?, CancellationToken, ValueTask<StsCall?>> prepare, CancellationToken cancellationToken)
    {
        var host = StsHost.Of(place, surroundings, contact.InternalRegion);
        string? refused = null;
        OssCredentialsException? failure = null;
        while (true)
        {
            var call = await prepare(refused, cancellationToken).ConfigureAwait(false) ?? throw failure!;
            var answer = await SendAsync(host, call, cancellationToken).ConfigureAwait(false);
            var refusal = StsRefusal.Read(answer);
            if (answer.Status == HttpStatusCode.OK && refusal.Code is null)
                return CredentialsIn(answer, host, call.Action);

            if (refusal.IsAboutTheClock && answer.Date is { } date)
                contact.Clock.Set(date);
            failure = refusal.ToException(call.Action, host, answer);
            if (refused is not null || !refusal.MayWorkAtOnce)
                throw failure;

            refused = refusal.Code;
        }
    }

    private async Task<CredentialsAnswer> SendAsync(string host, StsCall call, CancellationToken cancellationToken)
    {
        var address = surroundings.StsAddress(host);
        using var message = MessageOf(address, call);
        var http = contact.Http;
        try
        {
            return await http.SendAsync(message, Limit, surroundings.Time, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw FetchFailures.Passing(
                $"STS at {host} {http.ProblemOf(address, isDirect: false, exception)}. A host with sts-vpc in its name can be reached inside its region only, the others need a way to the internet. Nothing was written.",
                exception);
        }
    }

    private HttpRequestMessage MessageOf(Uri address, StsCall call)
    {
        var form = call.Form.Where(field => !string.IsNullOrEmpty(field.Value)).Select(field => Parameter(field.Name, field.Value!)).ToList();
        var query = new List<KeyValuePair<string, string>>
        {
            Parameter("Action", call.Action),
            Parameter("Format", "JSON"),
            Parameter("Timestamp", contact.Clock.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)),
            Parameter("Version", "2015-04-01"),
        };
        if (call.Caller is { } caller)
        {
            query.Add(Parameter("AccessKeyId", caller.AccessKeyId));
            query.Add(Parameter("SignatureMethod", "HMAC-SHA1"));
            query.Add(Parameter("SignatureNonce", Guid.NewGuid().ToString("D")));
            query.Add(Parameter("SignatureVersion", "1.0"));
            if (caller.SecurityToken is { } token)
                query.Add(Parameter("SecurityToken", token.Reveal()));
            query.Add(Parameter("Signature", RpcSignature.Of("POST", query.Concat(form), caller.AccessKeySecret.Reveal())));
        }

        var body = new ByteArrayContent(Encoding.ASCII.GetBytes(Encoded(form)));
        body.Headers.TryAddWithoutValidation("Content-Type", "application/x-www-form-urlencoded");
        return new HttpRequestMessage(HttpMethod.Post, new Uri(address, "/?" + Encoded(query))) { Content = body };
    }

    private static OssCredentials CredentialsIn(CredentialsAnswer answer, string host, string action)
    {
        var credentials = answer.Body is null ? null : JsonObject.TryRead(answer.Body)?.Object("Credentials");
        if (credentials is null)
            throw FetchFailures.Passing($"STS at {host} answered {action} with status 200, but without credentials: something else answers in its place. Nothing was written.");

        return CredentialsText.Read(credentials, CredentialsText.Services, $"The answer of STS at {host}", isExpirationRequired: true);
    }

    private static KeyValuePair<string, string> Parameter(string name, string value) => new(name, value);

    private static string Encoded(IEnumerable<KeyValuePair<string, string>> parameters) =>
        string.Join("&", parameters.Select(parameter => PercentEncoding.QueryPart(parameter.Key) + "=" + PercentEncoding.QueryPart(parameter.Value)));
}
