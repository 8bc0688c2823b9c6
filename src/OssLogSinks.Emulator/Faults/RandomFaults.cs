using OssLogSinks.Emulator.Protocol;

namespace OssLogSinks.Emulator.Faults;

/// <summary>Chooses random faults: the same seed and the same order of requests give the same faults.</summary>
internal sealed class RandomFaults(double rate, int seed, FaultKinds kinds, Func<TimeSpan, FaultAction> commitLater)
{
    private const FaultKinds ForReads =
        FaultKinds.DropBefore | FaultKinds.ErrorBefore | FaultKinds.Unavailable | FaultKinds.TooManyRequests | FaultKinds.BadGateway
        | FaultKinds.GatewayPage | FaultKinds.LyingClock;

    private const FaultKinds ForBodies = FaultKinds.CutAnswer | FaultKinds.EndlessAnswer;

    private static readonly (int Status, string Code)[] Coded =
        [(503, "ServiceUnavailable"), (400, "RequestTimeout"), (429, "QpsLimitExceeded"), (409, "StaleFile")];

    private static readonly Func<DateTimeOffset, DateTimeOffset>[] Lies =
        [_ => DateTimeOffset.UnixEpoch, _ => new DateTimeOffset(9999, 12, 31, 23, 59, 59, TimeSpan.Zero), now => now.AddHours(1), now => now];

    private static readonly int[] Pages = [403, 404, 413, 500, 503, 504];

    private static readonly FaultKinds[] Single = [.. Enum.GetValues<FaultKinds>().Where(kind => kind is not (FaultKinds.None or FaultKinds.All or FaultKinds.AllForSharedObjects))];

    // Used under the script's lock only.
    private readonly Random _random = new(seed);

    public (FaultKinds Kind, FaultAction Action)? Draw(OssOperation operation)
    {
        var possible = kinds & (operation switch
        {
            OssOperation.AppendObject => ~ForBodies,
            OssOperation.GetObject => ForReads | ForBodies,
            _ => ForReads,
        });
        var hit = _random.NextDouble() < rate;
        var choices = Array.FindAll(Single, kind => possible.HasFlag(kind));
        if (!hit || choices.Length == 0)
            return null;

        var kind = choices[_random.Next(choices.Length)];
        return (kind, Make(kind, operation));
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
        FaultKinds.CodedErrorAfter => FaultActions.EndAfter(CodedError(OneOf(Coded))),
        FaultKinds.GatewayPage => BeforeOrAfter(FaultReplies.Page(OneOf(Pages)), operation),
        FaultKinds.KindChange => FaultActions.Both(FaultActions.ChangeKind((ObjectChange)_random.Next(3)), FaultActions.DropResponse),
        FaultKinds.DeliveredTwice => FaultActions.DeliverTwice,
        FaultKinds.CutAnswer => FaultActions.CutAnswer,
        FaultKinds.EndlessAnswer => FaultActions.EndlessAnswer,
        FaultKinds.LyingClock => FaultActions.LieAboutTime(SomeLie(), SomeLie()),
        _ => BeforeOrAfter(FaultReplies.BadGateway, operation),
    };

    private FaultAction BeforeOrAfter(OssReply reply, OssOperation operation) =>
        operation == OssOperation.AppendObject && _random.Next(2) == 0 ? FaultActions.EndAfter(reply) : FaultActions.EndBefore(reply);

    private static OssReply CodedError((int Status, string Code) error) => FaultReplies.Of(error.Status, error.Code);

    private T OneOf<T>(T[] choices) => choices[_random.Next(choices.Length)];

    private Func<DateTimeOffset, DateTimeOffset> SomeLie() => OneOf(Lies);

    private TimeSpan SomeMilliseconds() => TimeSpan.FromMilliseconds(1 + _random.Next(20));
}
