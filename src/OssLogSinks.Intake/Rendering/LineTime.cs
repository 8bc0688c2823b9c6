using System.Globalization;
using OssLogSinks.Core.Records;

namespace OssLogSinks.Intake.Rendering;

/// <summary>Writes the time at the beginning of a line of text, in any .NET date format, and a space. Thread-safe.</summary>
internal sealed class LineTime
{
    private readonly string _format;
    private readonly TimestampText? _text;
    private readonly TimeZoneInfo? _zone;

    /// <param name="format">The format; nothing is written if it is empty. No space is added if it ends with one.</param>
    /// <param name="zone">The zone of the time that is shown; null for UTC.</param>
    public LineTime(string format, TimeZoneInfo? zone)
    {
        _format = format;
        _text = TimestampText.TryRead(format, CultureInfo.InvariantCulture);
        _zone = zone;
    }

    /// <summary>Whether a text is a date format.</summary>
    public static bool IsFormat(string? format)
    {
        try
        {
            return format is not null && default(DateTimeOffset).ToString(format, CultureInfo.InvariantCulture) is not null;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    public void Write(DateTimeOffset time, RecordWriter writer)
    {
        if (_format.Length == 0)
            return;

        var shown = time.ToOffset(_zone?.GetUtcOffset(time) ?? TimeSpan.Zero);
        if (_text is not null)
            _text.Write(shown, writer);
        else
            writer.Write(shown.ToString(_format, CultureInfo.InvariantCulture));
        if (_format[_format.Length - 1] != ' ')
            writer.Write(' ');
    }
}
