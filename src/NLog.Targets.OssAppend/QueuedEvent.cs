using NLog.Common;
using OssLogSinks.Core.Delivery;

namespace NLog.Targets.OssAppend;

/// <summary>What waits in the queue: an event, or a mark that a flush leaves behind the events it is about.</summary>
/// <param name="Event">The event; null for a flush.</param>
/// <param name="Continuation">Whom to tell what became of it.</param>
/// <param name="KeyValues">The event's values for the object key; null if the key has none.</param>
/// <param name="FlushTarget">What a flush waits for.</param>
/// <param name="IsFromDelivery">Whether delivery itself has logged the event.</param>
internal readonly record struct QueuedEvent(
    LogEventInfo? Event, AsyncContinuation Continuation, string?[]? KeyValues, OssFlushTarget FlushTarget = OssFlushTarget.Oss, bool IsFromDelivery = false)
{
    /// <summary>What goes with the event until its fate is known.</summary>
    public object State => ContinuationQueue.StateOf(Continuation, IsFromDelivery);
}
