using System.Globalization;

namespace OssLogSinks.Intake.Rendering;

/// <summary>
/// Formats common numbers with few decimals, milliseconds for instance, in common formats. The digits are those that .NET writes, but
/// this is much faster than its general formatting.
/// </summary>
internal static class DoubleText
{
    /// <summary>No result is longer.</summary>
    public const int MostBytes = 20;

    // With these limits a number has at most 15 digits, so no two such numbers are the same double.
    private const double Limit = 1e9;
    private const int MostDecimals = 6;

    // .NET writes smaller numbers with an exponent.
    private const double LeastPlain = 1e-4;

    // .NET rounds to 15 digits before it rounds to the format's. The error of that and of the scaling here is less than this. If a number is
    // closer to the middle between two results, .NET must decide.
    private const double Unclear = 1e-4;

    private static readonly double[] Powers = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6];

    /// <summary>
    /// Writes a number if it is positive and within the limits, its rounding is clear, the format is <c>R</c>, null, or <c>0.0</c> with one to
    /// six decimals, and the culture's decimal separator is a point.
    /// </summary>
    /// <param name="value">The number.</param>
    /// <param name="target">Receives the text; at least <see cref="MostBytes"/>.</param>
    /// <param name="format">The format.</param>
    /// <param name="provider">The culture.</param>
    /// <param name="length">Bytes written.</param>
    public static bool TryFormat(double value, Span<byte> target, string? format, IFormatProvider provider, out int length)
    {
        length = 0;
        if (!(value is > 0 and < Limit) || NumberFormatInfo.GetInstance(provider).NumberDecimalSeparator != ".")
            return false;

        if (!(format is null or "R" ? TryReadShortest(value, out var digits, out var decimals) : TryRound(value, format, out digits, out decimals)))
            return false;

        length = Write(target, digits, decimals);
        return true;
    }

    // Finds the fewest decimals that give this exact number. A division by such a power of ten rounds only once.
    private static bool TryReadShortest(double value, out long digits, out int decimals)
    {
        digits = 0;
        for (decimals = 0; decimals <= MostDecimals && value >= LeastPlain; decimals++)
        {
            digits = (long)((value * Powers[decimals]) + 0.5);
            if (digits / Powers[decimals] == value)
                return true;
        }

        return false;
    }

    private static bool TryRound(double value, string format, out long digits, out int decimals)
    {
        digits = 0;
        decimals = format.Length - 2;
        if (decimals is < 1 or > MostDecimals || !IsFixed(format))
            return false;

        var scaled = value * Powers[decimals];
        digits = (long)scaled;
        var rest = scaled - digits;
        if (rest > 0.5)
            digits++;

        return Math.Abs(rest - 0.5) > Unclear && scaled < Limit;
    }

    private static bool IsFixed(string format)
    {
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != (i == 1 ? '.' : '0'))
                return false;
        }

        return true;
    }

    // Writes from the last digit to the first, with at least one before the point.
    private static int Write(Span<byte> target, long digits, int decimals)
    {
        var length = decimals == 0 ? 1 : decimals + 2;
        for (var whole = digits / (long)Powers[decimals]; whole >= 10; whole /= 10)
            length++;

        for (var i = length - 1; i >= 0; i--)
        {
            if (decimals > 0 && i == length - 1 - decimals)
            {
                target[i] = (byte)'.';
                continue;
            }

            target[i] = (byte)('0' + (digits % 10));
            digits /= 10;
        }

        return length;
    }
}
