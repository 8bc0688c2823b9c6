using Microsoft.Extensions.Logging;
using OssLogSinks.Core;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Extensions.Logging;

/// <summary>
/// Receives the events that were dropped, each once, except those that it logged itself. Register it in the container:
/// <c>services.AddSingleton&lt;ILostEventListener, MyListener&gt;()</c>. Without a listener, events are not kept until their outcome is known;
/// dropped ones are counted and reported all the same. With a listener, each waiting event also keeps its text as a string, two bytes a
/// character, which <see cref="OssAppenderOptions.MemoryLimitBytes"/> does not count. With a <see cref="OssAppenderOptions.BufferPath"/>, an
/// event that was written to disk counts as safe: if it is lost later, that is counted and reported, but the listener does not get it.
/// </summary>
/// <remarks>
/// The container usually disposes a listener that it has created before it closes the provider. What the listener needs at the close must not be
/// disposed with it: register an instance, or let it not be disposable.
/// </remarks>
public interface ILostEventListener
{
    /// <summary>
    /// Called on a background thread, or on the thread that logs if an event is dropped at once. Should be fast, since delivery waits for it. It
    /// may log; it does not get the lost events that it logged itself.
    /// </summary>
    /// <param name="events">The events, in the order in which they were logged.</param>
    /// <param name="failure">Why, with the last error of the service as its inner exception, if there was one.</param>
    void OnLost(IReadOnlyCollection<LostEvent> events, OssDeliveryException failure);
}

/// <summary>An event that was dropped.</summary>
/// <param name="Time">When it was logged.</param>
/// <param name="Category">The logger's category.</param>
/// <param name="Level">The level.</param>
/// <param name="EventId">The event id.</param>
/// <param name="Text">
/// The text that would have been stored, with its line ending; the message alone if the event came after the close or could not be rendered;
/// null if the message cannot be formatted either.
/// </param>
public sealed record LostEvent(DateTimeOffset Time, string Category, LogLevel Level, EventId EventId, string? Text);
