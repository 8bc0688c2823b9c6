namespace OssLogSinks.Core.Keys;

/// <summary>How objects are compressed. Whatever is chosen, an object can be read at every moment, also while it grows.</summary>
public enum OssCompression
{
    /// <summary>They are not.</summary>
    None,

    /// <summary>
    /// With gzip, each append a member of its own, so that the object is a whole <c>.gz</c> file after each (RFC 1952). Keys end in
    /// <c>.gz</c>.
    /// </summary>
    Gzip,
}

/// <summary>What the keys of compressed objects end in, and those of no others.</summary>
internal static class GzipSuffix
{
    private const string Text = ".gz";

    // The dot as it is written in a value that must not end in the suffix.
    private const string EscapedDot = "%2E";

    /// <summary>By how many bytes <see cref="Escape"/> lengthens a value.</summary>
    public const int EscapingBytes = 2;

    public static bool EndsIn(string text) => text.EndsWith(Text, StringComparison.OrdinalIgnoreCase);

    /// <summary>Gives a template the suffix, unless its author did.</summary>
    public static void Add(List<KeyPart> parts)
    {
        if (parts[parts.Count - 1] is not LiteralPart literal)
            parts.Add(new LiteralPart(Text));
        else if (!EndsIn(literal.Text))
            parts[parts.Count - 1] = new LiteralPart(literal.Text + Text);
    }

    /// <summary>A value at the end of a key, as it may stand where the suffix must not.</summary>
    public static string Escape(string value) =>
        EndsIn(value) ? value.Insert(value.Length - Text.Length, EscapedDot).Remove(value.Length - Text.Length + EscapedDot.Length, 1) : value;
}
