namespace OssLogSinks.Core.Records;

/// <summary>
/// The origin of one stream's records: learns their outcome, and journals their appends. Thread-safe.
/// </summary>
internal abstract class RecordSource
{
    /// <summary>Whether the records are also on disk, so that they are not lost when memory drops them.</summary>
    public abstract bool IsDurable { get; }

    /// <summary>Whether a record causes an append: not if delivery itself logged it, and no ordinary record came since.</summary>
    public virtual bool CausesAppend(long id) => true;

    /// <summary>The outcome of the records is known.</summary>
    /// <param name="ids">Their numbers, ascending.</param>
    /// <param name="dropped">Whether they were dropped.</param>
    public abstract void Settle(ReadOnlySpan<long> ids, bool dropped);

    /// <summary>Journals an append that is about to be sent, so that its outcome can be found out after a crash.</summary>
    /// <exception cref="IOException">The journal could not be written; the append must not be sent.</exception>
    public abstract void Intend(AppendIntent intent);
}
