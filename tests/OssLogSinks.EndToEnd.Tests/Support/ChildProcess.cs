using System.Diagnostics;
using System.Globalization;
using OssLogSinks.Emulator;
using OssLogSinks.EndToEnd.Child;

namespace OssLogSinks.EndToEnd.Tests.Support;

/// <summary>A process of its own that logs as it was ordered to. Killed if the test does not see its end.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private const string Lost = "lost: ";
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(4);

    private readonly Process _process;
    private readonly Task<string> _errors;
    private readonly List<string> _lost = [];

    private ChildProcess(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>The texts of the events that the child was told to be given up.</summary>
    public IReadOnlyList<string> LostEvents => _lost;

    /// <summary>What the child has written to its standard error; ends with the child.</summary>
    public Task<string> Errors => _errors;

    public static Order OrderFor(OssEmulator emulator, string frontDoor, string end) => new()
    {
        FrontDoor = frontDoor,
        End = end,
        Endpoint = emulator.Endpoint.ToString(),
        Region = emulator.Region,
        AccessKeyId = emulator.AccessKeyId,
        AccessKeySecret = emulator.AccessKeySecret,
        Bucket = Emulated.Bucket,
        ObjectKey = "app.log",
    };

    public static ChildProcess Start(Order order, params IEnumerable<(string Name, string Value)> environment)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(Order).Assembly.Location, order.ToText()])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;

        return new ChildProcess(Process.Start(start)!);
    }

    /// <summary>Skips a test that signals a process, where that cannot be done.</summary>
    public static void SkipWithoutSignals() => Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no kill command that sends a signal to another process.");

    /// <summary>Waits until the child says so.</summary>
    public async Task SaysAsync(string line)
    {
        using var timeout = Bounded();
        while (await _process.StandardOutput.ReadLineAsync(timeout.Token) is { } said)
        {
            if (said == line)
                return;
        }

        Assert.Fail($"The child ended without '{line}': {await _errors}");
    }

    /// <summary>Lets the child log the other half of its events.</summary>
    public Task GoOnAsync() => _process.StandardInput.WriteLineAsync("go on");

    /// <summary>Sends a signal, as an operating system or an orchestrator does.</summary>
    /// <param name="name">TERM, INT, HUP, QUIT or KILL.</param>
    public async Task SignalAsync(string name)
    {
        using var timeout = Bounded();
        using var kill = Process.Start("kill", ["-s", name, _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(timeout.Token);
        Assert.Equal(0, kill.ExitCode);
    }

    /// <summary>Waits for the child's end and keeps what it says until then.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> EndsAsync()
    {
        using var timeout = Bounded();
        while (await _process.StandardOutput.ReadLineAsync(timeout.Token) is { } said)
        {
            if (said.StartsWith(Lost, StringComparison.Ordinal))
                _lost.Add(said[Lost.Length..]);
        }

        await _process.WaitForExitAsync(timeout.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();

        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }

    private static CancellationTokenSource Bounded()
    {
        var bounded = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        bounded.CancelAfter(LongestWait);
        return bounded;
    }
}
