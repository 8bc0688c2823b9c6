using OssLogSinks.Core.Appending;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Errors;
using OssLogSinks.Core.Records;
using OssLogSinks.Core.Retry;
using OssLogSinks.Core.Shutdown;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.Delivery;

/// <summary>
/// The background loop that moves batches from the buffer into objects. Each of its workers takes one stream at a time for one step. It
/// decides how often to try and when to drop records.
/// </summary>
internal sealed class Shipper : IDisposable
{
    // An append that takes this long is reported, although its request may not have timed out yet.
    private static readonly TimeSpan SlowAppend = TimeSpan.FromSeconds(10);

    // While OSS fails, the pauses of one stream are this long at most, so that delivery resumes soon after OSS does. A longer RetryDelay or
    // Retry-After makes them longer.
    private static readonly TimeSpan LongestProbePause = TimeSpan.FromSeconds(4);

    private readonly MemoryBuffer _buffer;
    private readonly AppendContext _context;
    private readonly DeliveryTracker _deliveryTracker;
    private readonly ShipperSettings _settings;
    private readonly CancellationTokenSource _stop = new();
    private readonly RetrySchedule _probeSchedule;
    private readonly Task[] _workers;

    // The stream that probes whether OSS works again; null if there is none. The next stream with a passing failure becomes it.
    private LogStream? _probe;

    public Shipper(MemoryBuffer buffer, AppendContext context, DeliveryTracker deliveryTracker, ShipperSettings settings)
    {
        _buffer = buffer;
        _context = context;
        _deliveryTracker = deliveryTracker;
        _settings = settings;
        _probeSchedule = settings.Schedule with { Limit = Shorter(settings.Schedule.Limit, Longer(settings.Schedule.First, LongestProbePause)) };
        _workers = [.. Enumerable.Range(0, settings.Workers).Select(_ => Task.Run(WorkAsync))];
    }

    /// <summary>Cancels the requests and ends the workers.</summary>
    public async Task StopAsync()
    {
        // On its own thread, since a custom client may block in a cancellation callback.
        await BoundedWait.RunAsync(() =>
        {
            _stop.Cancel();
            return true;
        }).ConfigureAwait(false);
        await Task.WhenAll(_workers).ConfigureAwait(false);
    }

    /// <summary>Call it after the workers have ended.</summary>
    public void Dispose()
    {
        _context.Reporter.Forget(this);
        _stop.Dispose();
    }

    private async Task WorkAsync()
    {
        DeliveryScope.Begin(_context.Reporter.Source);
        try
        {
            while (await _buffer.Ready.WaitToReadAsync(_stop.Token).ConfigureAwait(false))
            {
                while (_buffer.Ready.TryRead(out var stream))
                    await TakeTurnAsync(stream).ConfigureAwait(false);
            }
        }
        catch (Exception) when (_stop.IsCancellationRequested)
        {
            // The client may throw anything when it is stopped. The caller of StopAsync drops the remaining records.
        }
    }

    private async Task TakeTurnAsync(LogStream stream)
    {
        var batch = _buffer.Begin(stream);
        var isOver = false;
        using var slow = _settings.Time.CreateTimer(_ => ReportSlow(stream, () => Volatile.Read(ref isOver)), null, SlowAppend, Timeout.InfiniteTimeSpan);
        var pause = TimeSpan.Zero;
        var closed = stream.Appender.ObjectsClosed;
        ShipVerdict? verdict = null;
        try
        {
            try
            {
                verdict = await stream.Appender.StepAsync(batch, _stop.Token).ConfigureAwait(false);
            }
            finally
            {
                // Before the outcome is noted, so that a timer that fires now reports nothing.
                Volatile.Write(ref isOver, true);
            }

            pause = Apply(stream, batch, verdict);
            if (stream.Appender.ObjectsClosed != closed)
                pause = Longer(pause, PauseAfterClosing(stream));
        }
        catch (Exception e) when (!_stop.IsCancellationRequested)
        {
            // A bug of this library or of a custom client. It is retried like a failed request and must not end the worker.
            pause = Apply(stream, batch, new ShipVerdict.Later(new AppendOutcome.Unanswered(e)));
        }

        var hasDelivered = verdict is ShipVerdict.Delivered;
        _buffer.End(stream, pause, HealthOf(stream, hasDelivered));
        if (stream.Budget.Failures == 0)
            EndProbing(stream, hasDelivered);
    }

