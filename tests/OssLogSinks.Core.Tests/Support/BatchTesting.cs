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
}
