using System.Globalization;
using NLog.Layouts;
using NLog.Targets.OssAppend.Tests.Support;
using NLog.Targets.Wrappers;
using OssLogSinks.Core.Telemetry;

namespace NLog.Targets.OssAppend.Tests;

public class TargetRenderAtCallTests
{
    [Fact]
    public async Task ManyThreads_KeepEachItsOrder_AndEveryOutcomeIsTold()
    {
        using var running = Start();
        var outcomes = new Outcomes();

        await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Run(() =>
        {
            for (var i = 0; i < 2000; i++)
                outcomes.Write(running.Target, string.Create(CultureInfo.InvariantCulture, $"{thread} {i}"));
        })));
        Assert.Null(await running.FlushAsync());

        var lines = running.Oss.Lines.Select(line => line.Split(' ')).ToLookup(parts => parts[0], parts => int.Parse(parts[1], CultureInfo.InvariantCulture));
        Assert.All(lines, thread => Assert.Equal(Enumerable.Range(0, 2000), thread));
        Assert.Equal(Enumerable.Range(1, 8000), outcomes.Delivered.Order());
        Assert.Empty(outcomes.Dropped);
    }

    [Fact]
    public async Task Layout_IsRenderedByTheThreadThatLogs()
    {
        var layout = new ThreadLayout();
        using var running = Start(t => t.Layout = layout);

        running.Logger.Info("x");

        Assert.Equal(Environment.CurrentManagedThreadId, layout.Thread);
        Assert.Null(await running.FlushAsync());
        Assert.Equal(["x"], running.Oss.Lines);
    }

    [Fact]
    public async Task FullMemory_DiscardsAndTells_AndTheFlushSaysSo()
    {
        using var running = Start(t =>
        {
            SmallMemory(t);
            t.CloseTimeoutSeconds = 0;
        });
        running.Oss.BeforeEach(MemoryOss.Never);
        var outcomes = new Outcomes();
        for (var i = 0; i < 1000; i++)
            outcomes.Write(running.Target, "x");

        await Wait.UntilAsync(() => outcomes.Dropped.Length == running.Target.GetSnapshot().Dropped[DropReason.BufferFull] && outcomes.Dropped.Length > 0);
        Assert.Contains(1000, outcomes.Dropped);
    }

    [Fact]
    public async Task Block_WaitsForSpace_AndLosesNothing()
    {
        using var running = Start(t =>
        {
            SmallMemory(t);
            t.OverflowAction = AsyncTargetWrapperOverflowAction.Block;
        });
        for (var i = 0; i < 2000; i++)
            running.Logger.Info(CultureInfo.InvariantCulture, "{0}", i);

        Assert.Null(await running.FlushAsync());
        Assert.Equal(Enumerable.Range(0, 2000), running.Oss.Lines.Select(line => int.Parse(line, CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task LayoutThatThrows_LosesItsEventOnly_AndTheFlushSaysSo()
    {
        using var running = Start(t => t.Layout = new ThreadLayout());
        var outcomes = new Outcomes();

        outcomes.Write(running.Target, "good");
        outcomes.Write(running.Target, "throw");

        Assert.NotNull(await running.FlushAsync());
        Assert.Null(await running.FlushAsync());
        Assert.Equal([2], outcomes.Dropped);
        Assert.Equal(["good"], running.Oss.Lines);
        Assert.Equal(1, running.Target.GetSnapshot().Dropped[DropReason.FormatError]);
    }

    [Fact]
    public void Close_StoresWhatWaits_AndEventsAfterItAreTold()
    {
        using var running = Start(t => t.DrainOnProcessExit = false);
        var outcomes = new Outcomes();
        outcomes.Write(running.Target, "before");

        running.Close();
        outcomes.Write(running.Target, "after");

        Assert.Equal(["before"], running.Oss.Lines);
        Assert.Equal([1], outcomes.Delivered);
        Assert.Equal([2], outcomes.Dropped);
    }

    [Fact]
    public void Grow_IsRefusedAtStartup()
    {
        var refused = Assert.Throws<NLogConfigurationException>(() => Start(t => t.OverflowAction = AsyncTargetWrapperOverflowAction.Grow));

        Assert.Contains("OverflowAction: is Grow, but must be Discard or Block with RenderAtCall", refused.ToString(), StringComparison.Ordinal);
    }

    private static RunningTarget Start(Action<OssAppendTarget>? set = null) => RunningTarget.Start(t =>
    {
        t.RenderAtCall = true;
        set?.Invoke(t);
    });

    private static void SmallMemory(OssAppendTarget target)
    {
        target.AppendSizeLimitBytes = target.EventSizeLimitBytes = 4096;
        target.MemoryLimitBytes = 16384;
    }

    private sealed class ThreadLayout : Layout
    {
        public int Thread { get; private set; }

        protected override string GetFormattedMessage(LogEventInfo logEvent)
        {
            Thread = Environment.CurrentManagedThreadId;
            return logEvent.Message == "throw" ? throw new InvalidOperationException("no") : logEvent.Message;
        }
    }
}
