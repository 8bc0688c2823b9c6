using System.Diagnostics;

namespace OssLogSinks.Core.Telemetry;

/// <summary>
/// Marks code that runs because events are delivered: clients, HTTP handlers, credentials, formatters, layouts, listeners, diagnostics.
/// Events that such code logs to this library never wait for space, since delivery would wait for itself. They cause no append by the appender
/// whose delivery calls the code, since each append would cause the next.
/// </summary>
/// <remarks>
/// <para>
/// The library enters its scopes itself. Most of them flow like an <see cref="AsyncLocal{T}"/> into tasks, timers and threads that are started
/// inside. If your code starts a long-running loop there, start it under <see cref="ExecutionContext.SuppressFlow"/>; otherwise all its
/// events count as delivery's.
/// </para>
/// <para>
/// Code that delivery waits for without calling it needs its own scope: a loop that renews credentials, for instance. Enter one around it:
/// <c>using (DeliveryScope.Enter())</c>. Without it, and with a logger that blocks when it is full, the events of that code wait for space,
/// which only delivery can free, while delivery waits for that code.
/// </para>
/// </remarks>
public readonly record struct DeliveryScope : IDisposable
{
    private static readonly AsyncLocal<Mark?> Flow = new();

    // For calls that stay on their thread, such as rendering: setting an AsyncLocal costs too much there.
    [ThreadStatic]
    private static Mark? _onThread;

    // For code of the application that handles dropped events; it belongs to no delivery.
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
    /// Whether the calling code runs for a delivery, of any appender, or handles dropped events. Two appenders may share a client or
    /// credentials, so one delivery can wait for code that another one has called. Events of such code must not wait anywhere. False in
    /// scopes that only mark a call on the thread that logs.
    /// </summary>
    public static bool IsActive => Flow.Value is not null || ReferenceEquals(_onThread, Drops);

    /// <summary>Begins a scope that flows into all calls from here, also asynchronous ones. Dispose it in the same method.</summary>
    public static DeliveryScope Enter() => Enter(null);

    /// <summary>
    /// Whether the calling thread may wait until OSS has accepted something: not within a scope, in an EventListener, or in a callback of the
    /// HTTP stack, which opens connections on its own threads, without scopes, while delivery waits for them. Reads the call stack, so ask
    /// only before the thread would wait.
    /// </summary>
    /// <returns>False if the caller's events must not wait.</returns>
    public static bool MayWait() => !IsActive && !CallStack.IsOfDelivery(new StackTrace(false).ToString());

    /// <summary>
    /// Begins a scope for notifying the application of dropped events; it replaces an outer scope. Events that are logged there, the same event
    /// again for instance, never wait, but count as the application's own: they cause an append. Dispose it in the same method.
    /// </summary>
    /// <returns>The scope.</returns>
    public static DeliveryScope EnterForDrops()
    {
        var scope = new DeliveryScope(Flow.Value, _onThread, Kind.Both);
        Flow.Value = Drops;
        _onThread = null;
        return scope;
    }

    /// <summary>As <see cref="EnterForDrops"/>, cheaper, for a call that stays on this thread. Does not replace an outer scope.</summary>
    /// <returns>The scope. Dispose it on this thread.</returns>
    public static DeliveryScope EnterForDropsOnThread()
    {
        var before = _onThread;
        _onThread ??= Drops;
        return new DeliveryScope(null, before, Kind.Thread);
    }

    /// <summary>Ends the scope; an outer scope continues.</summary>
    public void Dispose()
    {
        if (_kind is Kind.Thread or Kind.Both)
            _onThread = _beforeOnThread;
        if (_kind is Kind.Flow or Kind.Both)
            Flow.Value = _before;
    }

    /// <summary>As <see cref="Enter()"/>, for calls of one delivery.</summary>
    internal static DeliveryScope Enter(DeliverySource? source)
    {
        var before = Flow.Value;
        Flow.Value = Within(before, source);
        return new DeliveryScope(before, null, Kind.Flow);
    }

    /// <summary>Begins the scope of a loop of the delivery, in place of the scope that it was started in.</summary>
    internal static void Begin(DeliverySource source) => Flow.Value = source.Mark;

    /// <summary>Begins a scope for a call that stays on this thread.</summary>
    internal static DeliveryScope EnterOnThread(DeliverySource source)
    {
        var before = _onThread;
        _onThread = before is null ? source.Mark : Within(before, source);
        return new DeliveryScope(null, before, Kind.Thread);
    }

    /// <summary>Whether the calling code runs because of this delivery, or of one that this delivery's events cause.</summary>
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
        /// <summary>Never entered.</summary>
        None,
        Flow,
        Thread,
        Both,
    }

    /// <summary>A scope and its outer scopes, each source once.</summary>
    internal sealed record Mark(DeliverySource? Source, Mark? Around)
    {
        /// <summary>Whether it belongs to no delivery, because it notifies the application of dropped events.</summary>
        public bool IsForDrops { get; init; }
    }
}

/// <summary>
/// One appender's delivery, as a cause of events. Another appender takes these events as ordinary ones, unless its own delivery logs to this
/// appender: the links between deliveries have no circle, so no event can cause itself.
/// </summary>
internal sealed class DeliverySource
{
    private static readonly object Links = new();

    // Guarded by Links: deliveries that accept this one's events as ordinary ones.
    private readonly HashSet<DeliverySource> _feeds = [];
    private volatile bool _isClosed;

    public DeliverySource() => Mark = new DeliveryScope.Mark(this, null);

    /// <summary>The scope of this delivery alone.</summary>
    public DeliveryScope.Mark Mark { get; }

    /// <summary>Whether this delivery causes the events that are logged within the scope.</summary>
    public bool IsCauseOf(DeliveryScope.Mark scope)
    {
        for (var mark = scope; mark is not null; mark = mark.Around)
        {
            // A scope without a source may belong to any delivery.
            if (mark.Source is null ? !mark.IsForDrops : mark.Source == this || !mark.Source.TryFeed(this))
                return true;
        }

        return false;
    }

    /// <summary>The delivery has ended and causes no more events.</summary>
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

/// <summary>Finds out from a call stack whether delivery may be waiting for the thread.</summary>
internal static class CallStack
{
    /// <summary>
    /// Whether the call comes from an EventListener, or from a callback of the HTTP stack on its own thread. In a request of the application,
    /// code of the application or the continuation of an await follows below the HTTP stack.
    /// </summary>
    /// <param name="stack">The calls as the runtime writes them, innermost first.</param>
    public static bool IsOfDelivery(string stack)
    {
        var isInHttpStack = false;
        foreach (var line in stack.Split('\n'))
        {
            // The first word is "at", in the runtime's language.
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

    // The builder's Start runs an async method within its caller, so it is no resumption.
    private static bool IsResumption(string call) =>
        (Is(call, "System.Runtime.CompilerServices.") && call.IndexOf(".Start", StringComparison.Ordinal) < 0)
        || Is(call, "System.Threading.Tasks.") || Is(call, "System.Threading.ThreadPool");

    private static bool IsOfRuntime(string call) =>
        Is(call, "System.") || Is(call, "Interop.") || Is(call, "Internal.") || Is(call, "Microsoft.Win32.");

    private static bool Is(string call, string start) => call.StartsWith(start, StringComparison.Ordinal);
}
