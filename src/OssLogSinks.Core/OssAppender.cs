using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.DiskBuffer.Files;
using OssLogSinks.Core.Keys;
using OssLogSinks.Core.Records;
using OssLogSinks.Core.Shutdown;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core;

/// <summary>
/// Appends log records to objects in OSS, each exactly once, in the background. Records wait in bounded memory, or on
/// disk if <see cref="OssAppenderOptions.BufferPath"/> is set; those of one stream are joined into one append while the append before is on its way. Any thread may call any member.
/// </summary>
/// <remarks>
/// Every record has exactly one outcome, and it is counted: delivered, persisted for a later process to deliver, or dropped for a
/// <see cref="DropReason"/>. Nothing here throws because OSS is in trouble.
/// </remarks>
public sealed class OssAppender : IDisposable, IAsyncDisposable
{
    private readonly DeliverySetup _setup;
    private readonly IRecordBuffer _buffer;
    private readonly TimeProvider _time;
    private readonly TimeSpan _closeTimeout;

    // What is cut off ends at once, unless a client hangs or the thread pool has no thread left. In real time, as everything is that is about
    // processors; with time for a disk to write what it was just given.
    private readonly TimeSpan _stopGrace;
    private readonly int _recordSizeLimit;
    private readonly LateEvents? _late;
    private readonly object _closing = new();
    private Task<bool>? _closed;
    private volatile bool _hasRefusedClosed;

    /// <summary>Checks the settings and makes an appender. Nothing is sent before the first record, except what earlier processes left in <see cref="OssAppenderOptions.BufferPath"/>.</summary>
    /// <param name="options">The settings; read now, not kept.</param>
    /// <exception cref="OssSettingsException">Some settings cannot be used; the exception names all of them.</exception>
    public OssAppender(OssAppenderOptions options)
        : this(options, BufferFiles.Instance)
    {
    }

    internal OssAppender(OssAppenderOptions options, IBufferFiles disk)
    {
        _setup = DeliverySetup.From(options ?? throw new ArgumentNullException(nameof(options)));
        _time = options.TimeProvider;
        _closeTimeout = options.CloseTimeout;
        _stopGrace = TimeSpan.FromSeconds(options.BufferPath is null ? 0.5 : 1.5);
        _recordSizeLimit = options.EventSizeLimitBytes;
        _late = options.LateEventGrace is { } grace ? new LateEvents(_setup.Policy, grace, _time) : null;
        _buffer = options.BufferPath is null
            ? new MemoryOnlyBuffer(_setup.OpenPipeline(options.MemoryLimitBytes))
            : new DiskBuffer.DiskBuffer(_setup.BufferParts, DeliverySetup.BufferSettingsOf(options, options.BufferPath), disk);
        _setup.Counters.Observe(() => _buffer.HeldBytes, options.MemoryLimitBytes, _buffer.OldestAge, () => _setup.Reporter.TroubleNow.Since is null ? 0 : 1);
        if (options.BufferPath is not null)
            _setup.Counters.ObserveBuffer(() => _buffer.DiskBytes, options.BufferSizeLimitBytes);
    }

    /// <summary>The parsed key template; its <see cref="ObjectKeyTemplate.PropertyNames"/> say which values a record brings.</summary>
    public ObjectKeyTemplate KeyTemplate => _setup.KeyTemplate;

    /// <summary>
    /// Whether the calling code runs because records are delivered here: a client, credentials or diagnostics for instance. A record
    /// that it appends makes no append due, and waits for the next one that does, or for a flush or the close. One that runs
    /// because of another appender's delivery does so only where each would keep the other busy.
    /// </summary>
    public bool IsCalledByDelivery => DeliveryScope.IsCausedBy(_setup.Source);

    /// <summary>Begins a scope of this appender's delivery, for what a front door calls in its own background: formatters, for instance.</summary>
    /// <returns>To be disposed where it was entered; in an asynchronous method, at its end at the latest.</returns>
    public DeliveryScope EnterDelivery() => DeliveryScope.Enter(_setup.Source);

