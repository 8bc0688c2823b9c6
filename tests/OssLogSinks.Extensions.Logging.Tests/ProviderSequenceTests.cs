using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using OssLogSinks.Extensions.Logging.Tests.Support;

namespace OssLogSinks.Extensions.Logging.Tests;

public class ProviderSequenceTests
{
    [Fact]
    public async Task Line_HasTheNumberAtItsEnd() =>
        Assert.Equal("info: Shop.Orders[0] one #W:1\ninfo: Shop.Orders[0] two #W:2\n", Regex.Replace(await LogAsync("line"), "#[0-9a-z]{12}-[0-9a-z]{4}:", "#W:"));

    // The format of the time makes it look like JSON.
    [Fact]
    public async Task LineInBraces_HasTheNumberAtItsEnd() =>
        Assert.EndsWith("two} #W:2\n", Regex.Replace(await LogAsync("line", "'{\"'", "}"), "#[0-9a-z]{12}-[0-9a-z]{4}:", "#W:"));

    [Theory]
    [InlineData("clef")]
    [InlineData("json")]
    public async Task Json_HasNumberAndWriter(string formatter)
    {
        var lines = (await LogAsync(formatter)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToArray();

        Assert.Equal([1, 2], lines.Select(line => line.GetProperty("OssSequence").GetInt32()));
        Assert.Single(lines.Select(line => line.GetProperty("OssWriter").GetString()).Distinct());
    }

    private static async Task<string> LogAsync(string formatter, string timestampFormat = "", string end = "")
    {
        var bucket = new MemoryOss();
        await using (var host = ProviderHost.InMemory(
            bucket,
            options => (options.Formatter, options.TimestampFormat, options.IncludeSequence) = (formatter, timestampFormat, true),
            more: logging => logging.AddJsonConsole().AddFilter<ConsoleLoggerProvider>(null, LogLevel.None)))
        {
            host.Logger.LogInformation("one{End}", end);
            host.Logger.LogInformation("two{End}", end);
        }

        return bucket.AllText;
    }
}
