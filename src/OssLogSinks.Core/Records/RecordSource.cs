namespace OssLogSinks.Core.Records;

/// <summary>
/// What is kept of one stream's records besides the batch that ships them: who waits for their outcome, and what has to be
/// known of them after a crash. Any thread may call any member.
/// </summary>
internal abstract class RecordSource
{
    /// <summary>Whether the records are on disk as well, so that nothing is lost when memory gives them up.</summary>
    public abstract bool IsDurable { get; }

    /// <summary>Whether a record is to be appended for its own sake: not if delivery itself has logged it, and nothing else since.</summary>
    public virtual bool IsDue(long id) => true;

    /// <summary>The outcome of the records is known.</summary>
    /// <param name="ids">Their numbers, ascending.</param>
    /// <param name="dropped">Whether they were given up.</param>
    public abstract void Settle(ReadOnlySpan<long> ids, bool dropped);

    /// <summary>Notes an append that is about to be sent, so that its outcome can be found out after a crash.</summary>
    /// <exception cref="IOException">It could not be noted; the append must not be sent.</exception>
    public abstract void Intend(AppendIntent intent);
}
