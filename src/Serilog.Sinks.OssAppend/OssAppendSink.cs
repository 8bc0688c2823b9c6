using OssLogSinks.Core;
using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.Shutdown;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Intake;
using Serilog.Core;
using Serilog.Events;
using Serilog.Sinks.OssAppend.Delivery;
using Serilog.Sinks.OssAppend.Diagnostics;
using Serilog.Sinks.OssAppend.Rendering;

namespace Serilog.Sinks.OssAppend;

/// <summary>
/// Connects Serilog to the intake: every emitted event is delivered, left on disk for a later process, or counted and reported as dropped,
/// unless the formatter writes nothing for it. The close is bounded.
/// </summary>
internal sealed class OssAppendSink : ILogEventSink, ISetLoggingFailureListener, IDrainable, IWatchedSink, IDisposable, IAsyncDisposable
{
    private readonly FailureRelay _relay;
    private readonly OssAppender _appender;
    private readonly EventIntake<LogEvent> _intake;
    private readonly IDisposable? _drainAtEnd;
    private readonly IDisposable _monitored;

    /// <param name="options">Settings that have been checked.</param>
    public OssAppendSink(OssAppendSinkOptions options)
    {
        _relay = new FailureRelay(this, report => _appender!.Report(report));
        var appenderOptions = AppenderSettings.From(options);
        appenderOptions.Listener = _relay;
        _appender = new OssAppender(appenderOptions);
        var formatter = options.Formatter ?? OutputTemplateFormatter.For(options.OutputTemplate, options.FormatProvider, options.EscapeControlCharacters, options.IncludeSequence);
        _intake = new EventIntake<LogEvent>(
            _appender,
            new SerilogFrontDoor(_appender, formatter, _relay),
            IntakeSettingsOf(options),
            intake => new BatchingPump(intake, options.BatchSizeLimit));
        options.Monitor?.Watch(this);
        _monitored = OssAppendMonitors.Add(this);
        _drainAtEnd = options.DrainOnProcessExit ? ProcessExitDrain.Register(this) : null;
    }

    public TimeSpan CloseTimeout => _intake.CloseTimeout;

    /// <summary>Number of events that wait to be rendered.</summary>
    public int QueueLength => _intake.Gate.Count;

    public void SetFailureListener(ILoggingFailureListener failureListener) =>
        _relay.SetListener(failureListener ?? throw new ArgumentNullException(nameof(failureListener)));

    public void Emit(LogEvent logEvent)
    {
        if (!_intake.TryTake(logEvent ?? throw new ArgumentNullException(nameof(logEvent))))
            _intake.DropAtCall(logEvent, DropCause.Closed);
    }

    public DeliverySnapshot GetSnapshot() => _appender.GetSnapshot();

    public Task<bool> FlushAsync(CancellationToken cancellationToken) => _intake.FlushAsync(cancellationToken);

    public Task<bool> FlushAsync(OssFlushTarget target, CancellationToken cancellationToken) => _intake.FlushAsync(target, cancellationToken);

    public async ValueTask DisposeAsync() => await CloseAsync(CloseTimeout).ConfigureAwait(false);

    public void Dispose() => CloseAsync(CloseTimeout).GetAwaiter().GetResult();

    public async Task CloseAsync(TimeSpan timeout)
    {
        await _intake.CloseAsync(timeout).ConfigureAwait(false);
        _drainAtEnd?.Dispose();
        _monitored.Dispose();
    }

    private static IntakeSettings IntakeSettingsOf(OssAppendSinkOptions options) => new(
        options.QueueLimit,
        options.BatchSizeLimit,
        AppenderSettings.BatchIntervalOf(options),
        options.BlockWhenFull ? options.BlockTimeout : TimeSpan.Zero,
        options.CloseTimeout)
    {
        EventSizeLimit = options.DropTooLargeEvents ? int.MaxValue : options.EventSizeLimitBytes,
        YieldsIfRefused = !options.BlockWhenFull,
        HasDiskBuffer = options.BufferPath is not null,
        IsJson = AppenderSettings.IsJson(options),
        RenderAtCall = options.RenderAtCall,
        Time = options.TimeProvider,
    };
}
