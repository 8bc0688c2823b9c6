using Microsoft.Extensions.Logging;
using OssLogSinks.Extensions.Logging.Events;

namespace OssLogSinks.Extensions.Logging;

/// <summary>The logger of one category.</summary>
internal sealed class OssAppendLogger(OssAppendLoggerProvider provider, string category) : ILogger
{
    public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => provider.Scopes.Push(state);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (logLevel == LogLevel.None)
            return;

        var call = LogCall<TState>.Take(state, formatter ?? throw new ArgumentNullException(nameof(formatter)));
        (call.Category, call.Level, call.EventId, call.Exception, call.Scopes) = (category, logLevel, eventId, exception, provider.Scopes);
        provider.Write(call);
        call.GiveBack();
    }
}
