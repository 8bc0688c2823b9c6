using System.Globalization;
using System.Text;

namespace OssLogSinks.Core.Keys;

/// <summary>
/// Escapes an event's value for an object key. The result has no slash, and is not '.' or '..'. Different values stay different, with three
/// exceptions: an absent or empty value is the same as '_', values that are too long are cut, and half surrogate pairs are replaced.
/// </summary>
internal static class KeyValueEscaping
{
    /// <summary>Replaces an absent or empty value.</summary>
    public const string Missing = "_";

    /// <summary>The most UTF-8 bytes of one value in a key, with its escapes, but without those of its end (<c>.gz</c>, <c>_001</c>).</summary>
    public const int MaxBytes = 128;

    private const int HashedTailBytes = 9;

    public static string Escape(string? value)
    {
        if (value is null || value.Length == 0)
            return Missing;

        if (IsPlain(value))
            return value;

        var onlyDots = value.All(c => c == '.');
        var escaped = new StringBuilder(value.Length + 16);
        var bytes = 0;
        for (var i = 0; i < value.Length; i++)
        {
            var piece = EscapeAt(value, ref i, onlyDots);
            var pieceBytes = Encoding.UTF8.GetByteCount(piece);
            if (bytes + pieceBytes > MaxBytes - HashedTailBytes && !RestFits(value, i, onlyDots, bytes + pieceBytes))
                return escaped.Append('~').Append(Hash(value).ToString("x8", CultureInfo.InvariantCulture)).ToString();

            bytes += pieceBytes;
            escaped.Append(piece);
        }

        return escaped.ToString();
    }

    /// <summary>Escapes the end of a value that looks like a default sequence, <c>_001</c>.</summary>
    public static string EscapeSequenceLikeEnd(string escaped)
    {
        var end = escaped.Length;
        while (end > 0 && escaped[end - 1] is >= '0' and <= '9')
            end--;

        var isSequence = escaped.Length - end >= 3 && end > 0 && escaped[end - 1] == '_';
        return isSequence ? escaped.Remove(end - 1, 1).Insert(end - 1, "%5F") : escaped;
    }

    // Nearly every value is short and needs no escape.
    private static bool IsPlain(string value)
    {
        if (value.Length > MaxBytes || value[0] == '.')
            return false;

        foreach (var c in value)
        {
            if (c is not ((>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '-' or '_' or '.'))
                return false;
        }

        return true;
    }

    private static string EscapeAt(string value, ref int index, bool onlyDots)
    {
        var c = value[index];
        if (char.IsHighSurrogate(c) && index + 1 < value.Length && char.IsLowSurrogate(value[index + 1]))
            return value.Substring(index++, 2);

        if (char.IsSurrogate(c))
            return "\uFFFD";

        // Escaping '%' too keeps a value apart from the escape of another.
        var mustEscape = c is '/' or '\\' or '%' or '{' or '}' or '~' || char.IsControl(c) || ObjectKeyRules.IsInvisible(c) || (onlyDots && c == '.');
        return mustEscape
            ? string.Concat(Encoding.UTF8.GetBytes([c]).Select(b => "%" + b.ToString("X2", CultureInfo.InvariantCulture)))
            : c.ToString();
    }

    private static bool RestFits(string value, int index, bool onlyDots, int bytes)
    {
        for (var i = index + 1; i < value.Length && bytes <= MaxBytes; i++)
            bytes += Encoding.UTF8.GetByteCount(EscapeAt(value, ref i, onlyDots));

        return bytes <= MaxBytes;
    }

    // FNV-1a: keeps long values apart. If two have the same hash and the same beginning, they share an object, which does no harm.
    private static uint Hash(string value)
    {
        var hash = 2166136261u;
        foreach (var b in Encoding.UTF8.GetBytes(value))
            hash = (hash ^ b) * 16777619u;

        return hash;
    }
}
