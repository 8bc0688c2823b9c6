using System.Text.Json;
using System.Xml;
using System.Xml.Linq;
using OssLogSinks.Tool.Output;

namespace OssLogSinks.Tool.Objects;

/// <summary>
/// The settings of the sink in a configuration file of an application: the arguments of <c>OssAppend</c> in Serilog's section, with their section
/// <c>options</c>; the section <c>Logging:OssAppend</c>; or NLog's target of that type. The first one in the file is taken; other sections and
/// elements inside it are not read. Names have no case.
/// </summary>
internal sealed class SinkSettings
{
    private const string SinkName = "OssAppend";

    private readonly Dictionary<string, string> _values = new(StringComparer.OrdinalIgnoreCase);

    public static SinkSettings None { get; } = new();

    /// <summary>A setting's text; null if it is not set.</summary>
    public string? this[string name] => _values.GetValueOrDefault(name);

    /// <summary>Reads a file.</summary>
    /// <exception cref="ToolException">There is no such file, it cannot be parsed, or no sink is in it.</exception>
    public static SinkSettings Load(string path, Func<string, string?> readVariable)
    {
        if (!File.Exists(path))
            throw new ToolException(ExitCodes.NotFound, $"There is no configuration file '{path}'.", "Correct the path after --config.");

        var settings = new SinkSettings();
        try
        {
            var text = File.ReadAllText(path);
            var isFound = text.AsSpan().TrimStart('\uFEFF').TrimStart() is ['<', ..] ? settings.ReadNLog(XDocument.Parse(text)) : settings.ReadJson(text);
            if (!isFound)
                throw new ToolException(ExitCodes.Usage, $"'{path}' has no sink or target OssAppend.", "Name the file that configures it.");
        }
        catch (Exception exception) when (exception is JsonException or XmlException)
        {
            throw new ToolException(ExitCodes.Usage, $"'{path}' cannot be read: {exception.Message}", "Correct the file.");
        }

        foreach (var (name, value) in settings._values.ToArray())
            settings._values[name] = Expand(value, readVariable);

        return settings;
    }

    private bool ReadJson(string text)
    {
        using var document = JsonDocument.Parse(text, new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
        return Find(document.RootElement);
    }

    private bool Find(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Array)
            return element.EnumerateArray().Any(Find);
        if (element.ValueKind != JsonValueKind.Object)
            return false;

        if (Member(element, "Name") is { ValueKind: JsonValueKind.String } name && name.ValueEquals(SinkName) && Member(element, "Args") is { ValueKind: JsonValueKind.Object } arguments)
        {
            // The sink reads its section of options first, and then what is beside it. Empty texts take nothing back.
            if (Member(arguments, "options") is { ValueKind: JsonValueKind.Object } options)
                Take(options);
            Take(arguments);
            return true;
        }

        foreach (var member in element.EnumerateObject())
        {
            if (string.Equals(member.Name, SinkName, StringComparison.OrdinalIgnoreCase) && member.Value.ValueKind == JsonValueKind.Object)
            {
                Take(member.Value);
                return true;
            }

            if (Find(member.Value))
                return true;
        }

        return false;
    }

    private void Take(JsonElement section)
    {
        foreach (var member in section.EnumerateObject())
        {
            if (member.Value.ValueKind is not (JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False))
                continue;

            var text = member.Value.ToString();
            if (text.Length > 0 || !_values.ContainsKey(member.Name))
                _values[member.Name] = text;
        }
    }

    private static JsonElement? Member(JsonElement element, string name)
    {
        foreach (var member in element.EnumerateObject())
        {
            if (string.Equals(member.Name, name, StringComparison.OrdinalIgnoreCase))
                return member.Value;
        }

        return null;
    }

    private bool ReadNLog(XDocument document)
    {
        var target = document.Descendants().FirstOrDefault(element =>
            element.Name.LocalName == "target" && element.Attributes().Any(a => a.Name.LocalName == "type" && a.Value == SinkName));
        foreach (var attribute in target?.Attributes() ?? [])
            _values[attribute.Name.LocalName] = attribute.Value;

        return target is not null;
    }

    // Serilog's settings have %NAME%, NLog's ${environment:NAME}.
    private static string Expand(string value, Func<string, string?> readVariable)
    {
        const string NLogPlace = "${environment:";
        if (value.Length > 2 && value[0] == '%' && value[^1] == '%')
            return readVariable(value[1..^1]) ?? "";

        return value.StartsWith(NLogPlace, StringComparison.OrdinalIgnoreCase) && value[^1] == '}' ? readVariable(value[NLogPlace.Length..^1]) ?? "" : value;
    }
}
