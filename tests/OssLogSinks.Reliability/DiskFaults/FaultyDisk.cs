using System.Diagnostics;
using System.Globalization;

namespace OssLogSinks.Reliability.DiskFaults;

/// <summary>
/// Makes the file system's calls on one folder fail at random in child processes, by a library that is loaded before the C library:
/// the real files, and everything of .NET above them, stay as they are. Linux with a C compiler only.
/// </summary>
internal sealed class FaultyDisk : IDisposable
{
    private const string Source = "faulty_disk.c";
    private static readonly string[] Kinds = ["open", "read", "write", "sync", "delete", "cut", "make"];

    private readonly string _folder = Directory.CreateTempSubdirectory("oss-faulty-disk-").FullName;
    private readonly ReliabilityArguments _arguments;

    private FaultyDisk(ReliabilityArguments arguments) => _arguments = arguments;

    private string Library => Path.Combine(_folder, "faulty_disk.so");

    private string Counts => Path.Combine(_folder, "counts");

    /// <summary>How many calls have failed so far.</summary>
    public long Count => Read().Sum();

    /// <summary>Builds the library.</summary>
    /// <returns>Null if no such faults were asked for.</returns>
    /// <exception cref="InvalidOperationException">There is no C compiler, or it fails.</exception>
    public static async Task<FaultyDisk?> CreateAsync(ReliabilityArguments arguments)
    {
        if (arguments.DiskFaultRate == 0)
            return null;

        var disk = new FaultyDisk(arguments);
        try
        {
            var source = Path.Combine(disk._folder, Source);
            await using (var file = File.Create(source))
            await using (var text = typeof(FaultyDisk).Assembly.GetManifestResourceStream(Source)!)
                await text.CopyToAsync(file);
            await File.WriteAllBytesAsync(disk.Counts, new byte[Kinds.Length * sizeof(long)]);
            await CompileAsync(source, disk.Library);
            return disk;
        }
        catch
        {
            disk.Dispose();
            throw;
        }
    }

    /// <summary>Lets a child process have this disk.</summary>
    public void Announce(IDictionary<string, string?> environment, int child)
    {
        environment["LD_PRELOAD"] = Library;
        environment["FAULTY_DISK_ROOT"] = _arguments.BufferPath;
        environment["FAULTY_DISK_RATE"] = _arguments.DiskFaultRate.ToString(CultureInfo.InvariantCulture);
        environment["FAULTY_DISK_SEED"] = ((_arguments.Seed * 1000) + child).ToString(CultureInfo.InvariantCulture);
        environment["FAULTY_DISK_COUNT"] = Counts;
    }

    public override string ToString() => string.Join(' ', Kinds.Zip(Read(), (kind, count) => FormattableString.Invariant($"{kind}={count}")));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task CompileAsync(string source, string library)
    {
        if (!OperatingSystem.IsLinux())
            throw new InvalidOperationException("Faults of the disk need Linux.");

        using var compiler = Process.Start(new ProcessStartInfo("cc", ["-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"]))
            ?? throw new InvalidOperationException("Faults of the disk need a C compiler 'cc'.");
        await compiler.WaitForExitAsync();
        if (compiler.ExitCode != 0)
            throw new InvalidOperationException($"'cc' ended with {compiler.ExitCode}.");
    }

    private long[] Read()
    {
        var bytes = File.ReadAllBytes(Counts);
        return [.. Kinds.Select((_, kind) => BitConverter.ToInt64(bytes, kind * sizeof(long)))];
    }
}
