using System.Globalization;

namespace OssLogSinks.Core.Telemetry;

/// <summary>
/// Reports to operators: the first report of each kind at once, repeats summed up once a minute, and one report when the trouble is over.
/// Thread-safe.
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
            Report(OssDiagnosticLevel.Error, $"{Number(total)} event(s) were given up ({reason}): {why}", HelpAnchors.Of(reason));
    }

    /// <summary>Events were too large, so that a placeholder is stored instead.</summary>
    public void Replaced(long count)
    {
        if (TakeTurn(_replacements, count, out var total))
            Report(OssDiagnosticLevel.Warning, $"{Number(total)} event(s) were larger than the record size limit; a placeholder that says so is stored instead.", HelpAnchors.Of(DropReason.TooLarge));
    }

    /// <summary>A request failed. Failures that an operator must resolve are reported at once, passing ones when they last.</summary>
    /// <param name="failure">Why.</param>
    /// <param name="failures">How many failed in a row.</param>
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
            ReportBuffer("what is in it cannot be sent without the risk of sending it twice, and waits until it can be written again", problem);
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

        var consequence = isPassing ? "It is tried again." : "It is tried again every now and then; until it works, events wait.";
        Report(level, Sentences("Appending to OSS does not work:", message, advice, consequence), HelpAnchors.Of(kind));
    }

    /// <summary>Adds the failure and the advice to the reason of a drop, for readers who see the exception but no report.</summary>
    public static string WithFailure(string why, Exception? error) =>
        error is null ? why : WithFailure(why, RequestFailure.KindOf(error), PlainText.Of(error), AdviceFor(error));

    /// <summary>The same with the latest failure, if there is trouble.</summary>
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

        // At the level of the trouble, so that readers of the one also see the other.
        Report(level, "Appending to OSS works again.", HelpAnchors.WorksAgain);
    }

    /// <summary>No credentials are set, and the chain found some. Reported once.</summary>
    public void CredentialsChosen(string source) => Report(
        OssDiagnosticLevel.Information,
        $"Requests are signed with credentials of {source}.",
        HelpAnchors.Of(OssFailureKind.Credentials));

    /// <summary>The endpoint is another machine without TLS. Reported once, at start.</summary>
    public void PlainHttp(string origin) => Report(
        OssDiagnosticLevel.Warning,
        $"Log text, access key ids and security tokens go to '{origin}' unencrypted, since the endpoint begins with http://. Write https://, or set AllowPlainHttp if that is what you want.",
        HelpAnchors.PlainHttp);

    /// <summary>The key is valid, but probably not what was meant. Reported once, at start.</summary>
    public void DoubtfulKey(string key, string doubt) => Report(
        OssDiagnosticLevel.Warning,
        $"The object key {SettingFault.Shown(key)} is used as it is, but may not be what you want: {doubt}.",
        HelpAnchors.DoubtfulKey);

    /// <summary>An object takes no more appends, though it is not full.</summary>
    /// <param name="key">The object.</param>
    /// <param name="error">The refusal; null if a HEAD has shown it.</param>
    /// <param name="isUsual">Whether this is normal.</param>
    public void ObjectClosed(string key, Exception? error, bool isUsual = false)
    {
        var why = error is null ? "It was sealed, or is no appendable object." : Sentences(PlainText.Of(error), AdviceFor(error));
        if (TakeTurn("closed"))
            Report(isUsual ? OssDiagnosticLevel.Information : OssDiagnosticLevel.Warning, $"The object '{key}' takes no more appends; going on with the next sequence number. {why}", HelpAnchors.ObjectClosed);
    }

    /// <summary>An object is shorter than before: it was deleted, and perhaps created again.</summary>
    public void ObjectGone(string key)
    {
        if (TakeTurn("gone"))
            Report(OssDiagnosticLevel.Warning, $"The object '{key}' was deleted by somebody; what was appended to it before is gone. The same key is begun again.", HelpAnchors.ObjectDeleted);
    }

    /// <summary>The append is in the object, but the bytes before it have changed.</summary>
    public void PrefixChanged(string key)
    {
        if (TakeTurn("prefix"))
            Report(OssDiagnosticLevel.Error, $"The object '{key}' cannot be trusted any more: its CRC-64 is not that of what was appended to it, so it was changed by somebody else, or damaged. The last append was read back and is intact; going on with the next sequence number.", HelpAnchors.ObjectChanged);
    }

    /// <summary>A finished object was not sealed.</summary>
    public void NotSealed(string key, string why)
    {
        if (TakeTurn("not sealed"))
            Report(OssDiagnosticLevel.Warning, $"The finished object '{key}' was not sealed. {why}", HelpAnchors.NotSealed);
    }

    /// <summary>The account may not seal objects. Reported once, since it is not tried again.</summary>
    public void SealingOff(Exception error, string advice) =>
        Report(OssDiagnosticLevel.Warning, Sentences("Finished objects are not sealed, until the next start:", PlainText.Of(error), advice), HelpAnchors.NotSealed);

    /// <summary>The service stored other bytes than those that were sent.</summary>
    public void BodyDamaged(string key, long position, long length) => Report(
        OssDiagnosticLevel.Error,
        $"An append to '{key}' was damaged on its way: bytes {Number(position)} to {Number(position + length - 1)} are not what was sent. The events are appended once more, to the next sequence number.",
        HelpAnchors.AppendDamaged);

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
        Report(OssDiagnosticLevel.Error, "The buffer on disk works again.", HelpAnchors.Buffer);
    }

    public void BufferFull(string consequence)
    {
        if (TakeTurn("buffer full"))
            Report(OssDiagnosticLevel.Warning, $"The buffer on disk has reached its size limit; {consequence}.", HelpAnchors.BufferFull);
    }

    /// <summary>Another report of the buffer, made once.</summary>
    public void Buffer(OssDiagnosticLevel level, string message, string helpAnchor = HelpAnchors.Buffer) => Report(level, message, helpAnchor);

    /// <summary>Reports the remaining counts, at the end.</summary>
    public void ReportRest()
    {
        long[] dropped = [.. _drops.Select(drop => drop.TakeCount())];
        var replaced = _replacements.TakeCount();
        for (var reason = 0; reason < dropped.Length; reason++)
        {
            if (dropped[reason] > 0)
                Report(OssDiagnosticLevel.Error, $"{Number(dropped[reason])} more event(s) were given up ({DropReasonNames.Of((DropReason)reason)}).", HelpAnchors.Of((DropReason)reason));
        }

        if (replaced > 0)
            Report(OssDiagnosticLevel.Warning, $"{Number(replaced)} more event(s) were larger than the record size limit; a placeholder is stored instead.", HelpAnchors.Of(DropReason.TooLarge));
    }

    private void ReportBuffer(string consequence, string message) => Report(OssDiagnosticLevel.Error, $"{message} Until it does, {consequence}.", HelpAnchors.Buffer);

    // A disk's error names path and reason, so its message is quoted.
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

    private void Report(OssDiagnosticLevel level, string message, string helpAnchor)
    {
        if (_diagnostics is null)
            return;

        using var delivery = DeliveryScope.EnterOnThread(Source);
        try
        {
            _diagnostics.Report(new OssDiagnosticEvent(level, message) { HelpAnchor = helpAnchor });
        }
        catch (Exception)
        {
            // Must not throw; if it does, delivery continues.
        }
    }

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
