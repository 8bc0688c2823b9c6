using System.Text;
using OssLogSinks.Tool.Output;
using OssLogSinks.Tool.Reading;
using Serilog.Events;

namespace OssLogSinks.Tool.Tests.Reading;

/// <summary>Times and levels of lines, and what people write for times.</summary>
public class LineHeadTests
{
    [Theory]
    [InlineData("2026-11-22 17:00:00.123 +08:00 [WRN] text", "2026-11-22T09:00:00.123Z", LogEventLevel.Warning)]
    [InlineData("[2026-11-22 17:00:00 INF] text", "2026-11-22T17:00:00Z", LogEventLevel.Information)]
    [InlineData("2026-11-22 17:00:00.1234|ERROR|Shop|text", "2026-11-22T17:00:00.1234Z", LogEventLevel.Error)]
    [InlineData("2026-11-22T17:00:00,5Z crit: text", "2026-11-22T17:00:00.5Z", LogEventLevel.Fatal)]
    [InlineData("2026-11-22 17:00:00.123 +08:00 trce: Shop[7] text", "2026-11-22T09:00:00.123Z", LogEventLevel.Verbose)]
    [InlineData("2026-11-22 17:00:00.123 +08:00 dbug: Shop[7] text", "2026-11-22T09:00:00.123Z", LogEventLevel.Debug)]
    [InlineData("2026-11-22 17:00:00.123 +08:00 info: Shop[7] [ERR] text", "2026-11-22T09:00:00.123Z", LogEventLevel.Information)]
    [InlineData("2026-11-22 17:00:00 warn: Shop[7] text", "2026-11-22T17:00:00Z", LogEventLevel.Warning)]
    [InlineData("[2026-11-22 17:00:00] fail: Shop[7] text", "2026-11-22T17:00:00Z", LogEventLevel.Error)]
    [InlineData("2026-11-22 17:00:00.123 [EROR] text", "2026-11-22T17:00:00.123Z", LogEventLevel.Error)]
    [InlineData("2026-11-22 17:00:00.123 the order: error: none", "2026-11-22T17:00:00.123Z", null)]
    public void TextLine_HasItsTimeAndLevel(string line, string time, LogEventLevel? level)
    {
        Assert.True(LineHead.TryReadText(Encoding.UTF8.GetBytes(line), out var head));
        Assert.Equal(DateTimeOffset.Parse(time), head.Time);
        Assert.Equal(level, head.Level);
    }

    [Theory]
    [InlineData("   at Shop.Orders.Place()")]
    [InlineData("2026-13-45 17:00:00 x")]
    [InlineData("")]
    [InlineData("20261122 170000 text that is long enough")]
    public void OtherLine_HasNoTime(string line) => Assert.False(LineHead.TryReadText(Encoding.UTF8.GetBytes(line), out _));

    [Theory]
    [InlineData("Trace", LogEventLevel.Verbose)]
    [InlineData("Critical", LogEventLevel.Fatal)]
    public void JsonOfTheConsole_HasItsLevel(string name, LogEventLevel level)
    {
        Assert.True(LineHead.TryReadJson(Encoding.UTF8.GetBytes($$"""{"Timestamp":"2026-11-22T17:00:00\u002B08:00","EventId":0,"LogLevel":"{{name}}"}"""), out var head));

        Assert.Equal(new LineHead(new DateTimeOffset(2026, 11, 22, 9, 0, 0, TimeSpan.Zero), level), head);
    }

    [Fact]
    public void FieldsOfAnInnerObject_AreNotThoseOfTheLine()
    {
        Assert.True(LineHead.TryReadJson("""{"a":{"@l":"Fatal","@t":"2001-01-01T00:00:00Z"},"@t":"2026-11-22T17:00:00Z"}"""u8, out var head));

        Assert.Equal(new LineHead(new DateTimeOffset(2026, 11, 22, 17, 0, 0, TimeSpan.Zero), LogEventLevel.Information), head);
    }

    [Theory]
    [InlineData("-3h", "2026-11-22T14:00Z")]
    [InlineData("90m", "2026-11-22T15:30Z")]
    [InlineData("-1.5d", "2026-11-21T05:00Z")]
    [InlineData("2026-11-22", "2026-11-22T00:00Z")]
    [InlineData("2026-11-22T17:00+08:00", "2026-11-22T09:00Z")]
    public void Time_IsASpanBeforeNowOrAnInstant(string text, string expected)
    {
        Assert.True(Quantities.TryReadTime(text, new DateTimeOffset(2026, 11, 22, 17, 0, 0, TimeSpan.Zero), out var time));
        Assert.Equal(DateTimeOffset.Parse(expected), time);
    }

    [Theory]
    [InlineData("yesterday")]
    [InlineData("-3x")]
    [InlineData("h")]
    public void OtherText_IsNoTime(string text) => Assert.False(Quantities.TryReadTime(text, DateTimeOffset.UnixEpoch, out _));
}
