using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace OssLogSinks.EndToEnd.Child;

/// <summary>Writes the message alone. Compiled into each test project that needs it, since the child process must not reference a test library.</summary>
/// <param name="rendering">Called before each event is written; null for nothing.</param>
internal sealed class MessageFormatter(Action? rendering = null) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "message";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        rendering?.Invoke();
        textWriter.Write(logEntry.Formatter(logEntry.State, logEntry.Exception));
        textWriter.Write('\n');
    }
}
