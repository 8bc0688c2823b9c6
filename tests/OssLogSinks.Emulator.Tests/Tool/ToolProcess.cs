using System.Diagnostics;
using OssLogSinks.Emulator.Tests.Wire;

namespace OssLogSinks.Emulator.Tests.Tool;

/// <summary>The tool as a process. Killed if the test does not see its end.</summary>
internal sealed class ToolProcess : IAsyncDisposable
{
    private const string EndpointHeading = "endpoint ";
    private const string LastLine = "Ctrl-C ends it.";

    private readonly Process _process;

    private ToolProcess(Process process) => _process = process;

    /// <summary>What it printed when it had started.</summary>
    public string Output { get; private set; } = "";

    public Uri Endpoint => new(Output.Split('\n').First(line => line.StartsWith(EndpointHeading, StringComparison.Ordinal))[EndpointHeading.Length..].Trim());

    public TestClient CreateClient(string? token = null) =>
        new(Endpoint, new TestSigner("emulator-key", "emulator-secret", "cn-hangzhou") { Token = token });

    /// <summary>Starts it on a free port and waits until it serves.</summary>
    public static async Task<ToolProcess> StartAsync(params string[] arguments)
    {
        var tool = Start(["--port", "0", .. arguments]);
        var lines = new List<string>();
        while (lines.LastOrDefault()?.EndsWith(LastLine, StringComparison.Ordinal) != true)
            lines.Add(await tool._process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) ?? throw new InvalidOperationException("The tool ended: " + await tool._process.StandardError.ReadToEndAsync()));

        tool.Output = string.Join('\n', lines);
        return tool;
    }

    /// <summary>Runs it to its end.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        await using var tool = Start(arguments);
        var errors = tool._process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await tool._process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await tool._process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (tool._process.ExitCode, output, await errors);
    }

    /// <summary>Ends it as <c>kill -9</c> does.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Ends it as an operating system does.</summary>
    public Task<int> TerminateAsync() => SignalAsync("TERM");

    /// <summary>Ends it as Ctrl-C does.</summary>
    public async Task<(int ExitCode, string Output, string Errors)> InterruptAsync()
    {
        var code = await SignalAsync("INT");
        return (code, await _process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), await _process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    private async Task<int> SignalAsync(string name)
    {
        using var kill = Process.Start("kill", ["-s", name, $"{_process.Id}"]);
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();

        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }

    private static ToolProcess Start(string[] arguments)
    {
        // A run in the background of a shell ignores Ctrl-C, and its child processes inherit that.
        string[] command = OperatingSystem.IsLinux() ? ["env", "--default-signal=INT", "dotnet"] : ["dotnet"];
        return new ToolProcess(Process.Start(new ProcessStartInfo(command[0], [.. command[1..], typeof(OssEmulator).Assembly.Location, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!);
    }
}

/// <summary>A folder for one test, removed in the end.</summary>
internal sealed class TestFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("oss-emulator-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
