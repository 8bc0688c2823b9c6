using System.Globalization;

namespace OssLogSinks.Core.Telemetry;

/// <summary>
/// Reports trouble to the operators of the application: the first of each kind at once, repeats summed up once a minute, and one report
/// when it is over. Any thread may report.
/// </summary>
internal sealed class DeliveryReporter
{
    // Codes come from the service; whatever answers in its place may make up new ones without end.
    private const int MostKinds = 64;

    private const string DropPrefix = "drop ";
    private const string Replacement = "replaced";

    private static readonly TimeSpan RepeatAfter = TimeSpan.FromMinutes(1);
    private static readonly string[] DropKinds = [.. Enumerable.Range(0, DropReasonNames.Count).Select(reason => DropPrefix + DropReasonNames.Of((DropReason)reason))];

    private readonly IOssDiagnostics? _diagnostics;
    private readonly TimeProvider _time;
    private readonly TroubleTracker _trouble;
    private readonly object _gate = new();

    // Guarded by _gate.
    private readonly Dictionary<string, Gathered> _gathered = [];
    private OssDiagnosticLevel? _troubleReported;
    private bool _hasBufferTrouble;
    private bool _hasDelivered;

    public DeliveryReporter(IOssDiagnostics? diagnostics, TimeProvider time)
    {
        _diagnostics = diagnostics;
        _time = time;
        _trouble = new TroubleTracker(time);
    }

    /// <summary>The delivery that reports.</summary>
    public DeliverySource Source { get; init; } = new();

    /// <summary>The latest failure, and since when there is trouble; null for none.</summary>
    public (DeliveryFailure? Last, DateTimeOffset? Since) TroubleNow => _trouble.Now;

    /// <summary>Events were given up.</summary>
    public void Dropped(DropReason reason, long count, string why)
    {
        if (TakeTurn(DropKinds[(int)reason], count, out var total))
            Report(OssDiagnosticLevel.Error, $"{Number(total)} event(s) were given up ({reason}): {why}");
    }

    /// <summary>Events were too large, so that a placeholder is stored instead.</summary>
    public void Replaced(long count)
    {
        if (TakeTurn(Replacement, count, out var total))
            Report(OssDiagnosticLevel.Warning, $"{Number(total)} event(s) were larger than the record size limit; a placeholder that says so is stored instead.");
    }

    /// <summary>A request failed. What only an operator can mend is reported at once, passing trouble when it stays.</summary>
    /// <param name="failure">Why.</param>
    /// <param name="failures">How many failed in a row.</param>
    /// <param name="stream">The stream and who ships it; it is in trouble until it delivers.</param>
    /// <param name="isOver">Whether the request has ended meanwhile, so that this comes too late; null if it cannot.</param>
    public void Trouble(RequestFailure failure, int failures, (object? Shipper, object? Stream) stream = default, Func<bool>? isOver = null)
    {
        var (kind, error, isPassing) = failure;
        if (kind == OssFailureKind.Buffer)
        {
            var problem = BufferMessage(error);
            if (_trouble.Fail(stream, kind, problem, "", isOver))
                ReportBuffer("what is in it cannot be sent without the risk of sending it twice, and waits until it can be written again", problem);
            return;
        }

        var message = PlainText.Of(error);
        var advice = AdviceFor(error);
        if (!_trouble.Fail(stream, kind, message, advice, isOver) || (isPassing && failures < 3 && HasDelivered()))
            return;

        var kindOfReport = (error as IExplainedFailure)?.Code ?? (isPassing ? "unanswered " : "refused ") + kind;
        if (!TakeTurn("trouble " + kindOfReport, 1, out _))
            return;

        var level = isPassing ? OssDiagnosticLevel.Warning : OssDiagnosticLevel.Error;
        lock (_gate)
            _troubleReported = _troubleReported > level ? _troubleReported : level;

        var consequence = isPassing ? "It is tried again." : "It is tried again every now and then; until it works, events wait.";
        Report(level, Sentences("Appending to OSS does not work:", message, advice, consequence));
    }

    /// <summary>Why events are given up, with the failure behind it and what to do about it: who sees the exception may see no report.</summary>
    /// <param name="why">Why, as a sentence.</param>
    /// <param name="error">The last failure; null if there was none.</param>
    public static string WithFailure(string why, Exception? error) =>
        error is null ? why : WithFailure(why, RequestFailure.KindOf(error), PlainText.Of(error), AdviceFor(error));

    /// <summary>The same with the latest failure, if there is trouble now.</summary>
    public string WithTrouble(string why) =>
        TroubleNow is { Since: not null, Last: { } last } ? WithFailure(why, last.Kind, last.Message, last.Advice) : why;

