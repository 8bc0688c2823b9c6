using OssLogSinks.Core;
using OssLogSinks.Core.Telemetry;
using Serilog.Events;

namespace Serilog.Sinks.OssAppend.Diagnostics;

/// <summary>Reports events that are given up before the core has taken them: counted and reported there, told to the listener here.</summary>
internal sealed class DropReporter
{
    private readonly OssAppender _appender;
    private readonly FailureRelay _relay;

    public DropReporter(OssAppender appender, FailureRelay relay)
    {
        _appender = appender;
        _relay = relay;
    }

    /// <summary>An event is given up.</summary>
    /// <param name="logEvent">The event.</param>
    /// <param name="origin">Who has logged it.</param>
    /// <param name="reason">Why.</param>
    /// <param name="why">A short sentence; no event text in it.</param>
    /// <param name="error">What was thrown, if anything.</param>
    public void GiveUp(LogEvent logEvent, EventOrigin origin, DropReason reason, string why, Exception? error = null)
    {
        _appender.CountDropped(reason, 1, why);
        if (_relay.StateOf(logEvent, origin) is not { } state)
            return;

        using (_appender.EnterDeliveryOnThread())
            _relay.OnDropped([state], new OssDeliveryException(reason, $"The event was given up ({reason}): {why}", error));
    }

    /// <summary>Events are given up that nobody can name any more.</summary>
    public void GiveUp(long count, DropReason reason, string why) => _appender.CountDropped(reason, count, why);
}
