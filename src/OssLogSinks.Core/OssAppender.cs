using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.DiskBuffer.Files;
using OssLogSinks.Core.Keys;
using OssLogSinks.Core.Records;
using OssLogSinks.Core.Shutdown;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core;

/// <summary>
/// Appends log records to objects in OSS in the background, each exactly once. Records wait in bounded memory, or on disk if
/// <see cref="OssAppenderOptions.BufferPath"/> is set. A stream is the objects of one rendered key, numbered <c>_001</c> and so on. While an append
/// of a stream is in flight, the stream's next records are collected for its next append. Any thread may call any member.
/// </summary>
/// <remarks>
/// Every record has exactly one outcome: delivered, persisted for a later process to deliver, or dropped for a <see cref="DropReason"/>.
/// Deliveries and drops are counted; how many events wait on disk is reported at the close. No member throws because OSS fails.
/// </remarks>
public sealed class OssAppender : IDisposable, IAsyncDisposable
{
    private readonly DeliverySetup _setup;
    private readonly IRecordBuffer _buffer;
    private readonly TimeProvider _time;
    private readonly TimeSpan _closeTimeout;

    // How long the workers may take to stop after their requests were cancelled. They need this time only if a client hangs or the thread pool has
    // no free thread. Measured in real time, not by the clock of the settings. Longer with a disk buffer, which may still be writing.
    private readonly TimeSpan _stopGrace;
    private readonly int _recordSizeLimit;
    private readonly LateEvents? _late;
    private readonly object _closing = new();
    private Task<bool>? _closed;
    private volatile bool _hasRefusedClosed;

    /// <summary>
    /// Checks the settings and creates an appender. Nothing is sent before the first record, except records that earlier processes left in
    /// <see cref="OssAppenderOptions.BufferPath"/>.
    /// </summary>
    /// <param name="options">The settings. They are read now; later changes have no effect.</param>
    /// <exception cref="OssSettingsException">Some settings are invalid; the exception names all of them.</exception>
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

    /// <summary>The parsed key template; its <see cref="ObjectKeyTemplate.PropertyNames"/> name the values that each record carries.</summary>
    public ObjectKeyTemplate KeyTemplate => _setup.KeyTemplate;

    /// <summary>
    /// Whether the calling code runs because this appender delivers records: in a client, a credentials provider or diagnostics, for instance. A
    /// record that such code appends causes no append: it waits for the next append, a flush or the close. For code that runs
    /// because of another appender's delivery, this is true only if the two appenders would keep each other busy.
    /// </summary>
    public bool IsCalledByDelivery => DeliveryScope.IsCausedBy(_setup.Source);

    /// <summary>
    /// Begins a scope of this appender's delivery, for code that a sink or target runs in its own background: formatters, for instance.
    /// </summary>
    /// <returns>Dispose it where it was entered; in an asynchronous method, at the end of the method at the latest.</returns>
    public DeliveryScope EnterDelivery() => DeliveryScope.Enter(_setup.Source);

    /// <summary>As <see cref="EnterDelivery"/>, but much cheaper, for a call that stays on this thread.</summary>
    /// <returns>Dispose it on this thread.</returns>
    public DeliveryScope EnterDeliveryOnThread() => DeliveryScope.EnterOnThread(_setup.Source);

    /// <summary>
    /// Takes a record without waiting. The record is dropped if there is no space, if it is too large, or after the close. A drop is counted,
    /// reported, and passed to the listener.
    /// </summary>
    /// <returns>Whether the record was accepted.</returns>
    public bool TryAppend(in LogRecord record) => Append(record, TimeSpan.Zero);

    /// <summary>
    /// Takes a record, and blocks the calling thread while there is no space, unless delivery itself calls. The record is dropped if there is no
    /// space in time, if it is too large, or after the close. A drop is counted, reported, and passed to the listener.
    /// </summary>
    /// <param name="record">The record.</param>
    /// <param name="timeout">
    /// How long to wait for space: from zero (no wait) to 24 days, or <see cref="Timeout.InfiniteTimeSpan"/> (no limit).
    /// </param>
    /// <returns>Whether the record was accepted.</returns>
    public bool Append(in LogRecord record, TimeSpan timeout)
    {
        if (IsTooLarge(record))
            return false;

        var causesAppend = CausesAppend(record);
        var acceptance = Add(record, causesAppend, out var spaceAvailable);
        if (acceptance == Acceptance.Full && timeout != TimeSpan.Zero && MayWait(record, causesAppend) && DeliveryScope.MayWait())
            acceptance = AddInTime(record, causesAppend, spaceAvailable!, timeout);

        return Conclude(record, causesAppend, acceptance);
    }

