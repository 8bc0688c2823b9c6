using OssLogSinks.Emulator.Protocol;

namespace OssLogSinks.Emulator.Faults;

/// <summary>
/// The faults to inject, in script order. A request gets the first matching fault that decides how it ends, and also the first matching one
/// of each other kind; so <see cref="InsertForeignAppendAfterCommit"/> and <see cref="DropResponseAfterCommit"/> hit the same append. If no filter
/// is given, a fault hits appends, or reads if it changes the body of an answer. Thread-safe.
/// </summary>
public sealed class FaultScript
{
    private readonly LateCommits _late = new();

    // Guards the fields below.
    private readonly Lock _lock = new();
    private readonly List<ScriptedFault> _script = [];
    private RandomFaults? _random;
    private FaultRules? _rules;
    private readonly Dictionary<FaultKinds, int> _drawn = [];
    private int _injected;

    internal FaultScript()
    {
    }

    /// <summary>Number of faults injected so far.</summary>
    public int Injected => Volatile.Read(ref _injected);

    /// <summary>Number of faults that chance and rules injected so far, by kind; kinds with none are left out.</summary>
    public IReadOnlyDictionary<FaultKinds, int> Drawn
    {
        get
        {
            lock (_lock)
            {
                return new Dictionary<FaultKinds, int>(_drawn);
            }
        }
    }

    /// <summary>Number of scripted faults not injected yet; random ones do not count.</summary>
    public int Pending
    {
        get
        {
            lock (_lock)
            {
                return _script.Sum(fault => fault.Remaining);
            }
        }
    }

    /// <summary>The rules in force, with the number of requests that each has hit.</summary>
    public IReadOnlyList<FaultRuleState> Rules
    {
        get
        {
            lock (_lock)
            {
                return _rules?.States ?? [];
            }
        }
    }

    /// <summary>Replaces all rules, from now on, until <see cref="Clear"/>. Scripted and random faults have precedence.</summary>
    /// <param name="rules">The rules, in the order in which they are tried.</param>
    /// <param name="seed">The same seed and the same order of requests give the same faults; 1 by default.</param>
    /// <returns>This script.</returns>
    public FaultScript SetRules(IEnumerable<FaultRule> rules, int seed = 1)
    {
        lock (_lock)
        {
            _rules = new FaultRules(rules, seed, _late.After);
        }

        return this;
    }

    /// <summary>Carries the request out, then closes the connection without an answer.</summary>
    /// <param name="count">How many requests.</param>
    /// <param name="on">Which requests; appends by default.</param>
    /// <returns>This script.</returns>
    public FaultScript DropResponseAfterCommit(int count = 1, FaultFilter? on = null) => Add(FaultActions.DropResponse, on, count);

    /// <summary>Reads the request, then closes the connection; nothing is written.</summary>
    /// <param name="count">How many requests.</param>
    /// <param name="on">Which requests; appends by default.</param>
    /// <returns>This script.</returns>
    public FaultScript DropRequestBeforeCommit(int count = 1, FaultFilter? on = null) => Add(FaultActions.DropRequest, on, count);

    /// <summary>Closes the connection while the body arrives; nothing is written.</summary>
    /// <param name="count">How many requests.</param>
    /// <param name="on">Which requests; appends by default.</param>
    /// <returns>This script.</returns>
    public FaultScript ResetInBody(int count = 1, FaultFilter? on = null) => Add(FaultActions.CutBody, on, count);

    /// <summary>Closes the connection of one request, and carries the request out when the test releases it.</summary>
    /// <param name="on">Which request; the next append by default.</param>
    /// <returns>The handle to release it.</returns>
    public LateCommit CommitLater(FaultFilter? on = null)
    {
        var handle = new LateCommit();
        Add(FaultActions.CommitLater(context => handle.Arrive(() => context.Commit().Status)), on, 1);
        return handle;
    }

    /// <summary>Closes the connection and carries the request out after a delay, by the emulator's time provider.</summary>
    /// <param name="after">The delay.</param>
    /// <param name="count">How many requests.</param>
    /// <param name="on">Which requests; appends by default.</param>
    /// <returns>This script. <see cref="WhenLandedAsync"/> waits for such writes.</returns>
    public FaultScript CommitLater(TimeSpan after, int count = 1, FaultFilter? on = null) => Add(_late.After(after), on, count);

