using OssLogSinks.Core.Records;

namespace OssLogSinks.Core.Tests.Support;

internal static class BatchTesting
{
    /// <summary>The records before this one are delivered or dropped.</summary>
    public static void Finish(this AppendBatch batch, int end, bool dropped)
    {
        var from = batch.Cursor;
        batch.MoveTo(end, dropped);
        batch.Settle(from, end, dropped);
    }

    /// <summary>Adds a record that comes from no source.</summary>
    public static void Add(this AppendBatch batch, in LogRecord record) => batch.Add(record.Utf8.Span, record.State, id: 0);
}
