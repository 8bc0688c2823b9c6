using OssLogSinks.Core.Records;

namespace Serilog.Sinks.OssAppend.Rendering;

/// <summary>Writes what is UTF-8 already.</summary>
internal static class RawWriting
{
    public static void WriteRaw(this RecordWriter writer, ReadOnlySpan<byte> utf8)
    {
        utf8.CopyTo(writer.GetSpan(utf8.Length));
        writer.Advance(utf8.Length);
    }
}