    /// <summary>
    /// Takes a record, and waits while there is no space, unless delivery itself calls. The record is dropped if there is no space and it may not
    /// wait, if it is too large, or after the close. A drop is counted, reported, and passed to the listener.
    /// </summary>
    /// <returns>Whether the record was accepted.</returns>
    /// <exception cref="OperationCanceledException">The wait was cancelled. The record was not taken; the caller still owns it.</exception>
    public ValueTask<bool> AppendAsync(LogRecord record, CancellationToken cancellationToken = default)
    {
        if (IsTooLarge(record))
            return new ValueTask<bool>(false);

        var causesAppend = CausesAppend(record);
        var acceptance = Add(record, causesAppend, out var spaceAvailable);
        return acceptance == Acceptance.Full && MayWait(record, causesAppend)
            ? new ValueTask<bool>(AppendLaterAsync(record, causesAppend, spaceAvailable!, cancellationToken))
            : new ValueTask<bool>(Conclude(record, causesAppend, acceptance));
    }

    /// <summary>
    /// Sends waiting records without waiting for <see cref="OssAppenderOptions.AppendInterval"/>, and completes when every record accepted
    /// before the call has its outcome. While OSS fails this can take long; use the token to limit the wait.
    /// </summary>
    /// <returns>
    /// True if all records that were still waiting are in OSS, each once. False if some of them were dropped, if some stay on disk (the appender
    /// was closed meanwhile, or a file there cannot be opened), or if any record was appended after the close. Records that were dropped before
    /// the call have no influence; they were counted and reported when they were dropped.
    /// </returns>
    /// <exception cref="OperationCanceledException">The wait was cancelled; delivery goes on.</exception>
    public Task<bool> FlushAsync(CancellationToken cancellationToken = default) => FlushAsync(OssFlushTarget.Oss, cancellationToken);

    /// <summary>
    /// As <see cref="FlushAsync(CancellationToken)"/>, but <paramref name="target"/> says where the records must be stored: in OSS, or at least on
    /// disk.
    /// </summary>
    /// <param name="target">Where the records must be stored.</param>
    /// <param name="cancellationToken">Ends the wait; delivery goes on.</param>
    /// <returns>
    /// True if all records that were still waiting are stored there; false as for <see cref="FlushAsync(CancellationToken)"/>, but with the
    /// target disk, records that stay on disk count as stored.
    /// </returns>
    /// <exception cref="OperationCanceledException">The wait was cancelled; delivery goes on.</exception>
    public async Task<bool> FlushAsync(OssFlushTarget target, CancellationToken cancellationToken = default)
    {
        var flushing = _buffer.FlushAsync(target, cancellationToken);
        return await Waiting.WithAsync(flushing, cancellationToken).ConfigureAwait(false) && !_hasRefusedClosed;
    }

    /// <summary>
    /// Ships the records that ended processes left in a folder, for instance on the volume of a dead pod, and completes when all of them were
    /// shipped that can be. Records that cannot be read are quarantined. Left alone are folders of running processes and of other versions of
    /// this library, folders on a file system without locks, and what follows a file that cannot be opened.
    /// </summary>
    /// <param name="bufferPath">The folder that those processes used as <see cref="OssAppenderOptions.BufferPath"/>.</param>
    /// <param name="options">
    /// How to reach OSS. Records go to the objects that they were logged for: the object key of these options must be valid, but names no
    /// object, and <see cref="OssAppenderOptions.BufferPath"/> is not used.
    /// </param>
    /// <param name="progress">Receives the progress about once a second, and once at the end.</param>
    /// <param name="cancellationToken">Ends the drain; records that are not shipped yet stay on disk.</param>
    /// <returns>The final progress.</returns>
    /// <exception cref="OssSettingsException">Some settings, or the path, are invalid.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="OperationCanceledException">The drain was cancelled.</exception>
    public static Task<OssDrainProgress> DrainAsync(
        string bufferPath, OssAppenderOptions options, IProgress<OssDrainProgress>? progress = null, CancellationToken cancellationToken = default) =>
        BufferDrain.RunAsync(
            bufferPath ?? throw new ArgumentNullException(nameof(bufferPath)),
            options ?? throw new ArgumentNullException(nameof(options)),
            progress,
            cancellationToken);

