using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using OssLogSinks.Core.Client.Credentials;

namespace OssLogSinks.Testing;

/// <summary>A request that a <see cref="CredentialsServer"/> got.</summary>
public sealed record CredentialsRequest(string Method, string Path, IReadOnlyDictionary<string, string> Query, IReadOnlyDictionary<string, string> Form, IReadOnlyDictionary<string, string> Headers);

/// <summary>An answer that a test wants instead of the usual one.</summary>
public sealed record CannedAnswer(int Status, string Body)
{
    public string ContentType { get; init; } = "application/json";

    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>Waits for this before it answers; null for at once.</summary>
    public Task? After { get; init; }
}

/// <summary>
/// Plays the metadata service of an ECS instance, STS and a credentials URI on this machine. It checks signatures on its own: it shares no
/// code with the client.
/// </summary>
public sealed class CredentialsServer : IAsyncDisposable
{
    private const string RolePath = "/latest/meta-data/ram/security-credentials/";

    private readonly ConcurrentQueue<CredentialsRequest> _requests = new();
    private readonly ConcurrentDictionary<string, bool> _nonces = new();
    private readonly ConcurrentDictionary<string, bool> _tokens = new();
    private readonly ConcurrentQueue<(string Path, CannedAnswer Answer)> _canned = new();
    private readonly WebApplication _server;
    private int _tokenNumber;

