using System.Text;
using OssLogSinks.Core;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Emulator;
using OssLogSinks.Emulator.Faults;
using OssLogSinks.Emulator.Protocol;

namespace OssLogSinks.EndToEnd.Tests.Support;

/// <summary>An emulator with one bucket, and what tests want to know of it.</summary>
internal static class Emulated
{
    public const string Bucket = "logs";

    public static OssAppenderOptions AppenderOptions(this OssEmulator emulator) => new()
    {
        Endpoint = emulator.Endpoint.ToString(),
        Region = emulator.Region,
        Bucket = Bucket,
        Credentials = new StaticCredentialsProvider(emulator.AccessKeyId, emulator.AccessKeySecret),
        ObjectKey = "app.log",
        AppendInterval = TimeSpan.FromMilliseconds(5),
        RetryDelay = TimeSpan.FromMilliseconds(5),
        RetryDelayLimit = TimeSpan.FromMilliseconds(100),
        RefusalRetryDelay = TimeSpan.FromMilliseconds(20),
    };

    public static string Text(this OssEmulator emulator, string key) => Encoding.UTF8.GetString(emulator.ReadObject(Bucket, key));

    /// <summary>All lines of all objects whose keys begin so, in the order of the keys.</summary>
    public static IReadOnlyList<string> Lines(this OssEmulator emulator, string prefix = "") =>
        [.. emulator.ListObjects(Bucket, prefix).SelectMany(o => emulator.Text(o.Key).Split('\n', StringSplitOptions.RemoveEmptyEntries))];

    /// <summary>From now on every request is refused as if the service were down, until the faults are cleared.</summary>
    public static void GoDown(this OssEmulator emulator) => emulator.Faults.RespondBeforeCommit(503, "ServiceUnavailable", int.MaxValue, FaultFilter.Any);

    public static int Appends(this OssEmulator emulator) => emulator.Requests.Count(r => r.Operation == OssOperation.AppendObject);
}

/// <summary>Remembers every report.</summary>
internal sealed class Reports : IOssDiagnostics
{
    private readonly object _gate = new();
    private readonly List<string> _messages = [];
    private readonly TaskCompletionSource<string> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The first report that is not mere information.</summary>
    public Task<string> First => _first.Task;

    public IReadOnlyList<string> Messages
    {
        get
        {
            lock (_gate)
                return [.. _messages];
        }
    }

    public void Report(OssDiagnosticEvent diagnosticEvent)
    {
        lock (_gate)
            _messages.Add(diagnosticEvent.Message);
        if (diagnosticEvent.Level != OssDiagnosticLevel.Information)
            _first.TrySetResult(diagnosticEvent.Message);
    }
}
