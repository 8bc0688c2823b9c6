using System.Globalization;
using System.Text;
using OssLogSinks.Core.Rolling;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Formatting.Display;
using Serilog.Sinks.OssAppend.Tests.Doubles;

namespace Serilog.Sinks.OssAppend.Tests;

public class SinkRenderingTests
{
    private readonly MemoryOss _bucket = new();

    [Fact]
    public async Task DefaultTemplate_WritesWhatTheFileSinkWrites()
    {
        var kept = new CollectingSink();
        var options = Some.Options(_bucket);
        options.OutputTemplate = OssAppendSinkOptions.DefaultOutputTemplate;
        options.FormatProvider = CultureInfo.GetCultureInfo("de-DE");
        await using (var logger = new LoggerConfiguration().MinimumLevel.Verbose().WriteTo.Sink(kept).WriteTo.OssAppend(options).CreateLogger())
        {
            logger.Verbose("Plain");
            logger.Information("Order {OrderId} of {Customer} for {Amount:C}", 17, "Zoë & Søn", 1234.5);
            logger.Warning("日本語 and 中文, 😀 and {Emoji}", "🎉🏳️‍🌈");
            logger.Error(new InvalidOperationException("boom {0} {"), "Broken {@Thing}", new { A = 1, B = new[] { 1, 2 } });
            logger.Fatal("Two\nlines");
        }

        var expected = new StringWriter();
        var formatter = new MessageTemplateTextFormatter(OssAppendSinkOptions.DefaultOutputTemplate, CultureInfo.GetCultureInfo("de-DE"));
        foreach (var logEvent in kept.Events)
            formatter.Format(logEvent, expected);
        Assert.Equal(expected.ToString(), _bucket.AllText);
        Assert.Equal(Encoding.UTF8.GetBytes(expected.ToString()), _bucket.Bytes("app.log"));
    }

