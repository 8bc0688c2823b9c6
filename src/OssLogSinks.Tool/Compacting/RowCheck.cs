using System.Globalization;
using System.Text;
using System.Text.Json;

namespace OssLogSinks.Tool.Compacting;

/// <summary>
/// Compares rows of a Parquet file with the lines that they come from. It reads the lines as JSON documents, not as the writer did, so that
/// a fault of the writer is found.
/// </summary>
internal sealed class RowCheck(EventColumns columns)
{
    private readonly ClefRowReader _renderer = new();

    /// <summary>The name of the first column that differs; null if the row has all that the line has, and nothing else.</summary>
    public string? Difference(EventFileRow row, ReadOnlyMemory<byte> line, string source)
    {
        using var document = JsonDocument.Parse(line);
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        var rest = new List<JsonProperty>();
        foreach (var member in document.RootElement.EnumerateObject())
        {
            if (ClefFields.TextOf(member) is not { } text)
                rest.Add(member);
            else if (!texts.TryAdd(member.Name, text))
                return member.Name;
        }

        var message = texts.GetValueOrDefault("@m") ?? (texts.TryGetValue("@mt", out var template) ? _renderer.Render(line.Span, template) : null);
        string?[] expected =
        [
            texts.GetValueOrDefault("@l", "Information"), texts.GetValueOrDefault("@mt"), message, texts.GetValueOrDefault("@x"),
            texts.GetValueOrDefault("@i"), texts.GetValueOrDefault("@tr"), texts.GetValueOrDefault("@sp"),
        ];
        for (var i = 0; i < expected.Length; i++)
        {
            if (row.Text(i + 1) != expected[i])
                return EventColumns.FixedNames[i + 1];
        }

        if (row.Text(9) != texts.GetValueOrDefault("@t") || row.Source != source)
            return row.Source != source ? "source" : "time_text";

        var time = DateTimeOffset.Parse(texts["@t"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        if (row.Time.Ticks != time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerMicrosecond))
            return "time";

        return IsSame(rest, row.Text(8) ?? "") ? DifferentProperty(row, rest) : "properties";
    }

    private static bool IsSame(List<JsonProperty> members, string properties)
    {
        using var document = JsonDocument.Parse(Encoding.UTF8.GetBytes(properties));
        var index = 0;
        foreach (var member in document.RootElement.EnumerateObject())
        {
            if (index == members.Count || member.Name != members[index].Name || member.Value.GetRawText() != members[index].Value.GetRawText())
                return false;

            index++;
        }

        return index == members.Count;
    }

    private string? DifferentProperty(EventFileRow row, List<JsonProperty> members)
    {
        for (var i = 0; i < columns.Properties.Count; i++)
        {
            var name = columns.Properties[i].Name;
            var value = members.Find(member => member.Name == name).Value;
            object? expected = value.ValueKind switch
            {
                JsonValueKind.Undefined or JsonValueKind.Null => null,
                JsonValueKind.True => true,
                JsonValueKind.False => false,
                JsonValueKind.String => value.GetString(),
                _ => columns.Properties[i].ClrType == typeof(long) ? value.GetInt64() : (object)value.GetDouble(),
            };
            if (!Equals(expected, row.Property(i)))
                return name;
        }

        return null;
    }
}
