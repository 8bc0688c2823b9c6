using System.Collections.Concurrent;
using OssLogSinks.Emulator.Protocol;
using OssLogSinks.Emulator.Time;

namespace OssLogSinks.Emulator.Authentication;

/// <summary>The existing keys; checks a key together with its token.</summary>
internal sealed class CredentialStore(EmulatorClock clock)
{
    private readonly ConcurrentDictionary<string, EmulatedCredentials> _byId = new(StringComparer.Ordinal);

    public void Set(EmulatedCredentials credentials) => _byId[credentials.AccessKeyId] = credentials;

    public void Remove(string accessKeyId) => _byId.TryRemove(accessKeyId, out _);

    public void ExpireToken(string accessKeyId)
    {
        if (!_byId.TryGetValue(accessKeyId, out var credentials))
            throw new KeyNotFoundException($"There is no access key '{accessKeyId}'.");

        Set(credentials with { Expiration = clock.UtcNow });
    }

    public (EmulatedCredentials? Credentials, OssError? Error) Check(SignatureClaim claim)
    {
        // OSS treats a temporary key without its token as unknown.
        if (!_byId.TryGetValue(claim.AccessKeyId, out var credentials)
            || (claim.SecurityToken is null && credentials.SecurityToken is not null))
        {
            return (null, AuthenticationErrors.UnknownKey(claim.AccessKeyId));
        }

        return CheckToken(credentials, claim.SecurityToken) is { } error ? (null, error) : (credentials, null);
    }

    private OssError? CheckToken(EmulatedCredentials credentials, string? token)
    {
        if (token != credentials.SecurityToken)
        {
            var isAnothers = _byId.Values.Any(other => other.SecurityToken == token);
            return isAnothers ? AuthenticationErrors.TokenOfAnotherKey : AuthenticationErrors.InvalidToken;
        }

        if (credentials.Expiration <= clock.UtcNow)
            return AuthenticationErrors.TokenExpired(token ?? "");

        return credentials.IsDisabled ? AuthenticationErrors.UserDisabled : null;
    }
}
