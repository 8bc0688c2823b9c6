using System.Diagnostics;
using System.Text;
using OssLogSinks.Emulator;

namespace OssLogSinks.Trials;

/// <summary>A folder outside the repository to try things in, and the programs that are run there. Removed in the end.</summary>
internal sealed class TrialFolder : IDisposable
{
    public const string Bucket = "my-logs";

    private readonly CancellationToken _cancellationToken;

    public TrialFolder(CancellationToken cancellationToken) => _cancellationToken = cancellationToken;

    public string Folder { get; } = Directory.CreateTempSubdirectory("oss-trial-").FullName;

    public string Repository { get; } = FindRepository();

    /// <summary>Variables that every program gets.</summary>
    public Dictionary<string, string> Environment { get; } = new()
    {
        ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
        ["DOTNET_NOLOGO"] = "1",
        ["MSBUILDDISABLENODEREUSE"] = "1",
    };

    /// <summary>Starts an emulator and tells every program of it.</summary>
    public async Task<OssEmulator> StartOssAsync()
    {
        var options = new OssEmulatorOptions();
        options.Buckets.Add(Bucket);
        var emulator = await OssEmulator.StartAsync(options, _cancellationToken);
        Environment["OSS_ENDPOINT"] = emulator.Endpoint.ToString();
        Environment["OSS_BUCKET"] = Bucket;
        Environment["OSS_ACCESS_KEY_ID"] = emulator.AccessKeyId;
        Environment["OSS_ACCESS_KEY_SECRET"] = emulator.AccessKeySecret;
        return emulator;
    }

    /// <summary>Runs a program to its end, which has to be a good one.</summary>
    public async Task RunAsync(string folder, string program, params string[] arguments)
    {
        using var process = Start(folder, program, arguments);
        var errors = process.StandardError.ReadToEndAsync(_cancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(_cancellationToken);
        await process.WaitForExitAsync(_cancellationToken);
        TrialException.Unless(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{output}{await errors}");
    }

    /// <summary>Starts a program whose output is read.</summary>
    public Process Start(string folder, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in Environment)
            start.Environment[name] = value;

        return Process.Start(start)!;
    }

    public static IReadOnlyList<string> Lines(OssEmulator emulator, string prefix) =>
        [.. emulator.ListObjects(Bucket, prefix).SelectMany(o => Encoding.UTF8.GetString(emulator.ReadObject(Bucket, o.Key)).Split('\n', StringSplitOptions.RemoveEmptyEntries))];

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static string FindRepository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "OssLogSinks.sln")))
            folder = folder.Parent;

        return folder?.FullName ?? throw new TrialException("The trials do not run from within the repository.");
    }
}
