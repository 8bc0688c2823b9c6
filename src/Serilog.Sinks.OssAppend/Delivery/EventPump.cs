using OssLogSinks.Core;
using OssLogSinks.Core.Records;
using OssLogSinks.Core.Telemetry;
using Serilog.Events;
using Serilog.Sinks.OssAppend.Diagnostics;
using Serilog.Sinks.PeriodicBatching;

namespace Serilog.Sinks.OssAppend.Delivery;

/// <summary>
/// Renders queued events in their order and hands each over to the core, waiting while that has no space: so the queue fills,
/// and the queue's rules decide. Never throws: an exception would make Serilog repeat, or drop, a batch that the core has in part.
/// </summary>
internal sealed class EventPump : IBatchedLogEventSink, IDisposable
{
    private readonly OssAppender _appender;
    private readonly BoundedFormatter _formatter;
    private readonly AdmissionGate _admissionGate;
    private readonly FailureRelay _relay;
    private readonly DropReporter _dropReporter;
    private readonly bool _yields;
    private readonly CancellationToken _giveUp;

    // Used by the one loop that emits batches.
    private readonly KeyValues _keyValues;
    private readonly RecordWriter _writer = new();
    private int _handedOver;
    private EventOrigin _origin;

    /// <param name="appender">Takes the rendered events.</param>
    /// <param name="formatter">Renders them.</param>
    /// <param name="admissionGate">The accounts of the queue in front.</param>
    /// <param name="relay">Says whether a loss is to be told.</param>
    /// <param name="dropReporter">Takes what is given up here.</param>
    /// <param name="yields">Whether events that OSS refuses are given up where the others behind them would have to wait.</param>
    /// <param name="giveUp">Once cancelled, events are given up instead of handed over, the one that waits for space included.</param>
    public EventPump(
        OssAppender appender, BoundedFormatter formatter, AdmissionGate admissionGate, FailureRelay relay, DropReporter dropReporter, bool yields, CancellationToken giveUp)
    {
        _appender = appender;
        _formatter = formatter;
        _admissionGate = admissionGate;
        _relay = relay;
        _dropReporter = dropReporter;
        _yields = yields;
        _giveUp = giveUp;
        _keyValues = new KeyValues(appender.KeyTemplate.PropertyNames);
    }

    public async Task EmitBatchAsync(IEnumerable<LogEvent> batch)
    {
        // What the formatter calls, and a value's ToString, may log to the same logger.
        using var delivery = _appender.EnterDelivery();
        foreach (var logEvent in batch)
        {
            var handing = HandOver(logEvent);

            // While this one waits for space in the core, those before it have left the queue.
            if (!handing.IsCompleted)
            {
                LeaveQueue();
                _admissionGate.HoldUp();
            }

            if (handing.IsCompleted ? handing.Result : await handing.AsTask().ConfigureAwait(false))
                _handedOver++;
            else
                GiveUp(logEvent);
        }

        LeaveQueue();
    }

    public Task OnEmptyBatchAsync() => _admissionGate.WhenNext();

    /// <summary>To be called once no more batches come.</summary>
    public void Dispose() => _writer.Dispose();

    // False if the event could not be handed over because the rest is given up.
    private ValueTask<bool> HandOver(LogEvent logEvent)
    {
        _origin = _admissionGate.OriginOfNext();
        try
        {
            if (Render(logEvent) is { } record)
            {
                _giveUp.ThrowIfCancellationRequested();
                var appending = _appender.AppendAsync(record, _giveUp);
                if (!appending.IsCompletedSuccessfully)
                    return new ValueTask<bool>(IsHandedOverAsync(logEvent, appending.AsTask()));
            }

            return new ValueTask<bool>(true);
        }
        catch (Exception e)
        {
            return new ValueTask<bool>(IsGoneWith(logEvent, e));
        }
    }

    private async Task<bool> IsHandedOverAsync(LogEvent logEvent, Task appending)
    {
        try
        {
            await appending.ConfigureAwait(false);
            return true;
        }
        catch (Exception e)
        {
            return IsGoneWith(logEvent, e);
        }
    }

    private bool IsGoneWith(LogEvent logEvent, Exception error)
    {
        if (_giveUp.IsCancellationRequested)
            return false;

        _dropReporter.GiveUp(logEvent, _origin, DropReason.FormatError, $"rendering it failed with {error.GetType().Name}.", error);
        return true;
    }

    private void GiveUp(LogEvent logEvent)
    {
        LeaveQueue();

        // Whoever closes has counted it already, if the formatter took too long.
        if (_admissionGate.Leave(1) == 1)
            _dropReporter.GiveUp(logEvent, _origin, DropReason.CloseTimeOver, "the application stopped before OSS took them.");
    }

    private void LeaveQueue()
    {
        _admissionGate.Leave(_handedOver);
        _handedOver = 0;
    }

    private LogRecord? Render(LogEvent logEvent)
    {
        _giveUp.ThrowIfCancellationRequested();
        _formatter.Format(logEvent, _writer);

        // A formatter may leave an event out by writing nothing.
        if (_writer.Written.IsEmpty)
            return null;

        return new LogRecord(logEvent.Timestamp, _writer.Written)
        {
            KeyValues = _keyValues.Read(logEvent),
            State = _relay.StateOf(logEvent, _origin),
            IsFromDelivery = _origin is EventOrigin.Delivery or EventOrigin.FailureListenerInDelivery,
            YieldsIfRefused = _yields,
        };
    }
}
