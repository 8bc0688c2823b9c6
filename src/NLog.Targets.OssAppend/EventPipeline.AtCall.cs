using NLog.Common;
using OssLogSinks.Core.Batching;

namespace NLog.Targets.OssAppend;

/// <content>The short way: an event becomes bytes on the thread that logs it, and no queue is used.</content>
internal sealed partial class EventPipeline
{
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
            var record = new LogRecord(new DateTimeOffset(logged.LogEvent.TimeStamp), _renderer.Render(logged.LogEvent, buffer))
            {
                KeyValues = values,
                State = logged.Continuation,
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
