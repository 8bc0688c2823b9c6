using System.Globalization;
using OssLogSinks.Emulator.Protocol;

namespace OssLogSinks.Emulator.Faults;

/// <summary>The actions of all faults.</summary>
internal static class FaultActions
{
    public static FaultAction DropRequest { get; } = EndBefore(OssReply.Closed);

    public static FaultAction DropResponse { get; } = EndAfter(OssReply.Closed);

    public static FaultAction CutBody { get; } = new("end") { Ends = true, CutsBody = true };

    public static FaultAction CorruptBody { get; } = Prepare("corrupt", context => context.Body = context.Body.Damaged());

    public static FaultAction SealBefore { get; } = Prepare("seal", context => context.Slot.Seal(null, context.Clock.UtcNow));

    public static FaultAction DeleteBefore { get; } = Prepare("delete", context => context.Slot.Delete());

    public static FaultAction WrongCrc { get; } = Finish("crc", (_, reply) =>
    {
        var crc = reply.Headers.FirstOrDefault(header => header.Key == OssHeader.Crc64).Value;
        if (crc is not null)
            reply.Set(OssHeader.Crc64, (~ulong.Parse(crc, CultureInfo.InvariantCulture)).ToString(CultureInfo.InvariantCulture));
    });

    public static FaultAction DeliverTwice { get; } = new("end")
    {
        Ends = true,
        Before = context =>
        {
            context.Commit();
            return new ValueTask<OssReply?>(context.Commit());
        },
    };

    public static FaultAction CutAnswer { get; } = new("answer") { After = (_, reply) => new ValueTask<OssReply>(reply with { End = BodyEnd.Cut }) };

    public static FaultAction EndlessAnswer { get; } = new("answer") { After = (_, reply) => new ValueTask<OssReply>(reply with { End = BodyEnd.Endless }) };

    public static FaultAction GzipAnswer { get; } = new("answer") { After = (_, reply) => new ValueTask<OssReply>(FaultReplies.Compressed(reply)) };

    public static FaultAction ChangeKind(ObjectChange change) => Finish("kind", (context, _) =>
    {
        switch (change)
        {
            case ObjectChange.Seal:
                context.Slot.Seal(null, context.Clock.UtcNow);
                break;
            case ObjectChange.Convert:
                context.Slot.Convert();
                break;
            default:
                context.Slot.Lock(true);
                break;
        }
    });

    /// <summary>Answers RequestTimeTooSkewed with times computed from that of the emulator's clock.</summary>
    public static FaultAction LieAboutTime(Func<DateTimeOffset, DateTimeOffset> serverTime, Func<DateTimeOffset, DateTimeOffset> date) => new("end")
    {
        Ends = true,
        Before = context => new ValueTask<OssReply?>(FaultReplies.Skewed(serverTime(context.Clock.UtcNow), date(context.Clock.UtcNow))),
    };

    /// <summary>Runs what both actions do after the commit, in order; used for random faults.</summary>
    public static FaultAction Both(FaultAction first, FaultAction end) => end with
    {
        After = async (context, reply) =>
            await end.After!(context, await first.After!(context, reply).ConfigureAwait(false)).ConfigureAwait(false),
    };

    public static FaultAction EndBefore(OssReply reply) =>
        new("end") { Ends = true, Before = _ => new ValueTask<OssReply?>(reply) };

    public static FaultAction EndAfter(OssReply reply) =>
        new("end") { Ends = true, After = (_, _) => new ValueTask<OssReply>(reply) };

    public static FaultAction QosDelay(TimeSpan delay) => Finish("qos", (_, reply) =>
        reply.Set(OssHeader.QosDelay, ((long)delay.TotalMilliseconds).ToString(CultureInfo.InvariantCulture)));

    public static FaultAction ForeignAppendBefore(byte[] bytes) => Prepare("foreign-append-before", context => AppendForeign(context, bytes));

    public static FaultAction ForeignAppendAfter(byte[] bytes) => Finish("foreign-append-after", (context, _) => AppendForeign(context, bytes));

    public static FaultAction Pause(FaultMoment moment, string kind, Func<FaultContext, ValueTask> pause) => moment == FaultMoment.BeforeCommit
        ? new FaultAction(kind + "-before")
        {
            Before = async context =>
            {
                await pause(context).ConfigureAwait(false);
                return null;
            },
        }
        : new FaultAction(kind + "-after")
        {
            After = async (context, reply) =>
            {
                await pause(context).ConfigureAwait(false);
                return reply;
            },
        };

    public static FaultAction Delay(FaultMoment moment, TimeSpan delay) => Pause(moment, "delay", context =>
        new ValueTask(Task.Delay(delay, context.Clock.TimeProvider, context.Stopping)));

    /// <summary>Carries the request out after it has ended. This is safe, because the body's bytes outlive the request.</summary>
    public static FaultAction CommitLater(Action<FaultContext> schedule) => new("end")
    {
        Ends = true,
        Before = context =>
        {
            schedule(context);
            return new ValueTask<OssReply?>(OssReply.Closed);
        },
    };

    private static FaultAction Prepare(string kind, Action<FaultContext> act) => new(kind)
    {
        Before = context =>
        {
            act(context);
            return new ValueTask<OssReply?>((OssReply?)null);
        },
    };

    private static FaultAction Finish(string kind, Action<FaultContext, OssReply> act) => new(kind)
    {
        After = (context, reply) =>
        {
            act(context, reply);
            return new ValueTask<OssReply>(reply);
        },
    };

    private static void AppendForeign(FaultContext context, byte[] bytes) =>
        context.Store.AppendAsForeignWriter(context.Request.Bucket!, context.Request.Key!, bytes);
}
