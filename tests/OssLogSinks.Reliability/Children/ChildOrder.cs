using System.Text.Json;

namespace OssLogSinks.Reliability.Children;

/// <summary>What a child is to do when it has logged its events.</summary>
internal enum ChildEnd
{
    /// <summary>Close at once, and end.</summary>
    Close,

    /// <summary>Live on until it is told to close, or killed.</summary>
    Stay,
}

/// <summary>What a child process is to do; travels as an argument of its command line.</summary>
/// <param name="Arguments">The run's.</param>
/// <param name="Number">The child's number, the writer of its lines.</param>
internal sealed record ChildOrder(ReliabilityArguments Arguments, int Number)
{
    /// <summary>The hidden command of this program that follows an order.</summary>
    public const string Command = "child";

    public required string BufferPath { get; init; }

    /// <summary>How many events are logged.</summary>
    public long Events { get; init; }

    /// <summary>How many events may be logged ahead of what is on disk, so that a kill does not only meet children that have logged all.</summary>
    public long Lead { get; init; } = long.MaxValue;

    public ChildEnd End { get; init; }

    /// <summary>How large its files may become; null for what the front door is set to.</summary>
    public long? BufferSizeLimit { get; init; }

    /// <summary>How long its close may wait for OSS.</summary>
    public TimeSpan CloseTimeout { get; init; } = FrontDoors.Pace.CloseTimeout;

    /// <summary>What the child's OSS does; null for one that does as it should.</summary>
    public Services.FaultModes? FaultModes { get; init; }

    public static ChildOrder Parse(string text) => JsonSerializer.Deserialize<ChildOrder>(text)!;

    public override string ToString() => JsonSerializer.Serialize(this);
}