    /// <summary>As <see cref="EnterDelivery"/>, at next to no cost, for a call that stays on this thread.</summary>
    /// <returns>To be disposed on this thread.</returns>
    public DeliveryScope EnterDeliveryOnThread() => DeliveryScope.EnterOnThread(_setup.Source);

    /// <summary>
    /// Takes a record without ever waiting. When there is no space, when the record is too large, or after the close, it
    /// is given up: counted, reported, and told to the listener.
    /// </summary>
    /// <returns>Whether the record was accepted.</returns>
    public bool TryAppend(in LogRecord record) => Append(record, TimeSpan.Zero);

    /// <summary>
    /// Takes a record, blocking the calling thread while there is no space, unless delivery itself has called. When there is none
    /// in time, when the record is too large, or after the close, it is given up: counted, reported, and told to the listener.
    /// </summary>
    /// <param name="record">The record.</param>
    /// <param name="timeout">How long to wait for space: from zero, not at all, to 24 days, or <see cref="Timeout.InfiniteTimeSpan"/> for as long as it takes.</param>
    /// <returns>Whether the record was accepted.</returns>
    public bool Append(in LogRecord record, TimeSpan timeout)
    {
        if (IsTooLarge(record))
            return false;

        var isDue = IsDue(record);
        var acceptance = Add(record, isDue, out var spaceAvailable);
        if (acceptance == Acceptance.Full && timeout != TimeSpan.Zero && MayWait(record, isDue) && DeliveryScope.MayWait())
            acceptance = AddInTime(record, isDue, spaceAvailable!, timeout);

        return Conclude(record, isDue, acceptance);
    }

    /// <summary>
    /// Takes a record, waiting for space if there is none, unless delivery itself has called. When it may not wait, when the record
    /// is too large, or after the close, it is given up: counted, reported, and told to the listener.
    /// </summary>
    /// <returns>Whether the record was accepted.</returns>
    /// <exception cref="OperationCanceledException">The wait was cancelled; the record was not taken, and is the caller's again.</exception>
    public ValueTask<bool> AppendAsync(LogRecord record, CancellationToken cancellationToken = default)
    {
        if (IsTooLarge(record))
            return new ValueTask<bool>(false);

        var isDue = IsDue(record);
        var acceptance = Add(record, isDue, out var spaceAvailable);
        return acceptance == Acceptance.Full && MayWait(record, isDue)
            ? new ValueTask<bool>(AppendLaterAsync(record, isDue, spaceAvailable!, cancellationToken))
            : new ValueTask<bool>(Conclude(record, isDue, acceptance));
    }

    /// <summary>
    /// Sends what waits at once, and ends when every record accepted before has its outcome. Trouble with OSS makes it
    /// wait; the token bounds that.
    /// </summary>
    /// <returns>
    /// True if all that still waited are in OSS, each once; false if some of them were given up, or if records came after the close. Those
    /// that were given up before the call for another reason were counted and reported then.
    /// </returns>
    /// <exception cref="OperationCanceledException">The wait was cancelled; delivery goes on.</exception>
    public Task<bool> FlushAsync(CancellationToken cancellationToken = default) => FlushAsync(OssFlushTarget.Oss, cancellationToken);

    /// <summary>As <see cref="FlushAsync(CancellationToken)"/>, and ends as soon as every record accepted before is as safe as asked for.</summary>
    /// <param name="target">What to wait for.</param>
    /// <param name="cancellationToken">Ends the wait; delivery goes on.</param>
    /// <returns>True if all that still waited is there; false if some of it was given up.</returns>
    /// <exception cref="OperationCanceledException">The wait was cancelled; delivery goes on.</exception>
    public async Task<bool> FlushAsync(OssFlushTarget target, CancellationToken cancellationToken = default)
    {
        var flushing = _buffer.FlushAsync(target, cancellationToken);
        return await Waiting.WithAsync(flushing, cancellationToken).ConfigureAwait(false) && !_hasRefusedClosed;
    }

