using System.Globalization;
using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.DiskBuffer.Files;
using OssLogSinks.Core.DiskBuffer.Folders;
using OssLogSinks.Core.DiskBuffer.Journal;
using OssLogSinks.Core.Keys;
using OssLogSinks.Core.Records;
using OssLogSinks.Core.Rolling;
using OssLogSinks.Core.Shutdown;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.DiskBuffer;

/// <summary>
/// The buffer on disk: the staging buffer accepts records, the writer moves them to a folder, the reader moves them from there to the memory
/// buffer, and its shipper sends them to OSS. The writer has its own thread; the reader and the shipper have their own loops.
/// </summary>
internal sealed class DiskBuffer : IRecordBuffer
{
    // The pause before a loop restarts after an internal error.
    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan LongestLook = TimeSpan.FromSeconds(2);

    private readonly DeliveryTracker _deliveryTracker;
    private readonly DeliveryReporter _reporter;
    private readonly TimeProvider _time;
    private readonly object _pace = new();
    private readonly FlushTracker _tracker;
    private readonly ThreadSignal _work;
    private readonly StagingBuffer _staging;
    private readonly DeliveryQueue _queue;
    private readonly BufferWriter _writer;
    private readonly BufferReader _reader;
    private readonly OrphanedFolders _orphans;
    private readonly DeliveryPipeline _pipeline;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource<bool> _givenUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading;
    private readonly Task _takingOver;

    public DiskBuffer(DiskBufferParts parts, DiskBufferSettings settings, IBufferFiles files)
    {
        (_deliveryTracker, _reporter, _time) = (parts.DeliveryTracker, parts.Reporter, parts.Time);
        _work = new ThreadSignal(_time);
        _tracker = new FlushTracker(() => _staging!.LastId);
        var damage = new DamageReport(new Quarantine(files, settings.Path, settings.QuarantineSize, _time), parts.Counters, _reporter);
        _orphans = new OrphanedFolders(
            files, settings.Path, name => _writer!.Owns(name), settings.Syncs, damage, parts.Counters, _reporter, _time, () => parts.OpenPipeline(settings.OrphanMemory))
        {
            HoldsNumbers = parts.Numbering is null ? null : () => _writer!.HoldsNumbers,
        };
        var left = parts.Numbering is null ? SequenceMarks.Create() : FindLeftNumbers(files, settings.Path);
        _staging = new StagingBuffer(parts.KeyTemplate, parts.Policy, _time, _tracker, _work, settings.StagingMemory)
        {
            Numbers = parts.Numbering is { } numbering ? new StreamNumbers(numbering, left) : null,
        };
        _pipeline = parts.OpenPipeline(settings.ShippingMemory);
        _queue = new DeliveryQueue(settings.StagingMemory / 2, _staging.Release, _work.Set);
        _writer = new BufferWriter(files, settings, _staging, _queue, _tracker, _deliveryTracker, _reporter, _time, _work, () => _orphans.Bytes)
        {
            Numbers = left.Copy(),
        };
        _reader = new BufferReader(files, _pipeline.Buffer, damage, _time, _deliveryTracker, _tracker.EndWaitingForOss);

        _writer.Start();
        _reading = Task.Run(() => GuardAsync(ReadAsync));
        _takingOver = Task.Run(() => GuardAsync(() => _orphans.RunAsync(_stop.Token)));
    }

    public long HeldBytes => _staging.HeldBytes + _pipeline.Buffer.HeldBytes + (_orphans.Memory?.HeldBytes ?? 0);

    public long DiskBytes => _writer.DiskBytes + _orphans.Bytes;

    public int OpenStreams => _pipeline.Buffer.OpenStreams + (_orphans.Memory?.OpenStreams ?? 0);

    public TimeSpan OldestAge() => new[] { _staging.OldestAge(), _pipeline.Buffer.OldestAge(), _orphans.Memory?.OldestAge() ?? TimeSpan.Zero }.Max();

    public Acceptance TryAdd(in LogRecord record, bool causesAppend, out Task? spaceAvailable)
    {
        var acceptance = _staging.TryAdd(record, causesAppend, out spaceAvailable);

        // Deferred records are released here, not when the reader gets this record: if the disk is full, they may have to be delivered first.
        if (causesAppend)
            _pipeline.Buffer.ReleaseDeferred();
        return acceptance;
    }

    public async Task<bool> FlushAsync(OssFlushTarget target, CancellationToken cancellationToken)
    {
        var waiter = _tracker.Begin(target);
        using var registration = cancellationToken.Register(() => _tracker.Cancel(waiter));
        Hurry();
        try
        {
            return await waiter.Done.Task.ConfigureAwait(false);
        }
        finally
        {
            SetPace();
        }
    }

    public Task FinishAsync()
    {
        _staging.Close();
        _pipeline.Buffer.ShortenPauses();
        var flushing = _tracker.Begin(OssFlushTarget.Oss).Done.Task;
        Hurry();
        return Task.WhenAll(_writer.Ended, flushing);
    }

