namespace OssLogSinks.Reliability.FrontDoors;

/// <summary>How much is gathered, how much may wait, and how quickly it is tried again.</summary>
internal sealed record Pace
{
    public const int EventSizeLimit = 4096;
    public static readonly TimeSpan CloseTimeout = TimeSpan.FromMinutes(10);
    public static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(10);
    public static readonly TimeSpan RefusalRetryDelay = TimeSpan.FromSeconds(1);

    /// <summary>Small appends and little space: many requests, and writers that wait.</summary>
    public static readonly Pace Storm = new()
    {
        AppendInterval = TimeSpan.FromMilliseconds(20),
        AppendSizeLimitBytes = 8 << 10,
        MemoryLimitBytes = 1 << 20,
        QueueLimit = 2000,
        ObjectSizeLimitBytes = 200_000,
        RetryDelay = TimeSpan.FromMilliseconds(5),
        RetryDelayLimit = TimeSpan.FromMilliseconds(250),
    };

    /// <summary>Near to what an application has, with space for an outage.</summary>
    public static readonly Pace Soak = new()
    {
        AppendInterval = TimeSpan.FromMilliseconds(500),
        AppendSizeLimitBytes = 1 << 20,
        MemoryLimitBytes = 64 << 20,
        QueueLimit = 100_000,
        ObjectSizeLimitBytes = 50_000,
        RetryDelay = TimeSpan.FromMilliseconds(50),
        RetryDelayLimit = TimeSpan.FromSeconds(2),
    };

    /// <summary>Small appends to small objects, and much that is on disk and not yet in OSS.</summary>
    public static readonly Pace Crash = new()
    {
        AppendInterval = TimeSpan.FromMilliseconds(100),
        AppendSizeLimitBytes = 8 << 10,
        MemoryLimitBytes = 1 << 20,
        QueueLimit = 2000,
        ObjectSizeLimitBytes = 20_000,
        RetryDelay = TimeSpan.FromMilliseconds(5),
        RetryDelayLimit = TimeSpan.FromMilliseconds(250),
    };

    /// <summary>What an application has by default, where it matters for speed and memory.</summary>
    public static readonly Pace Drain = Soak with
    {
        AppendSizeLimitBytes = 4 << 20,
        ObjectSizeLimitBytes = 1L << 30,
        RetryDelayLimit = TimeSpan.FromSeconds(20),
    };

    /// <summary>Appends of a middling size, for buffers of some segments that are shipped in a moment.</summary>
    public static readonly Pace Corrupt = Storm with
    {
        AppendSizeLimitBytes = 16 << 10,
        MemoryLimitBytes = 2 << 20,
        ObjectSizeLimitBytes = 100_000,
    };

    public required TimeSpan AppendInterval { get; init; }

    public required int AppendSizeLimitBytes { get; init; }

    public required int MemoryLimitBytes { get; init; }

    public required int QueueLimit { get; init; }

    public required long ObjectSizeLimitBytes { get; init; }

    public required TimeSpan RetryDelay { get; init; }

    public required TimeSpan RetryDelayLimit { get; init; }
}