    private CredentialsServer(TimeProvider time, X509Certificate2? certificate)
    {
        Time = time;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            if (certificate is not null)
                kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate));
        });
        _server = builder.Build();
        _server.Run(AnswerAsync);
    }

    /// <summary>The server's clock.</summary>
    public TimeProvider Time { get; set; }

    public Uri Address { get; private set; } = null!;

    /// <summary>The address with TLS; null without a certificate.</summary>
    public Uri? SecureAddress { get; private set; }

    public IReadOnlyList<CredentialsRequest> Requests => [.. _requests];

    /// <summary>The name of the instance's RAM role; null if it has none.</summary>
    public string? Role { get; set; } = "log-writer";

    /// <summary>Whether the metadata service gives tokens, as it does unless it is an old one.</summary>
    public bool GivesTokens { get; set; } = true;

    /// <summary>Whether the metadata service refuses requests without a token.</summary>
    public bool IsHardened { get; set; }

    /// <summary>The access key that may assume roles.</summary>
    public OssCredentials Caller { get; set; } = new("LTAIcaller", "caller-secret");

    /// <summary>The OIDC token that STS takes; null for any.</summary>
    public string? OidcToken { get; set; }

    /// <summary>Gives the credentials that every service answers with.</summary>
    public Func<OssCredentials> Issue { get; set; } = () => throw new InvalidOperationException("The test sets Issue.");

    /// <summary>The hosts that STS was asked at.</summary>
    public ConcurrentQueue<string> StsHosts { get; } = new();

    /// <param name="time">The server's clock.</param>
    /// <param name="certificate">Its certificate, for another address with TLS; null for none.</param>
    public static async Task<CredentialsServer> StartAsync(TimeProvider time, X509Certificate2? certificate = null)
    {
        var server = new CredentialsServer(time, certificate);
        await server._server.StartAsync();
        var addresses = server._server.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Select(address => new Uri(address)).ToList();
        server.Address = addresses.Single(address => address.Scheme == Uri.UriSchemeHttp);
        server.SecureAddress = addresses.SingleOrDefault(address => address.Scheme == Uri.UriSchemeHttps);
        return server;
    }

    /// <summary>Answers the next request whose path and query begin so with something else.</summary>
    public void AnswerNext(string path, CannedAnswer answer) => _canned.Enqueue((path, answer));

    /// <summary>Tokens that were given are not taken any more.</summary>
    public void ForgetTokens() => _tokens.Clear();

    public int Count(string path) => _requests.Count(request => request.Path.StartsWith(path, StringComparison.Ordinal));

    public int CountSts() => _requests.Count(request => request.Query.ContainsKey("Action"));

    /// <summary>The credentials as the services write them.</summary>
    public static string DocumentOf(OssCredentials credentials, string code = "\"Code\":\"Success\",") =>
        $$"""{{{code}}"AccessKeyId":"{{credentials.AccessKeyId}}","AccessKeySecret":"{{credentials.AccessKeySecret.Reveal()}}","Expiration":"{{credentials.Expiration?.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)}}","SecurityToken":"{{credentials.SecurityToken?.Reveal()}}"}""";

    public static CannedAnswer StsError(int status, string code, string message = "Refused.") =>
        new(status, $$"""{"RequestId":"6894B13B-6D71-4EF5-88FA-F32781734A7F","HostId":"sts.aliyuncs.com","Code":"{{code}}","Message":"{{message}}"}""");

    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _server.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var request = await ReadAsync(context.Request);
        _requests.Enqueue(request);
        var answer = CannedFor(request) ?? UsualFor(request);
        if (answer.After is { } signal)
            await signal.WaitAsync(context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        context.Response.StatusCode = answer.Status;
        context.Response.ContentType = answer.ContentType;
        context.Response.Headers.Date = Time.GetUtcNow().ToString("r", CultureInfo.InvariantCulture);
        foreach (var header in answer.Headers)
            context.Response.Headers[header.Key] = header.Value;
        await context.Response.WriteAsync(answer.Body);
    }

    private CannedAnswer? CannedFor(CredentialsRequest request)
    {
        if (!_canned.TryPeek(out var canned) || !(request.Path + "?Action=" + request.Query.GetValueOrDefault("Action")).StartsWith(canned.Path, StringComparison.Ordinal))
            return null;

        return _canned.TryDequeue(out canned) ? canned.Answer : null;
    }

    private CannedAnswer UsualFor(CredentialsRequest request) => request switch
    {
        { Path: "/latest/api/token" } => GivesTokens && request.Headers.ContainsKey("X-aliyun-ecs-metadata-token-ttl-seconds") ? NewToken() : new CannedAnswer(404, ""),
        { Path: var path } when path.StartsWith("/latest/", StringComparison.Ordinal) => Metadata(request),
        { Query: var query } when query.ContainsKey("Action") => Sts(request),
        _ => new CannedAnswer(200, DocumentOf(Issue())),
    };

    private CannedAnswer NewToken()
    {
        var token = "token" + Interlocked.Increment(ref _tokenNumber).ToString(CultureInfo.InvariantCulture);
        _tokens[token] = true;
        return new CannedAnswer(200, token);
    }

    private CannedAnswer Metadata(CredentialsRequest request)
    {
        var token = request.Headers.GetValueOrDefault("X-aliyun-ecs-metadata-token");
        if (token is null ? IsHardened : !_tokens.ContainsKey(token))
            return new CannedAnswer(403, "Forbidden");
        if (Role is null || !request.Path.StartsWith(RolePath, StringComparison.Ordinal))
            return new CannedAnswer(404, "<html>Not Found</html>");

        var name = request.Path[RolePath.Length..];
        return name.Length == 0 ? new CannedAnswer(200, Role + "\n") : name == Role ? new CannedAnswer(200, DocumentOf(Issue())) : new CannedAnswer(404, "");
    }

    private CannedAnswer Sts(CredentialsRequest request)
    {
        var all = request.Query.Concat(request.Form).ToDictionary();
        if (all.GetValueOrDefault("Format") != "JSON" || all.GetValueOrDefault("Version") != "2015-04-01" || request.Method != "POST")
            return StsError(400, "InvalidParameter");
        if (!DateTimeOffset.TryParseExact(all["Timestamp"], "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var sent)
            || (Time.GetUtcNow() - sent).Duration() > TimeSpan.FromMinutes(15))
        {
            return StsError(400, "InvalidTimeStamp.Expired");
        }

        var refusal = all["Action"] == "AssumeRole" ? CheckSigned(request.Method, all) : CheckOidc(all);
        if (refusal is not null)
            return refusal;

        return new CannedAnswer(200, $$"""{"RequestId":"6894B13B","AssumedRoleUser":{"Arn":"{{all["RoleArn"]}}"},"Credentials":{{DocumentOf(Issue(), code: "")}}}""");
    }

    private CannedAnswer? CheckOidc(Dictionary<string, string> all) =>
        all.ContainsKey("Signature") || all.ContainsKey("AccessKeyId") ? StsError(400, "InvalidParameter")
        : OidcToken is not null && all.GetValueOrDefault("OIDCToken") != OidcToken ? StsError(400, "AuthenticationFail.OIDCToken.Expired", "This JsonWebToken is expired.")
        : null;

    private CannedAnswer? CheckSigned(string method, Dictionary<string, string> all)
    {
        if (all.GetValueOrDefault("AccessKeyId") != Caller.AccessKeyId)
            return StsError(404, "InvalidAccessKeyId.NotFound", "Specified access key is not found.");
        if (all.GetValueOrDefault("SecurityToken") != Caller.SecurityToken?.Reveal())
            return StsError(400, "InvalidSecurityToken.MismatchWithAccessKey");

        var canonical = string.Join("&", all.Where(p => p.Key != "Signature").OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => Uri.EscapeDataString(p.Key) + "=" + Uri.EscapeDataString(p.Value)));
        var toSign = method + "&%2F&" + Uri.EscapeDataString(canonical);
#pragma warning disable CA5350 // The protocol asks for it.
        var expected = Convert.ToBase64String(HMACSHA1.HashData(Encoding.UTF8.GetBytes(Caller.AccessKeySecret.Reveal() + "&"), Encoding.UTF8.GetBytes(toSign)));
#pragma warning restore CA5350
        return all["Signature"] != expected ? StsError(400, "SignatureDoesNotMatch", "server string to sign is: " + toSign)
            : !_nonces.TryAdd(all["SignatureNonce"], true) ? StsError(400, "SignatureNonceUsed")
            : null;
    }

    private static async Task<CredentialsRequest> ReadAsync(HttpRequest request)
    {
        using var reader = new StreamReader(request.Body);
        var form = QueryHelpers.ParseQuery(await reader.ReadToEndAsync());
        return new CredentialsRequest(
            request.Method,
            request.Path.Value ?? "",
            request.Query.ToDictionary(p => p.Key, p => p.Value.ToString()),
            form.ToDictionary(p => p.Key, p => p.Value.ToString()),
            request.Headers.ToDictionary(p => p.Key, p => p.Value.ToString(), StringComparer.OrdinalIgnoreCase));
    }
}
