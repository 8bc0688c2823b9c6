namespace OssLogSinks.Core.Shutdown;

/// <summary>
/// The pipelines that are still open. Flushing or closing all of them takes as long as the slowest one may take, and never throws,
/// even if they do.
/// </summary>
internal sealed class DrainRegistry
{
    // Extra time after the deadline, to report what was dropped.
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(5);

    private readonly TimeProvider _time;
    private readonly object _gate = new();

    // Guarded by _gate.
    private readonly HashSet<Membership> _members = [];

    public DrainRegistry(TimeProvider time) => _time = time;

    public int Count
    {
        get
        {
            lock (_gate)
                return _members.Count;
        }
    }

    /// <summary>Holds the pipeline until the returned membership is disposed.</summary>
    public IDisposable Add(IDrainable pipeline)
    {
        var membership = new Membership(this, pipeline);
        lock (_gate)
            _members.Add(membership);

        return membership;
    }

    /// <summary>
    /// Closes all pipelines: they deliver what they hold within their close timeouts, and drop the rest, except what is on disk.
    /// </summary>
    public Task CloseAllAsync() => ForAllAsync(static (pipeline, time) => BoundedWait.For(Waiting.Observe(pipeline.CloseAsync(pipeline.CloseTimeout)), Timeout.InfiniteTimeSpan, time));

    /// <summary>
    /// Delivers what they hold within their close timeouts, and leaves them open, since the process may go on. A pipeline that does not finish in
    /// time is closed, so that it reports the events that it drops.
    /// </summary>
    public Task FlushAllAsync() => ForAllAsync(FlushOrClose);

    private static bool FlushOrClose(IDrainable pipeline, TimeProvider time)
    {
        using var over = new CancellationTokenSource();
        if (BoundedWait.For(Waiting.Observe(BoundedWait.RunAsync(() => pipeline.FlushAsync(over.Token)).Unwrap()), pipeline.CloseTimeout, time))
            return true;

        over.Cancel();
        return BoundedWait.For(Waiting.Observe(pipeline.CloseAsync(TimeSpan.Zero)), Timeout.InfiniteTimeSpan, time);
    }

    private Task<bool[]> ForAllAsync(Func<IDrainable, TimeProvider, bool> end)
    {
        IDrainable[] pipelines;
        lock (_gate)
            pipelines = [.. _members.Select(member => member.Pipeline)];

        return Task.WhenAll(pipelines.Select(pipeline => BoundedWait.RunAsync(() => End(pipeline, end))));
    }

    private bool End(IDrainable pipeline, Func<IDrainable, TimeProvider, bool> end)
    {
        try
        {
            var begun = _time.GetTimestamp();
            var timeout = pipeline.CloseTimeout;
            var ending = BoundedWait.RunAsync(() => end(pipeline, _time));
            return BoundedWait.For(ending, begun, timeout == Timeout.InfiniteTimeSpan ? timeout : timeout + Slack, _time);
        }
        catch (Exception)
        {
            // The process is ending, and the pipeline has reported its own failures.
            return false;
        }
    }

    private sealed class Membership(DrainRegistry owner, IDrainable pipeline) : IDisposable
    {
        public IDrainable Pipeline { get; } = pipeline;

        public void Dispose()
        {
            lock (owner._gate)
                owner._members.Remove(this);
        }
    }
}

/// <summary>Something that still holds events when the process ends. Any thread may call any member.</summary>
public interface IDrainable
{
    /// <summary>How long the end of the process waits for it.</summary>
    TimeSpan CloseTimeout { get; }

    /// <summary>Sends waiting events, and completes when all of them have their outcome. It accepts events meanwhile and afterwards.</summary>
    /// <param name="cancellationToken">Ends the wait, not the delivery.</param>
    /// <returns>Whether all of them are stored.</returns>
    Task<bool> FlushAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Stops accepting events, delivers the waiting ones, drops and reports the rest, except what is on disk. If a close is already running,
    /// completes with it.
    /// </summary>
    /// <param name="timeout">How long to deliver; zero to drop the waiting events at once.</param>
    /// <returns>A task that completes with the close.</returns>
    Task CloseAsync(TimeSpan timeout);
}
