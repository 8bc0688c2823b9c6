namespace OssLogSinks.Core.Keys;

/// <summary>How objects are compressed. Objects can always be read, also while they grow.</summary>
public enum OssCompression
{
    /// <summary>No compression.</summary>
    None,

    /// <summary>
    /// Gzip. Each append is one member, so the object is a valid <c>.gz</c> file after each append (RFC 1952). Keys end in <c>.gz</c>.
    /// </summary>
    Gzip,
}

/// <summary>The end of the keys of compressed objects, and of no others.</summary>
internal static class GzipSuffix
{
    private const string Text = ".gz";

    // The dot of an end that must not be the suffix.
    private const string EscapedDot = "%2E";

    /// <summary>How many bytes <see cref="Escape"/> adds.</summary>
    public const int EscapingBytes = 2;

    public static bool EndsIn(string text) => text.EndsWith(Text, StringComparison.OrdinalIgnoreCase);

    /// <summary>Adds the suffix to a template that has none.</summary>
    public static void Add(List<KeyPart> parts)
    {
        if (parts[parts.Count - 1] is not LiteralPart literal)
            parts.Add(new LiteralPart(Text));
        else if (!EndsIn(literal.Text))
            parts[parts.Count - 1] = new LiteralPart(literal.Text + Text);
    }

    /// <summary>Escapes the dot of an end <c>.gz</c>, so that the key does not look like that of a compressed object.</summary>
    public static string Escape(string end) =>
        EndsIn(end) ? end.Insert(end.Length - Text.Length, EscapedDot).Remove(end.Length - Text.Length + EscapedDot.Length, 1) : end;
}
