using OssLogSinks.Core;
using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.Shutdown;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Extensions.Logging.Events;
using OssLogSinks.Extensions.Logging.Formatting;
using OssLogSinks.Intake;

namespace OssLogSinks.Extensions.Logging;

/// <summary>Connects the loggers to the intake, with one state of the settings, from their start to their close.</summary>
#pragma warning disable CA1001 // Its close disposes the appender.
internal sealed class LoggerPipeline
#pragma warning restore CA1001
{
    private readonly OssAppender _appender;
    private readonly EventIntake<LogCall> _intake;
    private readonly IOssDiagnostics _diagnostics;
    private readonly TimeProvider _time;
    private readonly IDisposable? _drainAtEnd;

    /// <param name="options">Settings that have been checked.</param>
    /// <param name="formatter">The formatter that they name.</param>
    /// <param name="host">The log of the other providers and the listener.</param>
    public LoggerPipeline(OssAppendLoggerOptions options, EventFormatter formatter, HostServices host)
    {
        Options = options;
        _time = options.TimeProvider;
        _diagnostics = options.Diagnostics ?? host;
        var relay = new LostEventRelay(host, _diagnostics);
        var appenderOptions = options.Copy();
        (appenderOptions.Diagnostics, appenderOptions.Listener) = (_diagnostics, relay);
        _appender = new OssAppender(appenderOptions);
        var blockTimeout = options.BlockWhenFull ? options.BlockTimeout : TimeSpan.Zero;
        _intake = new EventIntake<LogCall>(
            _appender,
            new LoggerFrontDoor(_appender, formatter, relay),
            new IntakeSettings(int.MaxValue, BatchSize: 1, BatchInterval: TimeSpan.Zero, blockTimeout, options.CloseTimeout)
            {
                EventSizeLimit = options.DropTooLargeEvents ? int.MaxValue : options.EventSizeLimitBytes,
                HasBuffer = options.BufferPath is not null,
                RenderAtCall = true,
                Time = _time,
            });
        _drainAtEnd = options.DrainOnProcessExit ? ProcessExitDrain.Register(_intake) : null;
    }

    /// <summary>The settings.</summary>
    public OssAppendLoggerOptions Options { get; }

    /// <summary>Takes the event of a call; false after the close.</summary>
    public bool TryTake(LogCall call)
    {
        call.Time = _time.GetUtcNow();
        return _intake.TryTake(call);
    }

    /// <summary>Drops an event that came after the close.</summary>
    public void DropClosed(LogCall call) => _intake.DropAtCall(call, DropCause.Closed);

    public DeliverySnapshot GetSnapshot() => _appender.GetSnapshot();

    public Task<bool> FlushAsync(OssFlushTarget target, CancellationToken cancellationToken) => _intake.FlushAsync(target, cancellationToken);

    /// <summary>Reports something about this pipeline.</summary>
    public void Report(string message) => _diagnostics.Report(new(OssDiagnosticLevel.Error, message));

    /// <summary>Delivers waiting events within the close timeout, and drops the rest.</summary>
    /// <param name="isReplaced">Whether events of calls that are in here are taken too, because another pipeline takes the later ones.</param>
    public async Task CloseAsync(bool isReplaced = false)
    {
        var closing = isReplaced ? _intake.CloseAfterCallsAsync(_intake.CloseTimeout) : _intake.CloseAsync(_intake.CloseTimeout);
        if (await closing.ConfigureAwait(false) is { } problem)
            Report(problem);
        _drainAtEnd?.Dispose();
    }
}
