using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using OssLogSinks.Testing;

namespace OssLogSinks.EndToEnd.Tests.Support;

/// <summary>
/// A program of the system's packages between the sink and OSS, with a configuration of the test's own on a free port. It can be stopped
/// and started again on the same port.
/// </summary>
internal abstract class Intermediary : IAsyncDisposable
{
    // Set where the packages must be there: in CI.
    private const string Required = "OSS_INTERMEDIARIES_REQUIRED";
    private const int MostPorts = 5;

    private static readonly string[] Folders = ["/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin", "/opt/homebrew/bin"];

    private readonly string _program;
    private Process? _process;

    protected Intermediary(string program, IPAddress address)
    {
        _program = PathOf(program) ?? throw new InvalidOperationException($"There is no {program}: call RequireInstalled first.");
        Address = address;
    }

    /// <summary>The folder of its configuration and its logs.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("oss-intermediary-").FullName;

    public int Port { get; private set; }

    /// <summary>The address that it accepts connections at.</summary>
    protected IPAddress Address { get; }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Skips the test with what to install where a program is missing; fails it where the programs must be there.</summary>
    public static void RequireInstalled(params (string Program, string Package)[] needed)
    {
        var missing = needed.Where(need => PathOf(need.Program) is null).Select(need => need.Package).ToArray();
        if (missing.Length == 0)
            return;

        var text = $"This test needs programs that are not installed: apt-get install {string.Join(" ", missing)}";
        Assert.False(Environment.GetEnvironmentVariable(Required) == "1", text);
        Assert.Skip(text);
    }

    /// <summary>Starts it and waits until it accepts connections.</summary>
    public async Task StartAsync()
    {
        // Between the search for a free port and its use, another process may take it.
        for (var tries = 1; !await TryStartAsync(Port > 0 ? Port : FreePort()); tries++)
            Assert.True(tries < MostPorts, await LogAsync());
    }

    /// <summary>Sends a signal: TERM ends it at once, HUP reads its configuration again.</summary>
    public async Task SignalAsync(string name)
    {
        using var kill = Process.Start("kill", ["-s", name, _process!.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(Cancel);
        Assert.Equal(0, kill.ExitCode);
    }

    /// <summary>Ends it; its connections are cut.</summary>
    public async Task StopAsync()
    {
        await SignalAsync("TERM");
        await _process!.WaitForExitAsync(Cancel).InTime();
        _process.Dispose();
        _process = null;
    }

    /// <summary>What it wrote into its log.</summary>
    public abstract Task<string> LogAsync();

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
            await StopAsync();

        _process?.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>Writes the configuration.</summary>
    /// <param name="port">The port to accept connections at.</param>
    /// <returns>The program's arguments; it must not go to the background.</returns>
    protected abstract string[] Configure(int port);

    protected string PathIn(string name) => Path.Combine(Folder, name);

    private static string? PathOf(string program) => Folders.Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    private int FreePort()
    {
        using var listener = new TcpListener(Address, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task<bool> TryStartAsync(int port)
    {
        _process = Process.Start(new ProcessStartInfo(_program, Configure(port)) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        while (!_process.HasExited)
        {
            if (await IsOpenAsync(port))
            {
                Port = port;
                return true;
            }
        }

        return false;
    }

    private async Task<bool> IsOpenAsync(int port)
    {
        using var socket = new Socket(Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(Address, port, Cancel);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
