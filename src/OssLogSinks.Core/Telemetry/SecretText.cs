using System.Text.RegularExpressions;

namespace OssLogSinks.Core.Telemetry;

/// <summary>
/// Keeps secrets out of messages about settings that a user has put them into by mistake: known secrets, and texts that look like one.
/// </summary>
internal static class SecretText
{
    /// <summary>Replaces a known secret in a message.</summary>
    public const string Mask = "***";

    // A shorter secret may be part of an ordinary word.
    private const int ShortestKnown = 8;

    // Fewer characters of a cut secret reveal nothing.
    private const int ShortestPart = 4;

    private const int ShortestWord = 16;
    private const int LengthOfAccessKeySecret = 30;
    private const int LengthOfDigest = 32;

    // Percentage of neighbours of different kinds (lower case, upper case, digit): about 60 in random text, below 30 in names.
    private const int LeastChanges = 35;

    private static readonly string[] Variables =
    [
        "OSS_ACCESS_KEY_SECRET", "OSS_SESSION_TOKEN", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_SECURITY_TOKEN",
    ];

    private static readonly Regex Word = new("[A-Za-z0-9+=]+", RegexOptions.CultureInvariant);
    private static readonly Regex AccessKeyId = new(@"(LTAI|STS\.|TMP\.)[A-Za-z0-9]{10,}", RegexOptions.CultureInvariant);
    private static readonly Regex Digest = new("^([0-9a-f]+|[0-9A-F]+)$", RegexOptions.CultureInvariant);

    /// <summary>
    /// Whether a text contains something like an access key, a token or a digest: long words of random letters and digits, unlike names,
    /// paths and templates.
    /// </summary>
    public static bool LooksLikeOne(string text) => HasOne(text) || (text.Contains('%') && HasOne(Uri.UnescapeDataString(text)));

    /// <summary>
    /// Masks known secrets, plain or percent-encoded, and those in this library's environment variables, but none of fewer than 8 characters.
    /// </summary>
    public static string Without(string text, IEnumerable<string?> known)
    {
        foreach (var secret in known.Concat(Variables.Select(Environment.GetEnvironmentVariable)).OfType<string>().Select(s => s.Trim()))
        {
            if (secret.Length >= ShortestKnown)
                text = WithoutStartOf(Masked(Masked(text, secret), Uri.EscapeDataString(secret)), secret);
        }

        return text;
    }

    private static bool HasOne(string text)
    {
        if (AccessKeyId.IsMatch(text))
            return true;

        foreach (Match word in Word.Matches(text))
        {
            if (word.Length >= ShortestWord && IsRandom(word.Value))
                return true;
        }

        return false;
    }

    private static bool IsRandom(string word)
    {
        var kinds = word.Select(KindOf).ToArray();
        var changes = Enumerable.Range(1, kinds.Length - 1).Count(i => kinds[i] != kinds[i - 1]);
        return changes * 100 >= LeastChanges * (kinds.Length - 1)
            || (word.Length >= LengthOfAccessKeySecret && kinds.Distinct().Count() > 2)
            || (word.Length >= LengthOfDigest && kinds.Distinct().Count() > 1 && Digest.IsMatch(word));
    }

    private static int KindOf(char c) => c switch
    {
        >= 'a' and <= 'z' => 0,
        >= 'A' and <= 'Z' => 1,
        >= '0' and <= '9' => 2,
        _ => 3,
    };

    // Ignores case, since Uri changes host names to lower case.
    private static string Masked(string text, string secret) =>
        Regex.Replace(text, Regex.Escape(secret), Mask, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    // Masks the start of a secret before a cut: a long value is cut, perhaps within the secret.
    private static string WithoutStartOf(string text, string secret)
    {
        for (var cut = text.IndexOf(SettingFault.Cut, StringComparison.Ordinal); cut >= 0; cut = text.IndexOf(SettingFault.Cut, cut + 1, StringComparison.Ordinal))
        {
            var length = Math.Min(secret.Length, cut);
            while (length >= ShortestPart && string.Compare(text, cut - length, secret, 0, length, StringComparison.OrdinalIgnoreCase) != 0)
                length--;

            if (length < ShortestPart)
                continue;

            text = text.Remove(cut - length, length).Insert(cut - length, Mask);
            cut += Mask.Length - length;
        }

        return text;
    }
}
