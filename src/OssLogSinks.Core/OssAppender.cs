using OssLogSinks.Core.Appending;
using OssLogSinks.Core.Batching;
using OssLogSinks.Core.Diagnostics;
using OssLogSinks.Core.Keys;
using OssLogSinks.Core.Protocol;
using OssLogSinks.Core.Retry;
using OssLogSinks.Core.Rolling;
using OssLogSinks.Core.Spool;

namespace OssLogSinks.Core;

/// <summary>
/// Appends log records to objects in OSS, each exactly once, in the background. Records wait in bounded memory; those
/// of one stream are joined into one append while the append before is on its way. Any thread may call any member.
/// </summary>
/// <remarks>
/// Every record that is brought here has one fate, and it is counted: stored, or given up for a
/// <see cref="DropReason"/>. Nothing here throws because OSS is in trouble.
/// </remarks>
public sealed class OssAppender : IDisposable, IAsyncDisposable
{
    private static readonly TimeSpan LongestSealing = TimeSpan.FromSeconds(10);

    private readonly DeliveryCounters _counters;
    private readonly DeliveryReporter _reporter;
    private readonly DeliveryFate _fate;
    private readonly MemorySpool _spool;
    private readonly Shipper _shipper;
    private readonly ObjectSealer? _sealer;
    private readonly OssClient? _ownClient;
    private readonly TimeProvider _time;
    private readonly TimeSpan _closeTimeout;
    private readonly int _recordSizeLimit;
    private readonly object _closing = new();
    private Task<bool>? _closed;

    /// <summary>Checks the settings and makes an appender. Nothing is sent before the first record.</summary>
    /// <param name="options">The settings; read now, not kept.</param>
    /// <exception cref="OssSettingsException">Some settings cannot be used; the exception names all of them.</exception>
    public OssAppender(OssAppenderOptions options)
    {
        var checkedOptions = new OssAppenderOptionsValidator(options ?? throw new ArgumentNullException(nameof(options)));
        var faults = checkedOptions.Validate();
        if (faults.Count > 0)
            throw new OssSettingsException(faults);

        _time = options.TimeProvider;
        _closeTimeout = options.CloseTimeout;
        _recordSizeLimit = options.RecordSizeLimit;
        KeyTemplate = checkedOptions.KeyTemplate!;
        _ownClient = options.Client is null ? new OssClient(checkedOptions.ClientOptions!) : null;

        _counters = new DeliveryCounters(options.Bucket);
        _reporter = new DeliveryReporter(options.Diagnostics, _time);
        _fate = new DeliveryFate(_counters, _reporter, options.Listener);

        var zone = options.UseLocalTime ? _time.LocalTimeZone : null;
        var policy = new RollingPolicy(options.RollingInterval, KeyTemplate.TimestampFormats, zone, options.ObjectSizeLimit);
        var context = new AppendContext(options, options.Client ?? _ownClient!, policy, _counters, _reporter);
        _sealer = context.Sealer;
        _spool = new MemorySpool(
            new StreamDirectory(KeyTemplate, context, options.OpenStreamLimit),
            new SpoolLimits(options.MemoryLimit, options.AppendSizeLimit, options.AppendInterval),
            _time);
        _counters.Observe(() => _spool.HeldBytes, _spool.OldestAge);
        _shipper = new Shipper(_spool, context, _fate, new ShipperSettings(
            options.ConcurrentAppends,
            new RetrySchedule(options.RetryDelay, options.RetryDelayLimit),
            options.RefusalRetryDelay,
            options.RetryTimeLimit ?? (options.BufferPath is null ? TimeSpan.FromHours(1) : Timeout.InfiniteTimeSpan),
            _time,
            options.Random));
    }

    /// <summary>The parsed key template; its <see cref="ObjectKeyTemplate.PropertyNames"/> say which values a record brings.</summary>
    public ObjectKeyTemplate KeyTemplate { get; }

