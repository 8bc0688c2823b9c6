using NLog.Layouts;

namespace NLog.Targets.OssAppend;

/// <summary>Renders events into UTF-8. Any thread may use it, each with a buffer of its own.</summary>
internal sealed class EventRenderer
{
    private readonly Layout _layout;
    private readonly string _lineEnding;

    public EventRenderer(Layout layout, string lineEnding)
    {
        _layout = layout;
        _lineEnding = lineEnding;
    }

    /// <summary>Renders an event and its line ending. The bytes are valid until the buffer is used again.</summary>
    public ReadOnlyMemory<byte> Render(LogEventInfo logEvent, EventBuffer buffer)
    {
        buffer.Clear();
        _layout.Render(logEvent, buffer.Text);
        buffer.Text.Append(_lineEnding);
        return buffer.ToUtf8();
    }
}
