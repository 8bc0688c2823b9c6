using System.Globalization;
using OssLogSinks.Benchmarks.Experiments;

namespace OssLogSinks.Benchmarks;

/// <summary>What the command line of <c>ratios</c> asks for.</summary>
internal sealed record RatioArguments
{
    private const int DefaultRuns = 5;
    private const string Usage = """
        usage: ratios [--quick] [--only NAME,NAME] [--events N] [--runs N] [--report FILE]
               micro [BenchmarkDotNet's own arguments, --filter '*Crc*' for instance]
               compare FILE FILE
        ratios measures whole programs, each side in a fresh process; --quick only shows that everything runs: its figures mean nothing
        """;

    private static readonly ExperimentScale Full = new(1_000_000, WarmUp: 480_000, WarmUpRounds: 96);
    private static readonly ExperimentScale Quick = new(5000, WarmUp: 1000, WarmUpRounds: 1);

    /// <summary>Whether it is only to show that everything runs.</summary>
    public bool IsQuick { get; init; }

    /// <summary>Names of experiments or lines; empty for all.</summary>
    public IReadOnlyList<string> Only { get; init; } = [];

    public int? ChosenEvents { get; init; }

    public int? ChosenRuns { get; init; }

    /// <summary>Where the results are written to; null for nowhere but the console.</summary>
    public string? ReportPath { get; init; }

    public int Runs => ChosenRuns ?? (IsQuick ? 1 : DefaultRuns);

    public ExperimentScale Scale => (IsQuick ? Quick : Full) is var scale && ChosenEvents is { } events ? scale with { Events = events } : scale;

    /// <summary>The experiments that are asked for.</summary>
    public IReadOnlyList<Experiment> Experiments =>
        [.. RatioTable.Of(Scale).Where(experiment => Only.Count == 0 || Only.Any(experiment.IsCalled))];

    /// <summary>Reads what follows the command; null, with the usage told, if it cannot be read.</summary>
    public static RatioArguments? Parse(ReadOnlySpan<string> args)
    {
        var parsed = new RatioArguments();
        for (var i = 0; i < args.Length && parsed is not null; i++)
            parsed = args[i] == "--quick" ? parsed with { IsQuick = true } : i + 1 < args.Length ? parsed.With(args[i], args[++i]) : null;

        if (parsed is null || parsed.Only.Any(name => !parsed.Experiments.Any(experiment => experiment.IsCalled(name))))
            return ShowUsage();

        return parsed;
    }

    public static RatioArguments? ShowUsage()
    {
        Console.Error.WriteLine(Usage);
        Console.Error.WriteLine("names: " + string.Join(' ', RatioTable.Of(Full).Select(experiment => experiment.Name)));
        return null;
    }

    private RatioArguments? With(string name, string value) => name switch
    {
        "--only" => this with { Only = value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) },
        "--events" when Count(value) is { } n => this with { ChosenEvents = n },
        "--runs" when Count(value) is { } n => this with { ChosenRuns = n },
        "--report" when value.Length > 0 => this with { ReportPath = value },
        _ => null,
    };

    private static int? Count(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n > 0 ? n : null;
}
