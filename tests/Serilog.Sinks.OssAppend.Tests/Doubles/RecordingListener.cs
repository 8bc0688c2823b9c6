using System.Collections.Concurrent;
using Serilog.Core;
using Serilog.Events;

namespace Serilog.Sinks.OssAppend.Tests.Doubles;

/// <summary>Keeps what it is told.</summary>
public sealed class RecordingListener : ILoggingFailureListener
{
    private readonly ConcurrentQueue<Told> _told = new();

    public IReadOnlyList<Told> All => [.. _told];

    public IReadOnlyList<LogEvent> Events => [.. _told.SelectMany(t => t.Events)];

    public void OnLoggingFailed(object sender, LoggingFailureKind kind, string message, IReadOnlyCollection<LogEvent>? events, Exception? exception) =>
        _told.Enqueue(new Told(sender, kind, message, [.. events ?? []], exception));

    public sealed record Told(object Sender, LoggingFailureKind Kind, string Message, IReadOnlyList<LogEvent> Events, Exception? Exception);
}
