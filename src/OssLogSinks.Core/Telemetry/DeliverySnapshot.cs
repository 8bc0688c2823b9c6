namespace OssLogSinks.Core.Telemetry;

/// <summary>The counts and the state of an appender.</summary>
public sealed record DeliverySnapshot
{
    /// <summary>
    /// The delivery's name: <see cref="OssAppenderOptions.Name"/>, or the object key, with a number if another delivery of this process has
    /// the same name. The meter's measurements have it as <c>oss.sink.name</c>.
    /// </summary>
    public string Name { get; init; } = "";

    /// <summary>Records taken into the buffer.</summary>
    public long Accepted { get; init; }

    /// <summary>Records that were delivered to OSS, also those that ended processes left on disk.</summary>
    public long Delivered { get; init; }

    /// <summary>Dropped events by reason, without reasons that never occurred.</summary>
    public IReadOnlyDictionary<DropReason, long> Dropped { get; init; } = new Dictionary<DropReason, long>();

    /// <summary>All dropped events.</summary>
    public long DroppedTotal => Dropped.Values.Sum();

    /// <summary>Events that were too large and were replaced by a placeholder, which <see cref="Accepted"/> counts.</summary>
    public long Replaced { get; init; }

    /// <summary>Bytes that were delivered to OSS, after compression.</summary>
    public long DeliveredBytes { get; init; }

    /// <summary>Appends that were sent, repeats included.</summary>
    public long Appends { get; init; }

    /// <summary>HEADs and ranged GETs that were sent to find out what became of an append.</summary>
    public long Resyncs { get; init; }

    /// <summary>Objects left behind for the next sequence number.</summary>
    public long Rolls { get; init; }

    /// <summary>
    /// Steps of delivery that stored nothing and were, or will be, repeated: requests that failed, and checks of appends in doubt, for instance.
    /// </summary>
    public long Retries { get; init; }

    /// <summary>Bytes of memory that undelivered records hold.</summary>
    public long MemoryBytes { get; init; }

    /// <summary>How long the oldest undelivered record has waited; zero if there is none.</summary>
    public TimeSpan OldestUndelivered { get; init; }

    /// <summary>Streams that are kept in memory.</summary>
    public int OpenStreams { get; init; }

    /// <summary>Bytes on disk under <see cref="OssAppenderOptions.BufferPath"/> that this process wrote, or that ended processes left.</summary>
    public long BufferBytes { get; init; }

    /// <summary>Folders of ended processes that this one took over.</summary>
    public long OrphanedFolders { get; init; }

    /// <summary>
    /// Records of ended processes that could not be read, as far as their number is known. They are reported and quarantined, not shipped. Those that
    /// this process wrote are in <see cref="Dropped"/>, as <see cref="DropReason.Unreadable"/>.
    /// </summary>
    public long QuarantinedRecords { get; init; }

    /// <summary>Unreadable bytes on disk, which are reported and quarantined.</summary>
    public long QuarantinedBytes { get; init; }

    /// <summary>
    /// The latest failure to append, or of the disk buffer, also if it was not reported; null if there was none. It stays when the
    /// trouble is over.
    /// </summary>
    public DeliveryFailure? LastFailure { get; init; }

    /// <summary>
    /// Since when there is trouble; null if there is none. Trouble lasts from the first failure until every failed stream has delivered and
    /// the disk buffer works. For a stream whose events were dropped, it ends when any event is delivered.
    /// </summary>
    public DateTimeOffset? TroubleSince { get; init; }

    /// <summary>Both together: counts added up, the greater age, the latest failure, and the earlier trouble.</summary>
    internal static DeliverySnapshot Add(DeliverySnapshot first, DeliverySnapshot second) => new()
    {
        Name = first.Name == second.Name ? first.Name : $"{first.Name}, {second.Name}",
        Accepted = first.Accepted + second.Accepted,
        Delivered = first.Delivered + second.Delivered,
        Dropped = first.Dropped.Concat(second.Dropped).GroupBy(drop => drop.Key).ToDictionary(drops => drops.Key, drops => drops.Sum(drop => drop.Value)),
        Replaced = first.Replaced + second.Replaced,
        DeliveredBytes = first.DeliveredBytes + second.DeliveredBytes,
        Appends = first.Appends + second.Appends,
        Resyncs = first.Resyncs + second.Resyncs,
        Rolls = first.Rolls + second.Rolls,
        Retries = first.Retries + second.Retries,
        MemoryBytes = first.MemoryBytes + second.MemoryBytes,
        OldestUndelivered = first.OldestUndelivered > second.OldestUndelivered ? first.OldestUndelivered : second.OldestUndelivered,
        OpenStreams = first.OpenStreams + second.OpenStreams,
        BufferBytes = first.BufferBytes + second.BufferBytes,
        OrphanedFolders = first.OrphanedFolders + second.OrphanedFolders,
        QuarantinedRecords = first.QuarantinedRecords + second.QuarantinedRecords,
        QuarantinedBytes = first.QuarantinedBytes + second.QuarantinedBytes,
        LastFailure = first.LastFailure is null || second.LastFailure?.Time > first.LastFailure.Time ? second.LastFailure : first.LastFailure,
        TroubleSince = first.TroubleSince is null || second.TroubleSince < first.TroubleSince ? second.TroubleSince : first.TroubleSince,
    };
}

/// <summary>The last failure. Its texts contain no secrets, no event text and no braces.</summary>
/// <param name="Time">When.</param>
/// <param name="Kind">The kind of failure.</param>
/// <param name="Message">What happened; for a refusal with code and request id.</param>
/// <param name="Advice">What to do about it; empty if there is nothing to add to the message.</param>
/// <param name="Failures">The number of failures since the trouble began, including this one.</param>
public sealed record DeliveryFailure(DateTimeOffset Time, OssFailureKind Kind, string Message, string Advice, long Failures);
