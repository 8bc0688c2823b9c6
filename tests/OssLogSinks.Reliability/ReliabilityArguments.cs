using System.Globalization;
using OssLogSinks.Core.Keys;
using OssLogSinks.Emulator.Faults;

namespace OssLogSinks.Reliability;

/// <summary>What is to be run.</summary>
internal enum ReliabilityCommand
{
    /// <summary>So many events as fast as they are taken.</summary>
    Storm,

    /// <summary>A steady rate for so many minutes.</summary>
    Soak,

    /// <summary>Processes that log to a disk buffer and are killed.</summary>
    Crash,

    /// <summary>Two processes that log to one disk buffer at the same time.</summary>
    Share,

    /// <summary>Disk buffers that are damaged before they are taken over.</summary>
    Corrupt,

    /// <summary>A large disk buffer that is emptied without the process that filled it.</summary>
    Drain,
}

/// <summary>What the command line asks for.</summary>
internal sealed record ReliabilityArguments(ReliabilityCommand Command)
{
    private const string Usage = """
        usage: storm [--events N] [--writers N] [--streams N] [--fault-rate R] [--seed N] [--front serilog|nlog|logging|core] [--shared-object] [--inner-logging] [--rotate-keys] [--seconds N]
               soak [--minutes M] [--rate EVENTS-PER-SECOND] [--writers N] [--streams N] [--fault-rate R] [--seed N] [--front …]
               crash [--kills N] [--events N] [--overlap] [--streams N] [--fault-rate R] [--disk-faults R] [--seed N] [--front …] [--shared-object]
               share [--events N] [--streams N] [--fault-rate R] [--seed N] [--front …] [--shared-object]
               corrupt [--rounds N] [--first-round N] [--seed N]
               drain [--gigabytes G]
        all:   [--prefix PREFIX] [--verbose]; all but corrupt and drain: [--compression none|gzip] [--header]
        storm and crash: [--sequence]
        the last four keep a disk buffer under [--buffer FOLDER], by default one of their own under the system's temporary folder
        With OSS_ENDPOINT, OSS_REGION, OSS_BUCKET, OSS_ACCESS_KEY_ID, OSS_ACCESS_KEY_SECRET and perhaps OSS_SESSION_TOKEN set
        it runs against that server and the faults that one plays; without, against its own.
        """;

    /// <summary>Marks every line of this run; what does not carry it is another writer's.</summary>
    public string Run { get; init; } = "r" + Guid.NewGuid().ToString("N")[..10];

    /// <summary>Events of all writers together.</summary>
    public int Events { get; init; } = 200_000;

    public int Writers { get; init; } = 4;

    public int Streams { get; init; } = 8;

    /// <summary>The part of the requests to the built-in OSS that go wrong.</summary>
    public double FaultRate { get; init; } = 0.2;

    /// <summary>
    /// What goes wrong. Where writers share objects no request is delivered twice: whether a refused append is a second copy of one's own, or
    /// another writer was faster, is in no answer.
    /// </summary>
    public FaultKinds Faults => IsShared ? FaultKinds.AllForSharedObjects : FaultKinds.All;

    public int Seed { get; init; } = 1;

    public string Front { get; init; } = "core";

    /// <summary>Whether all writers append to the same objects.</summary>
    public bool IsShared { get; init; }

    /// <summary>Whether objects are compressed.</summary>
    public OssCompression Compression { get; init; }

    /// <summary>Whether events have numbers, which the tool verifies in the end.</summary>
    public bool HasSequence { get; init; }

    /// <summary>Whether objects begin with a header.</summary>
    public bool HasHeader { get; init; }

    /// <summary>What objects begin with; null if with nothing.</summary>
    public string? Header => HasHeader ? "columns of " + Run : null;

    /// <summary>Whether everything that delivery calls logs to the same logger.</summary>
    public bool LogsInside { get; init; }

    /// <summary>Whether the built-in OSS takes other keys every second, which the writers get from an STS.</summary>
    public bool RotatesKeys { get; init; }

    /// <summary>How long the events of a storm are spread over; null to log them as fast as they are taken.</summary>
    public int? Seconds { get; init; }

    public double Minutes { get; init; } = 10;

    /// <summary>Events a second of all writers together.</summary>
    public int Rate { get; init; } = 2000;

    /// <summary>How many processes are killed.</summary>
    public int Kills { get; init; } = 50;

    /// <summary>Whether a process lives beside the one that is killed, and beside its successor.</summary>
    public bool Overlaps { get; init; }

    /// <summary>The part of the calls on the disk buffer's files that fail, in all processes but the last.</summary>
    public double DiskFaultRate { get; init; }

    /// <summary>How many buffers are damaged.</summary>
    public int Rounds { get; init; } = 200;

    /// <summary>Where the rounds are counted from, to run one of them again.</summary>
    public int FirstRound { get; init; } = 1;

    /// <summary>How large the buffer is that is emptied.</summary>
    public double Gigabytes { get; init; } = 10;

