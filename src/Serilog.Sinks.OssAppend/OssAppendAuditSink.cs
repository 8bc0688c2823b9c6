using OssLogSinks.Core;
using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.Records;
using OssLogSinks.Core.Shutdown;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Intake;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Sinks.OssAppend.Delivery;
using Serilog.Sinks.OssAppend.Rendering;

namespace Serilog.Sinks.OssAppend;

/// <summary>
/// The sink for audits: a call returns when its event is in OSS, and throws if the event is dropped. An event for which the formatter writes
/// nothing is left out. The sink has no thread of its own: calls wait for the core, which sends events that arrive during one append together in
/// the next.
/// </summary>
internal sealed class OssAppendAuditSink : ILogEventSink, IWatchedSink, IDisposable, IAsyncDisposable
{
    private readonly OssAppender _appender;
    private readonly ITextFormatter _formatter;
    private readonly bool? _isJson;
    private readonly IReadOnlyList<string> _keyNames;
    private readonly TimeSpan _closeTimeout;
    private readonly TimeProvider _time;
    private readonly IDisposable _monitored;

    /// <param name="options">Settings that have been checked.</param>
    public OssAppendAuditSink(OssAppendSinkOptions options)
    {
        _time = options.TimeProvider;
        _closeTimeout = options.CloseTimeout;
        _isJson = AppenderSettings.IsJson(options);
        _formatter = options.Formatter ?? OutputTemplateFormatter.For(options.OutputTemplate, options.FormatProvider, options.EscapeControlCharacters, options.IncludeSequence);

        var appenderOptions = AppenderSettings.ForAudit(options);
        appenderOptions.Listener = AuditRelay.Instance;
        _appender = new OssAppender(appenderOptions);
        _keyNames = _appender.KeyTemplate.PropertyNames;
        options.Monitor?.Watch(this);
        _monitored = OssAppendMonitors.Add(this);
    }

    /// <summary>Always 0: events are rendered within their calls.</summary>
    public int QueueLength => 0;

    /// <summary>Stores an event.</summary>
    /// <exception cref="OssDeliveryException">The event is not stored; if <c>MayBeDelivered</c> is true, it may be.</exception>
    public void Emit(LogEvent logEvent)
    {
        if (logEvent is null)
            throw new ArgumentNullException(nameof(logEvent));
        if (!DeliveryScope.MayWait())
            throw GiveUp(DropReason.Refused, "it was logged by code that delivery calls, such as a client or a credentials provider, and would wait for itself.");

        var audited = new AuditedEvent();
        if (!TryHandOver(logEvent, audited))
            return;

        using var blocked = BlockedCaller.Enter();
        if (audited.Told.GetAwaiter().GetResult() is { } failure)
            throw new OssDeliveryException(failure.Reason, failure.Message, failure.InnerException) { MayBeDelivered = failure.MayBeDelivered };
    }

    public DeliverySnapshot GetSnapshot() => _appender.GetSnapshot();

    public Task<bool> FlushAsync(OssFlushTarget target, CancellationToken cancellationToken) => _appender.FlushAsync(target, cancellationToken);

    public void Dispose() => Close();

    public async ValueTask DisposeAsync() => await BoundedWait.RunAsync(Close).ConfigureAwait(false);

    private bool Close()
    {
        var hasEnded = BoundedWait.For(_appender.CloseAsync(_closeTimeout), _closeTimeout + EventIntake<LogEvent>.LongestGrace, _time);
        if (!hasEnded)
            _appender.Report(new OssDiagnosticEvent(OssDiagnosticLevel.Error, EventIntake<LogEvent>.ClosingHangs, HelpSections.CloseHangs));
        _monitored.Dispose();
        return hasEnded;
    }

    // False if the formatter wrote nothing, which leaves the event out.
    private bool TryHandOver(LogEvent logEvent, AuditedEvent audited)
    {
        using var writer = new RecordWriter();
        try
        {
            _formatter.Format(logEvent, writer);
        }
        catch (Exception e)
        {
            throw GiveUp(DropReason.FormatError, $"rendering failed with {e.GetType().Name}.", e);
        }

        if (writer.Written.IsEmpty)
            return false;

        var record = new LogRecord(logEvent.Timestamp, writer.Written)
        {
            KeyValues = _keyNames.Count == 0 ? default : KeyValues.Read(logEvent, _keyNames, new string?[_keyNames.Count]),
            State = audited,
            IsJson = _isJson,
        };

        // The relay is called with the outcome in every case.
        _appender.Append(record, Timeout.InfiniteTimeSpan);
        return true;
    }

    private OssDeliveryException GiveUp(DropReason reason, string why, Exception? error = null)
    {
        _appender.CountDropped(reason, 1, why);
        return new OssDeliveryException(reason, $"The event was dropped ({reason}): {why}", error);
    }
}

/// <summary>An event whose log call waits for its outcome, which is set once.</summary>
internal sealed class AuditedEvent
{
    private readonly TaskCompletionSource<OssDeliveryException?> _told = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes with null when the event is in OSS, or with the failure when it was dropped.</summary>
    public Task<OssDeliveryException?> Told => _told.Task;

    public void Tell(OssDeliveryException? failure) => _told.TrySetResult(failure);
}

/// <summary>Passes each event's outcome to the log call that waits for it.</summary>
internal sealed class AuditRelay : IDeliveryListener
{
    public static readonly AuditRelay Instance = new();

    private AuditRelay()
    {
    }

    public void OnDelivered(IReadOnlyList<object> states) => Tell(states, null);

    public void OnDropped(IReadOnlyList<object> states, OssDeliveryException failure) => Tell(states, failure);

    private static void Tell(IReadOnlyList<object> states, OssDeliveryException? failure)
    {
        foreach (var state in states)
            ((AuditedEvent)state).Tell(failure);
    }
}
