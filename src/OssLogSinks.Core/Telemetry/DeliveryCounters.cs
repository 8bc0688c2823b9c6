using System.Diagnostics.Metrics;
using System.Globalization;

namespace OssLogSinks.Core.Telemetry;

/// <summary>
/// Counts records and requests for the snapshot and for the meter <c>OssLogSinks</c>, whose measurements carry the delivery's name. Any
/// thread may count.
/// </summary>
internal sealed class DeliveryCounters : IDisposable
{
    public const string MeterName = "OssLogSinks";

    // Whether this thread runs a listener of the meter.
    [ThreadStatic]
    private static bool _isMeasuring;

    private readonly Meter _meter;
    private readonly KeyValuePair<string, object?> _nameTag;
    private readonly Histogram<double> _appendDuration;
    private readonly Tally _accepted;
    private readonly Tally _delivered;
    private readonly Tally _replaced;
    private readonly Tally _bytes;
    private readonly Tally _appends;
    private readonly Tally _resyncs;
    private readonly Tally _rolls;
    private readonly Tally _retries;
    private readonly Tally _orphanedFolders;
    private readonly Tally _quarantined;
    private readonly Tally[] _dropped;
    private long _quarantinedBytes;

    /// <param name="bucket">The bucket, if it is known.</param>
    /// <param name="name">The delivery's name. A number is added while another delivery has the same name.</param>
    public DeliveryCounters(string? bucket, string name = "")
    {
        Name = DeliveryNames.Take(name);
        _nameTag = new("oss.sink.name", Name);
        var version = typeof(DeliveryCounters).Assembly.GetName().Version?.ToString();
        _meter = new Meter(MeterName, version, bucket is null ? [] : [new("oss.bucket", bucket)]);
        _accepted = Count("osslogsinks.records.accepted", "{record}", "Records taken into the buffer.");
        _delivered = Count("osslogsinks.records.delivered", "{record}", "Records that are in OSS.");
        _replaced = Count("osslogsinks.records.replaced", "{record}", "Events that were too large, so that a placeholder was taken instead.");
        _bytes = Count("osslogsinks.bytes.delivered", "By", "Bytes that are in OSS.");
        _appends = Count("osslogsinks.appends", "{request}", "Appends that were sent, repeats included.");
        _resyncs = Count("osslogsinks.resyncs", "{request}", "HEADs and ranged GETs that found out what became of an append.");
        _rolls = Count("osslogsinks.rolls", "{object}", "Objects left behind for the next sequence number.");
        _retries = Count("osslogsinks.retries", "{request}", "Requests that failed and are tried again.");
        _orphanedFolders = Count("osslogsinks.buffer.orphaned", "{folder}", "Folders taken over from processes that are no more.");
        _quarantined = Count("osslogsinks.buffer.quarantined", "{record}", "Records on disk that could not be read.");
        _appendDuration = _meter.CreateHistogram<double>("osslogsinks.append.duration", "s", "How long appends take from sending to answer; with error.type if they fail.");

        var dropped = _meter.CreateCounter<long>("osslogsinks.records.dropped", "{record}", "Events dropped, by reason.");
        _dropped = [.. Enumerable.Range(0, DropReasonNames.Count).Select(reason => new Tally(this, dropped, _nameTag, new("reason", DropReasonNames.Of((DropReason)reason))))];
    }

    /// <summary>The delivery's name, unique in this process.</summary>
    public string Name { get; }

    /// <summary>The delivery whose records are counted.</summary>
    public DeliverySource Source { get; init; } = new();

    /// <summary>Lets the meter observe memory, age and trouble. Only memory can be summed over deliveries.</summary>
    public void Observe(Func<long> memoryBytes, long memoryCapacity, Func<TimeSpan> oldestUndelivered, Func<int> trouble)
    {
        ObserveSum("osslogsinks.memory.bytes", memoryBytes, "By", "Memory that undelivered records hold.");
        ObserveSum("osslogsinks.memory.capacity", () => memoryCapacity, "By", "Memory that undelivered records may hold.");
        _meter.CreateObservableGauge("osslogsinks.undelivered.age", () => Named(oldestUndelivered().TotalSeconds), "s", "How long the oldest undelivered record has waited.");
        _meter.CreateObservableGauge("osslogsinks.trouble", () => Named(trouble()), description: "1 from the first failure on until delivery works again, else 0.");
    }

    public void ObserveBuffer(Func<long> bytes, long capacity)
    {
        ObserveSum("osslogsinks.buffer.bytes", bytes, "By", "Disk space that the buffer takes.");
        ObserveSum("osslogsinks.buffer.capacity", () => capacity, "By", "Disk space that the buffer may take.");
    }

