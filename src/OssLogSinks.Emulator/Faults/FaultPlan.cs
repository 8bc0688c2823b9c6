using OssLogSinks.Emulator.Protocol;
using OssLogSinks.Emulator.Storage;
using OssLogSinks.Emulator.Time;

namespace OssLogSinks.Emulator.Faults;

/// <summary>The faults that hit one request: the modifying ones in script order, then the one that ends the request.</summary>
internal sealed class FaultPlan(IReadOnlyList<FaultAction> actions)
{
    public static FaultPlan None { get; } = new([]);

    public static FaultPlan Of(IReadOnlyList<FaultAction> actions) => actions.Count == 0 ? None : new FaultPlan(actions);

    public bool CutsBody => actions.Any(action => action.CutsBody);

    public async ValueTask<OssReply> PlayAsync(FaultContext context)
    {
        foreach (var action in actions)
        {
            if (action.Before is not null && await action.Before(context).ConfigureAwait(false) is { } instead)
                return instead;
        }

        var reply = context.Commit();
        foreach (var action in actions)
        {
            if (action.After is not null)
                reply = await action.After(context, reply).ConfigureAwait(false);
        }

        return reply;
    }
}

/// <summary>What a fault does before and after the commit. A reply from the first step replaces the commit.</summary>
internal sealed record FaultAction(string Kind)
{
    /// <summary>Whether the fault decides how the request ends. A request gets at most one such fault, and any number of others.</summary>
    public bool Ends { get; init; }

    /// <summary>Whether the fault closes the connection while the body arrives.</summary>
    public bool CutsBody { get; init; }

    public Func<FaultContext, ValueTask<OssReply?>>? Before { get; init; }

    public Func<FaultContext, OssReply, ValueTask<OssReply>>? After { get; init; }
}

/// <summary>The parts of a request that a fault can read and change.</summary>
internal sealed class FaultContext(OssRequest request, ObjectStore store, EmulatorClock clock)
{
    public OssRequest Request { get; } = request;

    public ObjectStore Store { get; } = store;

    public EmulatorClock Clock { get; } = clock;

    public RequestBody Body { get; set; } = RequestBody.Empty;

    /// <summary>Carries the operation out on the current body.</summary>
    public required Func<OssReply> Commit { get; init; }

    public required CancellationToken Stopping { get; init; }

    public KeySlot Slot => Store.Get(Request.Bucket!).Slot(Request.Key!);
}
