using System.Globalization;
using Value = System.Collections.Generic.KeyValuePair<string, object?>;

namespace OssLogSinks.Intake;

/// <summary>
/// The values of an event with their names, each name once: the event's own, then those of its scopes. Inner scopes hide outer ones. One object
/// is reused for many events; not thread-safe.
/// </summary>
internal sealed class EventValues
{
    /// <summary>The name under which an event has its message template.</summary>
    public const string TemplateName = "{OriginalFormat}";

    private readonly List<Value> _values = [];
    private readonly List<string> _scopeTexts = [];

    /// <summary>How many values are the event's own; negative while they are being added.</summary>
    public int OwnCount { get; private set; } = -1;

    /// <summary>How many values there are, with those of scopes.</summary>
    public int Count => _values.Count;

    /// <summary>The event's message template; null if it has none.</summary>
    public string? Template { get; private set; }

    /// <summary>The texts of scopes that have a template, or have no values; the outermost first.</summary>
    public IReadOnlyList<string> ScopeTexts => _scopeTexts;

    public Value this[int index] => _values[index];

    /// <summary>The value of a name; null if there is none.</summary>
    public object? Find(string name)
    {
        var index = IndexOf(name);
        return index < 0 ? null : _values[index].Value;
    }

    /// <summary>Whether one of the first <paramref name="count"/> values has this name.</summary>
    public bool Has(string name, int count) => IndexOf(name) is var index && index >= 0 && index < count;

    /// <summary>The value of a name as text, for an object key; null if there is none.</summary>
    public string? FindText(string name) =>
        Find(name) is { } value ? value as string ?? (value is IFormattable formattable ? formattable.ToString(null, CultureInfo.InvariantCulture) : value.ToString()) : null;

    /// <summary>Adds a value of the event, or of a scope after <see cref="EndOwn"/>.</summary>
    public void Add(Value value)
    {
        if (value.Key == TemplateName)
        {
            Template ??= OwnCount < 0 ? value.Value as string : null;
            return;
        }

        var index = IndexOf(value.Key);
        if (index < 0)
            _values.Add(value);
        else if (OwnCount >= 0 && index >= OwnCount)
            _values[index] = value;
    }

    /// <summary>Adds the values of an object; false if it has none.</summary>
    public bool AddAll(object? source)
    {
        if (source is not IEnumerable<Value> values)
            return false;

        foreach (var value in values)
            Add(value);
        return true;
    }

    /// <summary>Ends the event's own values: those that are added afterwards belong to scopes.</summary>
    public void EndOwn() => OwnCount = _values.Count;

    /// <summary>Adds a scope, the outermost first.</summary>
    public void AddScope(object? scope)
    {
        var hasText = !AddAll(scope) || (scope is IReadOnlyList<Value> { Count: > 0 } values && values[values.Count - 1].Key == TemplateName);
        if (hasText && scope is not null)
            _scopeTexts.Add(TextOf(scope));
    }

    public void Clear()
    {
        (OwnCount, Template) = (-1, null);
        _values.Clear();
        _scopeTexts.Clear();
    }

    private static string TextOf(object scope)
    {
        try
        {
            return scope.ToString() ?? "";
        }
        catch (Exception e)
        {
            return $"[{scope.GetType().FullName}.ToString() failed: {e.GetType().FullName}]";
        }
    }

    private int IndexOf(string name)
    {
        for (var i = 0; i < _values.Count; i++)
        {
            if (_values[i].Key == name)
                return i;
        }

        return -1;
    }
}
