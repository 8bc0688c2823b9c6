using NLog.Targets.OssAppend.Tests.Support;
using NLog.Targets.Wrappers;

namespace NLog.Targets.OssAppend.Tests;

public class AutoFlushTests
{
    public static TheoryData<string> Fronts => ["AutoFlush", "AutoFlush of async", "AutoFlush of a group", "async of AutoFlush", "AutoFlush that waits"];

    [Theory]
    [MemberData(nameof(Fronts))]
    public async Task AutoFlushWrapper_SendsWhatWaits_WhenItsConditionHolds(string front)
    {
        using var running = RunningTarget.Start(wrap: target => front switch
        {
            "AutoFlush of async" => AutoFlush(new AsyncTargetWrapper(target)),
            "AutoFlush of a group" => AutoFlush(new FallbackGroupTarget(target, new NullTarget())),
            "async of AutoFlush" => new AsyncTargetWrapper(AutoFlush(target)),
            "AutoFlush that waits" => AutoFlush(target, asyncFlush: true),
            _ => AutoFlush(target),
        });
        running.Logger.Info("waits");
        running.Logger.Error("is urgent");
        await Wait.UntilAsync(() => running.Oss.Lines.Length == 2);

        Assert.Equal(["waits", "is urgent"], running.Oss.Lines);
        Assert.Single(running.Oss.Appends);
    }

    private static AutoFlushTargetWrapper AutoFlush(Target target, bool? asyncFlush = null)
    {
        var wrapper = new AutoFlushTargetWrapper(target) { Name = "autoflush", Condition = "level >= LogLevel.Error" };
        if (asyncFlush is { } isAsync)
            wrapper.AsyncFlush = isAsync;
        return wrapper;
    }
}