    /// <summary>
    /// Waits until every write delayed by <see cref="CommitLater(TimeSpan, int, FaultFilter?)"/> or a random fault was stored or refused.
    /// </summary>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>A task that completes when none is pending.</returns>
    public Task WhenLandedAsync(CancellationToken cancellationToken = default) => _late.WhenLandedAsync(cancellationToken);

    /// <summary>Answers an error; nothing is written.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="code">The error code; null for an answer without a body.</param>
    /// <param name="count">How many requests.</param>
    /// <param name="on">Which requests; appends by default.</param>
    /// <returns>This script.</returns>
    public FaultScript RespondBeforeCommit(int status, string? code = null, int count = 1, FaultFilter? on = null) =>
        Add(FaultActions.EndBefore(FaultReplies.Of(status, code)), on, count);

    /// <summary>Carries the request out, then answers an error.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="code">The error code; null for an answer without a body.</param>
    /// <param name="count">How many requests.</param>
    /// <param name="on">Which requests; appends by default.</param>
    /// <returns>This script.</returns>
    public FaultScript RespondAfterCommit(int status, string? code = null, int count = 1, FaultFilter? on = null) =>
        Add(FaultActions.EndAfter(FaultReplies.Of(status, code)), on, count);

    /// <summary>Answers with any text as body; nothing is written.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="body">The raw body, for example HTML, truncated XML or unexpected XML.</param>
    /// <param name="count">How many requests.</param>
    /// <param name="on">Which requests; appends by default.</param>
    /// <returns>This script.</returns>
    public FaultScript ErrorBody(int status, string body, int count = 1, FaultFilter? on = null) =>
        Add(FaultActions.EndBefore(new OssReply(status) { Text = body }), on, count);

    /// <summary>Answers with the page of a proxy or firewall: HTML, without OSS headers.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="moment">Before or after the commit.</param>
    /// <param name="count">How many requests.</param>
    /// <param name="on">Which requests; appends by default.</param>
    /// <returns>This script.</returns>
    public FaultScript GatewayPage(int status, FaultMoment moment = FaultMoment.BeforeCommit, int count = 1, FaultFilter? on = null) =>
        Add(moment == FaultMoment.BeforeCommit ? FaultActions.EndBefore(FaultReplies.Page(status)) : FaultActions.EndAfter(FaultReplies.Page(status)), on, count);

    /// <summary>Carries the request out twice, like a proxy that repeats it, and sends the second answer.</summary>
    /// <param name="count">How many requests.</param>
    /// <param name="on">Which requests; appends by default.</param>
    /// <returns>This script.</returns>
    public FaultScript DeliverTwice(int count = 1, FaultFilter? on = null) => Add(FaultActions.DeliverTwice, on, count);

    /// <summary>
    /// Changes the object after the commit and before the answer, as another client would, so that it accepts no more appends; its bytes remain.
    /// </summary>
    /// <param name="change">The change.</param>
    /// <param name="count">How many times.</param>
    /// <param name="on">After which requests; appends by default.</param>
    /// <returns>This script.</returns>
    public FaultScript ChangeAfterCommit(ObjectChange change, int count = 1, FaultFilter? on = null) => Add(FaultActions.ChangeKind(change), on, count);

    /// <summary>Cuts the answer's body off half way.</summary>
    /// <param name="count">How many requests.</param>
    /// <param name="on">Which requests; reads by default.</param>
    /// <returns>This script.</returns>
    public FaultScript CutAnswer(int count = 1, FaultFilter? on = null) => Add(FaultActions.CutAnswer, on ?? FaultFilter.Gets, count);

    /// <summary>
    /// Continues the answer's body after its end with zeros, until the client closes the connection, but with 256 MiB at most.
    /// </summary>
    /// <param name="count">How many requests.</param>
    /// <param name="on">Which requests; reads by default.</param>
    /// <returns>This script.</returns>
    public FaultScript EndlessAnswer(int count = 1, FaultFilter? on = null) => Add(FaultActions.EndlessAnswer, on ?? FaultFilter.Gets, count);