    /// <summary>Counts and reports events that were dropped before they reached the appender, so that all drops are counted in one place.</summary>
    /// <param name="reason">Why they were dropped.</param>
    /// <param name="count">How many.</param>
    /// <param name="why">A short sentence for the report, without event text.</param>
    public void CountDropped(DropReason reason, long count, string why)
    {
        _setup.Numbering?.Miss(count);
        _setup.DeliveryTracker.Dropped(reason, count, [], why);
    }

    /// <summary>
    /// Counts and reports events that were larger than <see cref="OssAppenderOptions.EventSizeLimitBytes"/>, and for which a sink or target appends
    /// a placeholder that says so.
    /// </summary>
    /// <param name="count">How many.</param>
    public void CountReplaced(long count)
    {
        _setup.Counters.Replaced(count);
        _setup.Reporter.Replaced(count);
    }

    /// <summary>
    /// Reports trouble of the sink around the appender where the appender's own reports go: to <see cref="OssAppenderOptions.Diagnostics"/> and,
    /// with <see cref="OssAppenderOptions.ReportToConsole"/>, to standard error. Never throws.
    /// </summary>
    /// <param name="report">The report.</param>
    public void Report(OssDiagnosticEvent report) => _setup.Reporter.Report(report ?? throw new ArgumentNullException(nameof(report)));

    /// <summary>
    /// Adds a queue in front of the appender to the metrics <c>osslogsinks.queue.size</c> and <c>osslogsinks.queue.capacity</c>. Call it once.
    /// </summary>
    /// <param name="size">The number of events in the queue; called by any thread, also after the close.</param>
    /// <param name="capacity">The most events that the queue holds.</param>
    public void ObserveQueue(Func<long> size, long capacity) =>
        _setup.Counters.ObserveQueue(size ?? throw new ArgumentNullException(nameof(size)), capacity);

    /// <summary>The counters so far, and what is waiting now.</summary>
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
    /// Accepts no more records and sends those that wait. If the time is over before a record is in OSS, the record stays on disk for the next
    /// start if it was written to <see cref="OssAppenderOptions.BufferPath"/>; otherwise it is dropped. A later call has the result of the
    /// first one, and its timeout has no effect.
    /// </summary>
    /// <param name="timeout">How long to wait for OSS: from zero to 24 days, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <returns>True if every record ever accepted is in OSS or on disk; false if some accepted records were dropped, now or earlier.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The timeout is out of range; nothing is closed.</exception>
    public Task<bool> CloseAsync(TimeSpan timeout)
    {
        if (timeout != Timeout.InfiniteTimeSpan && (timeout < TimeSpan.Zero || timeout > OssAppenderOptionsValidator.LongestTime))
            throw new ArgumentOutOfRangeException(nameof(timeout), "The time must be from zero to 24 days, or infinite.");

        lock (_closing)
            return _closed ??= BeginClose(_time.GetTimestamp(), timeout);
    }

    /// <summary>Closes, with the timeout <see cref="OssAppenderOptions.CloseTimeout"/>.</summary>
    public async ValueTask DisposeAsync() => await CloseAsync(_closeTimeout).ConfigureAwait(false);

    /// <summary>Closes, with the timeout <see cref="OssAppenderOptions.CloseTimeout"/>, and blocks the calling thread until then.</summary>
    public void Dispose() => CloseAsync(_closeTimeout).GetAwaiter().GetResult();

    private Task<bool> BeginClose(long begun, TimeSpan timeout) => BoundedWait.RunAsync(() => Close(begun, timeout));

