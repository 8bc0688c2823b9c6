using OssLogSinks.Emulator.Http;

namespace OssLogSinks.Emulator.Faults;

/// <summary>Draws faults for a storm: the same seed and the same order of requests give the same faults.</summary>
internal sealed class RandomFaults(double rate, int seed, FaultKinds kinds, Func<TimeSpan, FaultAction> commitLater)
{
    private const FaultKinds ForReads =
        FaultKinds.DropBefore | FaultKinds.ErrorBefore | FaultKinds.Unavailable | FaultKinds.TooManyRequests | FaultKinds.BadGateway;

    private static readonly FaultKinds[] Single = [.. Enum.GetValues<FaultKinds>().Where(kind => kind is not (FaultKinds.None or FaultKinds.All))];

    // Drawn from under the script's lock.
    private readonly Random _random = new(seed);

    public FaultAction? Draw(OssOperation operation)
    {
        var possible = operation == OssOperation.AppendObject ? kinds : kinds & ForReads;
        var hit = _random.NextDouble() < rate;
        var choices = Array.FindAll(Single, kind => possible.HasFlag(kind));
        return hit && choices.Length > 0 ? Make(choices[_random.Next(choices.Length)], operation) : null;
    }

    private FaultAction Make(FaultKinds kind, OssOperation operation) => kind switch
    {
        FaultKinds.DropBefore => FaultActions.DropRequest,
        FaultKinds.DropAfter => FaultActions.DropResponse,
        FaultKinds.CommitLater => commitLater(SomeMilliseconds()),
        FaultKinds.ErrorBefore => FaultActions.EndBefore(FaultReplies.InternalError),
        FaultKinds.ErrorAfter => FaultActions.EndAfter(FaultReplies.InternalError),
        FaultKinds.Unavailable => FaultActions.EndBefore(FaultReplies.ServiceUnavailable),
        FaultKinds.TooManyRequests => FaultActions.EndBefore(FaultReplies.TooManyRequests),
        FaultKinds.Delay => FaultActions.Delay((FaultMoment)_random.Next(2), SomeMilliseconds()),
        FaultKinds.ResetInBody => FaultActions.CutBody,
        _ => operation == OssOperation.AppendObject && _random.Next(2) == 0
            ? FaultActions.EndAfter(FaultReplies.BadGateway)
            : FaultActions.EndBefore(FaultReplies.BadGateway),
    };

    private TimeSpan SomeMilliseconds() => TimeSpan.FromMilliseconds(1 + _random.Next(20));
}
