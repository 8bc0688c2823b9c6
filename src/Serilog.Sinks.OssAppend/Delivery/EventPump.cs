using OssLogSinks.Core;
using OssLogSinks.Core.Batching;
using OssLogSinks.Core.Diagnostics;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Sinks.OssAppend.Diagnostics;
using Serilog.Sinks.PeriodicBatching;

namespace Serilog.Sinks.OssAppend.Delivery;

/// <summary>
/// Renders queued events in their order and hands each over to the core, waiting while that has no room: so the queue fills,
/// and the queue's rules decide. Never throws: an exception would make Serilog repeat, or drop, a batch that the core has in part.
/// </summary>
internal sealed class EventPump : IBatchedLogEventSink, IDisposable
{
    private readonly OssAppender _appender;
    private readonly ITextFormatter _formatter;
    private readonly QueueRoom _room;
    private readonly FailureRelay _relay;
    private readonly LossBook _losses;
    private readonly CancellationTokenSource _giveUp = new();

    // Used by the one loop that emits batches.
    private readonly KeyValues _keyValues;
    private readonly RecordWriter _writer = new();

    public EventPump(OssAppender appender, ITextFormatter formatter, QueueRoom room, FailureRelay relay, LossBook losses)
    {
        _appender = appender;
        _formatter = formatter;
        _room = room;
        _relay = relay;
        _losses = losses;
        _keyValues = new KeyValues(appender.KeyTemplate.PropertyNames);
    }

    public async Task EmitBatchAsync(IEnumerable<LogEvent> batch)
    {
        var done = 0;
        foreach (var logEvent in batch)
        {
            var handing = HandOverAsync(logEvent);
            if (!handing.IsCompleted)
            {
                // While this one waits for room in the core, those before it have left the queue.
                _room.Leave(done);
                done = 0;
            }

            await handing.ConfigureAwait(false);
            done++;
        }

        _room.Leave(done);
    }

    public Task OnEmptyBatchAsync() => Task.CompletedTask;

    /// <summary>From now on events are given up instead of handed over, the one that waits for room included.</summary>
    public void GiveUpRest() => _giveUp.Cancel();

    /// <summary>To be called once no more batches come.</summary>
    public void Dispose()
    {
        _writer.Dispose();
        _giveUp.Dispose();
    }

    private async ValueTask HandOverAsync(LogEvent logEvent)
    {
        try
        {
            _giveUp.Token.ThrowIfCancellationRequested();
            if (Render(logEvent) is { } record)
                await _appender.AppendAsync(record, _giveUp.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_giveUp.IsCancellationRequested)
        {
            _losses.GiveUp(logEvent, DropReason.CloseTimeOver, "the application stopped before OSS took them.");
        }
        catch (Exception e)
        {
            _losses.GiveUp(logEvent, DropReason.FormatError, $"rendering it failed with {e.GetType().Name}.", e);
        }
    }

    private LogRecord? Render(LogEvent logEvent)
    {
        _writer.Reset();
        _formatter.Format(logEvent, _writer);

        // A formatter may leave an event out by writing nothing.
        if (_writer.Written.IsEmpty)
            return null;

        return new LogRecord(logEvent.Timestamp, _writer.Written)
        {
            KeyValues = _keyValues.Read(logEvent),
            State = _relay.StateOf(logEvent),
        };
    }
}
