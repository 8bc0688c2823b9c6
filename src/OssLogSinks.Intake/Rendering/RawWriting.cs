using OssLogSinks.Core.Records;

namespace OssLogSinks.Intake.Rendering;

/// <summary>Writes bytes that are already UTF-8.</summary>
internal static class RawWriting
{
    public static void WriteRaw(this RecordWriter writer, ReadOnlySpan<byte> utf8)
    {
        utf8.CopyTo(writer.GetSpan(utf8.Length));
        writer.Advance(utf8.Length);
    }
}