    /// <summary>
    /// Takes a record without ever waiting. When there is no room, when the record is too large, or after the close, it
    /// is given up: counted, reported, and told to the listener.
    /// </summary>
    /// <returns>Whether the record was accepted.</returns>
    public bool TryAppend(in LogRecord record)
    {
        if (IsTooLarge(record))
            return false;

        var acceptance = _spool.TryAdd(record, out _);
        if (acceptance == Acceptance.Full)
            Refuse(record, DropReason.SpoolFull, "the memory for undelivered events is full.");

        return Conclude(record, acceptance);
    }

    /// <summary>
    /// Takes a record, waiting for room if there is none. When the record is too large, or after the close, it is given
    /// up: counted, reported, and told to the listener.
    /// </summary>
    /// <returns>Whether the record was accepted.</returns>
    /// <exception cref="OperationCanceledException">The wait was cancelled; the record was not taken, and is the caller's again.</exception>
    public async ValueTask<bool> AppendAsync(LogRecord record, CancellationToken cancellationToken = default)
    {
        if (IsTooLarge(record))
            return false;

        Acceptance acceptance;
        while ((acceptance = _spool.TryAdd(record, out var room)) == Acceptance.Full)
            await Waiting.WithAsync(room!, cancellationToken).ConfigureAwait(false);

        return Conclude(record, acceptance);
    }

    /// <summary>
    /// Sends what waits at once, and ends when every record accepted before has met its fate. Trouble with OSS makes it
    /// wait; the token bounds that.
    /// </summary>
    /// <returns>
    /// True if all that still waited stand in OSS, each once; false if some of them were given up. Those that were given up
    /// before the call were counted and reported then.
    /// </returns>
    /// <exception cref="OperationCanceledException">The wait was cancelled; delivery goes on.</exception>
    public async Task<bool> FlushAsync(CancellationToken cancellationToken = default)
    {
        var waiting = Task.WhenAll(_spool.Flush());
        await Waiting.WithAsync(waiting, cancellationToken).ConfigureAwait(false);
        return (await waiting.ConfigureAwait(false)).All(isStored => isStored);
    }

    /// <summary>As <see cref="FlushAsync(CancellationToken)"/>, and ends as soon as every record accepted before is as safe as asked for.</summary>
    /// <param name="target">What to wait for.</param>
    /// <param name="cancellationToken">Ends the wait; delivery goes on.</param>
    /// <returns>True if all that still waited is there; false if some of it was given up.</returns>
    /// <exception cref="OperationCanceledException">The wait was cancelled; delivery goes on.</exception>
    public Task<bool> FlushAsync(OssFlushTarget target, CancellationToken cancellationToken = default) =>
        throw new NotImplementedException(target.ToString() + cancellationToken);

