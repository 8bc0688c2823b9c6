using System.Globalization;
using Serilog.Parsing;

namespace Serilog.Sinks.OssAppend.Rendering;

/// <summary>Takes an output template apart, once, when the sink is made.</summary>
internal static class OutputTemplateReader
{
    // On every machine, as in everything that goes into an object.
    private const string NewLine = "\n";

    /// <summary>The template's parts; null if Serilog's own formatter has to render it.</summary>
    public static OutputPart[]? TryRead(string template, IFormatProvider? provider)
    {
        // Whatever else gives formats may have a custom formatter, or give another one each time.
        if (provider is not null && provider.GetType() != typeof(CultureInfo))
            return null;

        var tokens = new MessageTemplateParser().Parse(template).Tokens.ToArray();
        var names = new HashSet<string>(tokens.OfType<PropertyToken>().Select(t => t.PropertyName), StringComparer.Ordinal);
        var parts = new List<OutputPart>();
        foreach (var token in tokens)
        {
            var part = token is PropertyToken property ? Read(property, names, provider) : new LiteralPart(token.ToString()!);
            if (part is null)
                return null;

            parts.Add(part);
        }

        return [.. parts];
    }

    private static OutputPart? Read(PropertyToken token, HashSet<string> names, IFormatProvider? provider)
    {
        var isAligned = token.Alignment is not null;
        return token.PropertyName switch
        {
            "Level" => new LevelPart(token),
            "TraceId" or "SpanId" => new TracePart(token),
            "NewLine" => new LiteralPart(Padded.Text(NewLine, token.Alignment)),
            "Exception" => new ExceptionPart(token.Alignment, NewLine),
            "Message" => isAligned ? new SerilogPart(token, provider) : new MessagePart(token.Format, provider),
            "Timestamp" or "UtcTimestamp" => isAligned ? new SerilogPart(token, provider) : new TimestampPart(token, provider),

            // Which ones are left over depends on the whole template, so it cannot be rendered on its own.
            "Properties" => isAligned ? null : new PropertiesPart(token.Format, names, provider),
            _ => new PropertyPart(token, provider),
        };
    }
}