    /// <summary>Compresses the answer's body with gzip, like a proxy.</summary>
    /// <param name="count">How many requests.</param>
    /// <param name="on">Which requests; reads by default.</param>
    /// <returns>This script.</returns>
    public FaultScript GzipAnswer(int count = 1, FaultFilter? on = null) => Add(FaultActions.GzipAnswer, on ?? FaultFilter.Gets, count);

    /// <summary>Answers 403 RequestTimeTooSkewed with the given times; nothing is written.</summary>
    /// <param name="serverTime">The time in the error document.</param>
    /// <param name="date">The time in the Date header.</param>
    /// <param name="count">How many requests.</param>
    /// <param name="on">Which requests; appends by default.</param>
    /// <returns>This script.</returns>
    public FaultScript LieAboutTime(DateTimeOffset serverTime, DateTimeOffset date, int count = 1, FaultFilter? on = null) =>
        Add(FaultActions.LieAboutTime(_ => serverTime, _ => date), on, count);

    /// <summary>Answers that the service is overloaded, 503 TotalQpsLimitExceeded or 429 QpsLimitExceeded; nothing is written.</summary>
    /// <param name="count">How many requests.</param>
    /// <param name="status">503 (the default) or 429.</param>
    /// <param name="on">Which requests; appends by default.</param>
    /// <returns>This script.</returns>
    public FaultScript Throttle(int count = 1, int status = 503, FaultFilter? on = null) =>
        RespondBeforeCommit(status, status == 429 ? "QpsLimitExceeded" : "TotalQpsLimitExceeded", count, on);

    /// <summary>Waits before the commit or before the answer, by the emulator's time provider.</summary>
    /// <param name="delay">How long.</param>
    /// <param name="moment">Before or after the commit.</param>
    /// <param name="count">How many requests.</param>
    /// <param name="on">Which requests; appends by default.</param>
    /// <returns>This script.</returns>
    public FaultScript Delay(TimeSpan delay, FaultMoment moment = FaultMoment.BeforeCommit, int count = 1, FaultFilter? on = null) =>
        Add(FaultActions.Delay(moment, delay), on, count);

    /// <summary>Holds one request before the commit or before the answer until the test releases it.</summary>
    /// <param name="moment">Before or after the commit.</param>
    /// <param name="on">Which request; the next append by default.</param>
    /// <returns>The handle to release it.</returns>
    public HeldRequest Hold(FaultMoment moment = FaultMoment.BeforeCommit, FaultFilter? on = null)
    {
        var gate = new HeldRequest();
        Add(FaultActions.Pause(moment, "hold", context => gate.PassAsync(context.Stopping)), on, 1);
        return gate;
    }

    /// <summary>Another writer appends to the same object just before the append.</summary>
    /// <param name="bytes">The bytes of that append.</param>
    /// <param name="count">How many times.</param>
    /// <param name="on">Before which requests; appends by default.</param>
    /// <returns>This script.</returns>
    public FaultScript InsertForeignAppendBefore(ReadOnlySpan<byte> bytes, int count = 1, FaultFilter? on = null) =>
        Add(FaultActions.ForeignAppendBefore(bytes.ToArray()), on, count);

    /// <summary>Another writer appends to the same object after the commit and before the answer.</summary>
    /// <param name="bytes">The bytes of that append.</param>
    /// <param name="count">How many times.</param>
    /// <param name="on">After which requests; appends by default.</param>
    /// <returns>This script.</returns>
    public FaultScript InsertForeignAppendAfterCommit(ReadOnlySpan<byte> bytes, int count = 1, FaultFilter? on = null) =>
        Add(FaultActions.ForeignAppendAfter(bytes.ToArray()), on, count);

    /// <summary>Stores the body with one byte changed; the answer's CRC-64 is that of the stored bytes.</summary>
    /// <param name="count">How many requests.</param>
    /// <param name="on">Which requests; appends by default.</param>
    /// <returns>This script.</returns>
    public FaultScript CorruptBody(int count = 1, FaultFilter? on = null) => Add(FaultActions.CorruptBody, on, count);

