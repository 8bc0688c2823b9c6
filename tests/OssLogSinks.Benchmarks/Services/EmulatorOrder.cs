using System.Text.Json;

namespace OssLogSinks.Benchmarks.Services;

/// <summary>What an OSS in a process of its own is to be like; travels as an argument of its command line.</summary>
internal sealed record EmulatorOrder
{
    /// <summary>The hidden command of this program that follows an order.</summary>
    public const string Command = "emulator";

    /// <summary>How long each answer waits, as on a network.</summary>
    public int DelayMilliseconds { get; init; }

    /// <summary>Whether every request is answered 503.</summary>
    public bool Refuses { get; init; }

    public static EmulatorOrder Parse(string text) => JsonSerializer.Deserialize<EmulatorOrder>(text)!;

    public override string ToString() => JsonSerializer.Serialize(this);
}
