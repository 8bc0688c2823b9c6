using System.Globalization;
using Microsoft.Extensions.Logging;
using OssLogSinks.Core.Records;
using OssLogSinks.Extensions.Logging.Events;
using OssLogSinks.Intake.Rendering;

namespace OssLogSinks.Extensions.Logging.Formatting;

/// <summary>Writes an event as one line of text: the same as the simple console formatter with <c>SingleLine</c>.</summary>
internal sealed class LineFormatter : EventFormatter
{
    private readonly string? _format;
    private readonly TimestampText? _time;
    private readonly TimeZoneInfo? _zone;
    private readonly bool _includeScopes;

    /// <param name="format">The format of the time; empty for none. A space follows, unless it ends with one.</param>
    /// <param name="zone">The zone of the time; null for UTC.</param>
    /// <param name="includeScopes">Whether scopes are written.</param>
    public LineFormatter(string format, TimeZoneInfo? zone, bool includeScopes)
    {
        _format = format.Length == 0 || format[format.Length - 1] == ' ' ? format : format + " ";
        _time = TimestampText.TryRead(_format, CultureInfo.InvariantCulture);
        _zone = zone;
        _includeScopes = includeScopes;
    }

    public override void Write(LogCall call, RecordWriter writer)
    {
        var message = call.FormatMessage();
        if (message is null && call.Exception is null)
            return;

        WriteTime(call.Time, writer);
        writer.WriteRaw(NameOf(call.Level));
        writer.Write(call.Category);
        writer.WriteRaw("["u8);
        ScalarText.Write(writer, call.EventId.Id, null, CultureInfo.InvariantCulture);
        writer.WriteRaw("]"u8);
        if (_includeScopes)
            call.Scopes?.ForEachScope(static (scope, writer) => WriteOnTheLine(" =>", scope?.ToString() ?? "", writer), writer);
        WriteOnTheLine("", message, writer);
        if (call.Exception is { } exception)
            WriteOnTheLine("", FailureText.Of(exception), writer);
        writer.WriteRaw("\n"u8);
    }

    private static ReadOnlySpan<byte> NameOf(LogLevel level) => level switch
    {
        LogLevel.Trace => "trce: "u8,
        LogLevel.Debug => "dbug: "u8,
        LogLevel.Information => "info: "u8,
        LogLevel.Warning => "warn: "u8,
        LogLevel.Error => "fail: "u8,
        _ => "crit: "u8,
    };

    private static void WriteOnTheLine(string before, string? text, RecordWriter writer)
    {
        if (before.Length == 0 && string.IsNullOrEmpty(text))
            return;

        writer.Write(before);
        writer.WriteRaw(" "u8);
        writer.Write(text!.IndexOf('\n') < 0 ? text : text.Replace("\r\n", " ").Replace('\n', ' '));
    }

    private void WriteTime(DateTimeOffset time, RecordWriter writer)
    {
        var shown = _zone is null ? time : time.ToOffset(_zone.GetUtcOffset(time));
        if (_time is not null)
            _time.Write(shown, writer);
        else if (_format!.Length > 0)
            writer.Write(shown.ToString(_format, CultureInfo.InvariantCulture));
    }
}
