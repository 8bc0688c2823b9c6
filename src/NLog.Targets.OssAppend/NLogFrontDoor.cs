using System.Runtime.InteropServices;
using NLog.Common;
using NLog.Layouts;
using OssLogSinks.Core;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Intake;
using OssLogSinks.Intake.Rendering;

namespace NLog.Targets.OssAppend;

/// <summary>Maps NLog's events to records, and their outcomes back to their continuations.</summary>
internal sealed class NLogFrontDoor : IFrontDoor<TargetEvent>
{
    private readonly OssAppender _appender;
    private readonly ContinuationQueue _continuations;
    private readonly Layout _layout;
    private readonly string _lineEnding;

    /// <param name="appender">Takes the records.</param>
    /// <param name="continuations">Calls continuations in the background.</param>
    /// <param name="layout">Renders events.</param>
    /// <param name="lineEnding">Written after each event.</param>
    public NLogFrontDoor(OssAppender appender, ContinuationQueue continuations, Layout layout, string lineEnding)
    {
        _appender = appender;
        _continuations = continuations;
        _layout = layout;
        _lineEnding = lineEnding;
    }

    /// <summary>Whether control characters of an event's text are escaped.</summary>
    public bool Escapes { get; init; }

    public EventOrigin Origin => _appender.IsCalledByDelivery ? EventOrigin.Delivery : EventOrigin.Application;

    public void Render(TargetEvent logEvent, RenderBuffer buffer)
    {
        var text = buffer.Text;
        _layout.Render(logEvent.Event, text);
        if (!Escapes)
            text.Append(_lineEnding);

        // Encoded directly from the builder's chunks: no string per event.
        foreach (var chunk in text.GetChunks())
        {
            if (MemoryMarshal.TryGetArray(chunk, out var part))
                buffer.Utf8.Write(part.Array!, part.Offset, part.Count);
        }

        if (Escapes)
        {
            ControlCharacters.Escape(buffer.Utf8, 0);
            buffer.Utf8.Write(_lineEnding);
        }
    }

    public DateTimeOffset TimeOf(TargetEvent logEvent) => EventTime.Of(logEvent.Event);

    public ReadOnlyMemory<string?> KeyValuesOf(TargetEvent logEvent, RenderBuffer buffer) => logEvent.KeyValues;

    public object StateOf(TargetEvent logEvent, EventOrigin origin) =>
        ContinuationQueue.StateOf(logEvent.Continuation, isFromDelivery: origin != EventOrigin.Application);

    // An empty event needs no delivery, so its continuation is called without an error.
    public void OnLeftOut(TargetEvent logEvent, EventOrigin origin) => _continuations.Add(StateOf(logEvent, origin), null);

    public void OnDropped(TargetEvent logEvent, EventOrigin origin, DropCause cause, bool isAtCall)
    {
        if (!isAtCall)
        {
            _continuations.Add(StateOf(logEvent, origin), cause.ToException());
            return;
        }

        // A continuation that logs must not block the thread that logs.
        using (DeliveryScope.EnterForDropsOnThread())
            logEvent.Continuation(cause.ToException());
    }

    public TargetEvent PlaceholderOf(TargetEvent logEvent, int size, int sizeLimit)
    {
        var original = logEvent.Event;
        var placeholder = new LogEventInfo(
            original.Level,
            original.LoggerName,
            null,
            Placeholder.Template,
            [size, sizeLimit, Placeholder.BeginningOf(original.Message)])
        {
            TimeStamp = original.TimeStamp,
        };
        return logEvent with { Event = placeholder };
    }
}

/// <summary>An event on its way to the core.</summary>
/// <param name="Event">The event.</param>
/// <param name="Continuation">Called once, with the outcome.</param>
/// <param name="KeyValues">The event's values for the object key, captured on the thread that logged it; null if the key has none.</param>
internal readonly record struct TargetEvent(LogEventInfo Event, AsyncContinuation Continuation, string?[]? KeyValues);
