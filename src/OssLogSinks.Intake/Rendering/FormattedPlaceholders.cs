using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using OssLogSinks.Core.Records;

namespace OssLogSinks.Intake.Rendering;

/// <summary>
/// Writes the placeholders of a message template that have a format, rendered: a reader of the JSON no longer knows the values' types. For a
/// framework that keeps templates as text. Thread-safe.
/// </summary>
internal sealed class FormattedPlaceholders
{
    private const int MostTemplates = 1000;

    private static readonly Regex Place = new(@"\{\{|\{(?<name>[^{}:,]+)(?<alignment>,[^{}:]+)?:(?<format>[^{}]+)\}", RegexOptions.CultureInvariant);

    private readonly ConcurrentDictionary<string, (string Name, string Format)[]> _places = new();

    /// <summary>Writes them as a JSON array of strings with the name <c>@r</c>; nothing if there are none.</summary>
    public void Write(string template, EventValues values, RecordWriter writer)
    {
        if (template.IndexOf(':') < 0)
            return;

        if (!_places.TryGetValue(template, out var places))
        {
            places = PlacesOf(template);
            if (_places.Count < MostTemplates)
                _places[template] = places;
        }

        for (var i = 0; i < places.Length; i++)
            ClefText.WriteText(i == 0 ? ",\"@r\":["u8 : ","u8, FailureText.OfValue(values.Find(places[i].Name), places[i].Format), writer);
        writer.WriteUtf8(places.Length > 0 ? "]"u8 : []);
    }

    private static (string Name, string Format)[] PlacesOf(string template) =>
        [.. Place.Matches(template).Cast<Match>().Where(place => place.Groups["name"].Success)
            .Select(place => (place.Groups["name"].Value, $"{{0{place.Groups["alignment"].Value}:{place.Groups["format"].Value}}}"))];
}
