using System.Text;
using OssLogSinks.Core.Records;
using Serilog.Events;

namespace Serilog.Sinks.OssAppend.Rendering;

/// <summary>Text that is the same in every event.</summary>
internal sealed class LiteralPart : OutputPart
{
    private readonly string _text;
    private readonly byte[]? _utf8;

    public LiteralPart(string text)
    {
        _text = text;

        // Half of a pair at its border may find its other half in what stands next to it.
        var isWhole = text.Length == 0 || !(char.IsLowSurrogate(text[0]) || char.IsHighSurrogate(text[text.Length - 1]));
        _utf8 = isWhole ? Encoding.UTF8.GetBytes(text) : null;
    }

    public override void Write(LogEvent logEvent, RecordWriter writer)
    {
        if (_utf8 is { } utf8)
            writer.WriteRaw(utf8);
        else
            writer.Write(_text);
    }
}
