using System.ComponentModel;
using NLog.Common;
using NLog.Targets.OssAppend;
using OssLogSinks.Core;
using OssLogSinks.Core.Telemetry;

namespace NLog.Targets;

/// <summary>
/// Appends events to objects in Alibaba Cloud OSS, each exactly once, in the background.
/// </summary>
/// <remarks>
/// <para>
/// In NLog.config: <c>&lt;add assembly="NLog.Targets.OssAppend"/&gt;</c> in <c>&lt;extensions&gt;</c>, then
/// <c>&lt;target xsi:type="OssAppend" … /&gt;</c>. In code, and for trimmed or native applications:
/// <c>SetupExtensions(e =&gt; e.RegisterTarget&lt;OssAppendTarget&gt;("OssAppend"))</c>. No AsyncWrapper and no
/// <c>async="true"</c> around it: it has a queue of its own, and theirs drops events that nobody counts.
/// </para>
/// <para>
/// An event's continuation is called once: with null when the event stands in OSS, with an
/// <see cref="OssDeliveryException"/> when it was given up, so that a FallbackGroup around this target gets exactly what
/// OSS did not. It is called in the background, as long after the logging as the delivery took; for an event that finds no
/// room in the queue it is called at once, by the thread that logs. Give the group
/// <c>returnToFirstOnSuccess="true"</c>, or NLog sends everything after the first loss to the fallback.
/// </para>
/// <para>
/// With a <see cref="BufferPath"/> an event is safe as soon as it is on disk, so its continuation is called with null then.
/// </para>
/// </remarks>
[Target("OssAppend")]
public sealed partial class OssAppendTarget : TargetWithLayout
{
    // Made by InitializeTarget, closed by CloseTarget, both under NLog's lock; kept after the close for its counts.
    private volatile EventPipeline? _pipeline;
    private long _startedAt;

    // Why the target does not start; null if it has.
    private volatile DeliveryFailure? _startFailure;

    /// <summary>
    /// What has been done so far, and what is still held: events that wait in this target's queue are in none of the
    /// numbers yet, and what is logged in the moment after the close in none at all. Begins at zero when the configuration is loaded
    /// anew. A target that could not start, so that NLog gives it no events, says so as its last failure and is in trouble since then.
    /// Any thread may ask.
    /// </summary>
    /// <returns>The counts since the target was initialised; zeros before.</returns>
    public DeliverySnapshot GetSnapshot()
    {
        var snapshot = _pipeline?.GetSnapshot() ?? new DeliverySnapshot();
        return _startFailure is { } failure ? snapshot with { LastFailure = failure, TroubleSince = failure.Time } : snapshot;
    }

    /// <summary>How many callers wait for room in the queue; for tests.</summary>
    internal int BlockedCallers => _pipeline?.BlockedCallers ?? 0;

    /// <summary>Checks all settings and starts to take events. Nothing is sent before the first event.</summary>
    /// <exception cref="NLogConfigurationException">Some settings cannot be used; the message names all of them.</exception>
    [EditorBrowsable(EditorBrowsableState.Never)]
    protected override void InitializeTarget()
    {
        try
        {
            Start();
            _startFailure = null;
        }
        catch (Exception e)
        {
            // Without throwConfigExceptions NLog goes on without this target, and who asks for its health shall know. The exception's own
            // words are NLog's to tell.
            _startFailure = new DeliveryFailure(
                TimeProvider.System.GetUtcNow(),
                OssFailureKind.Unknown,
                $"The target could not start, and takes no events: {(e is NLogConfigurationException ? "its settings cannot be used" : "it failed with " + e.GetType().FullName)}.",
                "NLog's internal log says why; with throwConfigExceptions the application would not have started.",
                1);
            throw;
        }
    }

    private void Start()
    {
        InitializeLayouts();
        AutoFlush.Mend(this, LoggingConfiguration);
        var settings = new TargetSettings(this);
        var key = _key;
        var options = settings.ToOptions(key);
        var faults = settings.Check(options, key);
        if (faults.Count > 0)
            throw new NLogConfigurationException($"{this}: the settings cannot be used." + string.Concat(faults.Select(f => "\n  - " + f)));

        var diagnostics = new InternalLoggerDiagnostics(this);
        var pipelineSettings = settings.ToPipelineSettings(options);
        var renderer = new EventRenderer(Layout, LineEnding.NewLineCharacters, DropTooLargeEvents ? int.MaxValue : options.RecordSizeLimit);
        options.Diagnostics = diagnostics;
        var pipeline = Make();

        // NLog spares events what it would capture for a layout, so it is shown one only where there is something to capture.
        if (!key.IsThreadBound)
            _plainKey = key.Text;
        if (pipelineSettings.DrainOnProcessExit)
            pipeline.Understudy = new Understudy(MakeAnother, options.TimeProvider, LoggingConfiguration?.LogFactory);
        _startedAt = Understudy.NextMoment();
        _pipeline = pipeline;

        EventPipeline Make()
        {
            var continuations = new ContinuationQueue(diagnostics);
            options.Listener = continuations;
            var appender = new OssAppender(options);
            key.Bind(appender.KeyTemplate.PropertyNames);
            return new EventPipeline(appender, continuations, key, renderer, pipelineSettings, options.TimeProvider);
        }

        // What is reported at start was reported by the first.
        EventPipeline MakeAnother()
        {
            options.ReportDoubtfulSettings = false;
            return Make();
        }
    }

