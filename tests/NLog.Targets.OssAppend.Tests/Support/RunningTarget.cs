using System.Reflection;
using NLog.Config;

namespace NLog.Targets.OssAppend.Tests.Support;

/// <summary>A target that writes to a memory OSS, in a log factory of its own.</summary>
internal sealed class RunningTarget : IDisposable
{
    private RunningTarget(OssAppendTarget target, MemoryOss oss)
    {
        Target = target;
        Oss = oss;
    }

    public OssAppendTarget Target { get; }

    public MemoryOss Oss { get; }

    public LogFactory Factory { get; } = new() { ThrowConfigExceptions = true };

    public Logger Logger => Factory.GetLogger("Shop.Orders");

    /// <summary>Starts a target with a short layout, whose events wait for a flush.</summary>
    /// <param name="set">Changes the target's settings.</param>
    /// <param name="time">The clock; the system's if null.</param>
    /// <param name="wrap">Puts another target in front of it.</param>
    public static RunningTarget Start(Action<OssAppendTarget>? set = null, TimeProvider? time = null, Func<OssAppendTarget, Target>? wrap = null)
    {
        var oss = new MemoryOss();
        var running = new RunningTarget(NewTarget(oss, time), oss);
        set?.Invoke(running.Target);
        running.Load(wrap?.Invoke(running.Target) ?? running.Target);
        return running;
    }

    public static OssAppendTarget NewTarget(MemoryOss oss, TimeProvider? time = null) => new()
    {
        Name = "oss",
        ObjectKey = "app.log",
        Layout = "${message}",
        AppendIntervalMilliseconds = 600_000,
        FlushTimeoutSeconds = -1,
        Configure = options =>
        {
            options.Client = oss;
            options.TimeProvider = time ?? TimeProvider.System;
        },
    };

    public void Load(Target target)
    {
        var configuration = new LoggingConfiguration(Factory);
        configuration.AddRuleForAllLevels(target);
        Factory.Configuration = configuration;
    }

    /// <summary>Flushes the target; the exception that its continuation was given.</summary>
    public async Task<Exception?> FlushAsync()
    {
        var flushed = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        Target.Flush(flushed.SetResult);
        return await flushed.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    /// <summary>Closes the target as NLog does, holding its lock, but without the flush that NLog begins with.</summary>
    public void Close() => typeof(Target).GetMethod("Close", BindingFlags.Instance | BindingFlags.NonPublic, [])!.Invoke(Target, null);

    /// <summary>Closes, however long it takes by the target's own clock.</summary>
    public Task CloseInBackground() => Task.Factory.StartNew(Close, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    public void Dispose()
    {
        Target.Dispose();
        Factory.Dispose();
    }
}
