using OssLogSinks.Core;
using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.Shutdown;
using OssLogSinks.Core.Telemetry;
using Serilog.Core;
using Serilog.Debugging;
using Serilog.Events;
using Serilog.Sinks.OssAppend.Delivery;
using Serilog.Sinks.OssAppend.Diagnostics;
using Serilog.Sinks.OssAppend.Rendering;

namespace Serilog.Sinks.OssAppend;

/// <summary>
/// The sink that keeps the accounts: every event that is emitted is stored, or counted and told as lost; the close is bounded.
/// </summary>
internal sealed class OssAppendSink : ILogEventSink, ISetLoggingFailureListener, IDrainable, IWatchedSink, IDisposable, IAsyncDisposable
{
    private readonly FailureRelay _relay;
    private readonly OssAppender _appender;
    private readonly IIntake _intake;
    private readonly TimeProvider _time;
    private readonly IDisposable? _drainAtEnd;
    private readonly object _closing = new();
    private Task? _closed;

    /// <param name="options">Settings that have been checked.</param>
    public OssAppendSink(OssAppendSinkOptions options)
    {
        _time = options.TimeProvider;
        CloseTimeout = options.CloseTimeout;
        _relay = new FailureRelay(this);

        var appenderOptions = AppenderSettings.From(options);
        appenderOptions.Listener = _relay;
        _appender = new OssAppender(appenderOptions);
        var dropReporter = new DropReporter(_appender, _relay);
        var formatter = new BoundedFormatter(
            options.Formatter ?? OutputTemplateFormatter.For(options.OutputTemplate, options.FormatProvider),
            _appender,
            options.DropTooLargeEvents ? int.MaxValue : options.EventSizeLimitBytes);
        var queue = QueueSettingsOf(options);
        _intake = options.RenderAtCall
            ? new RenderingIntake(_appender, formatter, _relay, dropReporter, queue.CallerTimeout)
            : new QueueIntake(queue, _appender, formatter, _relay, dropReporter);
        options.Monitor?.Watch(this);
        _drainAtEnd = options.DrainOnProcessExit ? ProcessExitDrain.Register(this) : null;
    }

    public TimeSpan CloseTimeout { get; }

    /// <summary>Events that wait to be rendered.</summary>
    public int QueueLength => _intake.Waiting;

    public void SetFailureListener(ILoggingFailureListener failureListener) =>
        _relay.SetListener(failureListener ?? throw new ArgumentNullException(nameof(failureListener)));

    public void Emit(LogEvent logEvent) => _intake.Take(logEvent ?? throw new ArgumentNullException(nameof(logEvent)));

    public DeliverySnapshot GetSnapshot() => _appender.GetSnapshot();

    public Task<bool> FlushAsync(CancellationToken cancellationToken) => FlushAsync(OssFlushTarget.Oss, cancellationToken);

    public async Task<bool> FlushAsync(OssFlushTarget target, CancellationToken cancellationToken)
    {
        await _intake.WhenHandedOver().WaitAsync(Timeout.InfiniteTimeSpan, _time, cancellationToken).ConfigureAwait(false);
        return await _appender.FlushAsync(target, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync() => await CloseAsync(CloseTimeout).ConfigureAwait(false);

    public void Dispose() => CloseAsync(CloseTimeout).GetAwaiter().GetResult();

    public Task CloseAsync(TimeSpan timeout)
    {
        lock (_closing)
            return _closed ??= BeginClose(_time.GetTimestamp(), timeout);
    }

    private static QueueSettings QueueSettingsOf(OssAppendSinkOptions options) => new(
        options.QueueLimit,
        options.BatchSizeLimit,
        AppenderSettings.BatchIntervalOf(options),
        options.BlockWhenFull ? options.BlockTimeout : TimeSpan.Zero)
    {
        YieldsIfRefused = !options.BlockWhenFull,
        HasBuffer = options.BufferPath is not null,
        Time = options.TimeProvider,
    };

    private Task<bool> BeginClose(long begun, TimeSpan timeout) => BoundedWait.RunAsync(() => Close(begun, timeout));

    private bool Close(long begun, TimeSpan timeout)
    {
        _intake.Close(begun, timeout);

        var rest = BoundedWait.Remaining(begun, timeout, _time);
        if (!CloseWait.EndsInTime(_appender.CloseAsync(rest), _time.GetTimestamp(), rest + CloseWait.Slack, _time))
            SelfLog.WriteLine("OssAppend: closing did not end in time; the client, or the failure listener, does not come back.");

        _intake.Dispose();
        _drainAtEnd?.Dispose();
        return true;
    }
}
