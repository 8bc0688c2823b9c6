using System.Globalization;
using OssLogSinks.Core.Rolling;

namespace OssLogSinks.Core.Keys;

/// <summary>
/// Adds the missing parts to a template: period and sequence number, in this order before the extension, and <c>.gz</c> for compressed
/// objects. So no two periods and no two sequence numbers share a key.
/// </summary>
internal static class DefaultKeyPlaces
{
    public static IReadOnlyList<KeyPart> Complete(IReadOnlyList<KeyPart> parts, KeyShape shape)
    {
        var periodFormat = shape.Interval.PeriodFormat();
        var complete = parts
            .Select(p => p is TimestampPart { Format.Length: 0 } ? new TimestampPart(periodFormat ?? "yyyyMMdd") : p)
            .ToList();
        if (shape.Compression == OssCompression.Gzip)
            GzipSuffix.Add(complete);

        var missing = new List<KeyPart>();
        if (periodFormat is not null && !complete.OfType<TimestampPart>().Any())
            missing.Add(new TimestampPart(periodFormat));
        if (!complete.OfType<SequencePart>().Any())
            missing.Add(new SequencePart(Format: null));

        InsertBeforeExtension(complete, missing);
        GuardSequence(complete);
        return complete;
    }

    private static void InsertBeforeExtension(List<KeyPart> parts, List<KeyPart> missing)
    {
        if (parts[parts.Count - 1] is not LiteralPart literal)
        {
            parts.AddRange(missing);
            return;
        }

        var start = ExtensionStart(literal.Text);
        parts.RemoveAt(parts.Count - 1);
        if (start > 0)
            parts.Add(new LiteralPart(literal.Text.Substring(0, start)));
        parts.AddRange(missing);
        if (start < literal.Text.Length)
            parts.Add(new LiteralPart(literal.Text.Substring(start)));
    }

    // A tenant 'a_001' must not get the second object of tenant 'a'.
    private static void GuardSequence(List<KeyPart> parts)
    {
        var sequence = parts.FindIndex(p => p is SequencePart { Format: null });
        if (sequence > 0 && parts[sequence - 1] is PropertyPart property)
            parts[sequence - 1] = property with { IsBeforeDefaultSequence = true };
    }

    // 'app.log' -> 3; 'app.log.gz' -> 3, since a compressed log keeps both; 'a.b/app' -> 7, the end.
    private static int ExtensionStart(string text)
    {
        var name = text.LastIndexOf('/') + 1;
        var dot = text.LastIndexOf('.');
        if (dot < name)
            return text.Length;

        var isCompression = text.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) || text.EndsWith(".zst", StringComparison.OrdinalIgnoreCase);
        var inner = isCompression && dot > name ? text.LastIndexOf('.', dot - 1) : -1;
        return inner >= name ? inner : dot;
    }
}

/// <summary>Settings that decide the parts of keys.</summary>
/// <param name="Interval">How often objects roll.</param>
/// <param name="Compression">How objects are compressed; null to leave the template as it is.</param>
internal readonly record struct KeyShape(OssRollingInterval Interval, OssCompression? Compression = null);

/// <summary>One piece of a parsed key template.</summary>
internal abstract record KeyPart;

/// <summary>Text that is the same in every key, with values that are known at start (machine, process, environment).</summary>
internal sealed record LiteralPart(string Text) : KeyPart;

/// <summary>The event's time, or the start of its roll period.</summary>
internal sealed record TimestampPart(string Format) : KeyPart
{
    public string Render(DateTimeOffset time) => time.ToString(Format, CultureInfo.InvariantCulture);
}

/// <summary>An event property; <see cref="Index"/> is its index in <see cref="ObjectKeyTemplate.PropertyNames"/>.</summary>
internal sealed record PropertyPart(int Index) : KeyPart
{
    /// <summary>Whether the default sequence follows, so that a value must not end like one.</summary>
    public bool IsBeforeDefaultSequence { get; init; }

    public string Render(string? value)
    {
        var escaped = KeyValueEscaping.Escape(value);
        return IsBeforeDefaultSequence ? KeyValueEscaping.EscapeSequenceLikeEnd(escaped) : escaped;
    }
}

/// <summary>
/// The sequence number. Without a format: nothing for the first object of a stream and <c>_001</c>, <c>_002</c>… for the next ones, like
/// Serilog's File sink.
/// </summary>
internal sealed record SequencePart(string? Format) : KeyPart
{
    public string Render(int sequence)
    {
        if (Format is not null)
            return sequence.ToString(Format, CultureInfo.InvariantCulture);

        return sequence == 0 ? "" : "_" + sequence.ToString("000", CultureInfo.InvariantCulture);
    }
}
