#if !NETSTANDARD2_0
using System.Globalization;
using System.Text;
using OssLogSinks.Core.Records;

namespace OssLogSinks.Intake.Rendering;

/// <content>For .NET 8 and later, which format numbers and times as UTF-8.</content>
internal static partial class ScalarText
{
    public static void Write<T>(RecordWriter writer, T value, string? format, IFormatProvider provider)
        where T : struct, IFormattable, IUtf8SpanFormattable
    {
        // .NET's UTF-8 formatting does not support every character in a format.
        if (format is not null && !Ascii.IsValid(format))
        {
            writer.Write(value.ToString(format, provider));
            return;
        }

        int length;
        var target = writer.GetSpan(32);
        while (!value.TryFormat(target, out length, format, provider))
            target = writer.GetSpan(2 * target.Length);

        writer.Advance(length);
    }

    /// <summary>
    /// Formats common numbers and times in the invariant culture; false for other types, if the text does not fit, or if the format is not
    /// ASCII.
    /// </summary>
    public static bool TryFormat(object? value, Span<byte> target, string? format, out int length)
    {
        length = 0;
        return (format is null || Ascii.IsValid(format)) && value switch
        {
            int number => number.TryFormat(target, out length, format, CultureInfo.InvariantCulture),
            long number => number.TryFormat(target, out length, format, CultureInfo.InvariantCulture),
            double number => (target.Length >= DoubleText.MostBytes && DoubleText.TryFormat(number, target, format, CultureInfo.InvariantCulture, out length))
                || number.TryFormat(target, out length, format, CultureInfo.InvariantCulture),
            decimal number => number.TryFormat(target, out length, format, CultureInfo.InvariantCulture),
            DateTime time => time.TryFormat(target, out length, format, CultureInfo.InvariantCulture),
            DateTimeOffset time => time.TryFormat(target, out length, format, CultureInfo.InvariantCulture),
            TimeSpan time => time.TryFormat(target, out length, format, CultureInfo.InvariantCulture),
            _ => false,
        };
    }

    // Only .NET's own types: a user's type may write other text as UTF-8 than its ToString returns.
    private static bool TryWriteKnown(RecordWriter writer, object value, string? format, IFormatProvider provider)
    {
        switch (value)
        {
            case int number: Write(writer, number, format, provider); break;
            case long number: Write(writer, number, format, provider); break;
            case decimal number: Write(writer, number, format, provider); break;
            case DateTime time: Write(writer, time, format, provider); break;
            case DateTimeOffset time: Write(writer, time, format, provider); break;
            case TimeSpan time: Write(writer, time, format, provider); break;
            case Guid id: Write(writer, id, format, provider); break;
            case float number: Write(writer, number, format, provider); break;
            case uint number: Write(writer, number, format, provider); break;
            case ulong number: Write(writer, number, format, provider); break;
            case short number: Write(writer, number, format, provider); break;
            case ushort number: Write(writer, number, format, provider); break;
            case byte number: Write(writer, number, format, provider); break;
            case sbyte number: Write(writer, number, format, provider); break;
            case DateOnly date: Write(writer, date, format, provider); break;
            case TimeOnly time: Write(writer, time, format, provider); break;
            default: return false;
        }

        return true;
    }
}
#endif