    private bool Close(long begun, TimeSpan timeout)
    {
        try
        {
            _ = BoundedWait.For(_buffer.FinishAsync(), begun, timeout, _time);
            var stopping = Waiting.Observe(_buffer.StopAsync());
            if (BoundedWait.For(stopping, _stopGrace, TimeProvider.System))
            {
                stopping.GetAwaiter().GetResult();
                _buffer.Dispose();
            }
            else
            {
                // The folders on disk stay locked until it has stopped.
                _ = Waiting.Observe(stopping.ContinueWith(_ => _buffer.Dispose(), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default));
            }
        }
        finally
        {
            _buffer.GiveUp();
            _setup.EndSealing(timeout, begun);
            _setup.Dispose();
        }

        // Records that were stored while the workers stopped are not lost, so only drops count.
        return !_setup.DeliveryTracker.HasDroppedAccepted;
    }

    private async Task<bool> AppendLaterAsync(LogRecord record, bool causesAppend, Task spaceAvailable, CancellationToken cancellationToken)
    {
        Acceptance acceptance;
        Task? next = spaceAvailable;
        do
        {
            await Waiting.WithAsync(next!, cancellationToken).ConfigureAwait(false);
            acceptance = Add(record, causesAppend, out next);
        }
        while (acceptance == Acceptance.Full);

        return Conclude(record, causesAppend, acceptance);
    }

    private Acceptance AddInTime(in LogRecord record, bool causesAppend, Task spaceAvailable, TimeSpan timeout)
    {
        var begun = _time.GetTimestamp();
        using var blocked = BlockedCaller.Enter();
        Acceptance acceptance;
        bool isInTime;
        Task? next = spaceAvailable;
        do
        {
            isInTime = BoundedWait.For(next!, begun, timeout, _time);
            acceptance = Add(record, causesAppend, out next);
        }
        while (acceptance == Acceptance.Full && isInTime);

        return acceptance;
    }

    private Acceptance Add(in LogRecord record, bool causesAppend, out Task? spaceAvailable)
    {
        var acceptance = _late is null
            ? _buffer.TryAdd(record, causesAppend, out spaceAvailable)
            : _buffer.TryAdd(_late.File(record), causesAppend, out spaceAvailable);
        return acceptance == Acceptance.RefusedStreamFull && !record.YieldsIfRefused ? Acceptance.Full : acceptance;
    }

    private bool CausesAppend(in LogRecord record) => !(record.IsFromDelivery ?? IsCalledByDelivery);

    // A queue in front of the appender sets IsFromDelivery, and the queue's own thread may wait. A log call may set it too; Append checks the
    // scope again.
    private static bool MayWait(in LogRecord record, bool causesAppend) => causesAppend && (record.IsFromDelivery is not null || !DeliveryScope.IsActive);

    private bool IsTooLarge(in LogRecord record)
    {
        if (record.Utf8.Length <= _recordSizeLimit)
            return false;

        Refuse(record, DropReason.TooLarge, isFromDelivery: !CausesAppend(record), "an event was larger than the record size limit.");
        return true;
    }

    private bool Conclude(in LogRecord record, bool causesAppend, Acceptance acceptance)
    {
        if (acceptance == Acceptance.Accepted)
            _setup.Counters.Accepted(isFromDelivery: !causesAppend);
        else if (acceptance == Acceptance.Closed)
            RefuseClosed(record, causesAppend);
        else if (acceptance == Acceptance.RefusedStreamFull)
            Refuse(record, DropReason.BufferFull, !causesAppend, "OSS refuses appends to their objects, and other objects need the memory.");
        else
            Refuse(record, DropReason.BufferFull, !causesAppend, "the memory for undelivered events is full.");

        return acceptance == Acceptance.Accepted;
    }

    private void RefuseClosed(in LogRecord record, bool causesAppend)
    {
        _hasRefusedClosed = true;
        Refuse(record, DropReason.Closed, !causesAppend, "the appender was closed.");
    }

    private void Refuse(in LogRecord record, DropReason reason, bool isFromDelivery, string why)
    {
        _setup.Numbering?.Miss(1);
        _setup.DeliveryTracker.DroppedOnArrival(reason, isFromDelivery, record.State is { } state ? [state] : [], why);
    }
}