    private static StreamHealth HealthOf(LogStream stream, bool hasDelivered)
    {
        if (stream.Budget.Failures > 0)
            return stream.Budget.IsRefused ? StreamHealth.Refused : StreamHealth.Failing;

        return hasDelivered ? StreamHealth.Good : StreamHealth.Unknown;
    }

    // If the probe's batch was dropped instead of delivered, the next stream that fails becomes the probe.
    private void EndProbing(LogStream stream, bool hasDelivered)
    {
        if (Interlocked.CompareExchange(ref _probe, null, stream) == stream && hasDelivered)
            _buffer.EndPauses();
    }

    private void ReportSlow(LogStream stream, Func<bool> isOver)
    {
        var way = _context.Client is OssClient client ? " to " + client.Way : "";
        var failure = stream.Appender.IntentBegunAt is { } begun && _settings.Time.GetElapsedTime(begun) >= TimeSpan.FromTicks(SlowAppend.Ticks / 2)
            ? new RequestFailure(OssFailureKind.Buffer, new IOException("Writing the journal has not finished after 5 seconds."), IsPassing: false)
            : new RequestFailure(new OssException($"An append{way} has not finished after 10 seconds.") { Kind = OssFailureKind.NoAnswer }, isPassing: true);
        _context.Reporter.Trouble(failure, failures: int.MaxValue, (this, stream), isOver);
    }

    private TimeSpan Apply(LogStream stream, AppendBatch batch, ShipVerdict verdict)
    {
        switch (verdict)
        {
            case ShipVerdict.Delivered delivered:
                stream.Budget.MarkSuccess();
                // Empty records need no request, so they do not show that OSS works.
                if (delivered.Bytes > 0)
                    _context.Reporter.Delivered((this, stream));
                _deliveryTracker.Delivered(batch, delivered.End, delivered.Bytes);
                return TimeSpan.Zero;

            case ShipVerdict.Never never:
                stream.Budget.MarkSuccess();
                _context.Reporter.GaveUp((this, stream));
                _deliveryTracker.Dropped(batch, never.Reason, never.Why, null, mayBeDelivered: false);
                return TimeSpan.Zero;

            case ShipVerdict.GoOn:
                return TimeSpan.Zero;

            case ShipVerdict.Again again:
                return Failed(stream, batch, again.Cause, firstPauseIsZero: true);

            default:
                return Failed(stream, batch, ((ShipVerdict.Later)verdict).Cause, firstPauseIsZero: false);
        }
    }

    private TimeSpan Failed(LogStream stream, AppendBatch batch, AppendOutcome? cause, bool firstPauseIsZero)
    {
        stream.Budget.MarkFailure(_settings.Time, ErrorOf(cause), cause is AppendOutcome.Refused);
        if (cause is AppendOutcome.Refused { MayPass: false } refused && !_settings.RetryRefusals)
        {
            _context.Reporter.Refused(refused.Error, (this, stream));
            GiveUp(stream, batch, DropReason.Refused, WhyRefused(refused), refused.Error);
            return TimeSpan.Zero;
        }

        _context.Counters.Retried();
        if (cause?.Failure is { } failure)
            _context.Reporter.Trouble(failure, stream.Budget.Failures, (this, stream));

        if (stream.Budget.IsOver(_settings.Time, _settings.RetryTimeLimit))
        {
            var error = stream.Budget.LastError;
            GiveUp(stream, batch, DropReason.RetryTimeOver, DeliveryReporter.WithFailure("OSS did not accept them within the retry time.", error), error);
            return TimeSpan.Zero;
        }

        return PauseAfter(stream, cause, firstPauseIsZero);
    }

