using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using NLog.LayoutRenderers;
using NLog.Layouts;

namespace NLog.Targets.OssAppend;

/// <summary>
/// The object key as configured, split into text and layout renderers. Text is passed to the core as key template, each renderer as a
/// property placeholder, so a renderer's output is a value and never parsed as template.
/// </summary>
/// <remarks>
/// It is a Layout, so that NLog finds it among the target's layouts: a wrapper that writes on another thread then captures the values on
/// the thread that logs. The values are stored with the event, so a repeated write uses the same ones.
/// </remarks>
internal sealed class KeyLayout : Layout
{
    private readonly Dictionary<string, Func<LogEventInfo, string?>> _renderers = new(StringComparer.Ordinal);
    private readonly List<string> _faults = [];
    private readonly Layout<string?[]> _values;
    private Func<LogEventInfo, string?>[] _places = [];

    private KeyLayout(Layout? text)
    {
        Text = text;
        _values = Layout<string?[]>.FromMethod(ValuesNow);
    }

    /// <summary>The configured layout. Public, because NLog searches public properties for renderers to initialise and capture.</summary>
    public Layout? Text { get; }

    /// <summary>The core's template.</summary>
    internal string Template { get; private set; } = "";

    /// <summary>Faults of the layout itself; the core reports faults of the template.</summary>
    internal IReadOnlyList<string> Faults => _faults;

    /// <summary>Whether the template contains generated placeholders; then columns differ from the configured text.</summary>
    internal bool HasRenderers => _renderers.Count > 0;

    /// <summary>Whether some values may be available only on the thread that logs.</summary>
    internal bool IsThreadBound { get; private set; }

    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicProperties, typeof(KeyLayout))]
    public static KeyLayout Of(Layout? text) => text as KeyLayout ?? new KeyLayout(text);

    /// <summary>Splits the layout into text and renderers. NLog must have initialised it.</summary>
    internal void Read()
    {
        _renderers.Clear();
        _faults.Clear();
        Template = "";
        if (Text is SimpleLayout simple)
            TakeApart([.. simple.LayoutRenderers]);
        else if (Text is not null)
            Template = PlaceOf(Text.Render, "");
    }

    /// <summary>Sets which values an event must provide, and their order.</summary>
    internal void Bind(IReadOnlyList<string> propertyNames)
    {
        _places = [.. propertyNames.Select(Find)];
        IsThreadBound = propertyNames.Any(name => name is not ("Level" or "Logger"));
    }

    /// <summary>
    /// The event's values in the order of the template's placeholders; null if there are none. Call it on the thread that logs, unless the
    /// values were captured.
    /// </summary>
    internal string?[]? ValuesOf(LogEventInfo logEvent)
    {
        if (_places.Length == 0)
            return null;
        if (!IsThreadBound)
            return ValuesNow(logEvent);

        _values.Precalculate(logEvent);
        return _values.RenderValue(logEvent);
    }

    /// <summary>Captures the values for a write on another thread.</summary>
    public override void Precalculate(LogEventInfo logEvent)
    {
        try
        {
            if (IsThreadBound)
                _values.Precalculate(logEvent);
        }
        catch (Exception)
        {
            // Writing this event fails the same way, and that failure is counted.
        }
    }

    public override string ToString() => Text?.ToString() ?? "";

    protected override string GetFormattedMessage(LogEventInfo logEvent) => Text?.Render(logEvent) ?? "";

    private string?[] ValuesNow(LogEventInfo logEvent)
    {
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
                _faults.Add($"${{date:format={date.Format}}} would make no folders, because the output of a layout renderer is escaped; write {{Timestamp:{date.Format}}}.");

            template.Append(renderer is LiteralLayoutRenderer literal ? literal.Text : PlaceOf(renderer.Render, literals));
        }

        Template = template.ToString();
    }

    // Uses a name that does not occur in the configured text.
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
