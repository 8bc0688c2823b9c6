using System.Diagnostics.CodeAnalysis;
using Serilog.Events;
using Serilog.Parsing;

namespace Serilog.Sinks.OssAppend.Rendering;

/// <summary>Reads an event's parts without allocating an enumerator, if they have the types that Serilog itself creates.</summary>
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
