using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Time.Testing;
using OssLogSinks.Extensions.Logging.Tests.Support;

namespace OssLogSinks.Extensions.Logging.Tests;

public class ProviderFormatTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 15, 7, 89, TimeSpan.Zero);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Line_IsTheConsolesSingleLine(bool includeScopes)
    {
        async Task<string> TextAsync(string formatter)
        {
            var bucket = new MemoryOss();
            await using (var host = ProviderHost.InMemory(
                bucket,
                options => (options.Formatter, options.IncludeScopes, options.TimestampFormat) = (formatter, includeScopes, ""),
                more: logging => logging.AddSimpleConsole(console => (console.SingleLine, console.IncludeScopes, console.ColorBehavior) = (true, includeScopes, LoggerColorBehavior.Disabled))
                    .AddFilter<ConsoleLoggerProvider>(null, LogLevel.None)))
            {
                LogEverything(host.Factory);
            }

            return bucket.AllText;
        }

        var line = await TextAsync("line");

        Assert.Equal(await TextAsync("simple"), line);
        Assert.Equal(13, line.Split('\n').Length - 1);
    }

    [Theory]
    [InlineData("yyyy-MM-dd HH:mm:ss.fff zzz", true, "2026-11-22 12:15:07.089 +00:00 info: ")]
    [InlineData("HH:mm:ss ", true, "12:15:07 info: ")]
    [InlineData("R", true, "Sun, 22 Nov 2026 12:15:07 GMT info: ")]
    [InlineData("HH:mm zzz", false, "20:15 +08:00 info: ")]
    public async Task Time_IsWrittenInItsFormatAndZone(string format, bool isUtc, string expected)
    {
        var bucket = new MemoryOss();
        var time = new FakeTimeProvider(Now);
        time.SetLocalTimeZone(TimeZoneInfo.CreateCustomTimeZone("Test", TimeSpan.FromHours(8), "Test", "Test"));
        await using (var host = ProviderHost.InMemory(
            bucket, options => (options.Formatter, options.TimestampFormat, options.UseUtcTimestamp, options.TimeProvider) = ("line", format, isUtc, time)))
        {
            host.Logger.LogInformation("x");
        }

        Assert.Equal(expected + "Shop.Orders[0] x\n", bucket.AllText);
    }

    [Fact]
    public async Task ColorsOfAFormatter_AreLeftOut()
    {
        var bucket = new MemoryOss();
        await using (var host = ProviderHost.InMemory(
            bucket,
            options => options.Formatter = "Simple",
            more: logging => logging.AddSimpleConsole(console => (console.SingleLine, console.ColorBehavior) = (true, LoggerColorBehavior.Enabled)).AddFilter<ConsoleLoggerProvider>(null, LogLevel.None)))
        {
            host.Logger.LogWarning("\u001bno color [m");
        }

        Assert.Equal("warn: Shop.Orders[0] \u001bno color [m\n", bucket.AllText);
    }

    [Fact]
    public async Task Clef_HasTemplateLevelIdsAndProperties()
    {
        Assert.Equal(
            """
            {"@t":"2026-11-22T12:15:07.0890000Z","@mt":"Order {Id} of {Tenant} costs {Price,6:0.00}","@r":["  3.50"],"@l":"Warning","@i":7,"SourceContext":"Shop.Orders","EventName":"Ordered","Id":42,"Tenant":"a\"b","Price":3.5}
            {"@t":"2026-11-22T12:15:07.0890000Z","@m":"a state that is no list","SourceContext":"Shop.Orders"}
            {"@t":"2026-11-22T12:15:07.0890000Z","@mt":"{Items} {@At} {SourceContext} {None}","@l":"Fatal","Items":[1,"two",null],"@@At":"00:00:01","SourceContext":"mine","None":null}
            {"@t":"2026-11-22T12:15:07.0890000Z","@mt":"{Broken}","@l":"Verbose","SourceContext":"Shop.Orders","Broken":"[OssLogSinks.Extensions.Logging.Tests.ProviderFormatTests+BrokenValue.ToString() failed: it is broken]"}

            """,
            await ClefAsync(includeScopes: false, logger =>
            {
                logger.LogWarning(new EventId(7, "Ordered"), "Order {Id} of {Tenant} costs {Price,6:0.00}", 42, "a\"b", 3.5);
                logger.Log(LogLevel.Information, default, "a state that is no list", null, static (text, _) => text);
                logger.LogCritical("{Items} {@At} {SourceContext} {None}", new object?[] { 1, "two", null }, TimeSpan.FromSeconds(1), "mine", null);
                logger.LogTrace("{Broken}", new BrokenValue());
            }));
    }

    [Fact]
    public async Task Clef_HasTheValuesOfScopes_TheInnerOnesFirst()
    {
        var text = await ClefAsync(includeScopes: true, logger =>
        {
            using (logger.BeginScope(new Dictionary<string, object?> { ["Tenant"] = "outer", ["User"] = "u", ["Id"] = 0 }))
            using (logger.BeginScope("Request {Path}", "/orders"))
            using (logger.BeginScope("plain"))
            using (logger.BeginScope(new KeyValuePair<string, object?>[] { new("Tenant", "inner") }))
                logger.LogInformation("{Id}", 42);
        });

        using var json = JsonDocument.Parse(text);
        Assert.Equal(
            [("Id", "42"), ("Tenant", "inner"), ("User", "u"), ("Path", "/orders"), ("Scope", """["Request /orders","plain"]""")],
            json.RootElement.EnumerateObject().Where(p => p.Name[0] != '@' && p.Name != "SourceContext").Select(p => (p.Name, p.Value.ToString())));
    }

    [Fact]
    public async Task Clef_HasExceptionAndActivity()
    {
        using var activity = new Activity("work").SetIdFormat(ActivityIdFormat.W3C).Start();

        using var json = JsonDocument.Parse(await ClefAsync(includeScopes: false, logger => logger.LogError(new InvalidOperationException("line 1\nline 2"), "failed")));

        Assert.Equal("System.InvalidOperationException: line 1\nline 2", json.RootElement.GetProperty("@x").GetString());
        Assert.Equal(activity.TraceId.ToHexString(), json.RootElement.GetProperty("@tr").GetString());
        Assert.Equal(activity.SpanId.ToHexString(), json.RootElement.GetProperty("@sp").GetString());
    }

    [Theory]
    [InlineData("line")]
    [InlineData("clef")]
    public async Task TooLargeEvent_IsReplacedByItsBeginning(string formatter)
    {
        var bucket = new MemoryOss();
        var host = ProviderHost.InMemory(bucket, options => (options.Formatter, options.EventSizeLimitBytes) = (formatter, 1000));
        await using (host)
            host.Logger.LogError(9, "Too {Long}", new string('x', 2000));

        Assert.Contains("9", bucket.AllText, StringComparison.Ordinal);
        Assert.Contains(formatter == "line" ? "larger than 1000 bytes. It began: Too {Long}\n" : "\"EventSizeLimit\":1000,\"EventBeginning\":\"Too {Long}\"}", bucket.AllText, StringComparison.Ordinal);
        Assert.Equal(1, host.Provider.GetSnapshot().Replaced);
    }

    private static async Task<string> ClefAsync(bool includeScopes, Action<ILogger> log)
    {
        var bucket = new MemoryOss();
        await using (var host = ProviderHost.InMemory(
            bucket, options => (options.Formatter, options.IncludeScopes, options.TimeProvider) = ("clef", includeScopes, new FakeTimeProvider(Now))))
        {
            log(host.Logger);
        }

        return bucket.AllText;
    }

    private static void LogEverything(ILoggerFactory factory)
    {
        var logger = factory.CreateLogger("A.Category");
        foreach (var level in Enum.GetValues<LogLevel>().Except([LogLevel.None]))
            logger.Log(level, new EventId((int)level, "name"), "At {Level}", level);
        logger.LogInformation("two\nlines");
        logger.LogInformation("");
        logger.LogError(new InvalidOperationException("it\nfailed"), "With {What}", "exception");
        logger.LogError(new InvalidOperationException("alone"), null);
        logger.Log(LogLevel.Information, 0, 0, null, static (_, _) => null!);
        using (logger.BeginScope("outer {Id}", 1))
        using (logger.BeginScope(new Dictionary<string, object> { ["Tenant"] = "t" }))
            logger.LogInformation("in {Scope}", "scopes");
        logger.LogInformation(string.Format(CultureInfo.InvariantCulture, "{0}", 1.5));
        factory.CreateLogger("").LogInformation("no category 😀");
    }

    private sealed class BrokenValue
    {
        public override string ToString() => throw new InvalidOperationException("it is broken");
    }
}