    // The key's values are captured by the write itself, more cheaply than NLog could, so NLog does not find it here. A wrapper's search does.
    private void InitializeLayouts()
    {
        _plainKey = _key.Text;
        try
        {
            base.InitializeTarget();
        }
        finally
        {
            _plainKey = null;
        }

        _key.Read();
    }

    /// <summary>Takes one event: what only its thread knows is captured, the rest is done in the background.</summary>
    /// <param name="logEvent">The event, and whom to tell its fate.</param>
    [EditorBrowsable(EditorBrowsableState.Never)]
    protected override void Write(AsyncLogEventInfo logEvent)
    {
        if (_pipeline is not { } pipeline)
        {
            WriteFailedNotInitialized(logEvent, null);
            return;
        }

        try
        {
            if (!RenderAtCall)
            {
                using (pipeline.EnterRendering())
                    PrecalculateVolatileLayouts(logEvent.LogEvent);
            }
        }
        catch (Exception e)
        {
            pipeline.RefuseUnrendered(logEvent.Continuation, e);
            return;
        }

        pipeline.Write(logEvent);
    }

    /// <summary>Takes one event without NLog's lock: the queue has its own, and a caller that waits for room must hold none.</summary>
    /// <param name="logEvent">The event, and whom to tell its fate.</param>
    [EditorBrowsable(EditorBrowsableState.Never)]
    protected override void WriteAsyncThreadSafe(AsyncLogEventInfo logEvent) => Write(logEvent);

    /// <summary>Takes several events, one after the other, without NLog's lock.</summary>
    /// <param name="logEvents">The events, and whom to tell their fate.</param>
    [EditorBrowsable(EditorBrowsableState.Never)]
    protected override void WriteAsyncThreadSafe(IList<AsyncLogEventInfo> logEvents)
    {
        foreach (var logEvent in logEvents)
            Write(logEvent);
    }

    /// <summary>Refuses an event: the target could not be initialised, or it was closed.</summary>
    /// <param name="logEvent">The event, and whom to tell its fate.</param>
    /// <param name="initializeException">Why the target could not be initialised; null if it was closed.</param>
    [EditorBrowsable(EditorBrowsableState.Never)]
    protected override void WriteFailedNotInitialized(AsyncLogEventInfo logEvent, Exception? initializeException)
    {
        // NLog would report a success for an event that comes after the close.
        if (initializeException is null && _pipeline is not null)
            WriteLate(logEvent);
        else
            base.WriteFailedNotInitialized(logEvent, initializeException ?? new OssDeliveryException(DropReason.Closed, "The target was not initialised.", null));
    }

    /// <summary>Sends what waits at once, without holding up the caller.</summary>
    /// <param name="asyncContinuation">
    /// Called once every event that was accepted before has met its fate: with null if all of them stand in OSS, or are as
    /// safe as <see cref="FlushTarget"/> asks for; with an <see cref="OssDeliveryException"/> if some were given up.
    /// </param>
    [EditorBrowsable(EditorBrowsableState.Never)]
    protected override void FlushAsync(AsyncContinuation asyncContinuation)
    {
        if (_pipeline is { } pipeline)
            pipeline.Flush(asyncContinuation);
        else
            asyncContinuation(null);
    }

    /// <summary>Delivers what waits, for <see cref="CloseTimeoutSeconds"/> at most, and gives up the rest, or leaves it in the buffer.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    protected override void CloseTarget()
    {
        if (_pipeline is { } pipeline)
        {
            // What came late for targets that this one, or one beside it, has replaced is stored when this close has ended.
            pipeline.Understudy?.EndThoseBefore(_startedAt, SyncRoot);
            pipeline.Understudy?.Begin();
            pipeline.Close(SyncRoot);
            pipeline.Understudy?.BeginGrace();
        }

        // Targets that begin anew do so in any order.
        _plainKey = null;
        base.CloseTarget();
    }

    // NLog captures nothing for a target that is closed.
    private void WriteLate(AsyncLogEventInfo logEvent)
    {
        try
        {
            if (!RenderAtCall)
            {
                using (_pipeline!.EnterRendering())
                    Layout.Precalculate(logEvent.LogEvent);
            }
        }
        catch (Exception e)
        {
            _pipeline!.RefuseUnrendered(logEvent.Continuation, e);
            return;
        }

        _pipeline!.Write(logEvent);
    }
}
