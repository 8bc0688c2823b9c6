using NLog.Layouts;
using NLog.Targets;
using NLog.Targets.Wrappers;

namespace OssLogSinks.Benchmarks.FrontDoors;

/// <summary>NLog targets, each as its documentation configures it.</summary>
internal static class NLogFrontDoors
{
    public const string LineLayout = "${longdate} ${level:uppercase=true} ${logger} ${message:withexception=true}";

    public static IFrontDoor Oss(FrontDoorSettings settings)
    {
        var target = new OssAppendTarget
        {
            Name = "oss",
            Endpoint = settings.Service!.Endpoint,
            Region = settings.Service.Region,
            Bucket = settings.Service.Bucket,
            AccessKeyId = settings.Service.AccessKeyId,
            AccessKeySecret = settings.Service.AccessKeySecret,
            ObjectKey = settings.ObjectKey,
            Layout = LineLayout,
            RenderAtCall = settings.RendersAtCall,
            OverflowAction = Overflow(settings),
            CloseTimeoutSeconds = (int)settings.CloseTimeout.TotalSeconds,
            FlushTimeoutSeconds = -1,
        };
        target.QueueLimit = settings.QueueLimit ?? target.QueueLimit;
        target.MemoryLimitBytes = settings.MemoryLimitBytes ?? target.MemoryLimitBytes;
        return new NLogFrontDoor(target, settings.CloseTimeout, () => FrontDoorCounts.Of(target.GetSnapshot()));
    }

    public static IFrontDoor AsyncFile(FrontDoorSettings settings)
    {
        var file = new FileTarget("file")
        {
            FileName = Layout.FromLiteral(Path.Combine(settings.Folder, "app.log")),
            KeepFileOpen = true,
            LineEnding = LineEndingMode.LF,
            Layout = LineLayout,
        };
        var wrapper = new AsyncTargetWrapper("async", file) { OverflowAction = Overflow(settings) };
        wrapper.QueueLimit = settings.QueueLimit ?? wrapper.QueueLimit;
        var dropped = 0L;
        wrapper.LogEventDropped += (_, _) => Interlocked.Increment(ref dropped);
        return new NLogFrontDoor(wrapper, settings.CloseTimeout, () => new FrontDoorCounts { Dropped = Interlocked.Read(ref dropped) });
    }

    private static AsyncTargetWrapperOverflowAction Overflow(FrontDoorSettings settings) =>
        settings.WaitsForSpace ? AsyncTargetWrapperOverflowAction.Block : AsyncTargetWrapperOverflowAction.Discard;
}
