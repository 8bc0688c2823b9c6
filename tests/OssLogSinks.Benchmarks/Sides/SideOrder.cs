using System.Text.Json;
using OssLogSinks.Benchmarks.FrontDoors;
using OssLogSinks.Benchmarks.Services;

namespace OssLogSinks.Benchmarks.Sides;

/// <summary>What one side of a pair does, in a process of its own; travels as an argument of its command line.</summary>
/// <param name="FrontDoor">What is logged through.</param>
internal sealed record SideOrder(FrontDoorSettings FrontDoor)
{
    /// <summary>The hidden command of this program that follows an order.</summary>
    public const string Command = "side";

    /// <summary>Events that are measured.</summary>
    public long Events { get; init; }

    /// <summary>Events before that, which are not: so many have the code compiled for good.</summary>
    public long WarmUp { get; init; }

    /// <summary>Front doors that the warm-up is divided over, so that opening and closing are warm as well.</summary>
    public int WarmUpRounds { get; init; } = 4;

    /// <summary>Events a second; 0 for as fast as they are taken.</summary>
    public int Rate { get; init; }

    /// <summary>Different clients.</summary>
    public int Clients { get; init; } = 1000;

    /// <summary>Whether each logging call is timed, which costs two looks at the clock.</summary>
    public bool TimesCalls { get; init; }

    /// <summary>Whether the working set is watched.</summary>
    public bool WatchesMemory { get; init; }

    /// <summary>The service that is down, which the measured events go to; null where nothing is.</summary>
    public ServiceAddress? Outage { get; init; }

    public static SideOrder Parse(string text) => JsonSerializer.Deserialize<SideOrder>(text)!;

    public override string ToString() => JsonSerializer.Serialize(this);
}