    [Fact]
    public async Task SplitAndLoneSurrogates_BecomeTheUtf8OfTheWholeText()
    {
        string[] texts = ["a😀b", "lone \uD83D high", "lone \uDE00 low"];
        var options = Some.Options(_bucket);
        options.Formatter = new DelegateFormatter((logEvent, output) =>
        {
            foreach (var c in logEvent.MessageTemplate.Text)
                output.Write(c);
            output.Write("😀"[..1]);
            output.Write("😀"[1..]);
            output.Write('\n');
        });
        await using (var logger = new LoggerConfiguration().WriteTo.OssAppend(options).CreateLogger())
        {
            foreach (var text in texts)
                logger.Write(Some.Event(text));
        }

        Assert.Equal(Encoding.UTF8.GetBytes(string.Concat(texts.Select(t => t + "😀\n"))), _bucket.Bytes("app.log"));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task FirstAndLastMomentOfTheCalendar_AreStored_WhateverTheOffset(bool isJson, bool useLocalTime)
    {
        var options = Some.Options(_bucket);
        options.OutputTemplate = OssAppendSinkOptions.DefaultOutputTemplate;
        options.Formatter = isJson ? new OssAppendCompactJsonFormatter() : null;
        options.UseLocalTime = useLocalTime;
        options.RollingInterval = OssRollingInterval.Hour;
        DateTimeOffset[] times =
        [
            DateTimeOffset.MinValue, DateTimeOffset.MaxValue,
            DateTimeOffset.MinValue.ToOffset(TimeSpan.FromHours(14)), DateTimeOffset.MaxValue.ToOffset(TimeSpan.FromHours(-14)),
            new(1, 1, 1, 14, 0, 0, TimeSpan.FromHours(14)), new(9999, 12, 31, 9, 59, 59, TimeSpan.FromHours(-14)),
        ];

        await using (var logger = new LoggerConfiguration().WriteTo.OssAppend(options).CreateLogger())
        {
            foreach (var time in times)
                logger.Write(new LogEvent(time, LogEventLevel.Information, null, new MessageTemplate("x", []), []));
        }

        Assert.Equal(times.Length, _bucket.AllText.Count(c => c == '\n'));
    }

    [Fact]
    public async Task EventThatTheFormatterLeavesOut_IsNeitherStoredNorLost()
    {
        var options = Some.Options(_bucket);
        options.Formatter = new DelegateFormatter((logEvent, output) =>
        {
            if (logEvent.Level > LogEventLevel.Debug)
                output.Write("kept\n");
        });
        await using (var logger = new LoggerConfiguration().MinimumLevel.Verbose().WriteTo.OssAppend(options).CreateLogger())
        {
            logger.Debug("Left out");
            logger.Information("Kept");
            logger.Debug("Left out");
        }

        Assert.Equal("kept\n", _bucket.AllText);
        Assert.Equal(0, options.Monitor!.GetSnapshot().DroppedTotal);
    }

    [Fact]
    public async Task OneThread_KeepsItsOrder()
    {
        var options = Some.Options(_bucket);
        options.AppendSizeLimitBytes = options.EventSizeLimitBytes = 4096;
        options.BatchSizeLimit = 7;
        await using (var logger = new LoggerConfiguration().WriteTo.OssAppend(options).CreateLogger())
        {
            for (var i = 0; i < 20_000; i++)
                logger.Information("{I}", i);
        }

        Assert.Equal(Enumerable.Range(0, 20_000).Select(i => i.ToString(CultureInfo.InvariantCulture)), _bucket.Lines);
    }

    [Fact]
    public async Task ManyThreads_KeepEachItsOrder()
    {
        var options = Some.Options(_bucket);
        await using (var logger = new LoggerConfiguration().WriteTo.OssAppend(options).CreateLogger())
            await Task.WhenAll(Enumerable.Range(0, 8).Select(thread => Task.Run(() => LogMany(logger, thread))));

        var lines = _bucket.Lines.Select(line => line.Split(' ')).ToLookup(parts => parts[0], parts => int.Parse(parts[1], CultureInfo.InvariantCulture));
        Assert.Equal(8, lines.Count);
        Assert.All(lines, thread => Assert.Equal(Enumerable.Range(0, 2000), thread));

        static void LogMany(Logger logger, int thread)
        {
            for (var i = 0; i < 2000; i++)
                logger.Information("{Thread} {I}", thread, i);
        }
    }

    [Fact]
    public async Task PlacesInTheKey_AreFilledFromTheEvent()
    {
        var options = Some.Options(_bucket);
        options.ObjectKey = "{Level}/{SourceContext}/{Timestamp:yyyyMMdd}/{Tenant}.log";
        options.OutputTemplate = "x\n";
        await using (var logger = new LoggerConfiguration().MinimumLevel.Verbose().WriteTo.OssAppend(options).CreateLogger())
        {
            logger.Write(Some.Event("", LogEventLevel.Verbose, Property("SourceContext", "My.Class"), Property("Tenant", "a/../b")));
            logger.Write(Some.Event("", LogEventLevel.Error, Property("SourceContext", 1234.5), Property("Tenant", true)));
            logger.Write(Some.Event("", LogEventLevel.Fatal, Property("SourceContext", null), new("Tenant", new SequenceValue([]))));
            logger.Write(Some.Event("", LogEventLevel.Fatal));
        }

        Assert.Equal(
            ["Error/1234.5/20261122/True.log", "Fatal/_/20261122/_.log", "Verbose/My.Class/20261122/a%2F..%2Fb.log"],
            _bucket.Keys);
        Assert.Equal("x\nx\n", _bucket.Text("Fatal/_/20261122/_.log"));
    }

    private static LogEventProperty Property(string name, object? value) => new(name, new ScalarValue(value));

    private sealed class DelegateFormatter(Action<LogEvent, TextWriter> format) : ITextFormatter
    {
        public void Format(LogEvent logEvent, TextWriter output) => format(logEvent, output);
    }
}
