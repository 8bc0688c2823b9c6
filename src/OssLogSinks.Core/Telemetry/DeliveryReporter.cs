using System.Globalization;

namespace OssLogSinks.Core.Telemetry;

/// <summary>
/// Reports to operators. Of most kinds, the first report comes at once, and repeats once a minute at most (dropped events are summed up);
/// passing failures and rare kinds have rules of their own. One report says when the trouble is over. Thread-safe.
/// </summary>
internal sealed class DeliveryReporter
{
    // Limited, since a server that is not OSS may send any number of different codes.
    private const int MostKinds = 64;

    private static readonly TimeSpan RepeatAfter = TimeSpan.FromMinutes(1);

    private readonly IOssDiagnostics? _diagnostics;
    private readonly TimeProvider _time;
    private readonly TroubleTracker _trouble;
    private readonly object _gate = new();

    private readonly Gathered[] _drops = [.. Enumerable.Range(0, DropReasonNames.Count).Select(_ => new Gathered())];
    private readonly Gathered _replacements = new();

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

    public DeliverySource Source { get; init; } = new();

    /// <summary>The latest failure, and since when there is trouble; null for none.</summary>
    public (DeliveryFailure? Last, DateTimeOffset? Since) TroubleNow => _trouble.Now;

    public void Dropped(DropReason reason, long count, string why)
    {
        if (TakeTurn(_drops[(int)reason], count, out var total))
            Report(OssDiagnosticLevel.Error, HelpAnchors.For(reason), $"{Number(total)} event(s) were dropped ({reason}): {why}");
    }

    /// <summary>Events were too large, so that a placeholder is stored instead.</summary>
    public void Replaced(long count)
    {
        if (TakeTurn(_replacements, count, out var total))
            Report(OssDiagnosticLevel.Warning, HelpAnchors.For(DropReason.TooLarge), $"{Number(total)} event(s) were larger than the record size limit; a placeholder is stored instead.");
    }

    /// <summary>
    /// A stream could not deliver. Failures that an operator must resolve are reported at once. Those that may pass by themselves are reported
    /// after the third step in a row without a delivery (a check after an unanswered append is a step too), or at once if nothing was delivered yet.
    /// </summary>
    /// <param name="failure">Why.</param>
    /// <param name="failures">How many steps in a row delivered nothing.</param>
    /// <param name="stream">The stream and its shipper; it is in trouble until it delivers.</param>
    /// <param name="isOver">Whether the request has ended meanwhile, so that the report is too late; null if it cannot.</param>
    public void Trouble(RequestFailure failure, int failures, (object? Shipper, object? Stream) stream = default, Func<bool>? isOver = null)
    {
        var (kind, error, isPassing) = failure;
        if (kind == OssFailureKind.Buffer)
        {
            // The journal may belong to another folder than the one being written: it works again when the stream delivers.
            var problem = BufferMessage(error);
            if (!_trouble.Fail(stream, kind, problem, "", isOver) || !TakeTurn("buffer"))
                return;

            lock (_gate)
                _troubleReported = OssDiagnosticLevel.Error;
            ReportBuffer("its events wait, because sending them now could store them twice", problem);
            return;
        }

        var message = PlainText.Of(error);
        var advice = AdviceFor(error);
        if (!_trouble.Fail(stream, kind, message, advice, isOver) || (isPassing && failures < 3 && HasDelivered()))
            return;

        var kindOfReport = (error as IExplainedFailure)?.Code ?? (isPassing ? "unanswered " : "refused ") + kind;
        if (!TakeTurn("trouble " + kindOfReport))
            return;

        var level = isPassing ? OssDiagnosticLevel.Warning : OssDiagnosticLevel.Error;
        lock (_gate)
            _troubleReported = _troubleReported > level ? _troubleReported : level;

        var consequence = isPassing ? "It is retried." : "It is retried from time to time; until it works, events wait.";
        Report(level, HelpAnchors.For(error), Sentences("Appending to OSS does not work:", message, advice, consequence));
    }

    /// <summary>Adds the failure and the advice to the reason of a drop, for readers who see the exception but no report.</summary>
    public static string WithFailure(string why, Exception? error) =>
        error is null ? why : WithFailure(why, RequestFailure.KindOf(error), PlainText.Of(error), AdviceFor(error));

    /// <summary>Adds the latest failure and its advice to the reason of a drop, if there is trouble now.</summary>
    public string WithTrouble(string why) =>
        TroubleNow is { Since: not null, Last: { } last } ? WithFailure(why, last.Kind, last.Message, last.Advice) : why;

    /// <summary>A refusal without a retry. Its events are dropped and reported as such.</summary>
    public void Refused(Exception error, (object? Shipper, object? Stream) stream) =>
        _ = _trouble.Fail(stream, RequestFailure.KindOf(error), PlainText.Of(error), AdviceFor(error), isOver: null);

