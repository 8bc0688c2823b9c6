using System.Globalization;

namespace OssLogSinks.Reliability;

/// <summary>What is to be run.</summary>
internal enum ReliabilityCommand
{
    /// <summary>So many events as fast as they are taken.</summary>
    Storm,

    /// <summary>A steady rate for so many minutes.</summary>
    Soak,
}

/// <summary>What the command line asks for.</summary>
internal sealed record ReliabilityArguments(ReliabilityCommand Command)
{
    private const string Usage = """
        usage: storm [--events N] [--writers N] [--streams N] [--fault-rate R] [--seed N] [--front serilog|nlog|core] [--shared-object]
               soak [--minutes M] [--rate EVENTS-PER-SECOND] [--writers N] [--streams N] [--fault-rate R] [--seed N] [--front …]
        both:  [--prefix PREFIX] [--verbose]
        With OSS_ENDPOINT, OSS_REGION, OSS_BUCKET, OSS_ACCESS_KEY_ID, OSS_ACCESS_KEY_SECRET and perhaps OSS_SESSION_TOKEN set
        it runs against that server and the faults that one plays; without, against its own.
        """;

    /// <summary>Marks every line of this run; what does not carry it is another writer's.</summary>
    public string Run { get; } = "r" + Guid.NewGuid().ToString("N")[..10];

    /// <summary>Events of all writers together.</summary>
    public int Events { get; init; } = 200_000;

    public int Writers { get; init; } = 4;

    public int Streams { get; init; } = 8;

    /// <summary>The part of the requests to the built-in OSS that go wrong.</summary>
    public double FaultRate { get; init; } = 0.2;

    public int Seed { get; init; } = 1;

    public string Front { get; init; } = "core";

    /// <summary>Whether all writers append to the same objects.</summary>
    public bool IsShared { get; init; }

    public double Minutes { get; init; } = 10;

    /// <summary>Events a second of all writers together.</summary>
    public int Rate { get; init; } = 2000;

    public bool IsVerbose { get; init; }

    /// <summary>What all keys begin with; null for a prefix of this run's own.</summary>
    public string? ChosenPrefix { get; init; }

    public string Prefix => ChosenPrefix ?? $"reliability/{Run}/";

    public static ReliabilityArguments? Parse(string[] args)
    {
        var parsed = args.FirstOrDefault() switch
        {
            "storm" => new ReliabilityArguments(ReliabilityCommand.Storm),
            "soak" => new ReliabilityArguments(ReliabilityCommand.Soak),
            _ => null,
        };

        for (var i = 1; i < args.Length && parsed is not null; i++)
            parsed = parsed.WithSwitch(args[i]) ?? (i + 1 < args.Length ? parsed.WithValue(args[i], args[++i]) : null);

        // A soak deletes what it has checked, which other writers of the same object would take ill.
        if (parsed is { Command: ReliabilityCommand.Soak, IsShared: true })
            parsed = null;
        if (parsed is null)
            Console.Error.WriteLine(Usage);
        return parsed;
    }

    private ReliabilityArguments? WithSwitch(string name) => name switch
    {
        "--shared-object" => this with { IsShared = true },
        "--verbose" => this with { IsVerbose = true },
        _ => null,
    };

    private ReliabilityArguments? WithValue(string name, string value) => name switch
    {
        "--events" when Count(value) is { } n => this with { Events = n },
        "--writers" when Count(value) is { } n => this with { Writers = n },
        "--streams" when Count(value) is { } n => this with { Streams = n },
        "--rate" when Count(value) is { } n => this with { Rate = n },
        "--seed" when Number(value) is { } n && n == Math.Floor(n) => this with { Seed = (int)n },
        "--fault-rate" when Number(value) is { } rate and <= 0.9 => this with { FaultRate = rate },
        "--minutes" when Number(value) is { } minutes and > 0 => this with { Minutes = minutes },
        "--front" when value is "core" or "serilog" or "nlog" => this with { Front = value },
        "--prefix" when value.Length > 0 => this with { ChosenPrefix = value },
        _ => null,
    };

    private static int? Count(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n > 0 ? n : null;

    private static double? Number(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var n) && n <= int.MaxValue ? n : null;
}
