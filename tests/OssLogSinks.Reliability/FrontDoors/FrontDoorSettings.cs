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
    /// <summary>Makes the writers that the arguments ask for, each with a front door of its own.</summary>
    public static IReadOnlyList<LogWriter> OpenWriters(ServiceUnderTest service, ReliabilityArguments arguments, Pace pace) =>
        [.. Enumerable.Range(0, arguments.Writers).Select(writer => new LogWriter(writer, arguments, Open(service, arguments, pace, writer)))];

    private static IFrontDoor Open(ServiceUnderTest service, ReliabilityArguments arguments, Pace pace, int writer)
    {
        // A prefix is text, not template.
        var prefix = arguments.Prefix.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal);
        var key = $"{prefix}s{{Stream}}/{(arguments.IsShared ? "all" : $"w{writer}")}-{{Sequence:0000}}.log";
        var settings = new FrontDoorSettings(service, key, pace, (arguments.Seed * 100) + writer, arguments.IsVerbose);
        return arguments.Front switch
        {
            "serilog" => new SerilogFrontDoor(settings),
            "nlog" => new NLogFrontDoor(settings),
            _ => new CoreFrontDoor(settings, arguments.Streams),
        };
    }
}
