using OssLogSinks.Core.Appending;
using OssLogSinks.Core.Batching;

namespace OssLogSinks.Core.Spool.Disk;

/// <summary>The books of one stream's records in one folder: the journal first, then the segments, then those who wait.</summary>
internal sealed class FolderSource(SpoolFolder folder, SpoolJournal journal, FlushBook? book, ulong stream) : RecordSource
{
    public override bool IsDurable => true;

    public override bool IsDue(long id) => book?.IsDue(id) ?? true;

    public override void Settle(ReadOnlySpan<long> ids, bool lost)
    {
        journal.Settle(stream, ids[ids.Length - 1]);
        folder.Settle(ids);
        book?.Settle(ids, lost, wereExposed: false);
    }

    public override void Intend(AppendIntent intent) => journal.Intend(stream, intent);
}
