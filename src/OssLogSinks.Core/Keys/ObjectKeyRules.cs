using System.Text;

namespace OssLogSinks.Core.Keys;

/// <summary>
/// The rules of object keys: 1 to 1023 bytes of UTF-8, not beginning with a slash or backslash (documentation "Object naming
/// conventions"), and well-formed Unicode.
/// </summary>
internal static class ObjectKeyRules
{
    /// <summary>The longest key in bytes of UTF-8.</summary>
    public const int MaxBytes = 1023;

    /// <summary>The fault of a key, as the rest of a sentence that begins with its name; null if there is none.</summary>
    public static string? FaultOf(string? key)
    {
        if (string.IsNullOrEmpty(key))
            return "must not be empty.";

        if (key![0] is '/' or '\\')
            return "must not begin with '/' or '\\'.";

        if (!IsWellFormed(key))
            return "contains half a surrogate pair, which UTF-8 cannot encode.";

        var bytes = Encoding.UTF8.GetByteCount(key);
        return bytes > MaxBytes ? $"has {bytes} bytes as UTF-8; at most {MaxBytes} are allowed." : null;
    }

    /// <summary>Throws if OSS does not allow the key.</summary>
    /// <exception cref="ArgumentException">The key breaks a rule.</exception>
    public static void Require(string? key, string parameterName)
    {
        var fault = FaultOf(key);
        if (fault is not null)
            throw new ArgumentException("The object key " + fault, parameterName);
    }

    /// <summary>Whether a segment of the key is <c>.</c> or <c>..</c>, which many URL parsers remove.</summary>
    public static bool HasDotSegment(string key)
    {
        foreach (var segment in key.Split('/'))
        {
            if (segment is "." or "..")
                return true;
        }

        return false;
    }

    /// <summary>Whether the text has half a surrogate pair here.</summary>
    public static bool IsHalfCharacter(string text, int index) =>
        char.IsHighSurrogate(text[index]) ? index + 1 == text.Length || !char.IsLowSurrogate(text[index + 1])
        : char.IsLowSurrogate(text[index]) && (index == 0 || !char.IsHighSurrogate(text[index - 1]));

    /// <summary>
    /// Whether a canonicalizing <see cref="Uri"/> changes the key. It removes dot segments and seven marks of the reading direction,
    /// percent-encoded or not, so what is sent would differ from what was signed.
    /// </summary>
    public static bool IsChangedByUri(string key) =>
        HasDotSegment(key) || key.Any(c => c is '\u200E' or '\u200F' or (>= '\u202A' and <= '\u202E'));

    /// <summary>
    /// Whether a character is invisible and not needed by any script: marks of the reading direction, line separators and others, but not
    /// joiners. A fixed list, since platforms differ in new characters, and all must write the same keys.
    /// </summary>
    public static bool IsInvisible(char c) =>
        c is '\u00AD' or '\u061C' or '\u180E' or '\u200B' or '\u200E' or '\u200F' or (>= '\u2028' and <= '\u202E') or (>= '\u2060' and <= '\u206F') or '\uFEFF';

    private static bool IsWellFormed(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (IsHalfCharacter(text, i))
                return false;
        }

        return true;
    }
}