    /// <summary>A stream's events were dropped, and it fails no longer.</summary>
    public void GaveUp((object? Shipper, object? Stream) stream) => _trouble.GiveUp(stream);

    /// <summary>The shipper has stopped.</summary>
    public void Forget(object shipper) => _trouble.Forget(shipper);

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

        // At the level of the trouble, not as information: NLog's internal log, and the category of the other providers, often begin at Warn.
        // There, a reader who saw the failure would never see its end.
        Report(level, HelpAnchors.WorksAgain, "Appending to OSS works again.");
    }

    /// <summary>A chain of sources has found credentials. Reported once.</summary>
    public void CredentialsChosen(string source) => Report(
        OssDiagnosticLevel.Information,
        HelpAnchors.Credentials,
        $"Requests are signed with credentials of {source}.");

    /// <summary>The endpoint is another machine without TLS. Reported once, at start.</summary>
    public void PlainHttp(string origin) => Report(
        OssDiagnosticLevel.Warning,
        HelpAnchors.PlainHttp,
        $"Log text, access key ids and security tokens go to '{origin}' unencrypted, since the endpoint begins with http://. Write https://, or set AllowPlainHttp if that is what you want.");

    /// <summary>The key is valid, but probably not what was meant. Reported once, at start.</summary>
    public void DoubtfulKey(string key, string doubt) => Report(
        OssDiagnosticLevel.Warning,
        HelpAnchors.DoubtfulKey,
        $"The object key {SettingFault.Shown(key)} is used as it is, but may not be what you want: {doubt}.");

    /// <summary>An object takes no more appends, though it has not reached the size limit.</summary>
    /// <param name="key">The object.</param>
    /// <param name="error">The refusal; null if a HEAD has shown it.</param>
    /// <param name="isUsual">Whether this is normal.</param>
    public void ObjectClosed(string key, Exception? error, bool isUsual = false)
    {
        var why = error is null ? "It was sealed, or it is not an appendable object." : Sentences(PlainText.Of(error), AdviceFor(error));
        if (TakeTurn("closed"))
            Report(isUsual ? OssDiagnosticLevel.Information : OssDiagnosticLevel.Warning, HelpAnchors.ObjectClosed, $"The object '{key}' accepts no more appends; continuing with the next sequence number. {why}");
    }

    /// <summary>An object is shorter than before: it was deleted, and perhaps created again.</summary>
    public void ObjectGone(string key)
    {
        if (TakeTurn("gone"))
            Report(OssDiagnosticLevel.Warning, HelpAnchors.ObjectGone, $"The object '{key}' was deleted by someone else, with everything appended to it so far. A new object with the same key is started.");
    }

    /// <summary>The append is in the object, but the bytes before it have changed.</summary>
    public void PrefixChanged(string key)
    {
        if (TakeTurn("prefix"))
            Report(OssDiagnosticLevel.Error, HelpAnchors.ObjectChanged, $"The object '{key}' was changed by someone else, or damaged: its CRC-64 does not match what was appended to it. The last append was read back and is intact; continuing with the next sequence number.");
    }

    /// <summary>A finished object was not sealed.</summary>
    public void NotSealed(string key, string why)
    {
        if (TakeTurn("not sealed"))
            Report(OssDiagnosticLevel.Warning, HelpAnchors.NotSealed, $"The finished object '{key}' was not sealed. {why}");
    }

    /// <summary>The account may not seal objects, or the client cannot. Reported once, since it is not tried again.</summary>
    public void SealingOff(Exception error, string advice) =>
        Report(OssDiagnosticLevel.Warning, HelpAnchors.NotSealed, Sentences("Finished objects are not sealed until the next start:", PlainText.Of(error), advice));

    /// <summary>The service stored other bytes than those that were sent.</summary>
    public void BodyDamaged(string key, long position, long length) => Report(
        OssDiagnosticLevel.Error,
        HelpAnchors.ObjectChanged,
        $"An append to '{key}' was damaged in transit, or the object was deleted: bytes {Number(position)} to {Number(position + length - 1)} are not what was sent. The events are appended again, to the next sequence number.");

    public void BufferFailed(string consequence, Exception error)
    {
        var message = BufferMessage(error);
        _trouble.FailBuffer(message);
        lock (_gate)
            _hasBufferTrouble = true;
        if (TakeTurn("buffer"))
            ReportBuffer(consequence, message);
    }

    public void BufferWorks()
    {
        lock (_gate)
        {
            if (!_hasBufferTrouble)
                return;
            _hasBufferTrouble = false;
        }

        _trouble.BufferWorks();
        Report(OssDiagnosticLevel.Error, HelpAnchors.Buffer, "The disk buffer works again.");
    }

    public void BufferFull(string consequence)
    {
        if (TakeTurn("buffer full"))
            Report(OssDiagnosticLevel.Warning, HelpAnchors.BufferFull, $"The disk buffer has reached its size limit; {consequence}.");
    }

    /// <summary>Any other report of the buffer. The caller makes sure that it is not repeated often.</summary>
    public void Buffer(OssDiagnosticLevel level, string helpAnchor, string message) => Report(level, helpAnchor, message);

    /// <summary>Reports the remaining counts, at the end.</summary>
    public void ReportRest()
    {
        long[] dropped = [.. _drops.Select(drop => drop.TakeCount())];
        var replaced = _replacements.TakeCount();
        for (var reason = 0; reason < dropped.Length; reason++)
        {
            if (dropped[reason] > 0)
                Report(OssDiagnosticLevel.Error, HelpAnchors.For((DropReason)reason), $"{Number(dropped[reason])} more event(s) were dropped ({DropReasonNames.Of((DropReason)reason)}).");
        }

        if (replaced > 0)
            Report(OssDiagnosticLevel.Warning, HelpAnchors.For(DropReason.TooLarge), $"{Number(replaced)} more event(s) were larger than the record size limit; a placeholder is stored instead.");
    }

    private void ReportBuffer(string consequence, string message) => Report(OssDiagnosticLevel.Error, HelpAnchors.Buffer, $"{message} Until it works, {consequence}.");

    // A disk's error names path and reason, so its message is quoted.
    private static string BufferMessage(Exception error) => "The disk buffer does not work: " + error.Message;

    private static string WithFailure(string why, OssFailureKind kind, string message, string advice) =>
        Sentences(why, kind == OssFailureKind.Unknown ? "The last failure:" : $"The last failure ({kind}):", message, advice);

    private static string AdviceFor(Exception error) => (error as IExplainedFailure)?.Advice ?? "";

    private static string Sentences(params string[] parts) => string.Join(" ", parts.Where(part => part.Length > 0));

    private bool HasDelivered()
    {
        lock (_gate)
            return _hasDelivered;
    }

    // Whether to report this kind now.
    private bool TakeTurn(string kind)
    {
        lock (_gate)
        {
            if (_gathered.Count >= MostKinds && !_gathered.ContainsKey(kind) && kind.StartsWith("trouble ", StringComparison.Ordinal))
                kind = "trouble of other kinds";
            if (!_gathered.TryGetValue(kind, out var gathered))
                _gathered.Add(kind, gathered = new Gathered());
            return TakeTurn(gathered, 1, out _);
        }
    }

    // Whether to report now, with the total since the last report. Takes no lock while there is nothing to report: in an outage it is called for
    // each event.
    private bool TakeTurn(Gathered gathered, long count, out long total)
    {
        total = Interlocked.Add(ref gathered.Count, count);
        var now = _time.GetTimestamp();
        if (now < Volatile.Read(ref gathered.QuietUntil))
            return false;

        lock (_gate)
        {
            if (now < gathered.QuietUntil)
                return false;

            Volatile.Write(ref gathered.QuietUntil, now + (long)(RepeatAfter.TotalSeconds * _time.TimestampFrequency));
            total = gathered.TakeCount();
            return total > 0;
        }
    }

    /// <summary>Passes a report on. What receives it must not throw; if it does, delivery continues.</summary>
    public void Report(OssDiagnosticEvent report)
    {
        if (_diagnostics is null)
            return;

        using var delivery = DeliveryScope.EnterOnThread(Source);
        try
        {
            _diagnostics.Report(report);
        }
        catch (Exception)
        {
        }
    }

    private void Report(OssDiagnosticLevel level, string helpAnchor, string message) => Report(new OssDiagnosticEvent(level, message, helpAnchor));

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private sealed class Gathered
    {
        public long Count;
        public long QuietUntil = long.MinValue;

        public long TakeCount() => Interlocked.Exchange(ref Count, 0);
    }
}

/// <summary>A failed request, for a report.</summary>
/// <param name="Kind">The kind of failure; <see cref="OssFailureKind.Buffer"/> if nothing was sent because the journal could not be written.</param>
/// <param name="Error">What happened.</param>
/// <param name="IsPassing">Whether it may pass by itself; otherwise an operator must act.</param>
internal sealed record RequestFailure(OssFailureKind Kind, Exception Error, bool IsPassing)
{
    public RequestFailure(Exception error, bool isPassing)
        : this(KindOf(error), error, isPassing)
    {
    }

    public static OssFailureKind KindOf(Exception error) => (error as IExplainedFailure)?.Kind ?? OssFailureKind.Unknown;
}
