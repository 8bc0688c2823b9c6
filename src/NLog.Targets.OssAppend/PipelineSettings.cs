using NLog.Targets.Wrappers;
using OssLogSinks.Core.Delivery;

namespace NLog.Targets.OssAppend;

/// <summary>The checked settings of what stands in front of the appender.</summary>
/// <param name="QueueLimit">The most events that wait.</param>
/// <param name="OverflowAction">What becomes of an event that finds no room.</param>
/// <param name="BlockTimeout">How long a caller waits for room, if it waits.</param>
/// <param name="BatchSize">How many events are taken at a time.</param>
/// <param name="CloseTimeout">How long a close waits for the delivery of what waits.</param>
/// <param name="DrainOnProcessExit">Whether the end of the process waits as long, if nobody has closed it before.</param>
/// <param name="FlushTarget">What NLog's flush waits for.</param>
/// <param name="FlushTimeout">How long such a flush takes at most.</param>
/// <param name="HasBuffer">Whether what the appender has taken is safe on disk soon.</param>
/// <param name="RenderAtCall">Whether events are rendered by the threads that log them, and no queue is used.</param>
internal sealed record PipelineSettings(
    int QueueLimit,
    AsyncTargetWrapperOverflowAction OverflowAction,
    TimeSpan BlockTimeout,
    int BatchSize,
    TimeSpan CloseTimeout,
    bool DrainOnProcessExit,
    OssFlushTarget FlushTarget,
    TimeSpan FlushTimeout,
    bool HasBuffer,
    bool RenderAtCall)
{
    /// <summary>How long a caller waits for room.</summary>
    public TimeSpan Patience => OverflowAction == AsyncTargetWrapperOverflowAction.Block ? BlockTimeout : TimeSpan.Zero;
}
