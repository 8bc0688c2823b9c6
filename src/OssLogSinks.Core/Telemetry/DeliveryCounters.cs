using System.Diagnostics.Metrics;
using System.Globalization;

namespace OssLogSinks.Core.Telemetry;

/// <summary>
/// Counts what happens to records, once for the snapshot and once for the meter <c>OssLogSinks</c>, each measurement with the name of the
/// delivery, so that those of two are not taken for one. Any thread may count.
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
    private readonly Counter<long> _replacedCounter;
    private readonly Counter<long> _bytesCounter;
    private readonly Counter<long> _appendsCounter;
    private readonly Counter<long> _resyncsCounter;
    private readonly Counter<long> _rollsCounter;
    private readonly Counter<long> _retriesCounter;
    private readonly Counter<long> _orphanedFoldersCounter;
    private readonly Counter<long> _quarantinedCounter;
    private readonly Histogram<double> _appendDuration;
    private readonly KeyValuePair<string, object?> _nameTag;
    private readonly long[] _dropped = new long[DropReasonNames.Count];
    private readonly long[] _unmeasuredDrops = new long[DropReasonNames.Count];
    private long _accepted;
    private long _delivered;
    private long _replaced;
    private long _bytes;
    private long _appends;
    private long _resyncs;
    private long _rolls;
    private long _retries;
    private long _orphanedFolders;
    private long _quarantined;
    private long _quarantinedBytes;
    private long _unmeasuredAccepted;
    private long _unmeasuredReplaced;

    /// <param name="bucket">The bucket, if it is known.</param>
    /// <param name="name">The delivery's name. A number is added while another delivery has the same name.</param>
    public DeliveryCounters(string? bucket, string name = "")
    {
        Name = DeliveryNames.Take(name);
        _nameTag = new("oss.sink.name", Name);
        var version = typeof(DeliveryCounters).Assembly.GetName().Version?.ToString();
        _meter = new Meter(MeterName, version, bucket is null ? [] : [new("oss.bucket", bucket)]);
        _acceptedCounter = _meter.CreateCounter<long>("osslogsinks.records.accepted", "{record}", "Records taken into the buffer.");
        _deliveredCounter = _meter.CreateCounter<long>("osslogsinks.records.delivered", "{record}", "Records that are in OSS.");
        _droppedCounter = _meter.CreateCounter<long>("osslogsinks.records.dropped", "{record}", "Events given up, by reason.");
        _replacedCounter = _meter.CreateCounter<long>("osslogsinks.records.replaced", "{record}", "Events that were too large, so that a placeholder was taken instead.");
        _bytesCounter = _meter.CreateCounter<long>("osslogsinks.bytes.delivered", "By", "Bytes that are in OSS.");
        _appendsCounter = _meter.CreateCounter<long>("osslogsinks.appends", "{request}", "Appends that were sent, repeats included.");
        _resyncsCounter = _meter.CreateCounter<long>("osslogsinks.resyncs", "{request}", "HEADs and ranged GETs that found out what became of an append.");
        _rollsCounter = _meter.CreateCounter<long>("osslogsinks.rolls", "{object}", "Objects left behind for the next sequence number.");
        _orphanedFoldersCounter = _meter.CreateCounter<long>("osslogsinks.buffer.orphaned", "{folder}", "Folders taken over from processes that are no more.");
        _quarantinedCounter = _meter.CreateCounter<long>("osslogsinks.buffer.quarantined", "{record}", "Records on disk that could not be read.");
        _retriesCounter = _meter.CreateCounter<long>("osslogsinks.retries", "{request}", "Requests that failed and are tried again.");
        _appendDuration = _meter.CreateHistogram<double>("osslogsinks.append.duration", "s", "How long appends take from sending to answer; with error.type if they fail.");
    }

    /// <summary>The delivery's name, which no other that lives has.</summary>
    public string Name { get; }

    /// <summary>The delivery whose records are counted.</summary>
    public DeliverySource Source { get; init; } = new();

    /// <summary>Lets the meter observe what is held. What several deliveries hold can be added up; ages and troubles cannot.</summary>
    public void Observe(Func<long> memoryBytes, long memoryCapacity, Func<TimeSpan> oldestUndelivered, Func<int> trouble)
    {
        ObserveSum("osslogsinks.memory.bytes", memoryBytes, "By", "Memory that undelivered records hold.");
        ObserveSum("osslogsinks.memory.capacity", () => memoryCapacity, "By", "Memory that undelivered records may hold.");
        _meter.CreateObservableGauge("osslogsinks.undelivered.age", () => Named(oldestUndelivered().TotalSeconds), "s", "How long the oldest undelivered record has waited.");
        _meter.CreateObservableGauge("osslogsinks.trouble", () => Named(trouble()), description: "1 from the first failure on until delivery works again, else 0.");
    }

    /// <summary>Lets the meter observe the buffer on disk.</summary>
    public void ObserveBuffer(Func<long> bytes, long capacity)
    {
        ObserveSum("osslogsinks.buffer.bytes", bytes, "By", "Disk space that the buffer takes.");
        ObserveSum("osslogsinks.buffer.capacity", () => capacity, "By", "Disk space that the buffer may take.");
    }

    /// <summary>Lets the meter observe the queue in front.</summary>
    public void ObserveQueue(Func<long> size, long capacity)
    {
        ObserveSum("osslogsinks.queue.size", size, "{record}", "Events that wait to be rendered.");
        ObserveSum("osslogsinks.queue.capacity", () => capacity, "{record}", "Events that may wait to be rendered.");
    }

    /// <summary>Measures how long an append takes.</summary>
    public async Task<T> MeasureAppendAsync<T>(Func<Task<T>> append, TimeProvider time)
    {
        var begun = time.GetTimestamp();
        try
        {
            var answer = await append().ConfigureAwait(false);
            Measure(_appendDuration, time.GetElapsedTime(begun).TotalSeconds, _nameTag);
            return answer;
        }
        catch (Exception e)
        {
            var kind = e is IExplainedFailure failure ? failure.Kind.ToString() : e.GetType().FullName;
            Measure(_appendDuration, time.GetElapsedTime(begun).TotalSeconds, _nameTag, new KeyValuePair<string, object?>("error.type", kind));
            throw;
        }
    }

    /// <param name="isFromDelivery">Whether delivery itself has logged it: a listener of the meter may have.</param>
    public void Accepted(bool isFromDelivery = false)
    {
        Interlocked.Increment(ref _accepted);
        if (_acceptedCounter.Enabled && Measurable(ref _unmeasuredAccepted, 1, isFromDelivery) is var count and > 0)
            Measure(_acceptedCounter, count, _nameTag);
    }

    public void Delivered(int records, long bytes)
    {
        Interlocked.Add(ref _delivered, records);
        Interlocked.Add(ref _bytes, bytes);
        Measure(_deliveredCounter, records, _nameTag);
        Measure(_bytesCounter, bytes, _nameTag);
        MeasureDeferred();
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

    /// <summary>Placeholders were taken in the place of events. Measured with the next append: a listener of the meter may cause the next.</summary>
    public void Replaced(long records)
    {
        Interlocked.Add(ref _replaced, records);
        if (_replacedCounter.Enabled)
            Interlocked.Add(ref _unmeasuredReplaced, records);
    }

    public void AppendSent() => Count(ref _appends, _appendsCounter);

    public void Resynced() => Count(ref _resyncs, _resyncsCounter);

    public void Rolled() => Count(ref _rolls, _rollsCounter);

    public void TookOverOrphan() => Count(ref _orphanedFolders, _orphanedFoldersCounter);

    public void Quarantined(long records, long bytes)
    {
        Interlocked.Add(ref _quarantined, records);
        Interlocked.Add(ref _quarantinedBytes, bytes);
        Measure(_quarantinedCounter, records, _nameTag);
    }

    public void Retried() => Count(ref _retries, _retriesCounter);

    /// <summary>The counts as they stand; the buffer adds what it holds.</summary>
    public DeliverySnapshot Snapshot() => new()
    {
        Name = Name,
        Accepted = Interlocked.Read(ref _accepted),
        Delivered = Interlocked.Read(ref _delivered),
        Replaced = Interlocked.Read(ref _replaced),
        DeliveredBytes = Interlocked.Read(ref _bytes),
        Appends = Interlocked.Read(ref _appends),
        Resyncs = Interlocked.Read(ref _resyncs),
        Rolls = Interlocked.Read(ref _rolls),
        Retries = Interlocked.Read(ref _retries),
        OrphanedFolders = Interlocked.Read(ref _orphanedFolders),
        QuarantinedRecords = Interlocked.Read(ref _quarantined),
        QuarantinedBytes = Interlocked.Read(ref _quarantinedBytes),
        Dropped = Enumerable.Range(0, DropReasonNames.Count)
            .Select(reason => (Reason: (DropReason)reason, Count: Interlocked.Read(ref _dropped[reason])))
            .Where(drop => drop.Count > 0)
            .ToDictionary(drop => drop.Reason, drop => drop.Count),
    };

    public void Dispose()
    {
        MeasureDeferred();
        _meter.Dispose();
        DeliveryNames.GiveBack(Name);
    }

    private void Count(ref long count, Counter<long> counter)
    {
        Interlocked.Increment(ref count);
        Measure(counter, 1, _nameTag);
    }

    // A listener that logs on each measurement would cause an endless loop, directly or through its record. So what delivery logs is
    // measured later, with the next append. Zero if there is nothing to measure now.
    private static long Measurable(ref long unmeasured, long count, bool isFromDelivery)
    {
        if (!_isMeasuring && !isFromDelivery)
            return count + Interlocked.Exchange(ref unmeasured, 0);

        Interlocked.Add(ref unmeasured, count);
        return 0;
    }

    // Called once per append; a listener cannot cause one.
    private void MeasureDeferred()
    {
        if (Measurable(ref _unmeasuredAccepted, 0, isFromDelivery: false) is var accepted and > 0)
            Measure(_acceptedCounter, accepted, _nameTag);
        if (Measurable(ref _unmeasuredReplaced, 0, isFromDelivery: false) is var replaced and > 0)
            Measure(_replacedCounter, replaced, _nameTag);
        for (var reason = 0; reason < _unmeasuredDrops.Length; reason++)
        {
            if (Measurable(ref _unmeasuredDrops[reason], 0, isFromDelivery: false) is var dropped and > 0)
                MeasureDrops((DropReason)reason, dropped);
        }
    }

    private void MeasureDrops(DropReason reason, long count) =>
        Measure(_droppedCounter, count, _nameTag, new KeyValuePair<string, object?>("reason", DropReasonNames.Of(reason)));

    private void ObserveSum(string name, Func<long> value, string unit, string description) =>
        _meter.CreateObservableUpDownCounter(name, () => Named(value()), unit, description);

    private Measurement<T> Named<T>(T value)
        where T : struct => new(value, _nameTag);

    private void Measure(Counter<long> counter, long count, params ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (!counter.Enabled)
            return;

        using var measuring = new Measuring(Source);
        try
        {
            counter.Add(count, tags);
        }
        catch (Exception)
        {
            // A listener's exception changes nothing here.
        }
    }

    private void Measure(Histogram<double> histogram, double value, params ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (!histogram.Enabled)
            return;

        using var measuring = new Measuring(Source);
        try
        {
            histogram.Record(value, tags);
        }
        catch (Exception)
        {
            // A listener's exception changes nothing here.
        }
    }

    // The meter's listeners run in here. If one throws, the records' outcome stays the same.
    private readonly ref struct Measuring
    {
        private readonly bool _wasMeasuring;
        private readonly DeliveryScope _delivery;

        public Measuring(DeliverySource source)
        {
            _wasMeasuring = _isMeasuring;
            _isMeasuring = true;
            _delivery = DeliveryScope.EnterOnThread(source);
        }

        public void Dispose()
        {
            _delivery.Dispose();
            _isMeasuring = _wasMeasuring;
        }
    }
}

/// <summary>The names of the deliveries that live in this process, each once.</summary>
internal static class DeliveryNames
{
    // Guarded by itself.
    private static readonly HashSet<string> Taken = new(StringComparer.Ordinal);

    /// <summary>Takes a name, with a number if another delivery has it.</summary>
    public static string Take(string name)
    {
        if (name.Length == 0)
            return name;

        lock (Taken)
        {
            var taken = name;
            for (var number = 2; !Taken.Add(taken); number++)
                taken = name + "#" + number.ToString(CultureInfo.InvariantCulture);

            return taken;
        }
    }

    /// <summary>Leaves a name to others.</summary>
    public static void GiveBack(string name)
    {
        lock (Taken)
            Taken.Remove(name);
    }
}
