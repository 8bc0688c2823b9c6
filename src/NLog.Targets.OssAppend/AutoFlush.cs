using NLog.Config;
using NLog.Targets.Wrappers;

namespace NLog.Targets.OssAppend;

/// <summary>
/// Makes an AutoFlushWrapper flush this target without waiting for the event's end. The wrapper waits unless it knows that a target writes
/// in the background, and it knows only NLog's own targets; after that wait there is nothing left to flush.
/// </summary>
internal static class AutoFlush
{
    /// <summary>Changes the wrappers in front of a target to flush without waiting.</summary>
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
