using OssLogSinks.Emulator.Http;

namespace OssLogSinks.Emulator.Faults;

/// <summary>The faults that hit one request: the modifying ones in script order, then the one that ends it.</summary>
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
            {
                return instead;
            }
        }

        var reply = context.Commit();
        foreach (var action in actions)
        {
            if (action.After is not null)
            {
                reply = await action.After(context, reply).ConfigureAwait(false);
            }
        }

        return reply;
    }
}
