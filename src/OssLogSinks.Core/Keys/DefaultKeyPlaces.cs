using OssLogSinks.Core.Rolling;

namespace OssLogSinks.Core.Keys;

/// <summary>
/// Gives a template what its rolling and its compression need and what its author left out, so that no two periods and no two
/// sequence numbers ever share a key, and that a key's end says whether the object is compressed. Period and sequence go in
/// front of the extension, in this order.
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
        GuardEnd(complete);
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

    // A tenant called 'a_001' must not get the second object of tenant 'a'.
    private static void GuardSequence(List<KeyPart> parts)
    {
        var sequence = parts.FindIndex(p => p is SequencePart { Format: null });
        if (sequence > 0 && parts[sequence - 1] is PropertyPart property)
            parts[sequence - 1] = property with { IsBeforeDefaultSequence = true };
    }

    // A property called 'a.gz' does not make the object one.
    private static void GuardEnd(List<KeyPart> parts)
    {
        if (parts[parts.Count - 1] is PropertyPart property)
            parts[parts.Count - 1] = property with { IsAtEnd = true };
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

/// <summary>What other settings ask of the keys.</summary>
/// <param name="Interval">How often objects roll.</param>
/// <param name="Compression">How objects are compressed; null if the template stands for itself.</param>
internal readonly record struct KeyShape(OssRollingInterval Interval, OssCompression? Compression = null);
