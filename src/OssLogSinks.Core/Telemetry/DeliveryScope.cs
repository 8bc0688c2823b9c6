using System.Diagnostics;

namespace OssLogSinks.Core.Telemetry;

/// <summary>
/// Marks what runs because events are delivered: clients, HTTP handlers, credentials, formatters, layouts, listeners, diagnostics.
/// What they log to a logger of this library is taken for what it is: it never waits for space, since delivery would wait for
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
/// Enter one around it: <c>using (DeliveryScope.Enter())</c>. Without one, what it logs waits for space if the logger blocks when it is full.
/// Only the delivery makes space, and the delivery waits for that code: until the time to block is over, or for ever if it has no end.
/// </para>
/// </remarks>
public readonly record struct DeliveryScope : IDisposable
{
    private static readonly AsyncLocal<Mark?> Flow = new();

    // For calls that never leave their thread, as rendering: far too frequent for an AsyncLocal to be set each time.
    [ThreadStatic]
    private static Mark? _onThread;

    // For what the application does about a loss: part of no delivery.
    private static readonly Mark Drops = new(null, null) { IsForDrops = true };

    private readonly Mark? _before;
    private readonly Mark? _beforeOnThread;
    private readonly Kind _kind;

    private DeliveryScope(Mark? before, Mark? beforeOnThread, Kind kind)
    {
        _before = before;
        _beforeOnThread = beforeOnThread;
        _kind = kind;
    }

    /// <summary>
    /// Whether the calling code is part of a delivery. Of whichever appender: two may share a client or credentials, and then the delivery of
    /// one waits for what the delivery of the other has called. What such code logs must not wait anywhere.
    /// </summary>
    public static bool IsActive => Flow.Value is not null || ReferenceEquals(_onThread, Drops);

    /// <summary>Begins a scope that flows into everything called from here, asynchronous calls included. To be disposed where it was entered.</summary>
    public static DeliveryScope Enter() => Enter(null);

    /// <summary>
    /// Whether the calling thread may be blocked until OSS has taken something: not within a scope, not by an EventListener, and not
    /// by a callback of the HTTP stack. That one opens connections on threads of its own, which no scope reaches, and delivery waits for
    /// them. Looks through the call stack: to be asked only where the thread would be blocked otherwise.
    /// </summary>
    /// <returns>False if what the caller logs must not wait.</returns>
    public static bool MayWait() => !IsActive && !CallStack.IsOfDelivery(new StackTrace(false).ToString());

    /// <summary>
    /// Begins a scope for telling the application of a loss, whatever scope is around it. What is logged there, the same event once more or
    /// one that tells of it, never waits, but is the application's own: it makes an append due. To be disposed where it was entered.
    /// </summary>
    /// <returns>The scope.</returns>
    public static DeliveryScope EnterForDrops()
    {
        var scope = new DeliveryScope(Flow.Value, _onThread, Kind.Both);
        Flow.Value = Drops;
        _onThread = null;
        return scope;
    }

    /// <summary>As <see cref="EnterForDrops"/>, at next to no cost, for a call that stays on this thread; within another scope that one goes on.</summary>
    /// <returns>To be disposed on this thread.</returns>
    public static DeliveryScope EnterForDropsOnThread()
    {
        var before = _onThread;
        _onThread ??= Drops;
        return new DeliveryScope(null, before, Kind.Thread);
    }

    /// <summary>Ends the scope: the one around it, if any, goes on.</summary>
    public void Dispose()
    {
        if (_kind is Kind.Thread or Kind.Both)
            _onThread = _beforeOnThread;
        if (_kind is Kind.Flow or Kind.Both)
            Flow.Value = _before;
    }

    /// <summary>As <see cref="Enter()"/>, for what one delivery calls.</summary>
    internal static DeliveryScope Enter(DeliverySource? source)
    {
        var before = Flow.Value;
        Flow.Value = Within(before, source);
        return new DeliveryScope(before, null, Kind.Flow);
    }

    /// <summary>Begins the scope of a loop that delivers for as long as it runs, whoever started it.</summary>
    internal static void Begin(DeliverySource source) => Flow.Value = source.Mark;

    /// <summary>Begins a scope on this thread only, for a call that never leaves it.</summary>
    internal static DeliveryScope EnterOnThread(DeliverySource source)
    {
        var before = _onThread;
        _onThread = before is null ? source.Mark : Within(before, source);
        return new DeliveryScope(null, before, Kind.Thread);
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
        {
            if (mark.Source == source)
                return before!;
        }

        return new Mark(source, before);
    }

    private enum Kind
    {
        /// <summary>A scope that was never entered: <c>default</c>.</summary>
        None,
        Flow,
        Thread,
        Both,
    }

    /// <summary>One scope and those around it, each source once.</summary>
    internal sealed record Mark(DeliverySource? Source, Mark? Around)
    {
        /// <summary>Whether it is entered to tell the application of a loss, and so part of no delivery.</summary>
        public bool IsForDrops { get; init; }
    }
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
        {
            // A scope of no appender in particular may be any one's.
            if (mark.Source is null ? !mark.IsForDrops : mark.Source == this || !mark.Source.TryFeed(this))
                return true;
        }

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

/// <summary>Tells from a thread's call stack whether delivery may be waiting for it, where no scope tells.</summary>
internal static class CallStack
{
    /// <summary>
    /// Whether the call comes from an EventListener, or from a callback of the HTTP stack on a thread of its own. Not from a request of the
    /// application: below the HTTP stack is then code of the application, or the call is what goes on after an await.
    /// </summary>
    /// <param name="stack">The calls, innermost first, as the runtime writes them.</param>
    public static bool IsOfDelivery(string stack)
    {
        var isInHttpStack = false;
        foreach (var line in stack.Split('\n'))
        {
            // The first word means "at", in whatever language.
            var text = line.Trim();
            var call = text.Substring(text.IndexOf(' ') + 1);
            if (call.Length == 0)
                continue;

            if (Is(call, "System.Diagnostics.Tracing."))
                return true;
            if (Is(call, "System.Net."))
                isInHttpStack = true;
            else if (isInHttpStack ? !IsOfRuntime(call) : IsResumption(call))
                return false;
        }

        return isInHttpStack;
    }

    // An asynchronous method is begun by the builder's Start, within its caller.
    private static bool IsResumption(string call) =>
        (Is(call, "System.Runtime.CompilerServices.") && call.IndexOf(".Start", StringComparison.Ordinal) < 0)
        || Is(call, "System.Threading.Tasks.") || Is(call, "System.Threading.ThreadPool");

    private static bool IsOfRuntime(string call) =>
        Is(call, "System.") || Is(call, "Interop.") || Is(call, "Internal.") || Is(call, "Microsoft.Win32.");

    private static bool Is(string call, string start) => call.StartsWith(start, StringComparison.Ordinal);
}
