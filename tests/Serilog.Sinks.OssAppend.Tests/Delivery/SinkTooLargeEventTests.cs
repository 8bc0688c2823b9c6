using System.Text.Json;
using OssLogSinks.Core.Telemetry;
using Serilog.Events;
using Serilog.Sinks.OssAppend.Tests.Doubles;

namespace Serilog.Sinks.OssAppend.Tests.Delivery;

public class SinkTooLargeEventTests
{
    private readonly MemoryOss _bucket = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task TooLargeEvent_IsReplacedByOneThatSaysSo_WithItsTimeAndLevel(bool renderAtCall)
    {
        var options = Options(renderAtCall);
        options.OutputTemplate = "{Timestamp:yyyy-MM-dd HH:mm:ss} [{Level}] {SourceContext} {Message:lj}{NewLine}{Exception}";
        options.ObjectKey = "{Tenant}.log";

        var snapshot = await LogAsync(options, Large("Order {Payload} was paid"), Some.Event("small", LogEventLevel.Information, new LogEventProperty("Tenant", new ScalarValue("acme"))));

        Assert.Equal(["acme.log"], _bucket.Keys);
        var lines = _bucket.Text("acme.log").Split('\n');
        Assert.Matches(@"^2026-11-22 20:15:07 \[Error\] Shop An event of 10\d\d bytes was left out because it is larger than 500 bytes\. It began: Order \{Payload\} was paid$", lines[0]);
        Assert.EndsWith(" small", lines[1], StringComparison.Ordinal);
        Assert.Equal(1, snapshot.Replaced);
        Assert.Equal(2, snapshot.Delivered);
        Assert.Equal(0, snapshot.DroppedTotal);
    }

    [Fact]
    public async Task TooLargeEventInJson_StaysJson()
    {
        var options = Options(renderAtCall: false);
        options.Formatter = new OssAppendCompactJsonFormatter();

        await LogAsync(options, Large("Order {Payload} was paid"));

        var stored = JsonDocument.Parse(_bucket.AllText).RootElement;
        Assert.Equal("Error", stored.GetProperty("@l").GetString());
        Assert.Equal(DateTimeOffset.Parse("2026-11-22T20:15:07.089+08:00", System.Globalization.CultureInfo.InvariantCulture), stored.GetProperty("@t").GetDateTimeOffset());
        Assert.Equal(500, stored.GetProperty("EventSizeLimit").GetInt32());
        Assert.Equal("Order {Payload} was paid", stored.GetProperty("EventBeginning").GetString());
        Assert.Equal("Shop", stored.GetProperty("SourceContext").GetString());
    }

    [Fact]
    public async Task TemplateThatIsTooLargeItself_IsCut()
    {
        await LogAsync(Options(renderAtCall: false), Large(new string('x', 10_000)));

        Assert.EndsWith("It began: " + new string('x', 200) + "\n", _bucket.AllText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, 500)]
    [InlineData(true, 500)]
    public async Task DropTooLargeEvents_GivesItUp(bool renderAtCall, int limit)
    {
        var options = Options(renderAtCall);
        options.EventSizeLimitBytes = limit;
        options.DropTooLargeEvents = true;

        var snapshot = await LogAsync(options, Large("Order {Payload} was paid"));

        Assert.Empty(_bucket.Keys);
        Assert.Equal(1, snapshot.Dropped[DropReason.TooLarge]);
        Assert.Equal(0, snapshot.Replaced);
    }

    [Fact]
    public async Task PlaceholderThatIsTooLargeItself_IsGivenUp()
    {
        var options = Options(renderAtCall: false);
        options.EventSizeLimitBytes = 20;

        var snapshot = await LogAsync(options, Large("Order {Payload} was paid"));

        Assert.Equal(1, snapshot.Dropped[DropReason.TooLarge]);
        Assert.Equal(0, snapshot.Replaced);
    }

    private OssAppendSinkOptions Options(bool renderAtCall)
    {
        var options = Some.Options(_bucket);
        options.RenderAtCall = renderAtCall;
        options.EventSizeLimitBytes = 500;
        return options;
    }

    private static async Task<DeliverySnapshot> LogAsync(OssAppendSinkOptions options, params LogEvent[] events)
    {
        await using (var logger = new LoggerConfiguration().WriteTo.OssAppend(options).CreateLogger())
        {
            foreach (var logEvent in events)
                logger.Write(logEvent);
        }

        return options.Monitor!.GetSnapshot();
    }

    private static LogEvent Large(string template) => Some.Event(
        template,
        LogEventLevel.Error,
        new LogEventProperty("Payload", new ScalarValue(new string('x', 1000))),
        new LogEventProperty("SourceContext", new ScalarValue("Shop")),
        new LogEventProperty("Tenant", new ScalarValue("acme")));
}
