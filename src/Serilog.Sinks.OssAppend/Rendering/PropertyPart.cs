using OssLogSinks.Core.Records;
using Serilog.Events;
using Serilog.Parsing;

namespace Serilog.Sinks.OssAppend.Rendering;

/// <summary>One of the event's properties; nothing if it has none of that name. Strings have no quotes here.</summary>
internal sealed class PropertyPart : OutputPart
{
    private readonly PropertyToken _token;
    private readonly IFormatProvider? _provider;

    public PropertyPart(PropertyToken token, IFormatProvider? provider)
    {
        _token = token;
        _provider = provider;
    }

    public override void Write(LogEvent logEvent, RecordWriter writer)
    {
        if (!logEvent.TryGetValue(_token.PropertyName, out var value))
            return;

        if (value is ScalarValue { Value: string text })
            Padded.Write(writer, Cased(text), _token.Alignment);
        else if (_token.Alignment is null)
            ValueText.Write(writer, value, _token.Format, _provider);
        else
            _token.Render(logEvent.Properties, writer, _provider);
    }

    private string Cased(string text) => _token.Format switch
    {
        "u" => text.ToUpperInvariant(),
        "w" => text.ToLowerInvariant(),
        _ => text,
    };
}
