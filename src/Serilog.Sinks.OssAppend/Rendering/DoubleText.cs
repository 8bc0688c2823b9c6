using System.Globalization;

namespace Serilog.Sinks.OssAppend.Rendering;

/// <summary>
/// Everyday numbers with few decimals, milliseconds for instance, in the formats that logs have them in: the very digits that
/// the platform writes, at a fraction of the time it takes for any number in any format.
/// </summary>
internal static class DoubleText
{
    /// <summary>The longest text there is.</summary>
    public const int MostBytes = 20;

    // Below this, and with so many decimals, a number has at most 15 digits: no two such numbers are the same double.
    private const double Limit = 1e9;
    private const int MostDecimals = 6;

    // Smaller numbers are shown with an exponent.
    private const double LeastPlain = 1e-4;

    // The platform rounds to 15 digits before it rounds to the format's. Both, and the scaling here, err by less than this: nearer
    // to the middle between two results it has to say which of them it is.
    private const double Unclear = 1e-4;

    private static readonly double[] Powers = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6];

    /// <summary>Writes a number if it is an everyday one, the format <c>0.0</c> with any number of decimals, <c>R</c> or none, and the culture's point a point.</summary>
    /// <param name="value">The number.</param>
    /// <param name="target">Where to; at least <see cref="MostBytes"/>.</param>
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

    // The fewest decimals that mean this very number; dividing by such a power of ten rounds only once.
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

    // From the last digit to the first, with one before the point at least.
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
