using System.Collections.Concurrent;
using Serilog.Events;

namespace Serilog.Sinks.OssAppend.Rendering;

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
