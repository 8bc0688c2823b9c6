using System.Globalization;
using System.Text;
using System.Text.Json;
using NLog.Layouts;
using NLog.Targets.OssAppend.Tests.Support;
using OssLogSinks.Core.Telemetry;

namespace NLog.Targets.OssAppend.Tests;

public class TargetRenderingTests
{
    [Fact]
    public async Task Events_StandInTheOrderOfLogging()
    {
        using var running = RunningTarget.Start(t => t.BatchSize = 7);

        for (var i = 0; i < 5000; i++)
            running.Logger.Info(CultureInfo.InvariantCulture, "{0}", i);
        Assert.Null(await running.FlushAsync());

        Assert.Equal(Enumerable.Range(0, 5000).Select(i => i.ToString(CultureInfo.InvariantCulture)), running.Oss.Lines);
        Assert.Single(running.Oss.Appends);
    }

    [Fact]
    public async Task Unicode_IsUtf8WithoutMarkAndLoneSurrogatesAreReplaced()
    {
        using var running = RunningTarget.Start();

        running.Logger.Info("日志 😀 é");
        running.Logger.Info("a\uD83Db");
        await running.FlushAsync();

        Assert.Equal(Encoding.UTF8.GetBytes("日志 😀 é\na\uFFFDb\n"), running.Oss.Bytes("app.log"));
    }

    [Fact]
    public async Task JsonLayout_GivesOneDocumentALine()
    {
        var layout = new JsonLayout { IncludeEventProperties = true };
        layout.Attributes.Add(new JsonAttribute("level", "${level}"));
        layout.Attributes.Add(new JsonAttribute("message", "${message}"));
        using var running = RunningTarget.Start(t => t.Layout = layout);

        running.Logger.Info("line\nbreak {Order} \"quoted\"", 17);
        running.Logger.Warn("日志");
        await running.FlushAsync();

        var documents = running.Oss.Lines.Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.Equal("line\nbreak 17 \"quoted\"", documents[0].GetProperty("message").GetString());
        Assert.Equal(17, documents[0].GetProperty("Order").GetInt32());
        Assert.Equal("日志", documents[1].GetProperty("message").GetString());
    }

    [Fact]
    public async Task WhatOnlyTheThreadThatLogsKnows_IsCaptured()
    {
        using var running = RunningTarget.Start(t => t.Layout = "${threadid} ${scopeproperty:Request} ${message}");
        var thread = Environment.CurrentManagedThreadId;

        using (ScopeContext.PushProperty("Request", "r1"))
            running.Logger.Info("in");
        running.Logger.Info("out");
        await running.FlushAsync();

        Assert.Equal([$"{thread} r1 in", $"{thread}  out"], running.Oss.Lines);
    }

    [Fact]
    public async Task EventLargerThanAnyBuffer_IsStoredWhole_AndTheNextOnesToo()
    {
        using var running = RunningTarget.Start();
        var large = new string('x', 400_000) + "é";

        running.Logger.Info(large);
        running.Logger.Info("small");
        await running.FlushAsync();

        Assert.Equal([large, "small"], running.Oss.Lines);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task PairOfCharactersOverTheEndOfAPieceOfMemory_IsOneCharacter(int before)
    {
        using var running = RunningTarget.Start();
        var text = new string('x', before) + string.Concat(Enumerable.Repeat("😀", 40_000));

        for (var round = 0; round < 3; round++)
            running.Logger.Info(text);
        await running.FlushAsync();

        Assert.Equal([text, text, text], running.Oss.Lines);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task EventOfNoText_IsToldAsASuccess(bool renderAtCall)
    {
        using var running = RunningTarget.Start(t => (t.LineEnding, t.RenderAtCall) = (LineEndingMode.None, renderAtCall));
        var outcomes = new Outcomes();

        outcomes.Write(running.Target, "");
        outcomes.Write(running.Target, "a");
        await running.FlushAsync();

        Assert.Equal([1, 2], outcomes.Delivered.Order());
        Assert.Equal("a", running.Oss.AllText);
    }

    [Fact]
    public async Task NoLineEnding_StoresWhatTheLayoutGives()
    {
        using var running = RunningTarget.Start(t => t.LineEnding = LineEndingMode.None);

        running.Logger.Info("a");
        running.Logger.Info("b");
        await running.FlushAsync();

        Assert.Equal("ab", running.Oss.AllText);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task LayoutThatThrows_LosesThatEventOnly(bool isThreadAgnostic)
    {
        using var running = RunningTarget.Start(t => t.Layout = isThreadAgnostic ? new ThrowingLayout() : new ThrowingVolatileLayout());
        var outcomes = new Outcomes();

        foreach (var message in new[] { "one", "bad", "three" })
            outcomes.Write(running.Target, message);
        var flushed = await running.FlushAsync();

        Assert.Equal(["one", "three"], running.Oss.Lines);
        var lost = Assert.Single(outcomes.Calls, c => c.Failure is not null);
        Assert.Equal(2, lost.Event);
        var failure = Assert.IsType<OssDeliveryException>(lost.Failure);
        Assert.Equal(DropReason.FormatError, failure.Reason);
        Assert.IsType<InvalidTimeZoneException>(failure.InnerException);
        Assert.Equal(1, running.Target.GetSnapshot().Dropped[DropReason.FormatError]);
        Assert.Equal(isThreadAgnostic, flushed is OssDeliveryException);
    }

    private static string RenderOrThrow(LogEventInfo logEvent) =>
        logEvent.Message == "bad" ? throw new InvalidTimeZoneException("bad") : logEvent.Message;

    [Config.ThreadAgnostic]
    private sealed class ThrowingLayout : Layout
    {
        protected override string GetFormattedMessage(LogEventInfo logEvent) => RenderOrThrow(logEvent);
    }

    private sealed class ThrowingVolatileLayout : Layout
    {
        protected override string GetFormattedMessage(LogEventInfo logEvent) => RenderOrThrow(logEvent);
    }
}
