namespace OssLogSinks.Core.Records;

/// <summary>
/// The books of one stream's records beyond the batch that ships them: who waits for their fate, and what has to be
/// known of them after a crash. Any thread may call any member.
/// </summary>
internal abstract class RecordSource
{
    /// <summary>Whether the records are on disk as well: then letting go of them in memory loses nothing.</summary>
    public abstract bool IsDurable { get; }

    /// <summary>Whether a record is to be appended for its own sake: not if delivery itself has logged it, and nothing else since.</summary>
    public virtual bool IsDue(long id) => true;

    /// <summary>The records have met their fate.</summary>
    /// <param name="ids">Their numbers, ascending.</param>
    /// <param name="lost">Whether they were given up.</param>
    public abstract void Settle(ReadOnlySpan<long> ids, bool lost);

    /// <summary>Notes an append that is about to be sent, so that its fate can be found out after a crash.</summary>
    /// <exception cref="IOException">It could not be noted; the append must not be sent.</exception>
    public abstract void Intend(AppendIntent intent);
}
