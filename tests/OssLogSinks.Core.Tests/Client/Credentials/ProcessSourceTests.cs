using System.Diagnostics;
using System.Globalization;
using OssLogSinks.Core.Client.Credentials;

namespace OssLogSinks.Core.Tests.Client.Credentials;

/// <summary>Real processes that do not end, and that leave others behind.</summary>
public class ProcessSourceTests
{
    private const string Answer = """{"AccessKeyId":"LTAIprocess","AccessKeySecret":"secret"}""";

    public ProcessSourceTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "The test looks at processes as Linux shows them.");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task HangingProcess_IsEndedWithItsChildrenInTime()
    {
        await using var world = await CredentialsWorld.StartAsync();
        var pids = Path.Combine(world.Home, "pids");
        var script = world.WriteFile("script", $"sleep 1000 &\necho $$ $! > {pids}.new\nmv {pids}.new {pids}\nwait\n");

        var failing = Assert.ThrowsAsync<OssCredentialsException>(() => world.Provider("Process:sh " + script).GetCredentialsAsync(null, Cancel).AsTask());
        await Wait.UntilAsync(() => File.Exists(pids)).InTime();
        var started = (await File.ReadAllTextAsync(pids, Cancel)).Split(' ').Select(text => int.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        await world.Clock.RunUntilEnd(Task.WhenAll(failing, Wait.UntilAsync(() => !started.Any(Runs))));

        // The clock may run before the source begins to wait. Then the renewal, which waits five seconds longer, gives up first, and says less.
        Assert.Matches("^The credentials process did not end in time, so it was ended|did not answer in time", (await failing).Message);
    }

    // An agent that keeps the credentials for the next call, with the output of the process or without it.
    [Theory]
    [InlineData("")]
    [InlineData(">/dev/null 2>&1")]
    public async Task ProcessThatLeavesAnother_IsReadAndTheOtherLivesOn(string redirection)
    {
        await using var world = await CredentialsWorld.StartAsync(TimeProvider.System);
        var pidFile = Path.Combine(world.Home, "pid");
        var script = world.WriteFile("script", $"sleep 1000 {redirection} &\necho $! > {pidFile}\necho '{Answer}'\n");
        var began = Stopwatch.GetTimestamp();

        var credentials = await world.Provider("Process:sh " + script).GetCredentialsAsync(null, Cancel);

        var pid = int.Parse(await File.ReadAllTextAsync(pidFile, Cancel), CultureInfo.InvariantCulture);
        try
        {
            Assert.Equal("LTAIprocess", credentials.AccessKeyId);
            Assert.True(Runs(pid));
            Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(50));
        }
        finally
        {
            using var left = Process.GetProcessById(pid);
            left.Kill();
        }
    }

    [Fact]
    public async Task ProcessThatFailsAndLeavesAnother_IsReportedWithItsExitCode()
    {
        await using var world = await CredentialsWorld.StartAsync(TimeProvider.System);
        var pidFile = Path.Combine(world.Home, "pid");
        var script = world.WriteFile("script", $"sleep 1000 &\necho $! > {pidFile}\nexit 4\n");

        var failure = await Assert.ThrowsAsync<OssCredentialsException>(() => world.Provider("Process:sh " + script).GetCredentialsAsync(null, Cancel).AsTask());

        using var left = Process.GetProcessById(int.Parse(await File.ReadAllTextAsync(pidFile, Cancel), CultureInfo.InvariantCulture));
        left.Kill();
        Assert.Contains("ended with exit code 4", failure.Message, StringComparison.Ordinal);
    }

    // A process that has ended stays in the list until its parent has asked for its exit code.
    private static bool Runs(int pid)
    {
        try
        {
            var state = File.ReadAllText($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/stat");
            return state[state.LastIndexOf(')') + 2] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }
}
