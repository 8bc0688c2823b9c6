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

    // The dot of a value that must not end in the suffix.
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

    /// <summary>Escapes the dot of a value that ends in <c>.gz</c>, so that its key does not look like that of a compressed object.</summary>
    public static string Escape(string value) =>
        EndsIn(value) ? value.Insert(value.Length - Text.Length, EscapedDot).Remove(value.Length - Text.Length + EscapedDot.Length, 1) : value;
}
