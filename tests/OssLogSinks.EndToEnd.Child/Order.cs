using System.Text.Json;
using OssLogSinks.Core.Delivery;

namespace OssLogSinks.EndToEnd.Child;

/// <summary>What the child is to do; the test writes it as JSON into the first argument.</summary>
public sealed record Order
{
    public required string FrontDoor { get; init; }

    /// <summary>return, close, exit, throw, wait, cancel, cancel-first, last-word or host.</summary>
    public required string End { get; init; }

    public required string Endpoint { get; init; }

    public required string Region { get; init; }

    public required string AccessKeyId { get; init; }

    public required string AccessKeySecret { get; init; }

    public required string Bucket { get; init; }

    public required string ObjectKey { get; init; }

    /// <summary>What each event's text begins with.</summary>
    public string Prefix { get; init; } = "event";

    /// <summary>How many events; the first half is flushed.</summary>
    public int Events { get; init; } = 1000;

    /// <summary>Long by default: what is delivered at the end was delivered by the drain.</summary>
    public int PeriodMilliseconds { get; init; } = 600_000;

    public int CloseTimeoutSeconds { get; init; } = 60;

    /// <summary>How long NLog's flush waits; -1 for as long as it takes.</summary>
    public int FlushTimeoutSeconds { get; init; } = -1;

    public bool DrainOnProcessExit { get; init; } = true;

    /// <summary>A folder where events wait on disk, which is then what a flush waits for; null for memory.</summary>
    public string? BufferPath { get; init; }

    /// <summary>Whether the thread pool has no thread left once the first half is stored.</summary>
    public bool StarvesPool { get; init; }

    internal OssFlushTarget FlushTarget => BufferPath is null ? OssFlushTarget.Oss : OssFlushTarget.Disk;

    public string ToText() => JsonSerializer.Serialize(this);

    public static Order Parse(string text) => JsonSerializer.Deserialize<Order>(text)!;
}
