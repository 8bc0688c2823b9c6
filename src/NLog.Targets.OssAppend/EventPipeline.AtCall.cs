using NLog.Common;
using OssLogSinks.Core.Records;
using OssLogSinks.Core.Telemetry;

namespace NLog.Targets.OssAppend;

/// <content>What happens on the thread that logs. The short way: an event becomes bytes there, and no queue is used.</content>
internal sealed partial class EventPipeline
{
    /// <summary>Refuses an event that its own thread could not capture.</summary>
    public void RefuseUnrendered(AsyncContinuation continuation, Exception error) => Refuse(continuation, GiveUpUnrendered(error));

    /// <summary>Begins the rendering of something on the thread that logs: what that logs is not the application's.</summary>
    public DeliveryScope EnterRendering() => _appender.EnterDeliveryOnThread();

    // On the thread that logs, which a continuation that logs itself must not hold up.
    private static void Refuse(AsyncContinuation continuation, OssDeliveryException failure)
    {
        using (DeliveryScope.EnterForLossesOnThread())
            continuation(failure);
    }

    // On the thread that logs.
    private void HandOverNow(AsyncLogEventInfo logged, string?[]? values)
    {
        if (Volatile.Read(ref _closes) > 0)
        {
            RefuseClosed(logged);
            return;
        }

        var buffer = EventBuffer.Take();
        try
        {
            ReadOnlyMemory<byte> rendered;
            using (EnterRendering())
            {
                rendered = _renderer.Render(logged.LogEvent, buffer, out var isReplaced);
                if (isReplaced)
                    _appender.CountReplaced(1);
            }

            var record = new LogRecord(EventTime.Of(logged.LogEvent), rendered)
            {
                KeyValues = values,
                State = ContinuationQueue.StateOf(logged.Continuation, _appender.IsCalledByDelivery),
            };

            if (!_appender.Append(record, _settings.Patience))
                _hasGivenUp = true;
        }
        catch (Exception e)
        {
            _hasGivenUp = true;
            RefuseUnrendered(logged.Continuation, e);
        }

        EventBuffer.GiveBack(buffer);
    }
}
