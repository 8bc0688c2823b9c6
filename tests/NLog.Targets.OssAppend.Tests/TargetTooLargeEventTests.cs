using System.Text.Json;
using NLog.Layouts;
using NLog.Targets.OssAppend.Tests.Support;
using OssLogSinks.Core.Telemetry;

namespace NLog.Targets.OssAppend.Tests;

public class TargetTooLargeEventTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task TooLargeEvent_IsReplacedByOneThatSaysSo_WithItsTimeAndLevel(bool renderAtCall)
    {
        using var running = RunningTarget.Start(t =>
        {
            t.RenderAtCall = renderAtCall;
            t.EventSizeLimitBytes = 500;
            t.ObjectKey = "{Tenant}.log";
            t.Layout = "${date:universalTime=true:format=yyyy-MM-dd HH\\:mm\\:ss} ${level} ${logger} ${message}";
        });
        var outcomes = new Outcomes();

        outcomes.Write(running.Target, Large());
        Assert.Null(await running.FlushAsync());

        Assert.Equal(["acme.log"], running.Oss.Keys);
        Assert.Matches(@"^2026-11-22 20:15:07 Error Shop An event of 10\d\d bytes was left out because it is larger than 500 bytes\. It began: Order \{Payload\} was paid$", Assert.Single(running.Oss.Lines));
        var snapshot = running.Target.GetSnapshot();
        Assert.Equal(1, snapshot.Replaced);
        Assert.Equal(0, snapshot.DroppedTotal);
        Assert.Equal([1], outcomes.Delivered);
    }

    [Fact]
    public async Task TooLargeEventInJson_StaysJson()
    {
        var layout = new JsonLayout { IncludeEventProperties = true };
        layout.Attributes.Add(new JsonAttribute("level", "${level}"));
        using var running = RunningTarget.Start(t =>
        {
            t.EventSizeLimitBytes = 500;
            t.Layout = layout;
        });

        running.Logger.Log(Large());
        Assert.Null(await running.FlushAsync());

        var stored = JsonDocument.Parse(Assert.Single(running.Oss.Lines)).RootElement;
        Assert.Equal("Error", stored.GetProperty("level").GetString());
        Assert.Equal(500, stored.GetProperty("EventSizeLimit").GetInt32());
        Assert.Equal("Order {Payload} was paid", stored.GetProperty("EventBeginning").GetString());
    }

    [Theory]
    [InlineData(false, true, 500)]
    [InlineData(true, true, 500)]
    [InlineData(false, false, 20)]
    [InlineData(true, false, 20)]
    public async Task DropTooLargeEvents_DropsTheEventAndATooLargePlaceholder(bool renderAtCall, bool drop, int limit)
    {
        using var running = RunningTarget.Start(t =>
        {
            t.RenderAtCall = renderAtCall;
            t.EventSizeLimitBytes = limit;
            t.DropTooLargeEvents = drop;
        });

        running.Logger.Log(Large());
        await running.FlushAsync();

        Assert.Empty(running.Oss.Keys);
        Assert.Equal(1, running.Target.GetSnapshot().Dropped[DropReason.TooLarge]);
        Assert.Equal(0, running.Target.GetSnapshot().Replaced);
    }

    private static LogEventInfo Large()
    {
        var logEvent = new LogEventInfo(LogLevel.Error, "Shop", null, "Order {Payload} was paid", [new string('x', 1000)])
        {
            TimeStamp = new DateTime(2026, 11, 22, 20, 15, 7, DateTimeKind.Utc),
        };
        logEvent.Properties["Tenant"] = "acme";
        return logEvent;
    }
}