    /// <summary>A refusal that is not waited out: its events are given up, and reported as such.</summary>
    public void Refused(Exception error, (object? Shipper, object? Stream) stream) =>
        _ = _trouble.Fail(stream, RequestFailure.KindOf(error), PlainText.Of(error), AdviceFor(error), isOver: null);

    /// <summary>A stream's events were given up, and it fails no longer.</summary>
    public void GaveUp((object? Shipper, object? Stream) stream) => _trouble.GiveUp(stream);

    /// <summary>Nobody ships the streams of this one any more.</summary>
    public void Forget(object shipper) => _trouble.Forget(shipper);

    /// <summary>An append was stored.</summary>
    /// <param name="stream">The stream and who ships it.</param>
    public void Delivered((object? Shipper, object? Stream) stream = default)
    {
        var isOver = _trouble.Deliver(stream);
        OssDiagnosticLevel level;
        lock (_gate)
        {
            _hasDelivered = true;
            if (_troubleReported is not { } reported || !isOver)
                return;

            level = reported;
            _troubleReported = null;
        }

        // Whoever reads no lower level saw the trouble, and has to see its end.
        Report(level, "Appending to OSS works again.");
    }

    /// <summary>The endpoint is another machine, and is spoken to in plain text; told once, at start.</summary>
    public void PlainHttp(string origin) => Report(
        OssDiagnosticLevel.Warning,
        $"Log text, access key ids and security tokens go to '{origin}' unencrypted, since the endpoint begins with http://. Write https://, or set AllowPlainHttp if that is what you want.");

    /// <summary>The key can be used, but is hardly what was meant; told once, at start.</summary>
    public void DoubtfulKey(string key, string doubt) => Report(
        OssDiagnosticLevel.Warning,
        $"The object key {SettingFault.Shown(key)} is used as it is, but may not be what you want: {doubt}.");

    /// <summary>An object takes no more appends, though it is not full.</summary>
    /// <param name="key">The object.</param>
    /// <param name="error">The refusal that says so; null if the object was looked at.</param>
    /// <param name="isUsual">Whether that is the normal course of things.</param>
    public void ObjectClosed(string key, Exception? error, bool isUsual = false)
    {
        var why = error is null ? "It was sealed, or is no appendable object." : Sentences(PlainText.Of(error), AdviceFor(error));
        if (TakeTurn("closed", 1, out _))
            Report(isUsual ? OssDiagnosticLevel.Information : OssDiagnosticLevel.Warning, $"The object '{key}' takes no more appends; going on with the next sequence number. {why}");
    }

    /// <summary>An object is shorter than it was: it was deleted, and perhaps made again.</summary>
    public void ObjectGone(string key)
    {
        if (TakeTurn("gone", 1, out _))
            Report(OssDiagnosticLevel.Warning, $"The object '{key}' was deleted by somebody; what was appended to it before is gone. The same key is begun again.");
    }

    /// <summary>Our bytes are in the object, but what is before them is not what this writer knows.</summary>
    public void PrefixChanged(string key)
    {
        if (TakeTurn("prefix", 1, out _))
            Report(OssDiagnosticLevel.Error, $"The object '{key}' cannot be trusted any more: its CRC-64 is not that of what was appended to it, so it was changed by somebody else, or damaged. The last append was read back and is intact; going on with the next sequence number.");
    }

    /// <summary>A finished object was not sealed.</summary>
    public void NotSealed(string key, string why)
    {
        if (TakeTurn("not sealed", 1, out _))
            Report(OssDiagnosticLevel.Warning, $"The finished object '{key}' was not sealed. {why}");
    }

    /// <summary>This account may not seal objects; told once, as it is not tried again.</summary>
    public void SealingOff(Exception error, string advice) =>
        Report(OssDiagnosticLevel.Warning, Sentences("Finished objects are not sealed, until the next start:", PlainText.Of(error), advice));

    /// <summary>The service stored other bytes than those that were sent.</summary>
    public void BodyDamaged(string key, long position, long length) => Report(
        OssDiagnosticLevel.Error,
        $"An append to '{key}' was damaged on its way: bytes {Number(position)} to {Number(position + length - 1)} are not what was sent. The events are appended once more, to the next sequence number.");

    /// <summary>The disk buffer does not work.</summary>
    /// <param name="consequence">What happens meanwhile.</param>
    /// <param name="error">What the disk says.</param>
    public void BufferFailed(string consequence, Exception error)
    {
        var message = BufferMessage(error);
        _trouble.FailBuffer(message);
        ReportBuffer(consequence, message);
    }

