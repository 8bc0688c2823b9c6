using System.Text.Json;
using OssLogSinks.Core;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Records;
using OssLogSinks.Emulator.Authentication;
using OssLogSinks.Emulator.Protocol;
using OssLogSinks.Tool.Output;
using OssLogSinks.Tool.Tests.Support;

namespace OssLogSinks.Tool.Tests.Commands;

/// <summary>doctor, cost and drain.</summary>
public class DoctorCommandTests : ToolTest
{
    [Fact]
    public async Task WorkingBucket_IsFoundHealthyAndLeftClean()
    {
        var buffer = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

        var checks = await CheckAsync(ExitCodes.Done, "--buffer", buffer);
        Directory.Delete(buffer, recursive: true);

        Assert.Equal(["name", "connection", "clock", "credentials", "append", "read", "clean up", "list", "buffer"], checks.Keys);
        Assert.All(checks.Values, state => Assert.Equal("ok", state));
        Assert.Empty(Emulator.ListObjects(Bucket));
    }

    [Theory]
    [InlineData("oss:PutObject", "append", "failed", ExitCodes.Found)]
    [InlineData("oss:GetObject", "read", "failed", ExitCodes.Found)]
    [InlineData("oss:ListObjects", "list", "warning", ExitCodes.Done)]
    [InlineData("oss:DeleteObject", "clean up", "ok", ExitCodes.Done)]
    public async Task MissingPermission_IsFound(string action, string check, string state, int exitCode)
    {
        Emulator.SetCredentials(new EmulatedCredentials("limited", "limited-secret") { DeniedActions = [action] });
        Variables["OSS_ACCESS_KEY_ID"] = "limited";
        Variables["OSS_ACCESS_KEY_SECRET"] = "limited-secret";

        Assert.Equal(state, (await CheckAsync(exitCode))[check]);
    }

    [Theory]
    [InlineData("clean up", "may still be there", OssOperation.DeleteObject)]
    [InlineData("list", "The sinks do not list.", OssOperation.ListObjectsV2)]
    public async Task FailureOfTheService_IsNoMissingPermission(string check, string words, OssOperation operation)
    {
        Emulator.Faults.RespondBeforeCommit(503, "ServiceUnavailable", int.MaxValue, operation);

        Assert.Equal("warning", (await CheckAsync(ExitCodes.Done))[check]);
        var output = (await RunAsync("doctor")).Output;
        Assert.Contains(words, output);
        Assert.DoesNotContain("may not delete", output);
        Assert.DoesNotContain("grant", output);
    }

    [Fact]
    public async Task WrongClock_IsFound()
    {
        Emulator.ShiftClock(TimeSpan.FromHours(1));

        Assert.Equal("failed", (await CheckAsync(ExitCodes.Found))["clock"]);
    }

    [Fact]
    public async Task WrongSecret_IsFound()
    {
        Variables["OSS_ACCESS_KEY_SECRET"] = "wrong-secret";

        var outcome = await RunAsync("doctor");

        Assert.Equal(ExitCodes.Found, outcome.ExitCode);
        Assert.Contains("Correct the access key secret", outcome.Output);
        Assert.DoesNotContain("wrong-secret", outcome.Output);
    }

    [Fact]
    public async Task ServerThatIsDown_EndsTheChecks()
    {
        await Emulator.DisposeAsync();

        var checks = await CheckAsync(ExitCodes.Found);

        Assert.Equal("failed", checks["connection"]);
        Assert.Equal("skipped", checks["bucket"]);
    }

    [Fact]
    public async Task Cost_FollowsFromStreamsAndInterval()
    {
        Append("web-1/app-20261122.log", new string('x', 7 * 1024));
        Append("web-1/app-20261123.log", new string('x', 7 * 1024));
        Append("web-2/app-20261122.log", new string('x', 7 * 1024));

        var outcome = await RunAsync("cost", "--put-price", "0.01", "--json");

        var rows = outcome.Lines.Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(2, rows[0].GetProperty("streams").GetInt32());
        Assert.Equal(2 * 43_200 * 30, rows[0].GetProperty("appendsPerMonth").GetInt64());
        Assert.Equal(2.592, rows[0].GetProperty("requestPrice").GetDouble(), 6);
        Assert.Equal(3 * 1024 * 30, rows[0].GetProperty("bytesPerMonth").GetInt64());
        Assert.Contains("2,592,000", (await RunAsync("cost")).Good());
    }

    [Fact]
    public async Task Drain_ShipsWhatAnApplicationLeft()
    {
        var buffer = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        Emulator.Faults.RespondBeforeCommit(503, "ServiceUnavailable", int.MaxValue);
        var appender = new OssAppender(new OssAppenderOptions
        {
            Endpoint = Emulator.Endpoint.ToString(),
            Region = Emulator.Region,
            Bucket = Bucket,
            Credentials = new StaticCredentialsProvider(Emulator.AccessKeyId, Emulator.AccessKeySecret),
            ObjectKey = "left.log",
            BufferPath = buffer,
        });
        await appender.AppendAsync(new LogRecord(DateTimeOffset.UnixEpoch, "left behind\n"u8.ToArray()), TestContext.Current.CancellationToken);
        await appender.CloseAsync(TimeSpan.FromMilliseconds(100));
        Emulator.Faults.Clear();

        var outcome = await RunAsync("drain", buffer);
        Directory.Delete(buffer, recursive: true);

        Assert.Contains("1 records delivered from 1 folders", outcome.Output);
        Assert.Equal(ExitCodes.Done, outcome.ExitCode);
        Assert.Equal("left behind\n"u8.ToArray(), Emulator.ReadObject(Bucket, "left.log"));
    }

    [Fact]
    public async Task FolderThatIsMissing_IsToldByTheExitCode() =>
        Assert.Equal(ExitCodes.NotFound, (await RunAsync("drain", Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()))).ExitCode);

    private async Task<Dictionary<string, string>> CheckAsync(int exitCode, params string[] arguments)
    {
        var outcome = await RunAsync(["doctor", "--json", .. arguments]);
        Assert.Equal(exitCode, outcome.ExitCode);
        return outcome.Lines.Select(line => JsonDocument.Parse(line).RootElement).ToDictionary(e => e.GetProperty("check").GetString()!, e => e.GetProperty("state").GetString()!);
    }
}
