using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using OssLogSinks.Intake;
using Value = System.Collections.Generic.KeyValuePair<string, object?>;

namespace OssLogSinks.Extensions.Logging.Events;

/// <summary>
/// One call of a logger. It belongs to its thread and is valid until the call has ended, because the state and the scopes are: the object is
/// then used for the thread's next call.
/// </summary>
internal abstract class LogCall
{
    /// <summary>The name under which a state has its message template.</summary>
    public const string OriginalFormat = "{OriginalFormat}";

    private readonly List<Value> _values = [];
    private readonly List<string> _scopeTexts = [];
    private int _stateValues = -1;

    public string Category { get; set; } = "";

    public LogLevel Level { get; set; }

    public EventId EventId { get; set; }

    public DateTimeOffset Time { get; set; }

    public Exception? Exception { get; set; }

    public IExternalScopeProvider? Scopes { get; set; }

    /// <summary>Where the event was rendered; null before.</summary>
    public RenderBuffer? Buffer { get; set; }

    /// <summary>The message template; null if the state has none. Read <see cref="Values"/> first.</summary>
    public string? Template { get; private set; }

    /// <summary>The number of <see cref="Values"/> that are the state's. Read those first.</summary>
    public int StateValues => _stateValues;

    /// <summary>Scopes that have no values, or a text besides them, from the outermost on. Read <see cref="Values"/> first.</summary>
    public IReadOnlyList<string> ScopeTexts => _scopeTexts;

    /// <summary>Values with their names, each name once: the state's, then those of scopes. Inner scopes hide outer ones.</summary>
    public List<Value> Values
    {
        get
        {
            if (_stateValues < 0)
                Collect();
            return _values;
        }
    }

    /// <summary>Formats the message; null if the formatter gives none.</summary>
    public abstract string? FormatMessage();

    /// <summary>Writes the event with a console formatter.</summary>
    public abstract void Write(ConsoleFormatter formatter, TextWriter writer);

    /// <summary>The value of a name in the state or a scope; null if there is none.</summary>
    public object? Find(string name) => Values.Find(value => value.Key == name).Value;

    /// <summary>Ends the call. Nothing of it is kept alive.</summary>
    protected void Clear()
    {
        (Exception, Scopes, Buffer, Template, _stateValues) = (null, null, null, null, -1);
        _values.Clear();
        _scopeTexts.Clear();
    }

    /// <summary>Passes the values of the state to <see cref="Add"/> or <see cref="AddAll"/>.</summary>
    protected abstract void AddState();

    protected void Add(Value value)
    {
        if (value.Key == OriginalFormat)
        {
            Template ??= _stateValues < 0 ? value.Value as string : null;
            return;
        }

        var same = _values.FindIndex(known => known.Key == value.Key);
        if (same < 0)
            _values.Add(value);
        else if (_stateValues >= 0 && same >= _stateValues)
            _values[same] = value;
    }

    /// <summary>Adds the values of a state or a scope; false if it has none.</summary>
    protected bool AddAll(object? source)
    {
        if (source is not IEnumerable<Value> values)
            return false;

        foreach (var value in values)
            Add(value);
        return true;
    }

    private void Collect()
    {
        AddState();
        _stateValues = _values.Count;
        Scopes?.ForEachScope(static (scope, call) => call.AddScope(scope), this);
    }

    private void AddScope(object? scope)
    {
        var hasText = !AddAll(scope) || (scope is IReadOnlyList<Value> { Count: > 0 } values && values[values.Count - 1].Key == OriginalFormat);
        if (hasText && scope?.ToString() is { } text)
            _scopeTexts.Add(text);
    }
}

/// <summary>A call with its state, which is not boxed.</summary>
internal sealed class LogCall<TState> : LogCall
{
    // The thread's object, null while in use: if rendering logs, the inner call creates another.
    [ThreadStatic]
    private static LogCall<TState>? _spare;

    private TState _state = default!;
    private Func<TState, Exception?, string> _format = default!;

    /// <summary>Takes the thread's object, or a new one. Return it with <see cref="GiveBack"/>.</summary>
    public static LogCall<TState> Take(TState state, Func<TState, Exception?, string> format)
    {
        var call = _spare ?? new LogCall<TState>();
        _spare = null;
        (call._state, call._format) = (state, format);
        return call;
    }

    public void GiveBack()
    {
        Clear();
        (_state, _format) = (default!, default!);
        _spare = this;
    }

    public override string? FormatMessage() => _format(_state, Exception);

    public override void Write(ConsoleFormatter formatter, TextWriter writer) =>
        formatter.Write(new LogEntry<TState>(Level, Category, EventId, _state, Exception, _format), Scopes, writer);

    protected override void AddState()
    {
        if (_state is not IReadOnlyList<Value>)
        {
            _ = AddAll(_state);
            return;
        }

        // Cast at each use: the runtime turns that into calls of the struct itself. A variable would box it.
        for (var i = 0; i < ((IReadOnlyList<Value>)_state).Count; i++)
            Add(((IReadOnlyList<Value>)_state)[i]);
    }
}
