using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using OssLogSinks.Intake;
using Value = System.Collections.Generic.KeyValuePair<string, object?>;

namespace OssLogSinks.Extensions.Logging.Events;

/// <summary>
/// One call of a logger. It belongs to its thread, and is valid until the call has ended, because the state and the scopes are. The object is then
/// used for the thread's next call.
/// </summary>
internal abstract class LogCall
{
    private readonly EventValues _values = new();

    public string Category { get; set; } = "";

    public LogLevel Level { get; set; }

    public EventId EventId { get; set; }

    public DateTimeOffset Time { get; set; }

    public Exception? Exception { get; set; }

    public IExternalScopeProvider? Scopes { get; set; }

    /// <summary>What the event was rendered into; null before.</summary>
    public RenderBuffer? Rendered { get; set; }

    /// <summary>The values of the state and of the scopes.</summary>
    public EventValues Values
    {
        get
        {
            if (_values.OwnCount < 0)
            {
                AddState(_values);
                _values.EndOwn();
                Scopes?.ForEachScope(static (scope, values) => values.AddScope(scope), _values);
            }

            return _values;
        }
    }

    /// <summary>Formats the message; null if the application's formatter gives none.</summary>
    public abstract string? FormatMessage();

    /// <summary>Writes the event with a console formatter.</summary>
    public abstract void Write(ConsoleFormatter formatter, TextWriter writer);

    protected abstract void AddState(EventValues values);

    /// <summary>Lets go of everything that belongs to the call.</summary>
    protected void Clear()
    {
        (Exception, Scopes, Rendered) = (null, null, null);
        _values.Clear();
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

    protected override void AddState(EventValues values)
    {
        if (_state is not IReadOnlyList<Value>)
        {
            _ = values.AddAll(_state);
            return;
        }

        // Cast at each use: the runtime turns that into calls of the struct itself. A variable would box it.
        for (var i = 0; i < ((IReadOnlyList<Value>)_state).Count; i++)
            values.Add(((IReadOnlyList<Value>)_state)[i]);
    }
}
