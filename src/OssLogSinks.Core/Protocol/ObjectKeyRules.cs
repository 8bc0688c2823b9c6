using System.Text;

namespace OssLogSinks.Core.Protocol;

/// <summary>
/// What OSS takes as an object key: 1 to 1023 bytes of UTF-8, not beginning with a slash or backslash
/// (documentation "Object naming conventions"); this client also wants well-formed Unicode.
/// </summary>
internal static class ObjectKeyRules
{
    /// <summary>The longest key in bytes of UTF-8.</summary>
    public const int MaxBytes = 1023;

    /// <summary>Says what is wrong with a key as the rest of a sentence that begins with its name; null if nothing is.</summary>
    public static string? FaultOf(string? key)
    {
        if (string.IsNullOrEmpty(key))
        {
            return "must not be empty.";
        }

        if (key![0] is '/' or '\\')
        {
            return "must not begin with '/' or '\\'.";
        }

        if (!IsWellFormed(key))
        {
            return "holds half a surrogate pair and has no UTF-8 form.";
        }

        var bytes = Encoding.UTF8.GetByteCount(key);
        return bytes > MaxBytes ? $"has {bytes} bytes as UTF-8; at most {MaxBytes} are allowed." : null;
    }

    /// <summary>Throws if OSS would not take the key.</summary>
    /// <exception cref="ArgumentException">The key breaks a rule.</exception>
    public static void Require(string? key, string parameterName)
    {
        var fault = FaultOf(key);
        if (fault is not null)
        {
            throw new ArgumentException("The object key " + fault, parameterName);
        }
    }

    /// <summary>Whether a segment of the key is <c>.</c> or <c>..</c>, which many URL parsers swallow.</summary>
    public static bool HasDotSegment(string key)
    {
        foreach (var segment in key.Split('/'))
        {
            if (segment is "." or "..")
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsWellFormed(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
            {
                continue;
            }

            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
            {
                return false;
            }

            i++;
        }

        return true;
    }
}