    /// <summary>Stores the body unchanged but answers a wrong CRC-64.</summary>
    /// <param name="count">How many requests.</param>
    /// <param name="on">Which requests; appends by default.</param>
    /// <returns>This script.</returns>
    public FaultScript WrongCrcInAnswer(int count = 1, FaultFilter? on = null) => Add(FaultActions.WrongCrc, on, count);

    /// <summary>Seals the object just before the append, as another client would.</summary>
    /// <param name="count">How many times.</param>
    /// <param name="on">Before which requests; appends by default.</param>
    /// <returns>This script.</returns>
    public FaultScript SealBefore(int count = 1, FaultFilter? on = null) => Add(FaultActions.SealBefore, on, count);

    /// <summary>Deletes the object just before the append, as another client would.</summary>
    /// <param name="count">How many times.</param>
    /// <param name="on">Before which requests; appends by default.</param>
    /// <returns>This script.</returns>
    public FaultScript DeleteBefore(int count = 1, FaultFilter? on = null) => Add(FaultActions.DeleteBefore, on, count);

    /// <summary>Adds <c>x-oss-qos-delay-time</c> to the answer, without a real delay.</summary>
    /// <param name="delay">The header's value; it is sent in milliseconds.</param>
    /// <param name="count">How many requests.</param>
    /// <param name="on">Which requests; appends by default.</param>
    /// <returns>This script.</returns>
    public FaultScript QosDelayHeader(TimeSpan delay, int count = 1, FaultFilter? on = null) => Add(FaultActions.QosDelay(delay), on, count);

    /// <summary>Injects random faults from now on, until <see cref="Clear"/>. Scripted faults have precedence.</summary>
    /// <param name="rate">The share of requests that are hit, 0 to 1.</param>
    /// <param name="seed">The same seed and the same order of requests give the same faults.</param>
    /// <param name="kinds">
    /// The faults for appends. Other operations are only dropped, throttled or answered with an error; bodies of reads may also be cut or made
    /// endless.
    /// </param>
    /// <returns>This script.</returns>
    public FaultScript Random(double rate, int seed, FaultKinds kinds = FaultKinds.All)
    {
        lock (_lock)
        {
            _random = new RandomFaults(rate, seed, kinds, _late.After);
        }

        return this;
    }

    /// <summary>Removes every scripted fault that has not been injected, the random faults and the rules.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _script.Clear();
            _random = null;
            _rules = null;
        }
    }

    internal FaultPlan Take(OssRequest request)
    {
        lock (_lock)
        {
            var actions = TakeScripted(request);
            if (actions.Count == 0 && _random?.Draw(request.Operation) is { } drawn)
            {
                actions.Add(drawn.Action);
                _drawn[drawn.Kind] = _drawn.GetValueOrDefault(drawn.Kind) + 1;
            }

            foreach (var (kind, action) in actions.Count == 0 ? _rules?.Draw(request) ?? [] : [])
            {
                actions.Add(action);
                _drawn[kind] = _drawn.GetValueOrDefault(kind) + 1;
            }

            _injected += actions.Count;
            return FaultPlan.Of(actions);
        }
    }

    private List<FaultAction> TakeScripted(OssRequest request)
    {
        if (_script.Count == 0)
            return [];

        var taken = new List<FaultAction>();
        foreach (var fault in _script)
        {
            if (fault.Filter.Matches(request.Operation, request.Key) && !taken.Exists(action => action.Kind == fault.Action.Kind))
            {
                taken.Add(fault.Action);
                fault.Remaining--;
            }
        }

        _script.RemoveAll(fault => fault.Remaining <= 0);
        return [.. taken.OrderBy(action => action.Ends)];
    }

    private FaultScript Add(FaultAction action, FaultFilter? on, int count)
    {
        lock (_lock)
        {
            _script.Add(new ScriptedFault(action, on ?? FaultFilter.Appends, count));
        }

        return this;
    }
}

/// <summary>A line of the script: the action, its filter, and the remaining count.</summary>
internal sealed class ScriptedFault(FaultAction action, FaultFilter filter, int count)
{
    public FaultAction Action { get; } = action;

    public FaultFilter Filter { get; } = filter;

    public int Remaining { get; set; } = count;
}
