using System.Globalization;
using System.Text.RegularExpressions;
using OssLogSinks.Core.Client.Encodings;

namespace OssLogSinks.Core.Client.Credentials;

/// <summary>The names of the four parts of credentials in a document.</summary>
internal sealed record CredentialNames(string Id, string Secret, string Token, string Expiration);

/// <summary>Reads credentials from a document.</summary>
internal static class CredentialsText
{
    /// <summary>The names in answers of STS, of the metadata service, of credentials URIs, and in the output of the OSS SDK's processes.</summary>
    public static readonly CredentialNames Services = new("AccessKeyId", "AccessKeySecret", "SecurityToken", "Expiration");

    /// <summary>The names in the output of the processes of the aliyun CLI.</summary>
    public static readonly CredentialNames Cli = new("access_key_id", "access_key_secret", "sts_token", "expiration");

    private static readonly Regex Time = new(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$", RegexOptions.CultureInvariant);

    /// <summary>Reads the parts.</summary>
    /// <param name="document">The document.</param>
    /// <param name="names">The names of the parts.</param>
    /// <param name="what">The document, as the beginning of a sentence.</param>
    /// <param name="isExpirationRequired">Whether they are temporary for sure.</param>
    /// <exception cref="OssCredentialsException">A part is missing or cannot be what it should be.</exception>
    public static OssCredentials Read(JsonObject document, CredentialNames names, string what, bool isExpirationRequired)
    {
        var (id, secret, token, expiration) = (document.Text(names.Id), document.Text(names.Secret), document.Text(names.Token), document.Text(names.Expiration));
        if (string.IsNullOrWhiteSpace(id) || string.IsNullOrWhiteSpace(secret))
            throw FetchFailures.Passing($"{what} has no {(string.IsNullOrWhiteSpace(id) ? names.Id : names.Secret)}. Nothing was written.");
        if (isExpirationRequired && string.IsNullOrWhiteSpace(token))
            throw FetchFailures.Passing($"{what} has no {names.Token}. Nothing was written.");
        if (isExpirationRequired && string.IsNullOrWhiteSpace(expiration))
            throw FetchFailures.Passing($"{what} has no {names.Expiration}. Nothing was written.");

        return Of(what, (id!, secret!, token), string.IsNullOrWhiteSpace(expiration) ? null : TimeIn(expiration!, what));
    }

    /// <summary>Makes credentials of their parts.</summary>
    /// <exception cref="OssCredentialsException">A part cannot be what it should be.</exception>
    public static OssCredentials Of(string what, (string Id, string Secret, string? Token) parts, DateTimeOffset? expiration = null)
    {
        try
        {
            return new OssCredentials(parts.Id, parts.Secret, string.IsNullOrWhiteSpace(parts.Token) ? null : parts.Token) { Expiration = expiration };
        }
        catch (InvalidCredentialsException exception)
        {
            throw OssCredentialsException.Of(what, exception);
        }
    }

    // RFC 3339, in the same way in every culture: its calendar may be another.
    private static DateTimeOffset TimeIn(string text, string what) =>
        Time.IsMatch(text.Trim()) && DateTimeOffset.TryParse(text.Trim(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : throw FetchFailures.Passing($"{what} has an expiration that is no time. Nothing was written.");
}
