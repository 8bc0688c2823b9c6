using OssLogSinks.Core.Keys;
using OssLogSinks.Core.Protocol;
using OssLogSinks.Core.Rolling;

namespace OssLogSinks.Core.Appending;

/// <summary>
/// Finds the object of a stream that the next record belongs to, after a start or a roll: the first one, by sequence
/// number, that is absent or takes appends and is not left for its size. One HEAD if that is the first one looked at; otherwise the numbers are
/// probed in doubling steps and then halved, so that a thousand full objects cost some twenty HEADs.
/// </summary>
/// <remarks>
/// Where earlier objects of the stream were deleted, a new process begins in the first gap: its records then stand in
/// front of those of the process before.
/// </remarks>
internal sealed class ObjectLocator
{
    private readonly IOssClient _client;
    private readonly RollingPolicy _policy;
    private readonly bool _rollsBySize;

    public ObjectLocator(IOssClient client, RollingPolicy policy, bool rollsBySize)
    {
        _client = client;
        _policy = policy;
        _rollsBySize = rollsBySize;
    }

    /// <summary>Finds the object, looking from the sequence number <paramref name="from"/> on.</summary>
    /// <exception cref="OssException">A HEAD was refused or not answered.</exception>
    public async Task<LocatedObject> LocateAsync(StreamKey stream, int from, CancellationToken cancellationToken)
    {
        if (await LookAsync(stream, from, cancellationToken).ConfigureAwait(false) is { } first)
            return first;

        var closed = from;
        LocatedObject? open = null;
        for (var step = 1; open is null; step *= 2)
        {
            var probe = checked(closed + step);
            open = await LookAsync(stream, probe, cancellationToken).ConfigureAwait(false);
            if (open is null)
                closed = probe;
        }

        while (open.Sequence - closed > 1)
        {
            var middle = closed + ((open.Sequence - closed) / 2);
            var found = await LookAsync(stream, middle, cancellationToken).ConfigureAwait(false);
            if (found is null)
                closed = middle;
            else
                open = found;
        }

        return open;
    }

    private async Task<LocatedObject?> LookAsync(StreamKey stream, int sequence, CancellationToken cancellationToken)
    {
        var head = await PositionResync.HeadOrAbsentAsync(_client, stream.ObjectKey(sequence), cancellationToken).ConfigureAwait(false);
        if (head is null)
            return new LocatedObject(sequence, AppendPosition.Start);

        return head.TakesAppends && !_policy.IsLeft(head.Length, _rollsBySize)
            ? new LocatedObject(sequence, new AppendPosition(head.Length, head.Crc64))
            : null;
    }
}

/// <summary>The object that the next record of a stream belongs to, and where it ends.</summary>
internal sealed record LocatedObject(int Sequence, AppendPosition Position);