    private void GiveUp(LogStream stream, AppendBatch batch, DropReason reason, string why, Exception? error)
    {
        var mayBeDelivered = stream.Appender.MayHaveLanded;
        stream.Appender.Abandon();
        stream.Budget.MarkSuccess();
        _context.Reporter.GaveUp((this, stream));
        _deliveryTracker.Dropped(batch, reason, why, error, mayBeDelivered);
    }

    private static string WhyRefused(AppendOutcome.Refused refused) =>
        string.Join(" ", new[] { "OSS refused them:", refused.Error.Message, TroubleAdvice.For(refused.Error) }.Where(part => part.Length > 0));

    private TimeSpan PauseAfter(LogStream stream, AppendOutcome? cause, bool firstPauseIsZero)
    {
        var failures = stream.Budget.Failures;
        if (firstPauseIsZero && failures == 1)
            return TimeSpan.Zero;

        // Between half and all of the delay, so that two retries after a refusal are never close together.
        if (cause is AppendOutcome.Refused)
            return new TimeSpan((long)(_settings.RefusalDelay.Ticks * (0.5 + (Chance() / 2))));

        var isProbe = (Interlocked.CompareExchange(ref _probe, stream, null) ?? stream) == stream;
        var pause = (isProbe ? _probeSchedule : _settings.Schedule).DelayAfter(failures, Chance());
        if (cause is not AppendOutcome.Throttled { Error.RetryAfter: { } asked } || asked <= pause)
            return pause;

        // Retry-After is not trusted: it may name years, which no timer accepts.
        return asked < _settings.Schedule.Limit ? asked : _settings.Schedule.Limit;
    }

    // One closed object is normal. If each new one is closed too, slow down: every append would use up a sequence number.
    private TimeSpan PauseAfterClosing(LogStream stream)
    {
        var inARow = stream.Closings.Mark(_settings.Time, _settings.Schedule.Limit + _settings.Schedule.Limit);
        return inARow == 1 ? TimeSpan.Zero : _settings.Schedule.DelayAfter(inARow, Chance());
    }

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;

    // The function may be the user's: an exception, or a value out of range, must not end a worker.
    private double Chance()
    {
        try
        {
            var chance = _settings.Chance();
            return chance is >= 0 and < 1 ? chance : 0.5;
        }
        catch (Exception)
        {
            return 0.5;
        }
    }

    private static Exception? ErrorOf(AppendOutcome? cause) => cause switch
    {
        AppendOutcome.Refused refused => refused.Error,
        AppendOutcome.Throttled throttled => throttled.Error,
        AppendOutcome.Unanswered unanswered => unanswered.Error,
        AppendOutcome.ObjectClosed closed => closed.Error,
        AppendOutcome.Unrecorded unrecorded => unrecorded.Error,
        _ => null,
    };
}

/// <summary>How often the shipper tries, and for how long.</summary>
/// <param name="Workers">Streams shipped at the same time.</param>
/// <param name="Schedule">Pauses after passing failures.</param>
/// <param name="RefusalDelay">The longest pause after a refusal that an operator must resolve.</param>
/// <param name="RetryTimeLimit">How long the failures in a row of a stream may last before its batch is dropped.</param>
/// <param name="Time">The clock.</param>
/// <param name="Chance">Random numbers for the pauses.</param>
internal sealed record ShipperSettings(
    int Workers, RetrySchedule Schedule, TimeSpan RefusalDelay, TimeSpan RetryTimeLimit, TimeProvider Time, Func<double> Chance)
{
    /// <summary>Whether refused records are tried again, within the retry time.</summary>
    public bool RetryRefusals { get; init; } = true;
}
