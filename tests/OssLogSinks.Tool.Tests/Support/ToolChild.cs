using System.Diagnostics;

namespace OssLogSinks.Tool.Tests.Support;

/// <summary>The tool as a process of its own. Killed if the test does not see its end.</summary>
internal sealed class ToolChild : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task<string> _errors;

    private ToolChild(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
    }

    public StreamReader Output => _process.StandardOutput;

    /// <summary>Starts it with further environment variables; an empty value removes one.</summary>
    public static ToolChild Start(IEnumerable<KeyValuePair<string, string>> variables, params string[] arguments)
    {
        // A run in the background of a shell ignores Ctrl-C, and its child processes inherit that.
        string[] command = OperatingSystem.IsLinux() ? ["env", "--default-signal=INT", "dotnet"] : ["dotnet"];
        return StartCommand(variables, [.. command, typeof(ToolApplication).Assembly.Location, .. arguments]);
    }

    /// <summary>Starts it with its output redirected to a file, by a shell.</summary>
    public static ToolChild StartInto(string file, IEnumerable<KeyValuePair<string, string>> variables, params string[] arguments) =>
        StartCommand(variables, ["sh", "-c", "exec \"$@\" > \"$0\"", file, "dotnet", typeof(ToolApplication).Assembly.Location, .. arguments]);

    /// <summary>Starts it with its output read by another program. Both must end.</summary>
    public static ToolChild StartPiped(string reader, IEnumerable<KeyValuePair<string, string>> variables, params string[] arguments) =>
        StartCommand(variables, ["sh", "-c", $"\"$@\" | {reader}", "sh", "dotnet", typeof(ToolApplication).Assembly.Location, .. arguments]);

    /// <summary>Waits for its end.</summary>
    public async Task<ToolOutcome> EndAsync()
    {
        var output = await _process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new ToolOutcome(_process.ExitCode, output, await _errors);
    }

    /// <summary>Ends it as Ctrl-C does, and waits for its end.</summary>
    public async Task<ToolOutcome> InterruptAsync()
    {
        using var kill = Process.Start("kill", ["-s", "INT", $"{_process.Id}"]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        return await EndAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();

        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }

    private static ToolChild StartCommand(IEnumerable<KeyValuePair<string, string>> variables, string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in variables)
            start.Environment[name] = value.Length > 0 ? value : null;

        return new ToolChild(Process.Start(start)!);
    }
}