    /// <summary>
    /// Ships what processes that are no more left in a folder, for the volume of a dead pod for instance, and ends when
    /// all of it stands in OSS. Folders whose owner lives are left alone.
    /// </summary>
    /// <param name="bufferPath">The folder that was their <see cref="OssAppenderOptions.BufferPath"/>.</param>
    /// <param name="options">How to reach OSS; records go to the objects that they were logged for, whatever the key is here.</param>
    /// <param name="progress">Is told now and then how far it has come; at the end for certain.</param>
    /// <param name="cancellationToken">Ends it; what is not shipped by then stays on disk.</param>
    /// <returns>What was done.</returns>
    /// <exception cref="OssSettingsException">Some settings cannot be used.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static Task<OssDrainProgress> DrainAsync(
        string bufferPath, OssAppenderOptions options, IProgress<OssDrainProgress>? progress = null, CancellationToken cancellationToken = default) =>
        throw new NotImplementedException(bufferPath + options + progress + cancellationToken);

    /// <summary>
    /// Counts and reports events that were given up before they came here, so that one place knows of all of them.
    /// </summary>
    /// <param name="reason">Why.</param>
    /// <param name="count">How many.</param>
    /// <param name="why">A short sentence for the report; no event text in it.</param>
    public void CountDropped(DropReason reason, long count, string why) => _fate.Lost(reason, count, [], why);

    /// <summary>What has been done so far, and what is still held.</summary>
    public DeliverySnapshot GetSnapshot() => _counters.Snapshot() with
    {
        SpoolBytes = _spool.HeldBytes,
        OldestUndelivered = _spool.OldestAge(),
        OpenStreams = _spool.OpenStreams,
    };

    /// <summary>
    /// Takes no more records, sends what waits, and gives up what OSS has not taken when the time is over.
    /// </summary>
    /// <param name="timeout">How long to wait for OSS: from zero to 24 days, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <returns>True if everything that was ever accepted stands in OSS; false if some records were given up, now or earlier.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The time is no such time; nothing is closed.</exception>
    public Task<bool> CloseAsync(TimeSpan timeout)
    {
        if (timeout != Timeout.InfiniteTimeSpan && (timeout < TimeSpan.Zero || timeout > OssAppenderOptionsValidator.LongestTime))
            throw new ArgumentOutOfRangeException(nameof(timeout), "The time must be from zero to 24 days, or infinite.");

        lock (_closing)
            return _closed ??= CloseOnceAsync(timeout);
    }

    /// <summary>Closes, waiting for <see cref="OssAppenderOptions.CloseTimeout"/> at most.</summary>
    public async ValueTask DisposeAsync() => await CloseAsync(_closeTimeout).ConfigureAwait(false);

    /// <summary>Closes, waiting for <see cref="OssAppenderOptions.CloseTimeout"/> at most.</summary>
    public void Dispose() => Task.Run(() => CloseAsync(_closeTimeout)).GetAwaiter().GetResult();

    private async Task<bool> CloseOnceAsync(TimeSpan timeout)
    {
        var begun = _time.GetTimestamp();
        var waiting = Task.WhenAll(_spool.Close());
        _ = await Waiting.ForAsync(waiting, timeout, _time).ConfigureAwait(false);
        await _shipper.StopAsync().ConfigureAwait(false);

        foreach (var (batch, mayBeStored) in _spool.Abandon())
        {
            _fate.Lost(batch, DropReason.CloseTimeOver, "the application stopped before OSS took them.", null, mayBeStored);
            batch.Abandon();
        }

        await EndSealingAsync(timeout, begun).ConfigureAwait(false);
        _shipper.Dispose();
        _spool.Dispose();
        _reporter.ReportRest();
        _counters.Dispose();
        _ownClient?.Dispose();
        // What was still stored while the workers ended counts: only what was given up is missing.
        return !_fate.HasLostAccepted;
    }

    // In what is left of the close's time, and never for long: a client that is plugged in may not end.
    private async Task EndSealingAsync(TimeSpan timeout, long begun)
    {
        if (_sealer is null)
            return;

        var left = timeout == Timeout.InfiniteTimeSpan ? LongestSealing : timeout - _time.GetElapsedTime(begun);
        await _sealer.CloseAsync(left <= TimeSpan.Zero ? TimeSpan.Zero : left < LongestSealing ? left : LongestSealing).ConfigureAwait(false);
        _sealer.Dispose();
    }

    private bool IsTooLarge(in LogRecord record)
    {
        if (record.Utf8.Length <= _recordSizeLimit)
            return false;

        Refuse(record, DropReason.TooLarge, "an event was larger than the record size limit.");
        return true;
    }

    private bool Conclude(in LogRecord record, Acceptance acceptance)
    {
        if (acceptance == Acceptance.Accepted)
            _counters.Accepted();
        else if (acceptance == Acceptance.Closed)
            Refuse(record, DropReason.Closed, "the appender was closed.");

        return acceptance == Acceptance.Accepted;
    }

    private void Refuse(in LogRecord record, DropReason reason, string why) =>
        _fate.Lost(reason, 1, record.State is { } state ? [state] : [], why);
}
