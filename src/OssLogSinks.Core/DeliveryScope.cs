namespace OssLogSinks.Core;

/// <summary>
/// Marks what runs because events are delivered: clients, HTTP handlers, credentials, formatters, layouts, listeners, diagnostics.
/// What they log to a logger of this library is taken for what it is: it never waits for room, since delivery would wait for
/// itself, and it makes no append due, since each append would cause the next.
/// </summary>
/// <remarks>
/// <para>
/// The library enters its scopes by itself. They flow like an <see cref="AsyncLocal{T}"/>: into tasks, timers and threads that are
/// started inside. Something of yours that delivery starts, but that lives on for itself, is better started under
/// <see cref="ExecutionContext.SuppressFlow"/>; otherwise its events count as delivery's for as long as it lives.
/// </para>
/// <para>
/// Code of yours that delivery waits for without calling it needs a scope of its own: a loop that renews credentials, for instance.
/// Enter one around it: <c>using (DeliveryScope.Enter())</c>.
/// </para>
/// </remarks>
public readonly record struct DeliveryScope : IDisposable
{
    private static readonly AsyncLocal<Mark?> Flow = new();

    // For calls that never leave their thread, as rendering: far too frequent for an AsyncLocal to be set each time.
    [ThreadStatic]
    private static Mark? _onThread;

    private readonly Mark? _before;
    private readonly bool _isOnThread;

    private DeliveryScope(Mark? before, bool isOnThread)
    {
        _before = before;
        _isOnThread = isOnThread;
    }

    /// <summary>Whether the calling code is part of a delivery, of whichever appender: what it logs must not wait.</summary>
    public static bool IsActive => Flow.Value is not null;

    /// <summary>Begins a scope that flows into everything called from here, asynchronous calls included. To be disposed where it was entered.</summary>
    public static DeliveryScope Enter() => Enter(null);

    /// <summary>Ends the scope: the one around it, if any, goes on.</summary>
    public void Dispose()
    {
        if (_isOnThread)
            _onThread = _before;
        else
            Flow.Value = _before;
    }

    /// <summary>As <see cref="Enter()"/>, for what one delivery calls.</summary>
    internal static DeliveryScope Enter(DeliverySource? source)
    {
        var before = Flow.Value;
        Flow.Value = Within(before, source);
        return new DeliveryScope(before, isOnThread: false);
    }

    /// <summary>Begins the scope of a loop that delivers for as long as it runs, whoever started it.</summary>
    internal static void Begin(DeliverySource source) => Flow.Value = source.Mark;

    /// <summary>Begins a scope on this thread only, for a call that never leaves it.</summary>
    internal static DeliveryScope EnterOnThread(DeliverySource source)
    {
        var before = _onThread;
        _onThread = before is null ? source.Mark : Within(before, source);
        return new DeliveryScope(before, isOnThread: true);
    }

    /// <summary>Whether the calling code runs because of this delivery, or of one that this delivery's own events cause.</summary>
    internal static bool IsCausedBy(DeliverySource source)
    {
        var (call, flow) = (_onThread, Flow.Value);
        return (call is not null && source.IsCauseOf(call)) || (flow is not null && source.IsCauseOf(flow));
    }

    private static Mark Within(Mark? before, DeliverySource? source)
    {
        for (var mark = before; mark is not null; mark = mark.Around)
            if (mark.Source == source)
                return before!;

        return new Mark(source, before);
    }

    /// <summary>One scope and those around it, each source once.</summary>
    internal sealed record Mark(DeliverySource? Source, Mark? Around);
}

/// <summary>
/// One appender's delivery, as a cause of events. What it logs to another appender is an ordinary event there, until the other
/// one's delivery would log back: the links between deliveries never close a circle, so that no event can cause itself.
/// </summary>
internal sealed class DeliverySource
{
    private static readonly object Links = new();

    // Guarded by Links: the deliveries that take ordinary events from this one.
    private readonly HashSet<DeliverySource> _feeds = [];
    private volatile bool _isClosed;

    public DeliverySource() => Mark = new DeliveryScope.Mark(this, null);

    /// <summary>The scope of this delivery alone.</summary>
    public DeliveryScope.Mark Mark { get; }

    /// <summary>Whether events that are logged within this scope are caused by this delivery.</summary>
    public bool IsCauseOf(DeliveryScope.Mark scope)
    {
        for (var mark = scope; mark is not null; mark = mark.Around)
            if (mark.Source == this || (mark.Source is { } other && !other.TryFeed(this)))
                return true;

        return false;
    }

    /// <summary>It causes no more events.</summary>
    public void Close() => _isClosed = true;

    private bool TryFeed(DeliverySource other)
    {
        lock (Links)
        {
            if (_feeds.Contains(other))
                return true;
            if (other.Reaches(this))
                return false;

            _feeds.RemoveWhere(static feed => feed._isClosed);
            _feeds.Add(other);
            return true;
        }
    }

    private bool Reaches(DeliverySource other) => _feeds.Contains(other) || _feeds.Any(feed => feed.Reaches(other));
}
