using System.Globalization;
using CsCheck;
using Serilog.Events;
using Serilog.Formatting.Display;
using Serilog.Sinks.OssAppend.Rendering;
using Serilog.Sinks.OssAppend.Tests.Doubles;

namespace Serilog.Sinks.OssAppend.Tests.Rendering;

public class OutputTemplateFormatterTests
{
    private static readonly CultureInfo?[] Cultures = [null, CultureInfo.InvariantCulture, new("de-DE"), new("ar-SA"), new("th-TH"), new("fr-FR")];

    private static readonly Gen<string> Place = Gen.OneOf(
        Gen.Select(EventGen.One("Message", "Message", "Properties", "Level", "NewLine", "Exception", "TraceId", "SpanId", "A", "Tenant", "Missing", "0"), EventGen.Alignment, EventGen.Format)
            .Select((name, alignment, format) => "{" + name + alignment + format + "}"),
        Gen.Select(EventGen.One("Message", "Properties"), EventGen.One(":lj", ":l", ":j", "")).Select((name, format) => "{" + name + format + "}"),
        Gen.Select(EventGen.Alignment, EventGen.One("u3", "w3", "t4", "u", "w", "t", "u11", "u0", "u12x", "x", "l3", "u-1")).Select((alignment, format) => "{Level" + alignment + ":" + format + "}"),
        Gen.Select(EventGen.One("Timestamp", "UtcTimestamp"), EventGen.Alignment, EventGen.One(
                "", ":o", ":O", ":s", ":yyyy-MM-dd HH:mm:ss.fff zzz", ":HH:mm:ss", ":HH:mm:ss.fffffff", ":yyyy/MM/ddTHH:mm:ss.ffZ", ":f", ":ff", ":%f", ":dddd d MMMM yyyy", ":ddd dd MMM", ":MMMM",
                ":hh:mm tt", ":yy", ":ss.FFF", ":zzz", ":K", ":fff.ss", ":mm", ":T", ":-", ":yyyyMMdd", ":yyyyy", ":HHHH", ":ssss", ":zzzzzz", ":ffffffff", ":fff fff"))
            .Select((name, alignment, format) => "{" + name + alignment + format + "}"),
        EventGen.Text);

    [Fact]
    public void AnyEventAndTemplate_GiveTheBytesOfSerilogsFormatter() =>
        Gen.Select(Place.Array[1, 5].Select(string.Concat), EventGen.One(Cultures), EventGen.Event.Array[1, 4]).Sample(
            (template, culture, events) =>
            {
                var expected = new MessageTemplateTextFormatter(template, culture);
                var actual = OutputTemplateFormatter.For(template, culture);
                foreach (var logEvent in events)
                    SameText.Require(expected, actual, logEvent);
            },
            iter: 50 * CsCheck.Check.Iter);

    [Fact]
    public void OneEventAfterAnother_KeepsNothingOfTheFirst()
    {
        var expected = new MessageTemplateTextFormatter(OssAppendSinkOptions.DefaultOutputTemplate);
        var actual = OutputTemplateFormatter.For(OssAppendSinkOptions.DefaultOutputTemplate, null);
        Assert.IsType<OutputTemplateFormatter>(actual);

        var time = new DateTimeOffset(2026, 12, 31, 23, 59, 59, 998, TimeSpan.FromHours(1));
        foreach (var moment in (DateTimeOffset[])[time, time.AddMilliseconds(1), time.AddMilliseconds(2), time.ToOffset(TimeSpan.FromHours(-3.5)), time])
            SameText.Require(expected, actual, new LogEvent(moment, LogEventLevel.Error, null, MessageTemplate.Empty, []));
    }

    [Theory]
    [InlineData("{Message} {A}{Properties}", true)]
    [InlineData("{A} {Properties:j}|{Level:u3}|{Timestamp:HH}", true)]
    [InlineData("{A} {Properties,40}", true)]
    [InlineData("{B} {Properties,40}|{Properties,-60:j}", false)]
    public void WhatSerilogRenders_HasItsBytes(string template, bool isOfTheUser)
    {
        var provider = isOfTheUser ? new Upside() : null;
        var logEvent = Some.Event(
            "{A:0.0} {Nested,9}", LogEventLevel.Error, [.. new[] { "A", "B", "C", "Nested" }.Select((name, i) => new LogEventProperty(name, new ScalarValue(i + 0.5)))]);

        SameText.Require(new MessageTemplateTextFormatter(template, provider), OutputTemplateFormatter.For(template, provider), logEvent);
    }

    // Serilog's own formatter would write the line ending of the machine.
    [Theory]
    [InlineData("{Properties,6}{NewLine}{Exception}", false, "  {  }\nSystem.InvalidOperationException: x\n")]
    [InlineData("{Message}{NewLine}{Exception}", true, "\nSystem.InvalidOperationException: x\n")]
    public void WhatSerilogRenders_HasTheLineEndingOfAll(string template, bool isOfTheUser, string expected)
    {
        using var output = new StringWriter();

        OutputTemplateFormatter.For(template, isOfTheUser ? new Upside() : null)
            .Format(new LogEvent(default, LogEventLevel.Error, new InvalidOperationException("x"), MessageTemplate.Empty, []), output);

        Assert.Equal(expected, output.ToString());
    }

    [Theory]
    [InlineData("{Message:lj}|{Good}", "a [System.Guid.ToString() failed: ")]
    [InlineData("{Id:0.00}|{Good}", "[System.Guid.ToString() failed: ")]
    [InlineData("{Id,9:0.00}|{Good}", "[Rendering failed: ")]
    [InlineData("{Properties,9}{Id:0.00}|{Good}", "[System.Guid.ToString() failed: ")]
    [InlineData("{Message,3}|{Good}", "[Rendering failed: ")]
    public void WhatCannotBeShown_IsAPlaceholder_AndTheRestIsThere(string template, string start)
    {
        var output = new StringWriter();

        OutputTemplateFormatter.For(template, null).Format(
            Some.Event("a {Id:0.00} b {Id,20:0.00} c", LogEventLevel.Error, new LogEventProperty("Id", new ScalarValue(Guid.Empty)), new LogEventProperty("Good", new ScalarValue("here"))), output);

        Assert.Contains(start, output.ToString(), StringComparison.Ordinal);
        Assert.EndsWith(template.StartsWith("{Message:", StringComparison.Ordinal) ? "] c|here" : "]|here", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void AnotherWriter_GetsTheSameText()
    {
        var output = new StringWriter();
        OutputTemplateFormatter.For("{Level:u3} {Message:lj} 😀", null).Format(Some.Event("x {A}", LogEventLevel.Error, new LogEventProperty("A", new ScalarValue("é"))), output);

        Assert.Equal("ERR x é 😀", output.ToString());
    }

    private sealed class Upside : IFormatProvider, ICustomFormatter
    {
        public object? GetFormat(Type? formatType) => formatType == typeof(ICustomFormatter) ? this : null;

        public string Format(string? format, object? arg, IFormatProvider? formatProvider) => $"<{format}>";
    }
}
