using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using OssLogSinks.Emulator;

namespace OssLogSinks.EndToEnd.Tests.Support;

/// <summary>A sample site as a process of its own, that appends to the test's emulator. Killed if the test does not see its end.</summary>
internal sealed partial class SampleSite : IAsyncDisposable
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(4);

    private readonly Process _process;
    private readonly Task<string> _errors;

    private SampleSite(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>For requests to the site.</summary>
    public HttpClient Client { get; } = new();

    /// <param name="sample">The sample's project.</param>
    /// <param name="settings">The configuration section that says where OSS is.</param>
    /// <param name="emulator">Where it is.</param>
    /// <param name="bucket">The bucket that it logs to.</param>
    public static async Task<SampleSite> StartAsync(string sample, string settings, OssEmulator emulator, string bucket)
    {
        var output = OutputOf(sample);
        var start = new ProcessStartInfo("dotnet", [Path.Combine(output, sample + ".dll"), "--urls", "http://127.0.0.1:0"])
        {
            WorkingDirectory = output,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var prefix = settings.Replace(":", "__", StringComparison.Ordinal) + "__";
        start.Environment[prefix + "endpoint"] = emulator.Endpoint.ToString();
        start.Environment[prefix + "region"] = emulator.Region;
        start.Environment[prefix + "bucket"] = bucket;
        start.Environment[prefix + "accessKeyId"] = emulator.AccessKeyId;
        start.Environment[prefix + "accessKeySecret"] = emulator.AccessKeySecret;
        var site = new SampleSite(Process.Start(start)!);
        site.Client.BaseAddress = await site.ListensAsync();
        return site;
    }

    /// <summary>Sends SIGTERM, as an orchestrator does, and waits for the end.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> StopAsync()
    {
        using var timeout = Bounded();
        using var kill = Process.Start("kill", ["-s", "TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(timeout.Token);
        await _process.StandardOutput.ReadToEndAsync(timeout.Token);
        await _process.WaitForExitAsync(timeout.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (!_process.HasExited)
            _process.Kill();

        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }

    private async Task<Uri> ListensAsync()
    {
        using var timeout = Bounded();
        while (await _process.StandardOutput.ReadLineAsync(timeout.Token) is { } said)
        {
            if (Listening().Match(said) is { Success: true } match)
                return new Uri(match.Groups["url"].Value);
        }

        Assert.Fail($"The site ended without listening: {await _errors}");
        return null!;
    }

    // Beside the test's own output: samples are built in the same configuration. With --artifacts-path, the outputs of all projects are in one folder.
    private static string OutputOf(string sample)
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        if (own.Parent!.Name == typeof(SampleSite).Assembly.GetName().Name)
            return Path.Combine(own.Parent.Parent!.FullName, sample, own.Name);

        var root = own.Parent.Parent!.Parent!.Parent!.Parent!.FullName;
        return Path.Combine(root, "samples", sample, "bin", own.Parent.Name, own.Name);
    }

    private static CancellationTokenSource Bounded()
    {
        var bounded = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        bounded.CancelAfter(LongestWait);
        return bounded;
    }

    [GeneratedRegex(@"Now listening on: ""?(?<url>http://127\.0\.0\.1:\d+)")]
    private static partial Regex Listening();
}
