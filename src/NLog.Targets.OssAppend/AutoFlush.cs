using NLog.Config;
using NLog.Targets.Wrappers;

namespace NLog.Targets.OssAppend;

/// <summary>
/// Makes an AutoFlushWrapper flush this target. It waits for an event's end before it flushes, unless it knows that a target writes in the
/// background, and it knows NLog's own ones alone: a flush would come when there is nothing left to flush.
/// </summary>
internal static class AutoFlush
{
    /// <summary>Lets those in front of a target flush without waiting.</summary>
    public static void Mend(Target target, LoggingConfiguration? configuration)
    {
        foreach (var wrapper in configuration?.AllTargets.OfType<AutoFlushTargetWrapper>() ?? [])
        {
            if (IsInFrontOf(target, wrapper))
                wrapper.AsyncFlush = false;
        }
    }

    private static bool IsInFrontOf(Target target, Target? front) => front switch
    {
        WrapperTargetBase wrapper => wrapper.WrappedTarget == target || IsInFrontOf(target, wrapper.WrappedTarget),
        CompoundTargetBase group => group.Targets.Any(t => t == target || IsInFrontOf(target, t)),
        _ => false,
    };
}
