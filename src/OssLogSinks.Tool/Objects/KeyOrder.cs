namespace OssLogSinks.Tool.Objects;

/// <summary>
/// Orders keys as their objects were filled: numbers in them count as numbers, so that <c>app_999.log</c> is before <c>app_1000.log</c>.
/// </summary>
internal sealed class KeyOrder : IComparer<string>
{
    public static readonly KeyOrder Instance = new();

    public int Compare(string? x, string? y)
    {
        var left = x.AsSpan();
        var right = y.AsSpan();
        while (left.Length > 0 && right.Length > 0)
        {
            var (leftDigits, rightDigits) = (DigitsOf(left), DigitsOf(right));
            var order = leftDigits > 0 && rightDigits > 0
                ? CompareNumbers(left[..leftDigits], right[..rightDigits])
                : left[0].CompareTo(right[0]);
            if (order != 0)
                return order;

            left = left[Math.Max(1, leftDigits)..];
            right = right[Math.Max(1, rightDigits)..];
        }

        return left.Length != right.Length ? left.Length.CompareTo(right.Length) : string.CompareOrdinal(x, y);
    }

    private static int DigitsOf(ReadOnlySpan<char> text)
    {
        var end = text.IndexOfAnyExceptInRange('0', '9');
        return end < 0 ? text.Length : end;
    }

    private static int CompareNumbers(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        left = left.TrimStart('0');
        right = right.TrimStart('0');
        return left.Length != right.Length ? left.Length.CompareTo(right.Length) : left.SequenceCompareTo(right);
    }
}
