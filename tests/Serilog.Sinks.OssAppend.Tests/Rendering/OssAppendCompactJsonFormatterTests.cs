using System.Text.Json;
using CsCheck;
using Serilog.Events;
using Serilog.Formatting.Compact;
using Serilog.Parsing;
using Serilog.Sinks.OssAppend.Tests.Doubles;

namespace Serilog.Sinks.OssAppend.Tests.Rendering;

public class OssAppendCompactJsonFormatterTests
{
    private readonly OssAppendCompactJsonFormatter _formatter = new();

    [Fact]
    public void AnyEvent_GivesTheBytesOfSerilogsOwnFormatter()
    {
        var expected = new CompactJsonFormatter();
        EventGen.Event.Sample(logEvent => SameText.Require(expected, _formatter, logEvent), iter: 50 * CsCheck.Check.Iter);
    }

    [Fact]
    public void Line_IsJson() =>
        EventGen.Event.Sample(
            logEvent =>
            {
                var output = new StringWriter { NewLine = "\n" };
                _formatter.Format(logEvent, output);

                using var line = JsonDocument.Parse(output.ToString());
                Assert.EndsWith("}\n", output.ToString());
                Assert.True(line.RootElement.TryGetProperty("@mt", out _));
            },
            iter: 2000);

    [Fact]
    public void WhatCannotBeShown_IsAPlaceholder_AndTheRestIsThere()
    {
        var bad = new ScalarValue(new Throwing());
        var logEvent = new LogEvent(
            DateTimeOffset.UnixEpoch, LogEventLevel.Error, new Unprintable(), new MessageTemplateParser().Parse("{Bad:x} {Id:0.00} {Elapsed,8:0.0} {Good}"),
            [
                new("Bad", bad), new("Id", new ScalarValue(Guid.Empty)), new("Elapsed", new ScalarValue(1.5)), new("Good", new ScalarValue("here")),
                new("List", new SequenceValue([bad, new ScalarValue(1)])),
                new("Order", new StructureValue([new("Bad", bad), new("Id", new ScalarValue(7))], "Order")),
                new("Map", new DictionaryValue([new(bad, bad), new(new ScalarValue("k"), new ScalarValue(true))])),
                new("Odd", new Unknown()),
            ]);
        var output = new StringWriter { NewLine = "\n" };

        _formatter.Format(logEvent, output);

        using var line = JsonDocument.Parse(output.ToString());
        var root = line.RootElement;
        var placeholder = $"[{typeof(Throwing).FullName}.ToString() failed: no]";
        Assert.Equal($"[Exception.ToString() failed: {typeof(Wordless).FullName}] Original exception type: {typeof(Unprintable).FullName}", root.GetProperty("@x").GetString());
        Assert.Equal(placeholder, root.GetProperty("Bad").GetString());
        Assert.Equal(placeholder, root.GetProperty("@r")[0].GetString());
        Assert.StartsWith("[System.Guid.ToString() failed: ", root.GetProperty("@r")[1].GetString(), StringComparison.Ordinal);
        Assert.Equal("     1.5", root.GetProperty("@r")[2].GetString());
        Assert.Equal("here", root.GetProperty("Good").GetString());
        Assert.Equal(placeholder, root.GetProperty("List")[0].GetString());
        Assert.Equal(1, root.GetProperty("List")[1].GetInt32());
        Assert.Equal(placeholder, root.GetProperty("Order").GetProperty("Bad").GetString());
        Assert.Equal(7, root.GetProperty("Order").GetProperty("Id").GetInt32());
        Assert.Equal(placeholder, root.GetProperty("Map").GetProperty(placeholder).GetString());
        Assert.True(root.GetProperty("Map").GetProperty("k").GetBoolean());
        Assert.Contains("failed: ", root.GetProperty("Odd").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void AnotherWriter_GetsTheSameTextAndItsOwnLineEnd()
    {
        var logEvent = Some.Event("é {A:000} 😀", LogEventLevel.Error, new LogEventProperty("A", new ScalarValue(7)));
        var output = new StringWriter { NewLine = "\r\n" };
        var expected = new StringWriter { NewLine = "\r\n" };

        _formatter.Format(logEvent, output);
        new CompactJsonFormatter().Format(logEvent, expected);

        Assert.Equal(expected.ToString(), output.ToString());
    }

    [Fact]
    public void MoreTemplatesThanAreKept_AreWrittenAllTheSame()
    {
        var expected = new CompactJsonFormatter();
        for (var i = 0; i < 2500; i++)
            SameText.Require(expected, _formatter, Some.Event($"Template {i % 1250} {{A:0}}", LogEventLevel.Error, new LogEventProperty("A", new ScalarValue(i))));
    }

    private sealed class Throwing
    {
        public override string ToString() => throw new InvalidOperationException("no");
    }

    private sealed class Unprintable : Exception
    {
        public override string ToString() => throw new Wordless();
    }

    private sealed class Wordless : Exception
    {
        public override string Message => throw new InvalidOperationException("no");
    }

    private sealed class Unknown : LogEventPropertyValue
    {
        public override void Render(TextWriter output, string? format = null, IFormatProvider? formatProvider = null) => output.Write("unknown");
    }
}
