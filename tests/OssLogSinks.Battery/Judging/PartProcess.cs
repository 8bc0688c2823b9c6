using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace OssLogSinks.Battery.Judging;

/// <summary>One process on the runtime that is tried. Killed if the judge does not see its end.</summary>
internal sealed class PartProcess : IAsyncDisposable
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(3);

    // What runs in the background of a shell ignores Ctrl-C, and with nohup the end of the terminal, and so would its child processes.
    private static readonly string[] SignalsArrive = OperatingSystem.IsLinux() ? ["env", "--default-signal=INT,QUIT,HUP"] : [];

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _said = new();
    private readonly Task<string> _errors;

    private PartProcess(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
    }

    public static PartProcess Start(IReadOnlyList<string> command, string folder, IEnumerable<string> arguments)
    {
        string[] all = [.. SignalsArrive, .. command, "part", .. arguments];
        var start = new ProcessStartInfo(all[0], all.Skip(1))
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return new PartProcess(Process.Start(start)!);
    }

    /// <summary>Waits until the process says so.</summary>
    public async Task SaysAsync(string line)
    {
        using var timeout = new CancellationTokenSource(LongestWait);
        try
        {
            while (await _process.StandardOutput.ReadLineAsync(timeout.Token) is { } said)
            {
                _said.Enqueue(said);
                if (said.TrimEnd('\r') == line)
                    return;
            }
        }
        catch (OperationCanceledException)
        {
            throw new TrialException($"'{line}' did not come within {LongestWait.TotalSeconds} s. It said: {string.Join(", ", _said)}");
        }

        await _process.WaitForExitAsync(timeout.Token);
        throw new TrialException($"It ended with {_process.ExitCode}, without '{line}'. It said: {string.Join(", ", _said)}\n{await _errors}");
    }

    /// <summary>Lets a process go on that waits.</summary>
    public Task GoOnAsync() => _process.StandardInput.WriteLineAsync("go on");

    /// <summary>Ends it at once, as the system does that runs out of memory.</summary>
    public void Kill() => _process.Kill();

    /// <summary>Sends a signal, as an operating system or an orchestrator does.</summary>
    /// <param name="name">TERM, INT, HUP or QUIT.</param>
    public async Task SignalAsync(string name)
    {
        using var kill = Process.Start("kill", ["-s", name, _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        TrialException.Unless(kill.ExitCode == 0, $"SIG{name} could not be sent.");
    }

    /// <summary>Waits for the end.</summary>
    /// <returns>The exit code, and the last line that the process said.</returns>
    public async Task<(int Code, string LastLine)> EndsAsync()
    {
        using var timeout = new CancellationTokenSource(LongestWait);
        try
        {
            while (await _process.StandardOutput.ReadLineAsync(timeout.Token) is { } said)
                _said.Enqueue(said);

            await _process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TrialException($"It did not end within {LongestWait.TotalSeconds} s. It said: {string.Join(", ", _said)}");
        }

        return (_process.ExitCode, _said.LastOrDefault("").TrimEnd('\r'));
    }

    /// <summary>Waits for an end that has to be a good one.</summary>
    public async Task EndsWellAsync()
    {
        var (code, last) = await EndsAsync();
        TrialException.Unless(code == 0, $"It ended with {code}, after '{last}':\n{await _errors}");
    }

    /// <summary>What it wrote to its standard error; ends with the process.</summary>
    public Task<string> Errors => _errors;

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();

        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