    /// <summary>The folder of the disk buffer; null for one of this run's own.</summary>
    public string? ChosenBuffer { get; init; }

    public bool IsVerbose { get; init; }

    /// <summary>What all keys begin with; null for a prefix of this run's own.</summary>
    public string? ChosenPrefix { get; init; }

    public string Prefix => ChosenPrefix ?? $"reliability/{Run}/";

    public string BufferPath => ChosenBuffer ?? Path.Combine(Path.GetTempPath(), "oss-reliability-" + Run);

    /// <summary>Whether it is about the disk buffer.</summary>
    public bool UsesBuffer => Command is not (ReliabilityCommand.Storm or ReliabilityCommand.Soak);

    public static ReliabilityArguments? Parse(string[] args)
    {
        var parsed = CommandOf(args.FirstOrDefault()) is { } command ? new ReliabilityArguments(command) : null;
        // Each process has its share; the issue of a crash is the kill, not the load.
        if (parsed is { Command: ReliabilityCommand.Crash or ReliabilityCommand.Share })
            parsed = parsed with { Events = 100_000, Streams = 4 };

        for (var i = 1; i < args.Length && parsed is not null; i++)
            parsed = parsed.WithSwitch(args[i]) ?? (i + 1 < args.Length ? parsed.WithValue(args[i], args[++i]) : null);

        if (parsed is { LogsInside: true, Command: not ReliabilityCommand.Storm })
            parsed = null;
        if (parsed is { RotatesKeys: true } and not { Command: ReliabilityCommand.Storm, Front: "core", LogsInside: false })
            parsed = null;
        if (parsed is { Seconds: not null, Command: not ReliabilityCommand.Storm })
            parsed = null;
        if (parsed is { HasSequence: true, Command: not (ReliabilityCommand.Storm or ReliabilityCommand.Crash) })
            parsed = null;
        if (parsed is { DiskFaultRate: > 0, Command: not ReliabilityCommand.Crash })
            parsed = null;
        // A soak deletes what it has checked, which other writers of the same object would take ill.
        if (parsed is { Command: ReliabilityCommand.Soak, IsShared: true })
            parsed = null;
        if (parsed is null)
            Console.Error.WriteLine(Usage);
        return parsed;
    }

    private static ReliabilityCommand? CommandOf(string? name) => name switch
    {
        "storm" => ReliabilityCommand.Storm,
        "soak" => ReliabilityCommand.Soak,
        "crash" => ReliabilityCommand.Crash,
        "share" => ReliabilityCommand.Share,
        "corrupt" => ReliabilityCommand.Corrupt,
        "drain" => ReliabilityCommand.Drain,
        _ => null,
    };

    private ReliabilityArguments? WithSwitch(string name) => name switch
    {
        "--shared-object" => this with { IsShared = true },
        "--overlap" => this with { Overlaps = true },
        "--header" => this with { HasHeader = true },
        "--sequence" => this with { HasSequence = true },
        "--rotate-keys" => this with { RotatesKeys = true },
        "--inner-logging" => this with { LogsInside = true },
        "--verbose" => this with { IsVerbose = true },
        _ => null,
    };

    private ReliabilityArguments? WithValue(string name, string value) => name switch
    {
        "--events" when Count(value) is { } n => this with { Events = n },
        "--writers" when Count(value) is { } n => this with { Writers = n },
        "--streams" when Count(value) is { } n => this with { Streams = n },
        "--seconds" when Count(value) is { } n => this with { Seconds = n },
        "--rate" when Count(value) is { } n => this with { Rate = n },
        "--kills" when Count(value) is { } n => this with { Kills = n },
        "--rounds" when Count(value) is { } n => this with { Rounds = n },
        "--first-round" when Count(value) is { } n => this with { FirstRound = n },
        "--seed" when Number(value) is { } n && n == Math.Floor(n) => this with { Seed = (int)n },
        "--fault-rate" when Number(value) is { } rate and <= 0.9 => this with { FaultRate = rate },
        "--disk-faults" when Number(value) is { } rate and <= 0.5 => this with { DiskFaultRate = rate },
        "--minutes" when Number(value) is { } minutes and > 0 => this with { Minutes = minutes },
        "--gigabytes" when Number(value) is { } gigabytes and > 0 => this with { Gigabytes = gigabytes },
        "--buffer" when value.Length > 0 => this with { ChosenBuffer = Path.GetFullPath(value) },
        "--front" when value is "core" or "serilog" or "nlog" or "logging" => this with { Front = value },
        "--compression" when value is "none" or "gzip" => this with { Compression = value == "gzip" ? OssCompression.Gzip : OssCompression.None },
        "--prefix" when value.Length > 0 => this with { ChosenPrefix = value },
        _ => null,
    };

    private static int? Count(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n > 0 ? n : null;

    private static double? Number(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var n) && n <= int.MaxValue ? n : null;
}
