using System.Diagnostics.Metrics;

namespace OssLogSinks.Core.Diagnostics;

/// <summary>
/// Counts what happens to records, once for the snapshot and once for the meter <c>OssLogSinks</c>. Any thread may count.
/// </summary>
internal sealed class DeliveryCounters : IDisposable
{
    public const string MeterName = "OssLogSinks";

    [ThreadStatic]
    private static bool _isMeasuring;

    private readonly Meter _meter;
    private readonly Counter<long> _acceptedCounter;
    private readonly Counter<long> _deliveredCounter;
    private readonly Counter<long> _droppedCounter;
    private readonly Counter<long> _bytesCounter;
    private readonly Counter<long> _appendsCounter;
    private readonly Counter<long> _resyncsCounter;
    private readonly Counter<long> _rollsCounter;
    private readonly Counter<long> _retriesCounter;
    private readonly Counter<long> _adoptedCounter;
    private readonly Counter<long> _quarantinedCounter;
    private readonly long[] _dropped = new long[DropReasonNames.Count];
    private readonly long[] _unmeasuredDrops = new long[DropReasonNames.Count];
    private long _accepted;
    private long _delivered;
    private long _bytes;
    private long _appends;
    private long _resyncs;
    private long _rolls;
    private long _retries;
    private long _adopted;
    private long _quarantined;
    private long _quarantinedBytes;
    private long _unmeasuredAccepted;

    public DeliveryCounters(string? bucket)
    {
        var version = typeof(DeliveryCounters).Assembly.GetName().Version?.ToString();
        _meter = new Meter(MeterName, version, bucket is null ? [] : [new("oss.bucket", bucket)]);
        _acceptedCounter = _meter.CreateCounter<long>("osslogsinks.records.accepted", "{record}", "Records taken into the spool.");
        _deliveredCounter = _meter.CreateCounter<long>("osslogsinks.records.delivered", "{record}", "Records that stand in OSS.");
        _droppedCounter = _meter.CreateCounter<long>("osslogsinks.records.dropped", "{record}", "Events given up, by reason.");
        _bytesCounter = _meter.CreateCounter<long>("osslogsinks.bytes.delivered", "By", "Bytes that stand in OSS.");
        _appendsCounter = _meter.CreateCounter<long>("osslogsinks.appends", "{request}", "Appends that were sent, repeats included.");
        _resyncsCounter = _meter.CreateCounter<long>("osslogsinks.resyncs", "{request}", "HEADs and ranged GETs that found out what became of an append.");
        _rollsCounter = _meter.CreateCounter<long>("osslogsinks.rolls", "{object}", "Objects left behind for the next sequence number.");
        _adoptedCounter = _meter.CreateCounter<long>("osslogsinks.buffer.adopted", "{folder}", "Folders taken over from processes that are no more.");
        _quarantinedCounter = _meter.CreateCounter<long>("osslogsinks.buffer.quarantined", "{record}", "Records on disk that could not be read.");
        _retriesCounter = _meter.CreateCounter<long>("osslogsinks.retries", "{request}", "Requests that failed and are tried again.");
    }

    /// <summary>The delivery whose records are counted.</summary>
    public DeliverySource Source { get; init; } = new();

    /// <summary>Lets the meter observe what the spool holds.</summary>
    public void Observe(Func<long> spoolBytes, Func<long> bufferBytes, Func<TimeSpan> oldestUndelivered, Func<int> trouble)
    {
        _meter.CreateObservableGauge("osslogsinks.spool.bytes", spoolBytes, "By", "Memory that undelivered records hold.");
        _meter.CreateObservableGauge("osslogsinks.buffer.bytes", bufferBytes, "By", "Disk space that the buffer takes.");
        _meter.CreateObservableGauge("osslogsinks.undelivered.age", () => oldestUndelivered().TotalSeconds, "s", "How long the oldest undelivered record has waited.");
        _meter.CreateObservableGauge("osslogsinks.trouble", trouble, description: "1 from the first failure on until delivery works again, else 0.");
    }

    /// <param name="isFromDelivery">Whether delivery itself has logged it: a listener of the meter may have.</param>
    public void Accepted(bool isFromDelivery = false)
    {
        Interlocked.Increment(ref _accepted);
        if (_acceptedCounter.Enabled && Measurable(ref _unmeasuredAccepted, 1, isFromDelivery) is var count and > 0)
            Measure(_acceptedCounter, count);
    }

