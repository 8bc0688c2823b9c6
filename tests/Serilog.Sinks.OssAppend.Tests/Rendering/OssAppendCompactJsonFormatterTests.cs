using System.Text.Json;
using CsCheck;
using Serilog.Events;
using Serilog.Formatting.Compact;
using Serilog.Sinks.OssAppend.Tests.Doubles;

namespace Serilog.Sinks.OssAppend.Tests.Rendering;

public class OssAppendCompactJsonFormatterTests
{
    private readonly OssAppendCompactJsonFormatter _formatter = new();

    [Fact]
    public void AnyEvent_GivesTheBytesOfSerilogsOwnFormatter()
    {
        var expected = new CompactJsonFormatter();
        EventGen.Event.Sample(logEvent => SameText.Require(expected, _formatter, logEvent), iter: 20_000);
    }

    [Fact]
    public void Line_IsJson() =>
        EventGen.Event.Where(e => e.Exception is null or InvalidOperationException { InnerException: not null }).Sample(
            logEvent =>
            {
                var output = new StringWriter { NewLine = "\n" };
                if (Record.Exception(() => _formatter.Format(logEvent, output)) is not null)
                    return;

                using var line = JsonDocument.Parse(output.ToString());
                Assert.EndsWith("}\n", output.ToString());
                Assert.True(line.RootElement.TryGetProperty("@mt", out _));
            },
            iter: 2000);

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
}
