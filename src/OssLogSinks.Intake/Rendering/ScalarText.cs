using OssLogSinks.Core.Records;

namespace OssLogSinks.Intake.Rendering;

/// <summary>Writes numbers, times and the like with the text of their <c>ToString</c>, without creating the string where .NET allows that.</summary>
internal static partial class ScalarText
{
    public static void Write(RecordWriter writer, object? value, string? format, IFormatProvider provider)
    {
        if (value is null)
            writer.WriteUtf8("null"u8);
        else if (value is double number)
            Write(writer, number, format, provider);
        else if (!TryWriteKnown(writer, value, format, provider))
            writer.Write(value is IFormattable formattable ? formattable.ToString(format, provider) : value.ToString());
    }

    public static void Write(RecordWriter writer, double value, string? format, IFormatProvider provider)
    {
        if (DoubleText.TryFormat(value, writer.GetSpan(DoubleText.MostBytes), format, provider, out var length))
            writer.Advance(length);
        else
            Write<double>(writer, value, format, provider);
    }
}
