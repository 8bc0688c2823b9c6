using Serilog.Events;

namespace Serilog.Sinks.OssAppend.Delivery;

/// <summary>The way of an event from the log call into the core: each one is handed over there, or counted as lost.</summary>
internal interface IIntake : IDisposable
{
    /// <summary>Events that wait to be rendered.</summary>
    int Waiting { get; }

    /// <summary>Takes an event on the thread that logs it. Never throws.</summary>
    void Take(LogEvent logEvent);

    /// <summary>A task that ends when the core has all that were taken before.</summary>
    Task WhenHandedOver();

    /// <summary>Takes nothing any more; blocks until the core has everything, or the rest was given up because the time was over.</summary>
    /// <param name="begun">When the timeout began.</param>
    /// <param name="timeout">How long that may take.</param>
    void Close(long begun, TimeSpan timeout);
}
