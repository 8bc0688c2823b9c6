using OssLogSinks.Core.Records;

namespace OssLogSinks.Core.Tests.Support;

internal static class BatchTesting
{
    /// <summary>The records before this one are delivered or dropped.</summary>
    public static void Finish(this AppendBatch batch, int end, bool lost)
    {
        var from = batch.Cursor;
        batch.MoveTo(end, lost);
        batch.Settle(from, end, lost);
    }
}
