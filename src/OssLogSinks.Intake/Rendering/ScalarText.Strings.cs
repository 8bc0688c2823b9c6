#if NETSTANDARD2_0

using OssLogSinks.Core.Records;

namespace OssLogSinks.Intake.Rendering;

/// <content>For .NET Standard 2.0, which formats to strings only.</content>
internal static partial class ScalarText
{
    public static void Write<T>(RecordWriter writer, T value, string? format, IFormatProvider provider)
        where T : struct, IFormattable =>
        writer.Write(value.ToString(format, provider));

    private static bool TryWriteKnown(RecordWriter writer, object value, string? format, IFormatProvider provider) => false;

    /// <summary>Always false: .NET Standard 2.0 cannot format without a string.</summary>
    public static bool TryFormat(object? value, Span<byte> target, string? format, out int length)
    {
        length = 0;
        return false;
    }
}
#endif