    public void ObserveQueue(Func<long> size, long capacity)
    {
        ObserveSum("osslogsinks.queue.size", size, "{record}", "Events that wait to be rendered.");
        ObserveSum("osslogsinks.queue.capacity", () => capacity, "{record}", "Events that may wait to be rendered.");
    }

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

    public void Accepted(bool isFromDelivery = false) => _accepted.Add(1, isFromDelivery);

    public void Delivered(int records, long bytes)
    {
        _delivered.Add(records);
        _bytes.Add(bytes);
        MeasureDeferred();
    }

    public void Dropped(DropReason reason, long records, bool isFromDelivery = false) => _dropped[(int)reason].Add(records, isFromDelivery);

    /// <summary>
    /// Events were replaced by placeholders. Measured with the next append, since a listener of the meter may cause the next replacement.
    /// </summary>
    public void Replaced(long records) => _replaced.Add(records, isDeferred: true);

    public void AppendSent() => _appends.Add(1);

    public void Resynced() => _resyncs.Add(1);

    public void Rolled() => _rolls.Add(1);

    public void TookOverOrphan() => _orphanedFolders.Add(1);

    public void Quarantined(long records, long bytes)
    {
        Interlocked.Add(ref _quarantinedBytes, bytes);
        _quarantined.Add(records);
    }

    public void Retried() => _retries.Add(1);

    /// <summary>The counts so far; the buffer adds what it holds.</summary>
    public DeliverySnapshot Snapshot() => new()
    {
        Name = Name,
        Accepted = _accepted.Total,
        Delivered = _delivered.Total,
        Replaced = _replaced.Total,
        DeliveredBytes = _bytes.Total,
        Appends = _appends.Total,
        Resyncs = _resyncs.Total,
        Rolls = _rolls.Total,
        Retries = _retries.Total,
        OrphanedFolders = _orphanedFolders.Total,
        QuarantinedRecords = _quarantined.Total,
        QuarantinedBytes = Interlocked.Read(ref _quarantinedBytes),
        Dropped = Enumerable.Range(0, _dropped.Length)
            .Where(reason => _dropped[reason].Total > 0)
            .ToDictionary(reason => (DropReason)reason, reason => _dropped[reason].Total),
    };

    public void Dispose()
    {
        MeasureDeferred();
        _meter.Dispose();
        DeliveryNames.GiveBack(Name);
    }

    private Tally Count(string name, string unit, string description) => new(this, _meter.CreateCounter<long>(name, unit, description), _nameTag);

    // Called once per append, which a listener of the meter cannot cause.
    private void MeasureDeferred()
    {
        _accepted.MeasureDeferred();
        _replaced.MeasureDeferred();
        foreach (var dropped in _dropped)
            dropped.MeasureDeferred();
    }

    private void ObserveSum(string name, Func<long> value, string unit, string description) =>
        _meter.CreateObservableUpDownCounter(name, () => Named(value()), unit, description);

    private Measurement<T> Named<T>(T value)
        where T : struct => new(value, _nameTag);

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

    /// <summary>One count: its total for the snapshot, and its instrument.</summary>
    /// <remarks>
    /// A listener of the meter that logs on each measurement would never end: its event is measured, so it logs again. So events of
    /// delivery are measured later, with the next append.
    /// </remarks>
    private sealed class Tally(DeliveryCounters owner, Counter<long> counter, params KeyValuePair<string, object?>[] tags)
    {
        private long _total;
        private long _deferred;

        public long Total => Interlocked.Read(ref _total);

        public void Add(long count, bool isDeferred = false)
        {
            Interlocked.Add(ref _total, count);
            if (!counter.Enabled)
                return;

            if (isDeferred || _isMeasuring)
                Interlocked.Add(ref _deferred, count);
            else
                Measure(count + Interlocked.Exchange(ref _deferred, 0));
        }

        public void MeasureDeferred()
        {
            if (!_isMeasuring && Interlocked.Exchange(ref _deferred, 0) is var count and > 0)
                Measure(count);
        }

        private void Measure(long count)
        {
            using var measuring = new Measuring(owner.Source);
            try
            {
                counter.Add(count, tags);
            }
            catch (Exception)
            {
                // A listener's exception changes nothing here.
            }
        }
    }

    // Listeners of the meter run in this scope.
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

/// <summary>The unique names of this process's deliveries.</summary>
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

    public static void GiveBack(string name)
    {
        lock (Taken)
            Taken.Remove(name);
    }
}
