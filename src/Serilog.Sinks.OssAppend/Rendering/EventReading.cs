using System.Diagnostics.CodeAnalysis;
using Serilog.Events;
using Serilog.Parsing;

namespace Serilog.Sinks.OssAppend.Rendering;

/// <summary>Reads what an event is made of, without an enumerator on the heap where Serilog's own classes are behind the interfaces.</summary>
internal static class EventReading
{
    public static MessageTemplateToken[] TokenArray(this MessageTemplate template) =>
        template.Tokens as MessageTemplateToken[] ?? [.. template.Tokens];

    public static bool TryGetValue(this LogEvent logEvent, string name, [NotNullWhen(true)] out LogEventPropertyValue? value) =>
        logEvent.Properties is Dictionary<string, LogEventPropertyValue> properties
            ? properties.TryGetValue(name, out value)
            : logEvent.Properties.TryGetValue(name, out value);

    public static Dictionary<string, LogEventPropertyValue> PropertyMap(this LogEvent logEvent) =>
        logEvent.Properties as Dictionary<string, LogEventPropertyValue> ?? logEvent.Properties.ToDictionary(p => p.Key, p => p.Value);
}
