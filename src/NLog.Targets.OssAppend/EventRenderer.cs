using NLog.Layouts;

namespace NLog.Targets.OssAppend;

/// <summary>
/// Renders events into UTF-8, and in the place of one that is too large a placeholder with the same time and level that says so. Any
/// thread may use it, each with a buffer of its own.
/// </summary>
internal sealed class EventRenderer
{
    private const int LongestBeginning = 200;

    private readonly Layout _layout;
    private readonly string _lineEnding;
    private readonly int _limit;

    /// <param name="layout">Renders whatever is stored.</param>
    /// <param name="lineEnding">What follows each event.</param>
    /// <param name="limit">The most bytes of an event, its line ending included, that is not replaced.</param>
    public EventRenderer(Layout layout, string lineEnding, int limit)
    {
        _layout = layout;
        _lineEnding = lineEnding;
        _limit = limit;
    }

    /// <summary>Renders an event and its line ending. The bytes are valid until the buffer is used again.</summary>
    /// <param name="logEvent">The event.</param>
    /// <param name="buffer">Where to.</param>
    /// <param name="isReplaced">Whether it is a placeholder that fits. If that is too large as well, the core gives the event up.</param>
    public ReadOnlyMemory<byte> Render(LogEventInfo logEvent, EventBuffer buffer, out bool isReplaced)
    {
        isReplaced = false;
        var rendered = Render(logEvent, buffer);
        if (rendered.Length <= _limit)
            return rendered;

        rendered = Render(PlaceholderOf(logEvent, rendered.Length), buffer);
        isReplaced = rendered.Length <= _limit;
        return rendered;
    }

    private ReadOnlyMemory<byte> Render(LogEventInfo logEvent, EventBuffer buffer)
    {
        buffer.Clear();
        _layout.Render(logEvent, buffer.Text);
        buffer.Text.Append(_lineEnding);
        return buffer.ToUtf8();
    }

    private LogEventInfo PlaceholderOf(LogEventInfo logEvent, int size)
    {
        var beginning = logEvent.Message ?? "";
        beginning = beginning.Length > LongestBeginning ? beginning.Substring(0, LongestBeginning) : beginning;
        return new LogEventInfo(
            logEvent.Level,
            logEvent.LoggerName,
            null,
            "An event of {EventSize} bytes was left out, as it is larger than {EventSizeLimit} bytes. It began: {EventBeginning:l}",
            [size, _limit, beginning])
        {
            TimeStamp = logEvent.TimeStamp,
        };
    }
}
