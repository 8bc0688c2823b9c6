using NLog.Layouts;
using NLog.Targets.OssAppend.Tests.Support;

namespace NLog.Targets.OssAppend.Tests;

public class ObjectKeyTests
{
    [Fact]
    public async Task PlacesInBraces_AreTheEventsTimeLevelLoggerAndProperties()
    {
        using var running = RunningTarget.Start(t => t.ObjectKey = "{Timestamp:yyyy/MM/dd}/{Level}/{Logger}/{Tenant}-{Sequence:00}.log");

        var logEvent = LogEventInfo.Create(LogLevel.Warn, "Shop.Orders", "x");
        logEvent.TimeStamp = new DateTime(2026, 11, 21, 23, 59, 0, DateTimeKind.Utc);
        logEvent.Properties["Tenant"] = "acme";
        running.Logger.Log(logEvent);
        await running.FlushAsync();

        Assert.Equal(["2026/11/21/Warn/Shop.Orders/acme-00.log"], running.Oss.Keys);
    }

    [Fact]
    public async Task StructuredAndScopeProperties_AreFoundByName()
    {
        using var running = RunningTarget.Start(t => t.ObjectKey = "{Tenant}/{Order}.log");

        using (ScopeContext.PushProperty("Tenant", "acme"))
            running.Logger.Info("order {Order}", 17);
        running.Logger.Info("no order");
        await running.FlushAsync();

        Assert.Equal(["_/_.log", "acme/17.log"], running.Oss.Keys);
    }

    [Fact]
    public async Task LayoutRenderers_AreRenderedForEachEvent_OnItsOwnThread()
    {
        using var running = RunningTarget.Start(t => t.ObjectKey = "logs/${level:lowercase=true}/${event-properties:Tenant}/${scopeproperty:Request}/${threadid}.log");
        var thread = Environment.CurrentManagedThreadId;

        using (ScopeContext.PushProperty("Request", "r1"))
            running.Logger.WithProperty("Tenant", "acme").Error("x");
        await running.FlushAsync();

        Assert.Equal([$"logs/error/acme/r1/{thread}.log"], running.Oss.Keys);
    }

    [Theory]
    [InlineData("{User}", "%7BUser%7D")]
    [InlineData("${machinename}", "$%7Bmachinename%7D")]
    [InlineData("../../etc", "..%2F..%2Fetc")]
    [InlineData("..", "%2E%2E")]
    [InlineData("a/b", "a%2Fb")]
    [InlineData("{Sequence:000}", "%7BSequence:000%7D")]
    [InlineData("", "_")]
    public async Task Values_AreNeverReadAsTemplate_AndStayInTheirPlace(string value, string escaped)
    {
        using var running = RunningTarget.Start(t => t.ObjectKey = "a/{Tenant}/${event-properties:Tenant}/b.log");

        var logEvent = LogEventInfo.Create(LogLevel.Info, "x", "x");
        logEvent.Properties["Tenant"] = value;
        logEvent.Properties["User"] = "read as template";
        running.Logger.Log(logEvent);
        await running.FlushAsync();

        Assert.Equal([$"a/{escaped}/{escaped}/b.log"], running.Oss.Keys);
    }

    [Fact]
    public async Task RenderersThatNeverChange_AreText()
    {
        using var running = RunningTarget.Start(t => t.ObjectKey = "${processid}/${literal:text=x/y}/app.log");

        running.Logger.Info("x");
        await running.FlushAsync();

        Assert.Equal([$"{Environment.ProcessId}/x/y/app.log"], running.Oss.Keys);
    }

    [Fact]
    public async Task PropertyThatIsNamedLikeARenderersPlace_IsStillAProperty()
    {
        using var running = RunningTarget.Start(t => t.ObjectKey = "{renderer-1}/${level}.log");

        running.Logger.WithProperty("renderer-1", "mine").Info("x");
        await running.FlushAsync();

        Assert.Equal(["mine/Info.log"], running.Oss.Keys);
    }

    [Fact]
    public async Task LayoutThatIsNoText_IsOneValue()
    {
        using var running = RunningTarget.Start(t => t.ObjectKey = new CsvLayout { Columns = { new CsvColumn("a", "${level}"), new CsvColumn("b", "x") }, WithHeader = false, Delimiter = CsvColumnDelimiterMode.Pipe });

        running.Logger.Info("x");
        await running.FlushAsync();

        Assert.Equal(["Info|x"], running.Oss.Keys);
    }

    [Fact]
    public async Task ObjectSizeLimit_OpensTheNextSequence()
    {
        using var running = RunningTarget.Start(t => t.ObjectSizeLimitBytes = 10);

        for (var i = 0; i < 4; i++)
            running.Logger.Info("12345678");
        await running.FlushAsync();

        Assert.Equal(["app.log", "app_001.log"], running.Oss.Keys);
        Assert.Equal(["12345678\n12345678\n", "12345678\n12345678\n"], running.Oss.Keys.Select(running.Oss.Text));
    }
}
