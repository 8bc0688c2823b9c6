using System.Text;
using System.Text.Json;
using OssLogSinks.Core;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Keys;
using OssLogSinks.Core.Records;
using OssLogSinks.Tool.Output;
using OssLogSinks.Tool.Tests.Support;

namespace OssLogSinks.Tool.Tests.Commands;

/// <summary>What <c>verify</c> says of objects that the appender wrote with numbers, and that were changed afterwards.</summary>
public class VerifySinkTests : ToolTest
{
    private const int Events = 300;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task UntouchedObjects_GiveNoFinding(bool isJson)
    {
        await LogAsync(isJson, OssCompression.None);

        Assert.True(Keys().Length > 2);
        var text = (await RunAsync("verify", "app")).Good();
        Assert.Contains($"{Events} lines", text);
        Assert.EndsWith("0 findings. No number is missing.\n", text);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task DeletedLine_IsFoundAnywhereButAtTheEnd(bool isJson)
    {
        await LogAsync(isJson, OssCompression.None);
        var lines = Lines();

        foreach (var deleted in new[] { 0, 1, Events / 2, Events - 2 })
            Assert.Equal(["gap 1"], await FindAsync([.. lines[..deleted], .. lines[(deleted + 1)..]]));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task DoubledBlock_IsFound(bool isJson)
    {
        await LogAsync(isJson, OssCompression.None);
        var lines = Lines();

        Assert.Contains("double 0", await FindAsync([.. lines[..200], .. lines[150..200], .. lines[200..]]));
        Assert.Contains("double 0", await FindAsync([.. lines, lines[^1]]));
    }

    [Fact]
    public async Task NumbersOfADoubledBlock_AreOneFinding()
    {
        await LogAsync(isJson: true, OssCompression.None);
        var lines = Lines();
        Append("changed/double.log", string.Join("\n", [.. lines[..200], .. lines[150..200], .. lines[200..]]) + "\n");

        var outcome = await RunAsync("verify", "changed/double.log");

        Assert.Contains("Numbers 151 to 200 are there twice.", Assert.Single(outcome.Lines, line => line.Contains("there twice", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SwappedPair_IsFound(bool isJson)
    {
        await LogAsync(isJson, OssCompression.None);
        var lines = Lines();

        foreach (var first in new[] { 0, 100, Events - 2 })
            Assert.Equal(["order 0"], await FindAsync([.. lines[..first], lines[first + 1], lines[first], .. lines[(first + 2)..]]));
    }

    [Fact]
    public async Task FlippedByte_IsFound()
    {
        await LogAsync(isJson: true, OssCompression.Gzip);
        var key = Keys()[0];
        var bytes = Emulator.ReadObject(Bucket, key);

        // In the compressed data of the first append, and in the checksum of the last.
        foreach (var at in new[] { 30, 60, bytes.Length - 6 })
        {
            var changed = bytes.ToArray();
            changed[at] ^= 4;
            Emulator.AppendAsForeignWriter(Bucket, $"changed/{at}.log.gz", changed);
            Assert.Equal(ExitCodes.Found, (await RunAsync("verify", $"changed/{at}.log.gz")).ExitCode);
        }
    }

    [Fact]
    public async Task LostObjectBetweenTwo_IsFound()
    {
        await LogAsync(isJson: true, OssCompression.None);
        var keys = Keys();
        foreach (var key in keys.Where(key => key != keys[1]))
            Append("part/" + key, Encoding.UTF8.GetString(Emulator.ReadObject(Bucket, key)));

        var missing = Encoding.UTF8.GetString(Emulator.ReadObject(Bucket, keys[1])).Count(c => c == '\n');
        Assert.Contains($"1 findings. {missing} events are missing.", (await RunAsync("verify", "part/")).Output);
    }

    private async Task LogAsync(bool isJson, OssCompression compression)
    {
        await using var appender = new OssAppender(new OssAppenderOptions
        {
            Endpoint = Emulator.Endpoint.ToString(),
            Region = Emulator.Region,
            Bucket = Bucket,
            Credentials = new StaticCredentialsProvider(Emulator.AccessKeyId, Emulator.AccessKeySecret),
            ObjectKey = "app.log",
            ObjectSizeLimitBytes = compression == OssCompression.None ? 8192 : null,
            Compression = compression,
            IncludeSequence = true,
        });
        for (var i = 0; i < Events; i++)
        {
            var text = isJson ? $$"""{"@t":"2026-11-22T17:00:00.{{i:000}}Z","@mt":"event"}""" : $"2026-11-22 17:00:00.{i:000} +00:00 [INF] event";
            Assert.True(appender.TryAppend(new LogRecord(DateTimeOffset.UnixEpoch, Encoding.UTF8.GetBytes(text + "\n"))));
            if (i % 50 == 0)
                Assert.True(await appender.FlushAsync(TestContext.Current.CancellationToken));
        }

        Assert.True(await appender.FlushAsync(TestContext.Current.CancellationToken));
    }

    private string[] Keys() => [.. Emulator.ListObjects(Bucket, "app").Select(found => found.Key).Order(StringComparer.Ordinal)];

    private string[] Lines() => [.. Keys().SelectMany(key => Encoding.UTF8.GetString(Emulator.ReadObject(Bucket, key)).Split('\n', StringSplitOptions.RemoveEmptyEntries))];

    // Each kind of finding with the number of events that it says are missing.
    private async Task<string[]> FindAsync(string[] lines)
    {
        var key = $"changed/{Guid.NewGuid():N}.log";
        Append(key, string.Join("\n", lines) + "\n");
        var outcome = await RunAsync("verify", key, "--json");
        Assert.Equal(ExitCodes.Found, outcome.ExitCode);
        return
        [
            .. outcome.Lines.Select(line => JsonDocument.Parse(line).RootElement).Where(e => e.TryGetProperty("kind", out _))
                .Select(e => $"{e.GetProperty("kind").GetString()} {(e.TryGetProperty("missing", out var missing) ? missing.GetInt64() : 0)}").Distinct(),
        ];
    }
}
