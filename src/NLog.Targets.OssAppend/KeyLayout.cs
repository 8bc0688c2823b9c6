using System.Globalization;
using System.Text;
using NLog.LayoutRenderers;
using NLog.Layouts;

namespace NLog.Targets.OssAppend;

/// <summary>
/// The object key as the user wrote it, taken apart: text is the core's key template, each layout renderer a property place
/// in it, so that what a renderer gives is a value and never read as a template.
/// </summary>
internal sealed class KeyLayout
{
    private readonly Dictionary<string, Func<LogEventInfo, string?>> _renderers = new(StringComparer.Ordinal);
    private readonly List<string> _faults = [];
    private Func<LogEventInfo, string?>[] _places = [];

    private KeyLayout()
    {
    }

    /// <summary>The core's template.</summary>
    public string Template { get; private set; } = "";

    /// <summary>What is wrong with the layout itself; the core knows what is wrong with the template.</summary>
    public IReadOnlyList<string> Faults => _faults;

    /// <summary>Whether the template has places that the user did not write, so that columns count differently.</summary>
    public bool HasRenderers => _renderers.Count > 0;

    public static KeyLayout Of(Layout? layout)
    {
        var key = new KeyLayout();
        if (layout is SimpleLayout simple)
            key.TakeApart(simple.LayoutRenderers.ToArray());
        else if (layout is not null)
            key.Template = key.PlaceOf(layout.Render, "");

        return key;
    }

    /// <summary>Learns which values records bring, in which order.</summary>
    public void Bind(IReadOnlyList<string> propertyNames) => _places = [.. propertyNames.Select(Find)];

    /// <summary>The event's values, in the order of the template's places; null if there are none. For the thread that logs.</summary>
    public string?[]? ValuesOf(LogEventInfo logEvent)
    {
        if (_places.Length == 0)
            return null;

        var values = new string?[_places.Length];
        for (var i = 0; i < values.Length; i++)
            values[i] = _places[i](logEvent);

        return values;
    }

    private void TakeApart(LayoutRenderer[] renderers)
    {
        var literals = string.Concat(renderers.OfType<LiteralLayoutRenderer>().Select(r => r.Text));
        var template = new StringBuilder();
        foreach (var renderer in renderers)
        {
            if (renderer is DateLayoutRenderer date && date.Format?.IndexOfAny(['/', '\\']) >= 0)
                _faults.Add($"${{date:format={date.Format}}} would make no folders, since what a layout renderer gives is escaped; write {{Timestamp:{date.Format}}}.");

            template.Append(renderer is LiteralLayoutRenderer literal ? literal.Text : PlaceOf(renderer.Render, literals));
        }

        Template = template.ToString();
    }

    // A name that the user's own text does not hold.
    private string PlaceOf(Func<LogEventInfo, string?> render, string literals)
    {
        var name = "renderer-" + (_renderers.Count + 1).ToString(CultureInfo.InvariantCulture);
        while (literals.Contains("{" + name + "}"))
            name += "-";

        _renderers.Add(name, render);
        return "{" + name + "}";
    }

    private Func<LogEventInfo, string?> Find(string name) => name switch
    {
        _ when _renderers.TryGetValue(name, out var render) => render,
        "Level" => static logEvent => logEvent.Level.Name,
        "Logger" => static logEvent => logEvent.LoggerName,
        _ => logEvent => PropertyOf(logEvent, name),
    };

    private static string? PropertyOf(LogEventInfo logEvent, string name)
    {
        object? value = null;
        var isKnown = (logEvent.HasProperties && logEvent.Properties.TryGetValue(name, out value)) || ScopeContext.TryGetProperty(name, out value);
        return isKnown ? Convert.ToString(value, CultureInfo.InvariantCulture) : null;
    }
}
