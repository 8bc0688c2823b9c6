using OssLogSinks.Core.Rolling;

namespace OssLogSinks.Core.Keys;

/// <summary>
/// Gives a template the places that its rolling needs and that its author left out, so that no two periods and no two
/// sequence numbers ever share a key. Both go in front of the extension: first the period, then the sequence.
/// </summary>
internal static class DefaultKeyPlaces
{
    public static IReadOnlyList<KeyPart> Complete(IReadOnlyList<KeyPart> parts, OssRollingInterval interval)
    {
        var periodFormat = interval.PeriodFormat();
        var complete = parts
            .Select(p => p is TimestampPart { Format.Length: 0 } ? new TimestampPart(periodFormat ?? "yyyyMMdd") : p)
            .ToList();

        if (!complete.OfType<SequencePart>().Any())
            InsertBeforeExtension(complete, new SequencePart(Format: null));
        if (periodFormat is not null && !complete.OfType<TimestampPart>().Any())
            InsertBeforeExtension(complete, new TimestampPart(periodFormat));

        return complete;
    }

    private static void InsertBeforeExtension(List<KeyPart> parts, KeyPart place)
    {
        // The default sequence stands in front of the extension already when the period comes.
        var last = parts.Count - 1;
        if (last >= 1 && parts[last - 1] is SequencePart { Format: null } && parts[last] is LiteralPart tail && ExtensionStart(tail.Text) == 0)
        {
            parts.Insert(last - 1, place);
            return;
        }

        if (parts[last] is SequencePart { Format: null })
        {
            parts.Insert(last, place);
            return;
        }

        if (parts[last] is not LiteralPart literal)
        {
            parts.Add(place);
            return;
        }

        var start = ExtensionStart(literal.Text);
        parts.RemoveAt(last);
        if (start > 0)
            parts.Add(new LiteralPart(literal.Text.Substring(0, start)));
        parts.Add(place);
        if (start < literal.Text.Length)
            parts.Add(new LiteralPart(literal.Text.Substring(start)));
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
