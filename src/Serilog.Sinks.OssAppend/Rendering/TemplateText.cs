using System.Collections.Concurrent;
using OssLogSinks.Core.Records;
using Serilog.Events;
using Serilog.Parsing;

namespace Serilog.Sinks.OssAppend.Rendering;

/// <summary>What compact JSON says of a message template, the same in each of its events.</summary>
internal sealed class TemplateText
{
    private TemplateText(byte[] json, PropertyToken[] formatted)
    {
        Json = json;
        Formatted = formatted;
    }

    /// <summary>The template itself as a JSON string.</summary>
    public byte[] Json { get; }

    /// <summary>The places whose format has to be applied here, since a reader does not know the values' types any more.</summary>
    public PropertyToken[] Formatted { get; }

    public static TemplateText Of(MessageTemplate template)
    {
        using var writer = new RecordWriter();
        JsonText.WriteQuoted(writer, template.Text);
        return new TemplateText(writer.Written.ToArray(), [.. template.Tokens.OfType<PropertyToken>().Where(t => t.Format is not null)]);
    }
}

/// <summary>Keeps the texts of message templates, as many as Serilog itself keeps templates and no more. Any thread may ask.</summary>
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