    /// <summary>The disk buffer took something.</summary>
    public void BufferWorks()
    {
        lock (_gate)
        {
            if (!_hasBufferTrouble)
                return;
            _hasBufferTrouble = false;
        }

        _trouble.MendBuffer();
        Report(OssDiagnosticLevel.Error, "The buffer on disk works again.");
    }

    /// <summary>The disk buffer has reached its limit.</summary>
    public void BufferFull(string consequence)
    {
        if (TakeTurn("buffer full", 1, out _))
            Report(OssDiagnosticLevel.Warning, $"The buffer on disk has reached its size limit; {consequence}.");
    }

    /// <summary>Something about the buffer that people want to know once.</summary>
    public void Buffer(OssDiagnosticLevel level, string message) => Report(level, message);

    private void ReportBuffer(string consequence, string message)
    {
        lock (_gate)
            _hasBufferTrouble = true;
        if (TakeTurn("buffer", 1, out _))
            Report(OssDiagnosticLevel.Error, $"{message} Until it does, {consequence}.");
    }

    // The words of a disk's error name a path and a reason, which is what an operator needs.
    private static string BufferMessage(Exception error) => "The buffer on disk does not work: " + error.Message;

    private static string WithFailure(string why, OssFailureKind kind, string message, string advice) =>
        Sentences(why, kind == OssFailureKind.Unknown ? "The last failure:" : $"The last failure ({kind}):", message, advice);

    private static string AdviceFor(Exception error) => (error as IExplainedFailure)?.Advice ?? "";

    private static string Sentences(params string[] parts) => string.Join(" ", parts.Where(part => part.Length > 0));

    private bool HasDelivered()
    {
        lock (_gate)
            return _hasDelivered;
    }

    // Whether this one is reported now, together with those of its kind that were not.
    private bool TakeTurn(string kind, long count, out long total)
    {
        lock (_gate)
        {
            if (_gathered.Count >= MostKinds && !_gathered.ContainsKey(kind) && kind.StartsWith("trouble ", StringComparison.Ordinal))
                kind = "trouble of other kinds";
            if (!_gathered.TryGetValue(kind, out var gathered))
                _gathered.Add(kind, gathered = new Gathered());

            gathered.Count += count;
            total = gathered.Count;
            if (gathered.ReportedAt is { } at && _time.GetElapsedTime(at) < RepeatAfter)
                return false;

            gathered.ReportedAt = _time.GetTimestamp();
            gathered.Count = 0;
            return true;
        }
    }

    /// <summary>Reports what was gathered and not yet said; for the end.</summary>
    public void ReportRest()
    {
        List<(string Kind, long Count)> rest;
        long replaced;
        lock (_gate)
        {
            rest = _gathered.Where(g => g.Value.Count > 0 && g.Key.StartsWith(DropPrefix, StringComparison.Ordinal)).Select(g => (g.Key, g.Value.Count)).ToList();
            replaced = _gathered.TryGetValue(Replacement, out var replacements) ? replacements.Count : 0;
            foreach (var gathered in _gathered.Values)
                gathered.Count = 0;
        }

        foreach (var (kind, count) in rest)
            Report(OssDiagnosticLevel.Error, $"{Number(count)} more event(s) were given up ({kind.Substring(DropPrefix.Length)}).");
        if (replaced > 0)
            Report(OssDiagnosticLevel.Warning, $"{Number(replaced)} more event(s) were larger than the record size limit; a placeholder is stored instead.");
    }

    private void Report(OssDiagnosticLevel level, string message)
    {
        if (_diagnostics is null)
            return;

        using var delivery = DeliveryScope.EnterOnThread(Source);
        try
        {
            _diagnostics.Report(new OssDiagnosticEvent(level, message));
        }
        catch (Exception)
        {
            // Whoever listens must not throw; if it does, delivery goes on all the same.
        }
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private sealed class Gathered
    {
        public long Count { get; set; }

        public long? ReportedAt { get; set; }
    }
}

/// <summary>A request that failed, as far as a report tells of it.</summary>
/// <param name="Kind">What kind of failure it is; <see cref="OssFailureKind.Buffer"/> if nothing was sent, since the disk did not take the note of it.</param>
/// <param name="Error">What happened.</param>
/// <param name="IsPassing">Whether it may pass by itself; otherwise an operator has to mend something.</param>
internal sealed record RequestFailure(OssFailureKind Kind, Exception Error, bool IsPassing)
{
    public RequestFailure(Exception error, bool isPassing)
        : this(KindOf(error), error, isPassing)
    {
    }

    public static OssFailureKind KindOf(Exception error) => (error as IExplainedFailure)?.Kind ?? OssFailureKind.Unknown;
}
