using NLog.Config;
using NLog.Layouts;
using NLog.Targets.OssAppend.Tests.Support;
using NLog.Targets.Wrappers;
using OssLogSinks.Core.Telemetry;

namespace NLog.Targets.OssAppend.Tests;

/// <summary>Behind a wrapper an event comes on another thread: what only its own thread knows has to come with it.</summary>
public class WrappedTargetTests
{
    public static TheoryData<string, string> ThreadBoundKeys => new()
    {
        { "{Tenant}.log", "acme.log" },
        { "${scopeproperty:Tenant}.log", "acme.log" },
        { "a-${scopeproperty:Tenant}/{Tenant}.log", "a-acme/acme.log" },
        { "{Level}/{Logger}/{Tenant}-${scopenested}.log", "Info/Shop.Orders/acme-checkout.log" },
        { "${threadname}.log", "caller.log" },
        { "${callsite:className=false}.log", "OnCallersThread.log" },
    };

    [Theory]
    [MemberData(nameof(ThreadBoundKeys))]
    public Task AsyncWrapper_LeavesThePlacesOfTheKeyToTheThreadThatLogs(string key, string expected) =>
        KeyIsOfTheThreadThatLogs(key, expected, target => new AsyncTargetWrapper(target) { Name = "wrapper" });

    [Theory]
    [MemberData(nameof(ThreadBoundKeys))]
    public Task BufferingWrapper_LeavesThePlacesOfTheKeyToTheThreadThatLogs(string key, string expected) =>
        KeyIsOfTheThreadThatLogs(key, expected, target => new BufferingTargetWrapper(target) { Name = "wrapper" });

    [Theory]
    [MemberData(nameof(ThreadBoundKeys))]
    public Task NestedWrappers_RenderTheKeyOnTheLoggingThread(string key, string expected) =>
        KeyIsOfTheThreadThatLogs(key, expected, target => new AsyncTargetWrapper(new RetryingTargetWrapper(target, 3, 1)) { Name = "wrapper" });

    [Theory]
    [MemberData(nameof(ThreadBoundKeys))]
    public Task NoWrapper_LeavesThePlacesOfTheKeyToTheThreadThatLogs(string key, string expected) =>
        KeyIsOfTheThreadThatLogs(key, expected, target => target);

    [Theory]
    [MemberData(nameof(ThreadBoundKeys))]
    public Task AsyncWrapperAndRenderAtCall_RenderTheKeyOnTheLoggingThread(string key, string expected) =>
        KeyIsOfTheThreadThatLogs(key, expected, target => new AsyncTargetWrapper(target) { Name = "wrapper" }, t => t.RenderAtCall = true);

    [Fact]
    public async Task LayoutThatIsNoText_IsCapturedForAWrapperToo()
    {
        var layout = new CsvLayout { Columns = { new CsvColumn("a", "${scopeproperty:Tenant}"), new CsvColumn("b", "x") }, WithHeader = false, Delimiter = CsvColumnDelimiterMode.Pipe };

        await KeyIsOfTheThreadThatLogs(layout, "acme|x", target => new AsyncTargetWrapper(target) { Name = "wrapper" });
    }