    /// <summary>
    /// Ships what processes that are no more left in a folder, for the volume of a dead pod for instance, and ends when
    /// all of it is in OSS. Folders whose owner lives are left alone.
    /// </summary>
    /// <param name="bufferPath">The folder that was their <see cref="OssAppenderOptions.BufferPath"/>.</param>
    /// <param name="options">
    /// How to reach OSS. Records go to the objects that they were logged for, whatever the key is here, and
    /// <see cref="OssAppenderOptions.BufferPath"/> is not looked at.
    /// </param>
    /// <param name="progress">Is told now and then how far it has come; at the end for certain.</param>
    /// <param name="cancellationToken">Ends it; what is not shipped by then stays on disk.</param>
    /// <returns>What was done.</returns>
    /// <exception cref="OssSettingsException">Some settings, or the path, cannot be used.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static Task<OssDrainProgress> DrainAsync(
        string bufferPath, OssAppenderOptions options, IProgress<OssDrainProgress>? progress = null, CancellationToken cancellationToken = default) =>
        BufferDrain.RunAsync(
            bufferPath ?? throw new ArgumentNullException(nameof(bufferPath)),
            options ?? throw new ArgumentNullException(nameof(options)),
            progress,
            cancellationToken);

    /// <summary>
    /// Counts and reports events that were given up before they came here, so that one place knows of all of them.
    /// </summary>
    /// <param name="reason">Why.</param>
    /// <param name="count">How many.</param>
    /// <param name="why">A short sentence for the report; no event text in it.</param>
    public void CountDropped(DropReason reason, long count, string why) => _setup.DeliveryTracker.Dropped(reason, count, [], why);

    /// <summary>
    /// Counts and reports events that were larger than <see cref="OssAppenderOptions.EventSizeLimitBytes"/>, so that a front door brings a
    /// placeholder instead, which says so.
    /// </summary>
    /// <param name="count">How many.</param>
    public void CountReplaced(long count)
    {
        _setup.Counters.Replaced(count);
        _setup.Reporter.Replaced(count);
    }

    /// <summary>Lets the meter tell how full a queue in front is: <c>osslogsinks.queue.size</c> and <c>osslogsinks.queue.capacity</c>. To be called once.</summary>
    /// <param name="size">How many events wait in it; may be asked by any thread, and after the close.</param>
    /// <param name="capacity">How many may.</param>
    public void ObserveQueue(Func<long> size, long capacity) =>
        _setup.Counters.ObserveQueue(size ?? throw new ArgumentNullException(nameof(size)), capacity);

    /// <summary>What has been done so far, and what is still held.</summary>
    public DeliverySnapshot GetSnapshot()
    {
        var (lastFailure, troubleSince) = _setup.Reporter.TroubleNow;
        return _setup.Counters.Snapshot() with
        {
            MemoryBytes = _buffer.HeldBytes,
            BufferBytes = _buffer.DiskBytes,
            OldestUndelivered = _buffer.OldestAge(),
            OpenStreams = _buffer.OpenStreams,
            LastFailure = lastFailure,
            TroubleSince = troubleSince,
        };
    }

    /// <summary>
    /// Takes no more records and sends what waits. What OSS has not taken when the time is over stays on disk if there is a
    /// <see cref="OssAppenderOptions.BufferPath"/>, for the next start; without one it is given up.
    /// </summary>
    /// <param name="timeout">How long to wait for OSS: from zero to 24 days, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <returns>True if everything that was ever accepted is in OSS or on disk; false if some records were given up, now or earlier.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The time is no such time; nothing is closed.</exception>
    public Task<bool> CloseAsync(TimeSpan timeout)
    {
        if (timeout != Timeout.InfiniteTimeSpan && (timeout < TimeSpan.Zero || timeout > OssAppenderOptionsValidator.LongestTime))
            throw new ArgumentOutOfRangeException(nameof(timeout), "The time must be from zero to 24 days, or infinite.");

        lock (_closing)
            return _closed ??= BeginClose(_time.GetTimestamp(), timeout);
    }

    /// <summary>Closes, waiting for <see cref="OssAppenderOptions.CloseTimeout"/> at most.</summary>
    public async ValueTask DisposeAsync() => await CloseAsync(_closeTimeout).ConfigureAwait(false);

    /// <summary>Closes, waiting for <see cref="OssAppenderOptions.CloseTimeout"/> at most.</summary>
    public void Dispose() => CloseAsync(_closeTimeout).GetAwaiter().GetResult();

    private Task<bool> BeginClose(long begun, TimeSpan timeout) => BoundedWait.RunAsync(() => Close(begun, timeout));

    private bool Close(long begun, TimeSpan timeout)
    {
        try
        {
            _ = BoundedWait.For(_buffer.FinishAsync(), begun, timeout, _time);
            var stopping = _buffer.StopAsync();
            if (BoundedWait.For(stopping, _stopGrace, TimeProvider.System))
            {
                stopping.GetAwaiter().GetResult();
                _buffer.Dispose();
            }
        }
        finally
        {
            _buffer.GiveUp();
            _setup.EndSealing(timeout, begun);
            _setup.Dispose();
        }

        // What was still stored while the workers ended counts: only what was given up is missing.
        return !_setup.DeliveryTracker.HasDroppedAccepted;
    }

    private async Task<bool> AppendLaterAsync(LogRecord record, bool isDue, Task spaceAvailable, CancellationToken cancellationToken)
    {
        Acceptance acceptance;
        Task? next = spaceAvailable;
        do
        {
            await Waiting.WithAsync(next!, cancellationToken).ConfigureAwait(false);
            acceptance = Add(record, isDue, out next);
        }
        while (acceptance == Acceptance.Full);

        return Conclude(record, isDue, acceptance);
    }

    private Acceptance AddInTime(in LogRecord record, bool isDue, Task spaceAvailable, TimeSpan timeout)
    {
        var begun = _time.GetTimestamp();
        using var blocked = BlockedCaller.Enter();
        Acceptance acceptance;
        bool isInTime;
        Task? next = spaceAvailable;
        do
        {
            isInTime = BoundedWait.For(next!, begun, timeout, _time);
            acceptance = Add(record, isDue, out next);
        }
        while (acceptance == Acceptance.Full && isInTime);

        return acceptance;
    }

    private Acceptance Add(in LogRecord record, bool isDue, out Task? spaceAvailable)
    {
        var acceptance = _buffer.TryAdd(_late is null ? record : _late.File(record), isDue, out spaceAvailable);
        return acceptance == Acceptance.RefusedStreamFull && !record.YieldsIfRefused ? Acceptance.Full : acceptance;
    }

    private bool IsDue(in LogRecord record) => !(record.IsFromDelivery ?? IsCalledByDelivery);

    // IsFromDelivery is set only by a queue in front, whose own thread may wait.
    private static bool MayWait(in LogRecord record, bool isDue) => isDue && (record.IsFromDelivery is not null || !DeliveryScope.IsActive);

    private bool IsTooLarge(in LogRecord record)
    {
        if (record.Utf8.Length <= _recordSizeLimit)
            return false;

        Refuse(record, DropReason.TooLarge, isFromDelivery: !IsDue(record), "an event was larger than the record size limit.");
        return true;
    }

    private bool Conclude(in LogRecord record, bool isDue, Acceptance acceptance)
    {
        if (acceptance == Acceptance.Accepted)
            _setup.Counters.Accepted(isFromDelivery: !isDue);
        else if (acceptance == Acceptance.Closed)
            RefuseClosed(record, isDue);
        else if (acceptance == Acceptance.RefusedStreamFull)
            Refuse(record, DropReason.BufferFull, !isDue, "OSS refuses what they are for, and others need the memory.");
        else
            Refuse(record, DropReason.BufferFull, !isDue, "the memory for undelivered events is full.");

        return acceptance == Acceptance.Accepted;
    }

    private void RefuseClosed(in LogRecord record, bool isDue)
    {
        _hasRefusedClosed = true;
        Refuse(record, DropReason.Closed, !isDue, "the appender was closed.");
    }

    private void Refuse(in LogRecord record, DropReason reason, bool isFromDelivery, string why) =>
        _setup.DeliveryTracker.DroppedOnArrival(reason, isFromDelivery, record.State is { } state ? [state] : [], why);
}
