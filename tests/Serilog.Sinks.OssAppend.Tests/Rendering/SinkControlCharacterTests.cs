using System.Globalization;
using CsCheck;
using OssLogSinks.Core;
using Serilog.Events;
using Serilog.Parsing;
using Serilog.Sinks.OssAppend.Rendering;
using Serilog.Sinks.OssAppend.Tests.Doubles;

namespace Serilog.Sinks.OssAppend.Tests.Rendering;

/// <summary>Logged text that is made to look like other events, with and without the setting that escapes it.</summary>
public class SinkControlCharacterTests
{
    private const string Template = "{Level:u3} {Message:lj}{NewLine}{Exception}";
    private const string Forged = "bob\nFTL forged\r\n\u001b[2J\u009b2J\u202egnp\u2066\u061c\u2028\u007f\0\tend";
    private const string Escaped = @"bob\nFTL forged\r\n\u001B[2J\u009B2J\u202Egnp\u2066\u061C\u2028\u007F\u0000" + "\tend";

    [Fact]
    public void ForgedLine_IsEscapedInMessageAndProperties()
    {
        var logEvent = Some.Event("user {User}", LogEventLevel.Information, new LogEventProperty("User", new ScalarValue(Forged)));

        Assert.Equal($"INF user {Escaped}\n", Rendered(Template, logEvent));
        Assert.Equal($"{Escaped}|{{  }}|x\n", Rendered("{User}|{Properties}|x{NewLine}", logEvent));
        Assert.Equal($"user \"{Escaped}\"\n", Rendered("{Message}{NewLine}", logEvent));
    }

    [Fact]
    public void ForgedTemplateText_IsEscaped() =>
        Assert.Equal("INF a\\nb\n", Rendered(Template, Some.Event("a\nb")));

    [Fact]
    public void LinesOfAnException_StayAndAreIndented()
    {
        var exception = new InvalidOperationException("first\nFTL forged\n   at ease\r\nlast\u001b[1m");
        var logEvent = new LogEvent(default, LogEventLevel.Error, exception, new MessageTemplateParser().Parse("x"), []);

        Assert.Equal("ERR x\nSystem.InvalidOperationException: first\n   FTL forged\n   at ease\r\n   last\\u001B[1m\n", Rendered(Template, logEvent));
    }

    [Theory]
    [InlineData("{Message:lj}|{User,40}|{Properties,-40}{NewLine}")]
    [InlineData("{User}{NewLine}")]
    public void TemplateThatSerilogRenders_IsEscapedToo(string template)
    {
        var logEvent = Some.Event("m", LogEventLevel.Information, new LogEventProperty("User", new ScalarValue("a\nb")));

        var text = Rendered(template, logEvent, new Upside());

        Assert.Contains("a\\nb", text, StringComparison.Ordinal);
        Assert.Equal(text.Length - 1, text.IndexOf('\n', StringComparison.Ordinal));
    }

    [Fact]
    public void WithoutTheSetting_TextIsAsLogged()
    {
        using var output = new StringWriter();
        OutputTemplateFormatter.For(Template, null).Format(Some.Event("a\nb\u001b"), output);

        Assert.Equal("INF a\nb\u001b\n", output.ToString());
    }

    [Fact]
    public void AnyText_IsOneLineThatShowsItsOrdinaryCharacters() =>
        Gen.String.Sample(text =>
        {
            var line = Rendered("{Text}{NewLine}", Some.Event("m", LogEventLevel.Information, new LogEventProperty("Text", new ScalarValue(text))));

            Assert.Equal(line.Length - 1, line.IndexOf('\n', StringComparison.Ordinal));
            Assert.DoesNotContain(line[..^1], c => char.IsControl(c) && c != '\t');
            var ordinary = string.Concat(text.Where(c => c is >= ' ' and < '\u007f'));
            Assert.True(ordinary.Length <= line.Length);
        });

    [Fact]
    public async Task Setting_ReachesTheObject()
    {
        var bucket = new MemoryOss();
        var options = Some.Options(bucket);
        options.EscapeControlCharacters = true;
        await using (var logger = new LoggerConfiguration().WriteTo.OssAppend(options).CreateLogger())
            logger.Information("user {User}", "bob\nforged");

        Assert.Equal([@"user bob\nforged"], bucket.Lines);
    }

    [Fact]
    public void Setting_ReachesAnAudit()
    {
        var bucket = new MemoryOss();
        var options = new OssAppendSinkOptions { Client = bucket, ObjectKey = "app.log", OutputTemplate = "{Message:lj}{NewLine}", EscapeControlCharacters = true };
        using (var logger = new LoggerConfiguration().AuditTo.OssAppend(options).CreateLogger())
            logger.Information("user {User}", "bob\nforged");

        Assert.Equal([@"user bob\nforged"], bucket.Lines);
    }

    [Fact]
    public void Formatter_IsAFaultWithTheSetting()
    {
        var options = new OssAppendSinkOptions { Client = new MemoryOss(), Formatter = new OssAppendCompactJsonFormatter(), EscapeControlCharacters = true };
        var inCode = Assert.Throws<OssSettingsException>(() => new LoggerConfiguration().WriteTo.OssAppend(options));
        var inAnAudit = Assert.Throws<OssSettingsException>(() => new LoggerConfiguration().AuditTo.OssAppend(options));

        Assert.All([inCode, inAnAudit], refused => Assert.Equal(
            "EscapeControlCharacters: cannot be combined with 'formatter'; leave one of the two out.", Assert.Single(refused.Faults).ToString()));
    }

    private static string Rendered(string template, LogEvent logEvent, IFormatProvider? provider = null)
    {
        using var output = new StringWriter();
        OutputTemplateFormatter.For(template, provider, escapes: true).Format(logEvent, output);
        return output.ToString();
    }

    private sealed class Upside : IFormatProvider
    {
        public object? GetFormat(Type? formatType) => CultureInfo.InvariantCulture.GetFormat(formatType);
    }
}
