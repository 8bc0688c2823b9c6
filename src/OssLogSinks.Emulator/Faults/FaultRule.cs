using OssLogSinks.Emulator.Protocol;

namespace OssLogSinks.Emulator.Faults;

/// <summary>A lasting fault: which requests, how many of them, and what happens to these.</summary>
public sealed record FaultRule
{
    /// <summary>The operation; <see cref="OssOperation.Any"/> (the default) for all.</summary>
    public OssOperation Operation { get; init; } = OssOperation.Any;

    /// <summary>Only keys with this prefix; empty (the default) for all requests.</summary>
    public string KeyPrefix { get; init; } = "";

    /// <summary>
    /// The kinds to choose from; <see cref="FaultKinds.None"/> (the default) if only <see cref="Latency"/> is needed. A kind that an operation
    /// cannot have, such as <see cref="FaultKinds.ResetInBody"/> for reads, does not happen to it.
    /// </summary>
    public FaultKinds Kinds { get; init; }

    /// <summary>The share of the requests that are hit, 0 to 1; 1 by default.</summary>
    public double Rate { get; init; } = 1;

    /// <summary>How long a request that is hit waits before it is carried out; zero by default.</summary>
    public TimeSpan Latency { get; init; }

    /// <summary>How many requests are hit at most; null (the default) for no limit.</summary>
    public int? Count { get; init; }

    internal bool Matches(OssRequest request) =>
        (Operation == OssOperation.Any || Operation == request.Operation)
        && (KeyPrefix.Length == 0 || request.Key?.StartsWith(KeyPrefix, StringComparison.Ordinal) == true);
}

/// <summary>A rule with the number of requests that it has hit so far.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Hits">The number of requests.</param>
public sealed record FaultRuleState(FaultRule Rule, int Hits);

/// <summary>The rules in force. Used under the script's lock only.</summary>
internal sealed class FaultRules
{
    private readonly List<ActiveRule> _rules;

    /// <param name="rules">The rules, in the order in which they are tried.</param>
    /// <param name="seed">The same seed and the same order of requests give the same faults.</param>
    /// <param name="commitLater">Makes the action of a write that is carried out later.</param>
    public FaultRules(IEnumerable<FaultRule> rules, int seed, Func<TimeSpan, FaultAction> commitLater) =>
        _rules = [.. rules.Select((rule, i) => new ActiveRule(rule, seed + i, commitLater))];

    public IReadOnlyList<FaultRuleState> States => [.. _rules.Select(rule => new FaultRuleState(rule.Rule, rule.Hits))];

    /// <summary>The faults of one request: the latencies of all rules that hit it, and the first fault that decides how it ends.</summary>
    public List<(FaultKinds Kind, FaultAction Action)> Draw(OssRequest request)
    {
        var drawn = new List<(FaultKinds Kind, FaultAction Action)>();
        foreach (var rule in _rules)
        {
            if (rule.Hit(request))
                drawn.AddRange(rule.Draw(request.Operation, mayEnd: !drawn.Exists(fault => fault.Action.Ends)));
        }

        return drawn;
    }

    private sealed class ActiveRule(FaultRule rule, int seed, Func<TimeSpan, FaultAction> commitLater)
    {
        private readonly Random _random = new(seed);
        private readonly RandomFaults _faults = new(1, seed, rule.Kinds, commitLater);

        public FaultRule Rule => rule;

        public int Hits { get; private set; }

        public bool Hit(OssRequest request) =>
            rule.Matches(request) && (rule.Count is null || Hits < rule.Count) && _random.NextDouble() < rule.Rate;

        public List<(FaultKinds Kind, FaultAction Action)> Draw(OssOperation operation, bool mayEnd)
        {
            var drawn = new List<(FaultKinds Kind, FaultAction Action)>();
            if (rule.Latency > TimeSpan.Zero)
                drawn.Add((FaultKinds.Delay, FaultActions.Delay(FaultMoment.BeforeCommit, rule.Latency)));

            if (mayEnd && _faults.Draw(operation) is { } fault)
                drawn.Add(fault);

            Hits += drawn.Count > 0 ? 1 : 0;
            return drawn;
        }
    }
}
