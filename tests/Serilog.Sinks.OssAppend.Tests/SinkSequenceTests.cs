using System.Text.Json;
using System.Text.RegularExpressions;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Formatting.Compact;
using Serilog.Sinks.OssAppend.Tests.Doubles;

namespace Serilog.Sinks.OssAppend.Tests;

public class SinkSequenceTests
{
    private readonly MemoryOss _bucket = new();
    private readonly OssAppendSinkOptions _options;

    public SinkSequenceTests()
    {
        _options = Some.Options(_bucket);
        _options.IncludeSequence = true;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task CompactJson_HasNumberAndWriter(bool isOurs)
    {
        _options.Formatter = isOurs ? new OssAppendCompactJsonFormatter() : new CompactJsonFormatter();
        await LogAsync();

        var lines = _bucket.AllText.ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.Equal([1, 2, 3], lines.Select(line => line.GetProperty("OssSequence").GetInt32()));
        Assert.Single(lines.Select(line => line.GetProperty("OssWriter").GetString()).Distinct());
        Assert.Equal("one", lines[0].GetProperty("@mt").GetString());
    }

    [Theory]
    [InlineData("{OssSequence} {Message:lj}{NewLine}", "#W:1 one\n#W:2 two\n#W:3 three\n")]
    [InlineData("{Message:lj}|{OssSequence}|{Properties}{NewLine}", "one|#W:1|{  }\ntwo|#W:2|{  }\nthree|#W:3|{  }\n")]
    [InlineData("{Message:lj}{NewLine}", "one #W:1\ntwo #W:2\nthree #W:3\n")]
    public async Task Text_HasTheNumberInItsPlaceOrAtItsEnd(string template, string expected)
    {
        foreach (var escapes in new[] { false, true })
        {
            var bucket = new MemoryOss();
            var options = Some.Options(bucket);
            (options.IncludeSequence, options.OutputTemplate, options.EscapeControlCharacters) = (true, template, escapes);
            await LogAsync(options);

            Assert.Equal(expected, WithoutWriter(bucket.AllText));
        }
    }

    [Theory]
    [InlineData("{{{Message:lj}}}{NewLine}", "{\"a\":1} #W:1\n")]
    [InlineData("{{ \"m\":{Message:lj}}}{NewLine}", "{ \"m\":\"a\":1,\"OssSequence\":1,\"OssWriter\":\"W\"}\n")]
    [InlineData("{Message:lj}{NewLine}", "\"a\":1 #W:1\n")]
    public async Task Template_DecidesBetweenTextAndJson(string template, string expected)
    {
        _options.OutputTemplate = template;
        await using (var logger = new LoggerConfiguration().WriteTo.OssAppend(_options).CreateLogger())
            logger.Information("\"a\":1");

        Assert.Equal(expected, Regex.Replace(WithoutWriter(_bucket.AllText), "[0-9a-z]{12}-[0-9a-z]{4}", "W"));
    }

    [Fact]
    public async Task TemplateThatSerilogRenders_HasTheNumberInItsPlace()
    {
        _options.OutputTemplate = "{OssSequence} {Properties,5} {Message:lj}{NewLine}";
        await LogAsync();

        Assert.StartsWith("#W:1 ", WithoutWriter(_bucket.AllText));
    }

    [Fact]
    public async Task WithoutTheSetting_ThePlaceIsEmpty()
    {
        _options.IncludeSequence = false;
        _options.OutputTemplate = "[{OssSequence}] {Message:lj}{NewLine}";
        await LogAsync();

        Assert.Equal("[] one\n[] two\n[] three\n", _bucket.AllText);
    }

    [Fact]
    public async Task RenderingThatFails_LeavesAGap()
    {
        _options.Formatter = new FormatterThatFails();
        await LogAsync();

        Assert.Equal("one #W:1\nthree #W:3\n", WithoutWriter(_bucket.AllText));
    }

    [Fact]
    public void Audit_NumbersItsEventsToo()
    {
        Audit("{Message:lj} {OssSequence}{NewLine}", "one", "two");

        Assert.Equal("one #W:1\ntwo #W:2\n", WithoutWriter(_bucket.AllText));
    }

    [Fact]
    public void AuditOfTextInBraces_HasTheNumberAtItsEnd()
    {
        Audit("{{{Message:lj}}}{NewLine}", "\"a\":1");

        Assert.Equal("{\"a\":1} #W:1\n", WithoutWriter(_bucket.AllText));
    }

    private void Audit(string template, params string[] messages)
    {
        var options = new OssAppendSinkOptions { Client = _bucket, ObjectKey = "app.log", OutputTemplate = template, IncludeSequence = true };
        using var logger = new LoggerConfiguration().AuditTo.OssAppend(options).CreateLogger();
        foreach (var message in messages)
            logger.Write(LogEventLevel.Information, message);
    }

    private Task LogAsync() => LogAsync(_options);

    private static async Task LogAsync(OssAppendSinkOptions options)
    {
        await using var logger = new LoggerConfiguration().WriteTo.OssAppend(options).CreateLogger();
        logger.Information("one");
        logger.Information("two");
        logger.Information("three");
    }

    private static string WithoutWriter(string text) => Regex.Replace(text, "#[0-9a-z]{12}-[0-9a-z]{4}:", "#W:");

    private sealed class FormatterThatFails : ITextFormatter
    {
        public void Format(LogEvent logEvent, TextWriter output) =>
            output.Write(logEvent.MessageTemplate.Text != "two" ? logEvent.MessageTemplate.Text + "\n" : throw new InvalidOperationException("no"));
    }
}