    public void Delivered(int records, long bytes)
    {
        Interlocked.Add(ref _delivered, records);
        Interlocked.Add(ref _bytes, bytes);
        Measure(_deliveredCounter, records);
        Measure(_bytesCounter, bytes);
        MeasureWhatWasLeft();
    }

    /// <param name="reason">Why.</param>
    /// <param name="records">How many.</param>
    /// <param name="isFromDelivery">Whether delivery itself has logged them: a listener of the meter may have.</param>
    public void Dropped(DropReason reason, long records, bool isFromDelivery = false)
    {
        Interlocked.Add(ref _dropped[(int)reason], records);
        if (_droppedCounter.Enabled && Measurable(ref _unmeasuredDrops[(int)reason], records, isFromDelivery) is var count and > 0)
            MeasureDrops(reason, count);
    }

    public void AppendSent() => Count(ref _appends, _appendsCounter);

    public void Resynced() => Count(ref _resyncs, _resyncsCounter);

    public void Rolled() => Count(ref _rolls, _rollsCounter);

    public void Adopted() => Count(ref _adopted, _adoptedCounter);

    public void Quarantined(long records, long bytes)
    {
        Interlocked.Add(ref _quarantined, records);
        Interlocked.Add(ref _quarantinedBytes, bytes);
        Measure(_quarantinedCounter, records);
    }

    public void Retried() => Count(ref _retries, _retriesCounter);

    /// <summary>The counts as they stand; the spool adds what it holds.</summary>
    public DeliverySnapshot Snapshot() => new()
    {
        Accepted = Interlocked.Read(ref _accepted),
        Delivered = Interlocked.Read(ref _delivered),
        DeliveredBytes = Interlocked.Read(ref _bytes),
        Appends = Interlocked.Read(ref _appends),
        Resyncs = Interlocked.Read(ref _resyncs),
        Rolls = Interlocked.Read(ref _rolls),
        Retries = Interlocked.Read(ref _retries),
        AdoptedFolders = Interlocked.Read(ref _adopted),
        QuarantinedRecords = Interlocked.Read(ref _quarantined),
        QuarantinedBytes = Interlocked.Read(ref _quarantinedBytes),
        Dropped = Enumerable.Range(0, DropReasonNames.Count)
            .Select(reason => (Reason: (DropReason)reason, Count: Interlocked.Read(ref _dropped[reason])))
            .Where(drop => drop.Count > 0)
            .ToDictionary(drop => drop.Reason, drop => drop.Count),
    };

    public void Dispose()
    {
        MeasureWhatWasLeft();
        _meter.Dispose();
    }

    private void Count(ref long count, Counter<long> counter)
    {
        Interlocked.Increment(ref count);
        Measure(counter, 1);
    }

    // A listener that logs for each measurement would cause the next without end, in this call or, where a queue lies between, by the record
    // that comes of it: what delivery logs is measured together with what comes later. Zero if there is nothing to measure now.
    private static long Measurable(ref long unmeasured, long count, bool isFromDelivery)
    {
        if (!_isMeasuring && !isFromDelivery)
            return count + Interlocked.Exchange(ref unmeasured, 0);

        Interlocked.Add(ref unmeasured, count);
        return 0;
    }

    // Once an append, which no listener can cause.
    private void MeasureWhatWasLeft()
    {
        if (Measurable(ref _unmeasuredAccepted, 0, isFromDelivery: false) is var accepted and > 0)
            Measure(_acceptedCounter, accepted);
        for (var reason = 0; reason < _unmeasuredDrops.Length; reason++)
            if (Measurable(ref _unmeasuredDrops[reason], 0, isFromDelivery: false) is var dropped and > 0)
                MeasureDrops((DropReason)reason, dropped);
    }

    private void MeasureDrops(DropReason reason, long count) =>
        Measure(_droppedCounter, count, new KeyValuePair<string, object?>("reason", DropReasonNames.Of(reason)));

    // Whoever listens to the meter runs in here. If it throws, the records' fate is no other for it.
    private void Measure(Counter<long> counter, long count, params ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (!counter.Enabled)
            return;

        var isWithin = _isMeasuring;
        _isMeasuring = true;
        using var delivery = DeliveryScope.EnterOnThread(Source);
        try
        {
            counter.Add(count, tags);
        }
        catch (Exception)
        {
            // A listener's fault is the listener's.
        }

        _isMeasuring = isWithin;
    }
}