    [Fact]
    public async Task Retry_KeepsTheKeyOfTheFirstTry()
    {
        using var running = RunningTarget.Start(
            t =>
            {
                t.ObjectKey = "{Tenant}.log";
                t.Layout = new ThrowingOnce();
            },
            wrap: target => new RetryingTargetWrapper(target, 3, 1) { Name = "wrapper" });

        OnCallersThread(running.Logger);
        await Wait.UntilAsync(() => running.Target.GetSnapshot().Accepted == 1);
        await FlushAsync(running.Target);

        Assert.Equal(["acme.log"], running.Oss.Keys);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task WrapperThatIsInitialisedFirst_CapturesTheKeyToo(bool wrapperIsFirst)
    {
        using var running = RunningTarget.Start(t => t.ObjectKey = "{Tenant}.log");
        var wrapper = new AsyncTargetWrapper(running.Target) { Name = "wrapper" };
        var configuration = new LoggingConfiguration(running.Factory);
        foreach (var target in wrapperIsFirst ? new Target[] { wrapper, running.Target } : [running.Target, wrapper])
            configuration.AddTarget(target);
        configuration.AddRuleForAllLevels(wrapper);
        running.Factory.Configuration = configuration;

        await LogInScopeAsync(running);

        Assert.Equal(["acme.log"], running.Oss.Keys);
    }

    [Fact]
    public async Task ConfigurationThatIsLoadedAgain_CapturesTheKeyToo()
    {
        using var running = RunningTarget.Start(t => t.ObjectKey = "{Tenant}.log", wrap: target => new AsyncTargetWrapper(target) { Name = "wrapper" });
        var configuration = running.Factory.Configuration;
        running.Factory.Configuration = null;
        running.Factory.Configuration = configuration;

        await LogInScopeAsync(running);

        Assert.Equal(["acme.log"], running.Oss.Keys);
    }

    [Fact]
    public async Task AsyncTargets_CaptureTheKeyToo()
    {
        var oss = new MemoryOss();
        using var factory = new LogFactory { ThrowConfigExceptions = true };
        factory.Setup().SetupExtensions(e => e.RegisterTarget<OssAppendTarget>("OssAppend"));
        var configuration = XmlLoggingConfiguration.CreateFromXmlString(
            """
            <nlog throwConfigExceptions="true">
              <targets async="true">
                <target name="oss" type="OssAppend" bucket="my-logs" region="cn-hangzhou" accessKeyId="LTAI0123456789ABCDEF" accessKeySecret="s3cr3tOfTheAccessKey0123456789"
                        objectKey="{Tenant}/${scopeproperty:Tenant}.log" layout="${message}" />
              </targets>
              <rules><logger name="*" writeTo="oss" /></rules>
            </nlog>
            """,
            factory);
        var target = (OssAppendTarget)((AsyncTargetWrapper)configuration.FindTargetByName("oss")!).WrappedTarget!;
        target.Configure = options => options.Client = oss;
        factory.Configuration = configuration;

        OnCallersThread(factory.GetLogger("Shop.Orders"));
        Assert.Null(await FlushAsync(configuration.FindTargetByName("oss")!));

        Assert.Equal(["acme/acme.log"], oss.Keys);
    }

    [Theory]
    [InlineData("${scopeproperty:Tenant} ${threadname} ${message}", "acme caller paid")]
    [InlineData("${message}", "paid")]
    public async Task Layout_IsRenderedForTheThreadThatLogs_BehindAWrapper(string layout, string expected)
    {
        using var running = RunningTarget.Start(t => t.Layout = layout, wrap: target => new AsyncTargetWrapper(target) { Name = "wrapper" });

        await LogInScopeAsync(running);

        Assert.Equal(expected + "\n", running.Oss.Text("app.log"));
    }

    [Fact]
    public async Task ValueThatCannotBeRead_IsCounted_BehindAWrapperToo()
    {
        using var running = RunningTarget.Start(t => t.ObjectKey = "{Tenant}.log", wrap: target => new AsyncTargetWrapper(target) { Name = "wrapper" });

        running.Logger.WithProperty("Tenant", new Unreadable()).Info("x");
        await FlushAsync(running.Factory.Configuration!.FindTargetByName("wrapper")!);

        Assert.Equal(1, running.Target.GetSnapshot().Dropped[DropReason.FormatError]);
    }

    [Fact]
    public void Key_IsShownAsItWasWritten()
    {
        var target = new OssAppendTarget { ObjectKey = "a/${scopeproperty:Tenant}.log" };

        Assert.Equal("a/${scopeproperty:Tenant}.log", target.ObjectKey.ToString());
    }

    private static async Task KeyIsOfTheThreadThatLogs(Layout key, string expected, Func<OssAppendTarget, Target> wrap, Action<OssAppendTarget>? set = null)
    {
        using var running = RunningTarget.Start(
            t =>
            {
                t.ObjectKey = key;
                set?.Invoke(t);
            },
            wrap: wrap);

        await LogInScopeAsync(running);

        Assert.Equal([expected], running.Oss.Keys);
    }

    private static async Task LogInScopeAsync(RunningTarget running)
    {
        OnCallersThread(running.Logger);
        Assert.Null(await FlushAsync(running.Factory.Configuration!.FindTargetByName("wrapper") ?? running.Target));
    }

    private static void OnCallersThread(Logger logger)
    {
        var thread = new Thread(() =>
        {
            using (ScopeContext.PushProperty("Tenant", "acme"))
            using (ScopeContext.PushNestedState("checkout"))
                logger.Info("paid");
        })
        {
            Name = "caller",
        };
        thread.Start();
        thread.Join();
    }

    private static async Task<Exception?> FlushAsync(Target target)
    {
        var flushed = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        target.Flush(flushed.SetResult);
        return await flushed.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    private sealed class Unreadable
    {
        public override string ToString() => throw new InvalidOperationException("no text");
    }

    /// <summary>Throws the first time, in the background.</summary>
    [ThreadAgnostic]
    private sealed class ThrowingOnce : Layout
    {
        private int _renderings;

        protected override string GetFormattedMessage(LogEventInfo logEvent) =>
            Interlocked.Increment(ref _renderings) == 1 ? throw new InvalidOperationException("not yet") : logEvent.FormattedMessage;
    }
}
