namespace OssLogSinks.Core.Telemetry;

/// <summary>What an appender has done so far, and what it still holds.</summary>
public sealed record DeliverySnapshot
{
    /// <summary>
    /// The name that tells this delivery's numbers from others': <see cref="OssAppenderOptions.Name"/>, or the object key, with a number if
    /// another one of this process has it. The meter's measurements have it as <c>oss.sink.name</c>.
    /// </summary>
    public string Name { get; init; } = "";

    /// <summary>Records taken into the buffer.</summary>
    public long Accepted { get; init; }

    /// <summary>Records that are in OSS.</summary>
    public long Delivered { get; init; }

    /// <summary>Events given up, by reason; reasons that never occurred are left out.</summary>
    public IReadOnlyDictionary<DropReason, long> Dropped { get; init; } = new Dictionary<DropReason, long>();

    /// <summary>Events given up, for whatever reason.</summary>
    public long DroppedTotal => Dropped.Values.Sum();

    /// <summary>Events that were too large, so that a placeholder was taken instead, which is among <see cref="Accepted"/>.</summary>
    public long Replaced { get; init; }

    /// <summary>Bytes that are in OSS.</summary>
    public long DeliveredBytes { get; init; }

    /// <summary>Appends that were sent, repeats included.</summary>
    public long Appends { get; init; }

    /// <summary>HEADs and ranged GETs that found out what became of an append.</summary>
    public long Resyncs { get; init; }

    /// <summary>Objects left behind for the next sequence number.</summary>
    public long Rolls { get; init; }

    /// <summary>Requests that failed and were, or will be, tried again.</summary>
    public long Retries { get; init; }

    /// <summary>Bytes of memory that undelivered records hold.</summary>
    public long MemoryBytes { get; init; }

    /// <summary>How long the oldest undelivered record has waited; zero if there is none.</summary>
    public TimeSpan OldestUndelivered { get; init; }

    /// <summary>Streams whose object is known and ready for the next append.</summary>
    public int OpenStreams { get; init; }

    /// <summary>Bytes on disk under <see cref="OssAppenderOptions.BufferPath"/> that this process made or took over.</summary>
    public long BufferBytes { get; init; }

    /// <summary>Folders of processes that are no more, which this one took over.</summary>
    public long OrphanedFolders { get; init; }

    /// <summary>Records on disk that could not be read, as far as their number can be known; put aside and reported, not shipped.</summary>
    public long QuarantinedRecords { get; init; }

    /// <summary>Bytes on disk that are no readable record; put aside and reported.</summary>
    public long QuarantinedBytes { get; init; }

    /// <summary>
    /// The latest failure of a request or of the buffer on disk, passing ones that are not reported included; null if there was none.
    /// It stays when the trouble is over.
    /// </summary>
    public DeliveryFailure? LastFailure { get; init; }

    /// <summary>
    /// Since when there is trouble: from the first failure on until every stream that had one has delivered, and the buffer on disk works.
    /// Null if there is none. Events that were given up in trouble end it for their stream once another event is delivered.
    /// </summary>
    public DateTimeOffset? TroubleSince { get; init; }
}

/// <summary>What went wrong last. Its texts hold no secrets, no event text and no braces.</summary>
/// <param name="Time">When.</param>
/// <param name="Kind">What kind of failure it was.</param>
/// <param name="Message">What happened: for a refusal, code and request id too.</param>
/// <param name="Advice">What to do about it; empty if there is nothing to add to the message.</param>
/// <param name="Failures">How many failures there were since all was well, this one included.</param>
public sealed record DeliveryFailure(DateTimeOffset Time, OssFailureKind Kind, string Message, string Advice, long Failures);
