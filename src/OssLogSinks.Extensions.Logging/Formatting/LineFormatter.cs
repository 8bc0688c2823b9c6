using System.Globalization;
using Microsoft.Extensions.Logging;
using OssLogSinks.Core.Records;
using OssLogSinks.Extensions.Logging.Events;
using OssLogSinks.Intake.Rendering;

namespace OssLogSinks.Extensions.Logging.Formatting;

/// <summary>
/// Writes an event as one line of text, as the simple console formatter does with <c>SingleLine</c>: time, level, category, event id, scopes if
/// they are wanted, message and exception. Line ends become spaces, unless control characters are escaped.
/// </summary>
internal sealed class LineFormatter(LineTime time, bool includeScopes, bool escapes) : EventFormatter
{
    private const int LevelLength = 6;

    public override bool? IsJson => false;

    public override void Write(LogCall call, RecordWriter writer)
    {
        var message = call.FormatMessage();
        if (message is null && call.Exception is null)
            return;

        var start = writer.Written.Length;
        time.Write(call.Time, writer);
        writer.WriteUtf8("trce: dbug: info: warn: fail: crit: "u8.Slice(LevelLength * Math.Min(Math.Max((int)call.Level, 0), (int)LogLevel.Critical), LevelLength));
        writer.Write(call.Category);
        writer.Write('[');
        ScalarText.Write(writer, call.EventId.Id, null, CultureInfo.InvariantCulture);
        writer.Write(']');
        if (includeScopes)
            call.Scopes?.ForEachScope((scope, target) => WriteOnTheLine(" => "u8, FailureText.OfValue(scope), target), writer);
        if (!string.IsNullOrEmpty(message))
            WriteOnTheLine(" "u8, message!, writer);
        if (call.Exception is not null)
            WriteOnTheLine(" "u8, FailureText.Of(call.Exception), writer);
        if (escapes)
            ControlCharacters.Escape(writer, start);
        writer.Write('\n');
    }

    private void WriteOnTheLine(ReadOnlySpan<byte> before, string text, RecordWriter writer)
    {
        writer.WriteUtf8(before);
        writer.Write(escapes || text.IndexOf('\n') < 0 ? text : text.Replace("\r\n", " ").Replace('\n', ' '));
    }
}
