namespace OssLogSinks.Battery.Judging;

/// <summary>What decides how a process can end, and what its paths look like.</summary>
internal enum SystemKind
{
    /// <summary>.NET on Linux or another Unix.</summary>
    Unix,

    /// <summary>.NET on Windows, or on wine.</summary>
    Windows,

    /// <summary>.NET Framework's assemblies on Mono, on Unix.</summary>
    Mono,
}

/// <summary><c>judge [--system unix|windows|mono] [--fronts a,b] [--only TEXT] [--invariant] [-- COMMAND ARGUMENT...]</c></summary>
internal sealed record JudgeArguments
{
    public SystemKind System { get; private init; }

    public IReadOnlyList<string> Fronts { get; private init; } = ["serilog", "nlog", "logging"];

    /// <summary>Runs only what has this text in its name.</summary>
    public string Only { get; private init; } = "";

    /// <summary>Whether the runtime has no cultures.</summary>
    public bool IsInvariant { get; private init; }

    /// <summary>What starts the program on the runtime that is tried.</summary>
    public IReadOnlyList<string> Command { get; private init; } = ["dotnet", typeof(Judge).Assembly.Location];

    public static JudgeArguments Parse(string[] arguments)
    {
        var parsed = new JudgeArguments();
        for (var i = 0; i < arguments.Length; i++)
        {
            switch (arguments[i])
            {
                case "judge":
                    break;
                case "--system":
                    parsed = parsed with { System = Enum.Parse<SystemKind>(Next(), ignoreCase: true) };
                    break;
                case "--fronts":
                    parsed = parsed with { Fronts = Next().Split(',') };
                    break;
                case "--only":
                    parsed = parsed with { Only = Next() };
                    break;
                case "--invariant":
                    parsed = parsed with { IsInvariant = true };
                    break;
                case "--":
                    return parsed with { Command = arguments[(i + 1)..] };
                default:
                    throw new ArgumentException($"'{arguments[i]}' is not known. Use: judge [--system unix|windows|mono] [--fronts a,b] [--only TEXT] [--invariant] [-- COMMAND ARGUMENT...]");
            }

            string Next() => ++i < arguments.Length ? arguments[i] : throw new ArgumentException($"{arguments[i - 1]} needs a value.");
        }

        return parsed;
    }
}
