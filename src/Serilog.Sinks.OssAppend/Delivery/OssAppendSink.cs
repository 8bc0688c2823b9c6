using OssLogSinks.Core;
using OssLogSinks.Core.Diagnostics;
using OssLogSinks.Core.Ending;
using Serilog.Core;
using Serilog.Debugging;
using Serilog.Events;
using Serilog.Sinks.OssAppend.Diagnostics;
using Serilog.Sinks.OssAppend.Rendering;
using Serilog.Sinks.OssAppend.Settings;
using Serilog.Sinks.PeriodicBatching;

namespace Serilog.Sinks.OssAppend.Delivery;

/// <summary>
/// The sink that keeps the accounts: every event that is emitted is stored, or counted and told as lost; a log call costs one
/// bounded enqueue; the close is bounded. <see cref="PeriodicBatchingSink"/> behind it only gives the rhythm, since it neither
/// counts what it drops nor bounds its close nor knows the failure listener.
/// </summary>
internal sealed class OssAppendSink : ILogEventSink, ISetLoggingFailureListener, ILivePipeline, IDisposable, IAsyncDisposable
{
    // What is cut off at the close's deadline needs a moment to end.
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(1);

    private readonly FailureRelay _relay;
    private readonly OssAppender _appender;
    private readonly LossBook _losses;
    private readonly QueueRoom _room;
    private readonly CancellationTokenSource _giveUp = new();
    private readonly PeriodicBatchingSink _batching;
    private readonly Action<LogEvent> _enqueue;
    private readonly TimeProvider _time;
    private readonly bool _hasBuffer;
    private readonly IDisposable? _drainAtEnd;
    private readonly object _closing = new();
    private Task? _closed;

    /// <param name="options">Settings that have been checked.</param>
    public OssAppendSink(OssAppendSinkOptions options)
    {
        _time = options.TimeProvider;
        _hasBuffer = options.BufferPath is not null;
        CloseTimeout = options.CloseTimeout;
        _relay = new FailureRelay(this);

        var appenderOptions = AppenderSettings.From(options);
        appenderOptions.Listener = _relay;
        _appender = new OssAppender(appenderOptions);
        _losses = new LossBook(_appender, _relay);
        _room = new QueueRoom(options.QueueLimit, options.BlockWhenFull ? options.BlockTimeout : TimeSpan.Zero, _time);

        var formatter = options.Formatter ?? OutputTemplateFormatter.For(options.OutputTemplate, options.FormatProvider);
        var pump = new EventPump(_appender, formatter, _room, _relay, _losses, _giveUp.Token);
        _batching = new PeriodicBatchingSink(pump, new PeriodicBatchingSinkOptions
        {
            BatchSizeLimit = options.BatchSizeLimit,
            Period = AppenderSettings.RhythmOf(options),
            QueueLimit = null,
        });
        _enqueue = _batching.Emit;
        options.Monitor?.Watch(this);
        _drainAtEnd = options.DrainOnProcessExit ? ProcessEnd.Drain(this) : null;
    }

    public TimeSpan CloseTimeout { get; }

    /// <summary>Events that wait to be rendered.</summary>
    public int QueueLength => _room.Count;

    public void SetFailureListener(ILoggingFailureListener failureListener) =>
        _relay.SetListener(failureListener ?? throw new ArgumentNullException(nameof(failureListener)));

    public void Emit(LogEvent logEvent)
    {
        switch (_room.Enter(logEvent ?? throw new ArgumentNullException(nameof(logEvent)), _enqueue))
        {
            case Admission.Full:
                _losses.GiveUp(logEvent, DropReason.QueueFull, "the queue was full.");
                break;
            case Admission.Closed:
                _losses.GiveUp(logEvent, DropReason.Closed, "the logger was closed.");
                break;
        }
    }

    public DeliverySnapshot GetSnapshot() => _appender.GetSnapshot();

    public Task<bool> FlushAsync(CancellationToken cancellationToken) => FlushAsync(OssFlushTarget.Oss, cancellationToken);

    public async Task<bool> FlushAsync(OssFlushTarget target, CancellationToken cancellationToken)
    {
        await _room.WhenLeft().WaitAsync(Timeout.InfiniteTimeSpan, _time, cancellationToken).ConfigureAwait(false);
        return await _appender.FlushAsync(target, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync() => await CloseAsync(CloseTimeout).ConfigureAwait(false);

    public void Dispose() => Task.Run(() => CloseAsync(CloseTimeout)).GetAwaiter().GetResult();

    public Task CloseAsync(TimeSpan timeout)
    {
        lock (_closing)
            return _closed ??= CloseOnceAsync(timeout);
    }

    private async Task CloseOnceAsync(TimeSpan timeout)
    {
        var start = _time.GetTimestamp();
        _room.Close();

        // It blocks until the queue is empty, for as long as that takes: on a thread of its own.
        // With a buffer it is one short step from safety, which even a close that waits for nothing lets it take.
        var draining = Task.Factory.StartNew(_batching.Dispose, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        if (!await EndsWithinAsync(draining, _hasBuffer && timeout < Slack ? Slack : timeout).ConfigureAwait(false))
            await GiveUpRestAsync(draining).ConfigureAwait(false);

        var rest = timeout - _time.GetElapsedTime(start);
        rest = rest > TimeSpan.Zero ? rest : TimeSpan.Zero;
        if (!await EndsWithinAsync(_appender.CloseAsync(rest), rest + Slack).ConfigureAwait(false))
            SelfLog.WriteLine("OssAppend: closing did not end in time; the client, or the failure listener, does not come back.");

        _giveUp.Dispose();
        _drainAtEnd?.Dispose();
    }

    private async Task GiveUpRestAsync(Task draining)
    {
        _giveUp.Cancel();
        if (await EndsWithinAsync(draining, Slack).ConfigureAwait(false))
            return;

        // The formatter, or the failure listener, does not come back.
        if (_room.EmptyOut() is > 0 and var left)
            _losses.GiveUp(left, DropReason.CloseTimeOver, "the application stopped while rendering or reporting did not go on.");
    }

    private async Task<bool> EndsWithinAsync(Task task, TimeSpan timeout)
    {
        try
        {
            await task.WaitAsync(timeout, _time).ConfigureAwait(false);
        }
        catch (TimeoutException) when (!task.IsCompleted)
        {
            return false;
        }
        catch (Exception e)
        {
            SelfLog.WriteLine("OssAppend: closing failed with {0}: {1}", e.GetType(), e.Message);
        }

        return true;
    }
}
