using System.Globalization;
using Serilog.Events;

namespace Serilog.Sinks.OssAppend.Delivery;

/// <summary>
/// Reads an event's values for the placeholders of the object key: <c>Level</c> is the event's level, any other name a property. Properties
/// that are not scalars count as absent.
/// </summary>
internal static class KeyValues
{
    private static readonly string[] LevelNames = ["Verbose", "Debug", "Information", "Warning", "Error", "Fatal"];

    /// <summary>The event's values, in the order of the names.</summary>
    public static ReadOnlyMemory<string?> Read(LogEvent logEvent, IReadOnlyList<string> names, string?[] values)
    {
        for (var i = 0; i < values.Length; i++)
            values[i] = names[i] == "Level" ? NameOf(logEvent.Level) : TextOf(logEvent, names[i]);

        return values;
    }

    private static string NameOf(LogEventLevel level) =>
        (uint)level < (uint)LevelNames.Length ? LevelNames[(int)level] : level.ToString();

    private static string? TextOf(LogEvent logEvent, string name) =>
        logEvent.Properties.TryGetValue(name, out var property) && property is ScalarValue { Value: { } value }
            ? value as string ?? (value is IFormattable formattable ? formattable.ToString(null, CultureInfo.InvariantCulture) : value.ToString())
            : null;
}
