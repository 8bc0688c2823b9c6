using System.Globalization;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.Client.Credentials;

/// <summary>What a request is signed with: an access key, or temporary credentials. Immutable.</summary>
public sealed class OssCredentials
{
    /// <summary>Creates credentials. Blanks and line ends around each part are removed, since a mounted file may end with one.</summary>
    /// <param name="accessKeyId">The access key's id.</param>
    /// <param name="accessKeySecret">The access key's secret.</param>
    /// <param name="securityToken">The STS token of temporary credentials; null for an access key.</param>
    /// <exception cref="ArgumentException">A part is empty, or cannot be what it should be; see <see cref="Validate"/>. The message shows none of them.</exception>
    public OssCredentials(string accessKeyId, string accessKeySecret, string? securityToken = null)
    {
        if (Validate(accessKeyId, accessKeySecret, securityToken) is [var fault, ..])
            throw new InvalidCredentialsException(fault);

        AccessKeyId = Trimmed(accessKeyId);
        AccessKeySecret = new OssSecret(Trimmed(accessKeySecret));
        SecurityToken = string.IsNullOrEmpty(securityToken) ? null : new OssSecret(Trimmed(securityToken));
    }

    /// <summary>The access key's id.</summary>
    public string AccessKeyId { get; }

    /// <summary>The access key's secret. Never written anywhere.</summary>
    public OssSecret AccessKeySecret { get; }

    /// <summary>The STS token; null for an access key. Never written anywhere but into the request.</summary>
    public OssSecret? SecurityToken { get; }

    /// <summary>When temporary credentials end; null if they do not, or if it is not known.</summary>
    public DateTimeOffset? Expiration { get; init; }

    /// <summary>
    /// Finds what cannot be an access key: a part that is empty, in quotes, a placeholder that was never filled in, or has blanks, line ends or
    /// non-ASCII characters inside. Only OSS can tell whether the key exists and the secret belongs to it.
    /// </summary>
    /// <param name="accessKeyId">The access key's id.</param>
    /// <param name="accessKeySecret">The access key's secret.</param>
    /// <param name="securityToken">The STS token; null or empty for an access key.</param>
    /// <returns>A fault for each wrong part, named <c>AccessKeyId</c>, <c>AccessKeySecret</c> or <c>SecurityToken</c>; none of their text is shown.</returns>
    public static IReadOnlyList<SettingFault> Validate(string? accessKeyId, string? accessKeySecret, string? securityToken)
    {
        var faults = new List<SettingFault>();
        Check(nameof(AccessKeyId), accessKeyId);
        Check(nameof(AccessKeySecret), accessKeySecret);
        if (!string.IsNullOrEmpty(securityToken))
            Check(nameof(SecurityToken), securityToken);

        return faults;

        void Check(string part, string? value)
        {
            if (ProblemOf(value) is { } problem)
                faults.Add(new SettingFault(part, problem));
        }
    }

    /// <summary>Says which key it is, without its secret.</summary>
    public override string ToString() => SecurityToken is null ? $"access key {AccessKeyId}" : $"temporary access key {AccessKeyId}";

    /// <summary>Whether both sign requests in the same way.</summary>
    internal bool Matches(OssCredentials? other) =>
        other is not null
        && string.Equals(AccessKeyId, other.AccessKeyId, StringComparison.Ordinal)
        && string.Equals(AccessKeySecret.Reveal(), other.AccessKeySecret.Reveal(), StringComparison.Ordinal)
        && string.Equals(SecurityToken?.Reveal(), other.SecurityToken?.Reveal(), StringComparison.Ordinal);

    /// <summary>The fault of a part, as the rest of a sentence that begins with its name; null if there is none.</summary>
    internal static string? ProblemOf(string? value)
    {
        var text = Trimmed(value);
        return text.Length == 0 ? "is empty; copy the value from your access key."
            : IsQuote(text[0]) || IsQuote(text[^1]) ? "has a quotation mark at its beginning or end; write it without quotes."
            : IsPlaceholder(text) ? "is a placeholder that was not filled in; copy the value from your access key."
            : text.Any(c => c is <= ' ' or > '~') ? "contains a space, a line break or another character that access keys do not have; copy it again."
            : null;
    }

    // A file may begin with a byte order mark.
    private static string Trimmed(string? value) => value?.Trim().Trim('\uFEFF').Trim() ?? "";

    // <KEY>, ${KEY}, {{KEY}}, %KEY%
    private static bool IsPlaceholder(string text) =>
        text.Contains("${") || text.Contains("{{") || (text[0], text[text.Length - 1]) is ('<', '>') or ('%', '%');

    private static bool IsQuote(char c) =>
        c is '"' or '\'' or '`' || char.GetUnicodeCategory(c) is UnicodeCategory.InitialQuotePunctuation or UnicodeCategory.FinalQuotePunctuation;
}

/// <summary>Credentials are invalid. The message is this library's own and shows none of their text.</summary>
internal sealed class InvalidCredentialsException : ArgumentException
{
    public InvalidCredentialsException(SettingFault fault)
        : base("The credentials are invalid: " + WordsOf(fault), char.ToLowerInvariant(fault.Setting[0]) + fault.Setting.Substring(1)) =>
        Fault = WordsOf(fault);

    /// <summary>The fault, as a sentence.</summary>
    public string Fault { get; }

    private static string WordsOf(SettingFault fault) => fault.Setting switch
    {
        nameof(OssCredentials.AccessKeyId) => "the access key id ",
        nameof(OssCredentials.AccessKeySecret) => "the access key secret ",
        _ => "the security token ",
    } + fault.Problem;
}

/// <summary>
/// A secret of credentials. Printing, destructuring or serializing it gives a mask; only <see cref="Reveal"/> gives the text.
/// </summary>
public sealed class OssSecret
{
    // A field and a method, since loggers and serializers read properties.
    private readonly string _text;

    /// <summary>Takes a secret.</summary>
    /// <param name="text">Its text.</param>
    /// <exception cref="ArgumentNullException">The text is null.</exception>
    public OssSecret(string text) => _text = text ?? throw new ArgumentNullException(nameof(text));

    /// <summary>Gives the text. Use it for requests only.</summary>
    public string Reveal() => _text;

    /// <summary>Gives a mask.</summary>
    public override string ToString() => SecretText.Mask;
}
