using System.Collections.Concurrent;
using OssLogSinks.Core.Records;
using OssLogSinks.Intake.Rendering;
using Serilog.Events;
using Serilog.Parsing;

namespace Serilog.Sinks.OssAppend.Rendering;

/// <summary>The compact JSON of a message template, the same for each of its events.</summary>
internal sealed class TemplateText
{
    private TemplateText(byte[] json, PropertyToken[] formatted)
    {
        Json = json;
        Formatted = formatted;
    }

    /// <summary>The template as a JSON string.</summary>
    public byte[] Json { get; }

    /// <summary>Placeholders with a format. They are rendered here, because a reader of the JSON no longer knows the values' types.</summary>
    public PropertyToken[] Formatted { get; }

    public static TemplateText Of(MessageTemplate template)
    {
        using var writer = new RecordWriter();
        JsonText.WriteQuoted(writer, template.Text);
        return new TemplateText(writer.Written.ToArray(), [.. template.Tokens.OfType<PropertyToken>().Where(t => t.Format is not null)]);
    }
}

/// <summary>Caches the texts of message templates, with the same limit as Serilog's own template cache. Thread-safe.</summary>
internal sealed class TemplateCache
{
    private const int MostTemplates = 1000;

    private readonly ConcurrentDictionary<MessageTemplate, TemplateText> _texts = new();
    private int _count;

    public TemplateText TextOf(MessageTemplate template)
    {
        if (_texts.TryGetValue(template, out var known))
            return known;

        var text = TemplateText.Of(template);
        if (Volatile.Read(ref _count) < MostTemplates && _texts.TryAdd(template, text))
            Interlocked.Increment(ref _count);
        return text;
    }
}
