using System.Globalization;

namespace OssLogSinks.Emulator.Operations;

/// <summary>
/// The result of a Range header. By default OSS answers an invalid range with the whole object; "standard" means the RFC's behaviour.
/// </summary>
internal readonly record struct ByteRange(long Start, long End, bool IsPart, bool IsSatisfiable)
{
    public static ByteRange Whole { get; } = new(0, -1, false, true);

    private static ByteRange Unsatisfiable { get; } = new(0, -1, false, false);

    public long LengthIn(long objectLength) => IsPart ? End - Start + 1 : objectLength;

    public static ByteRange Resolve(string? header, long length, bool standard)
    {
        if (TryParse(header) is not var (first, last))
            return Whole;

        if (first is null)
            return OfSuffix(last!.Value, length, standard);

        if (first >= length)
            return standard ? Unsatisfiable : Whole;

        if (last >= length && !standard)
            return Whole;

        return new ByteRange(first.Value, Math.Min(last ?? long.MaxValue, length - 1), true, true);
    }

    private static ByteRange OfSuffix(long count, long length, bool standard)
    {
        if (count == 0 || length == 0)
            return standard ? Unsatisfiable : Whole;

        return count > length && !standard ? Whole : new ByteRange(Math.Max(0, length - count), length - 1, true, true);
    }

    // Only the first of several ranges is used; a header that cannot be parsed is ignored.
    private static (long? First, long? Last)? TryParse(string? header)
    {
        if (header is null || !header.StartsWith("bytes=", StringComparison.Ordinal))
            return null;

        var text = header["bytes=".Length..].Split(',')[0].Trim();
        var dash = text.IndexOf('-');
        if (dash < 0 || text.Length == 1)
            return null;

        var first = Number(text[..dash]);
        var last = Number(text[(dash + 1)..]);
        var valid = (first is not null || dash == 0) && (last is not null || dash == text.Length - 1) && !(last < first);
        return valid ? (first, last) : null;
    }

    private static long? Number(string digits) =>
        long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
