namespace OssLogSinks.Emulator.Storage;

/// <summary>Writes every change to the data file, if there is one, before the change is applied, and wakes those that wait for changes.</summary>
internal sealed class StoreLog : IDisposable
{
    // Null without a data folder. Set once, before the server starts.
    private DataFile? _file;

    public ChangeSignal Changed { get; } = new();

    /// <summary>Opens the data file of a folder, restores what it contains, and writes to it from now on.</summary>
    public void Open(string folder, bool sync, ObjectStore store)
    {
        _file = DataFile.Open(folder, sync, store.Restore);
        _file.CompactIfWasteful(store.Snapshot);
    }

    /// <exception cref="DataFileException">It cannot be written, so it must not be applied.</exception>
    public void Write(StoreChange change)
    {
        _file?.Append(change);
        Changed.Raise();
    }

    public void Dispose() => _file?.Dispose();
}

/// <summary>Wakes those that wait for the next change. Raising it costs two atomic operations if nobody waits.</summary>
internal sealed class ChangeSignal
{
    private TaskCompletionSource? _next;
    private long _version;

    public long Version => Interlocked.Read(ref _version);

    public void Raise()
    {
        Interlocked.Increment(ref _version);
        Interlocked.Exchange(ref _next, null)?.TrySetResult();
    }

    /// <summary>Completes as soon as the version is another than <paramref name="seen"/>.</summary>
    public Task NextAsync(long seen)
    {
        var next = Volatile.Read(ref _next);
        if (next is null)
        {
            var created = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            next = Interlocked.CompareExchange(ref _next, created, null) ?? created;
        }

        // Looked at after the source was published: a change since then completes it.
        return Version != seen ? Task.CompletedTask : next.Task;
    }
}
