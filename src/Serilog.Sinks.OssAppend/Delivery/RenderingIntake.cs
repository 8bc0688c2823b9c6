using OssLogSinks.Core;
using OssLogSinks.Core.Records;
using OssLogSinks.Core.Telemetry;
using Serilog.Events;
using Serilog.Sinks.OssAppend.Diagnostics;

namespace Serilog.Sinks.OssAppend.Delivery;

/// <summary>
/// Renders each event within its log call and hands the bytes to the core: nothing waits here, and no event outlives its call
/// unless somebody is to be told of its loss.
/// </summary>
internal sealed class RenderingIntake : IIntake
{
    // A writer that has held more than this is not kept for the thread's next event.
    private const int LargestKept = 32 << 10;

    // A thread's own, free between two events: a value that logs while it is rendered, or read, finds none and makes another.
    [ThreadStatic]
    private static Scratch? _spare;

    private readonly OssAppender _appender;
    private readonly BoundedFormatter _formatter;
    private readonly FailureRelay _relay;
    private readonly DropReporter _dropReporter;
    private readonly IReadOnlyList<string> _keyNames;
    private readonly TimeSpan _timeout;
    private volatile bool _isClosed;

    /// <param name="appender">Takes the rendered events.</param>
    /// <param name="formatter">Renders them, for many threads at once.</param>
    /// <param name="relay">Says whether a loss is to be told.</param>
    /// <param name="dropReporter">Takes what is given up here.</param>
    /// <param name="timeout">How long a call waits for space in the core's memory.</param>
    public RenderingIntake(OssAppender appender, BoundedFormatter formatter, FailureRelay relay, DropReporter dropReporter, TimeSpan timeout)
    {
        _appender = appender;
        _formatter = formatter;
        _relay = relay;
        _dropReporter = dropReporter;
        _keyNames = appender.KeyTemplate.PropertyNames;
        _timeout = timeout;
    }

    public int Waiting => 0;

    public void Take(LogEvent logEvent)
    {
        var origin = _relay.HasListener ? _relay.OriginOf(_appender) : EventOrigin.Application;
        if (_isClosed)
        {
            _dropReporter.GiveUp(logEvent, origin, DropReason.Closed, "the logger was closed.");
            return;
        }

        var scratch = _spare ?? new Scratch();
        _spare = null;
        try
        {
            if (TryRender(logEvent, origin, scratch, out var record))
                _appender.Append(record, _timeout);
        }
        catch (Exception e)
        {
            _dropReporter.GiveUp(logEvent, origin, DropReason.FormatError, $"handing it over failed with {e.GetType().Name}.", e);
        }

        Keep(scratch);
    }

    public Task WhenHandedOver() => Task.CompletedTask;

    // Calls that are under way, those that wait for space included, are sent away by the core's own close.
    public void Close(long begun, TimeSpan timeout) => _isClosed = true;

    public void Dispose()
    {
        // Nothing is held between two calls.
    }

    // False if the event failed, or if the formatter leaves it out by writing nothing.
    private bool TryRender(LogEvent logEvent, EventOrigin origin, Scratch scratch, out LogRecord record)
    {
        record = default;
        using var delivery = _appender.EnterDeliveryOnThread();
        try
        {
            var writer = scratch.Writer;
            _formatter.Format(logEvent, writer);
            if (writer.Written.IsEmpty)
                return false;

            record = new LogRecord(logEvent.Timestamp, writer.Written)
            {
                KeyValues = _keyNames.Count == 0 ? default : scratch.ValuesOf(_keyNames).Read(logEvent),
                State = _relay.StateOf(logEvent, origin),
            };
            return true;
        }
        catch (Exception e)
        {
            _dropReporter.GiveUp(logEvent, origin, DropReason.FormatError, $"rendering it failed with {e.GetType().Name}.", e);
            return false;
        }
    }

    private static void Keep(Scratch scratch)
    {
        if (_spare is null && scratch.Writer.Written.Length <= LargestKept)
            _spare = scratch;
        else
            scratch.Writer.Dispose();
    }

    private sealed class Scratch
    {
        private KeyValues? _values;

        public RecordWriter Writer { get; } = new();

        /// <summary>For these names; a thread that logs to several sinks has others in between.</summary>
        public KeyValues ValuesOf(IReadOnlyList<string> names) => _values?.Names == names ? _values : _values = new KeyValues(names);
    }
}
