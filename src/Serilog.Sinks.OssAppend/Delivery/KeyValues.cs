using System.Globalization;
using Serilog.Events;

namespace Serilog.Sinks.OssAppend.Delivery;

/// <summary>
/// Reads an event's values for the places in the object key: <c>Level</c> is the event's level, everything else a property;
/// only scalars have a text, whatever else is as good as absent. One array is used for all events.
/// </summary>
internal sealed class KeyValues
{
    private static readonly string[] LevelNames = ["Verbose", "Debug", "Information", "Warning", "Error", "Fatal"];

    private readonly string?[] _values;

    public KeyValues(IReadOnlyList<string> names)
    {
        Names = names;
        _values = new string?[names.Count];
    }

    /// <summary>The properties whose values are read.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The event's values in the order of the names. Valid until the next call.</summary>
    public ReadOnlyMemory<string?> Read(LogEvent logEvent)
    {
        for (var i = 0; i < _values.Length; i++)
            _values[i] = Names[i] == "Level" ? NameOf(logEvent.Level) : TextOf(logEvent, Names[i]);

        return _values;
    }

    private static string NameOf(LogEventLevel level) =>
        (uint)level < (uint)LevelNames.Length ? LevelNames[(int)level] : level.ToString();

    private static string? TextOf(LogEvent logEvent, string name) =>
        logEvent.Properties.TryGetValue(name, out var property) && property is ScalarValue { Value: { } value }
            ? value as string ?? (value is IFormattable formattable ? formattable.ToString(null, CultureInfo.InvariantCulture) : value.ToString())
            : null;
}
