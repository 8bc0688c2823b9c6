using OssLogSinks.Core.Client;
using OssLogSinks.Core.Keys;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Reliability.Services;

namespace OssLogSinks.Reliability.FrontDoors;

/// <summary>What every front door is made from.</summary>
/// <param name="Service">Where to.</param>
/// <param name="ObjectKey">The key's template.</param>
/// <param name="Pace">How fast.</param>
/// <param name="Seed">For the pauses after failures.</param>
/// <param name="IsVerbose">Whether the front door's own reports go to the error output.</param>
internal sealed record FrontDoorSettings(ServiceUnderTest Service, string ObjectKey, Pace Pace, int Seed, bool IsVerbose)
{
    /// <summary>The folder of the disk buffer; null for none.</summary>
    public string? BufferPath { get; init; }

    public long BufferSizeLimit { get; init; } = 64 << 20;

    public OssCompression Compression { get; init; }

    /// <summary>What objects begin with; null if with nothing.</summary>
    public string? Header { get; init; }

    /// <summary>Whether events have numbers.</summary>
    public bool HasSequence { get; init; }

    /// <summary>Another way to OSS than the built-in client; null for that.</summary>
    public IOssClient? Client { get; init; }

    /// <summary>Who is told the core's reports; null for the error output, if at all.</summary>
    public IOssDiagnostics? Diagnostics { get; init; }

    /// <summary>What logs from within; null if nothing does.</summary>
    public InnerLog? Inner { get; init; }

    public TimeSpan CloseTimeout { get; init; } = Pace.CloseTimeout;

    /// <summary>Makes the writers that the arguments ask for, each with a front door of its own.</summary>
    public static IReadOnlyList<LogWriter> OpenWriters(ServiceUnderTest service, ReliabilityArguments arguments, Pace pace) =>
        [.. Enumerable.Range(0, arguments.Writers).Select(writer =>
        {
            var settings = For(service, arguments, pace, writer);
            return new LogWriter(writer, arguments, settings.Open(arguments)) { Inner = settings.Inner };
        })];

    /// <summary>The settings of one of a run's writers.</summary>
    public static FrontDoorSettings For(ServiceUnderTest service, ReliabilityArguments arguments, Pace pace, int writer)
    {
        // A prefix is text, not template.
        var prefix = arguments.Prefix.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal);
        var key = $"{prefix}s{{Stream}}/{(arguments.IsShared ? "all" : $"{{InstanceId}}w{writer}")}-{{Sequence:0000}}.log";
        return new FrontDoorSettings(service, key, pace, (arguments.Seed * 100) + writer, arguments.IsVerbose)
        {
            Compression = arguments.Compression,
            Header = arguments.Header,
            HasSequence = arguments.HasSequence,
            Inner = arguments.LogsInside ? new InnerLog(arguments.Run, arguments.Writers + writer) : null,
        };
    }

    public IFrontDoor Open(ReliabilityArguments arguments) => arguments.Front switch
    {
        "serilog" => new SerilogFrontDoor(this),
        "logging" => new LoggingFrontDoor(this),
        "nlog" => new NLogFrontDoor(this),
        _ => new CoreFrontDoor(this, arguments.Streams),
    };
}
