namespace OssLogSinks.Emulator.Authentication;

/// <summary>A key that the emulator accepts: a permanent one, or a temporary one with a security token.</summary>
/// <param name="AccessKeyId">The access key id, unique within the emulator.</param>
/// <param name="AccessKeySecret">The secret used to check signatures.</param>
public sealed record EmulatedCredentials(string AccessKeyId, string AccessKeySecret)
{
    /// <summary>The STS token that requests must contain; null (the default) for a permanent key, whose requests must not contain one.</summary>
    public string? SecurityToken { get; init; }

    /// <summary>When the token expires, by the emulator's clock; null (the default) for never.</summary>
    public DateTimeOffset? Expiration { get; init; }

    /// <summary>RAM actions that answer 403 AccessDenied, for example <c>oss:GetObject</c> for write-only credentials; none by default.</summary>
    public IReadOnlyCollection<string> DeniedActions { get; init; } = [];

    /// <summary>If true, the key's requests answer 403 UserDisable, unless their date or token is wrong. False by default.</summary>
    public bool IsDisabled { get; init; }

    /// <summary>The key as text, without its secret and token.</summary>
    /// <returns>The access key id.</returns>
    public override string ToString() => $"EmulatedCredentials {{ AccessKeyId = {AccessKeyId} }}";
}
