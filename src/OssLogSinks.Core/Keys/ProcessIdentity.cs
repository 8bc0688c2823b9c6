using System.Diagnostics;
using System.Globalization;

namespace OssLogSinks.Core.Keys;

/// <summary>What a key can say of the process that writes it; the same for the whole life of the process.</summary>
internal sealed class ProcessIdentity
{
    /// <summary>The process that runs now.</summary>
    public static ProcessIdentity Current { get; } = new(
        Environment.MachineName,
        CurrentProcessId(),
        Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture).Substring(0, 12),
        Environment.GetEnvironmentVariable);

    public ProcessIdentity(string machineName, string processId, string instanceId, Func<string, string?> readEnvironment)
    {
        MachineName = machineName;
        ProcessId = processId;
        InstanceId = instanceId;
        ReadEnvironment = readEnvironment;
    }

    public string MachineName { get; }

    public string ProcessId { get; }

    /// <summary>Random for each process, so that two processes never share an object unless the key leaves it out.</summary>
    public string InstanceId { get; }

    public Func<string, string?> ReadEnvironment { get; }

    private static string CurrentProcessId()
    {
        using var process = Process.GetCurrentProcess();
        return process.Id.ToString(CultureInfo.InvariantCulture);
    }
}
