using OssLogSinks.Emulator;

namespace OssLogSinks.Interop.Tests;

/// <summary>The official Node client agrees with the emulator, in both signature versions.</summary>
public class OfficialClientTests
{
    private const string Required = "OSS_INTEROP_REQUIRED";

    // Fewer lines than this mean that the script stopped half-way.
    private const int ExpectedChecks = 2 * 26;

    [Fact]
    public async Task EveryCheckOfTheOfficialClient_Passes()
    {
        if (NodeScript.Obstacle() is { } obstacle)
        {
            Assert.False(Environment.GetEnvironmentVariable(Required) == "1", obstacle);
            Assert.Skip(obstacle);
        }

        await using var emulator = await OssEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        var checks = await NodeScript.RunAsync(emulator, TestContext.Current.CancellationToken);
        foreach (var check in checks)
            TestContext.Current.TestOutputHelper?.WriteLine($"{(check.Ok ? "ok  " : "FAIL")} {check.Name} {check.Detail}");

        Assert.Multiple([.. checks.Select(check => (Action)(() => Assert.True(check.Ok, $"{check.Name}: {check.Detail}")))]);
        Assert.Equal(ExpectedChecks, checks.Count);
    }
}