    public async Task StopAsync()
    {
        _staging.Close();
        _writer.Stop();
        await Task.WhenAny(_writer.Ended, _givenUp.Task).ConfigureAwait(false);
        await Task.Run(_stop.Cancel).ConfigureAwait(false);
        await Task.WhenAll(_reading, _takingOver).ConfigureAwait(false);
        GiveUpUnwritten(isRead: false);
        await _pipeline.StopAsync().ConfigureAwait(false);
        await _orphans.StopAsync().ConfigureAwait(false);
        _writer.GiveUpRemoved();
        _tracker.Close();
        if (_writer.UnsettledRecords is > 0 and var waiting)
            _reporter.Buffer(OssDiagnosticLevel.Information, HelpAnchors.WaitOnDisk, $"{waiting.ToString(CultureInfo.InvariantCulture)} event(s) wait on disk for the next start.");
    }

    public void GiveUp()
    {
        _givenUp.TrySetResult(true);
        _writer.Abandon();
        GiveUpUnwritten(isRead: !_reading.IsCompleted);
        _pipeline.GiveUp();
        if (_reading.IsCompleted)
            _writer.GiveUpRemoved();
        _tracker.Close();
    }

    public void Dispose()
    {
        // A thread may still be writing to the folders. They stay locked until it ends.
        if (_writer.Ended.IsCompleted)
            DisposeFolders();
        else
            _ = Waiting.Observe(_writer.Ended.ContinueWith(_ => DisposeFolders(), TaskScheduler.Default));
        _stop.Dispose();
    }

    private void DisposeFolders()
    {
        _writer.DisposeFolders();
        _work.Dispose();
    }

    // A disk that hangs must not hold up the start: then new sequences begin.
    private static RecentStreams<SequenceMark> FindLeftNumbers(IBufferFiles files, string path)
    {
        var finding = BoundedWait.RunAsync(() => StreamNumbers.FindLeft(files, path));
        return BoundedWait.For(finding, LongestLook, TimeProvider.System) ? finding.GetAwaiter().GetResult() : SequenceMarks.Create();
    }

    private void Hurry()
    {
        SetPace();
        _work.Set();
    }

    // Locked, so that the buffer stays urgent if one flush begins while another ends.
    private void SetPace()
    {
        lock (_pace)
            _pipeline.Buffer.IsUrgent = _tracker.IsOssAwaited;
    }

    private async Task ReadAsync()
    {
        while (true)
        {
            var added = _queue.Added.NextAsync();
            if (_queue.Next() is { } part)
            {
                await _reader.ReadAsync(part, _stop.Token).ConfigureAwait(false);
                _queue.Done(part);
            }
            else
            {
                _reader.CatchUp(_stop.Token);
                await Waiting.WithAsync(_reader.OrAcceptingAgain(added), _stop.Token).ConfigureAwait(false);
            }
        }
    }

    // Drops records that are only in memory and did not reach the memory buffer.
    private void GiveUpUnwritten(bool isRead)
    {
        _reader.EndFeeding();

        // No lock is held here: a listener may hang.
        foreach (var block in _queue.Close(isRead))
        {
            var first = Math.Max(block.FirstId, _reader.LastId + 1);
            if (first <= block.LastId)
            {
                var states = block.States.Where(s => s.Id >= first).ToArray();
                _deliveryTracker.DroppedInMemory(DropReason.CloseTimeOver, block.LastId - first + 1, states, "the application stopped before OSS accepted them.");
                _tracker.GiveUp(first, block.LastId, block.LastId - first + 1);
            }

            // A loop that has not ended may still be reading the block.
            if (!isRead)
                _staging.Release(block);
        }
    }

    // A loop that fails because of an internal error is reported, and restarts with the records that it held.
    private async Task GuardAsync(Func<Task> loop)
    {
        DeliveryScope.Begin(_reporter.Source);
        while (!_stop.IsCancellationRequested && !_givenUp.Task.IsCompleted)
        {
            try
            {
                await loop().ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested || _givenUp.Task.IsCompleted)
            {
                return;
            }
            catch (Exception e)
            {
                _reporter.BufferFailed("it is retried every second", e);
                await Task.WhenAny(Waiting.PauseAsync(Recovery, _time, _stop.Token)).ConfigureAwait(false);
            }
        }
    }
}

/// <summary>What a disk buffer needs besides the disk.</summary>
/// <param name="KeyTemplate">Names the streams of new records.</param>
/// <param name="Policy">The rolling periods of their keys.</param>
/// <param name="DeliveryTracker">Notified of records that are on disk, and of dropped ones.</param>
/// <param name="Counters">Count folders that were taken over and records that cannot be read.</param>
/// <param name="Reporter">Reports disk failures.</param>
/// <param name="Time">The clock.</param>
/// <param name="OpenPipeline">Opens a pipeline to OSS whose records may use that many bytes of memory.</param>
internal sealed record DiskBufferParts(
    ObjectKeyTemplate KeyTemplate,
    RollingPolicy Policy,
    DeliveryTracker DeliveryTracker,
    DeliveryCounters Counters,
    DeliveryReporter Reporter,
    TimeProvider Time,
    Func<long, DeliveryPipeline> OpenPipeline)
{
    /// <summary>Numbers the records; null if they have no numbers.</summary>
    public EventNumbering? Numbering { get; init; }
}
