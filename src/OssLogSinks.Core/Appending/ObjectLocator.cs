using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Errors;
using OssLogSinks.Core.Keys;
using OssLogSinks.Core.Records;
using OssLogSinks.Core.Rolling;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.Appending;

/// <summary>
/// Finds the object of a stream that the next record belongs to, after a start or a roll: the last one, by sequence
/// number, that there is, if it takes more, and otherwise the one after it. One that is followed by another was left,
/// whatever it looks like now. One HEAD if there is none yet, two if there is one; more are found by probing in doubling
/// steps and then halving, so that a thousand objects cost some twenty HEADs, and no stream more than 64: the steps end at
/// <see cref="LastSequence"/>, and what answers that even this object exists is no OSS.
/// </summary>
/// <remarks>
/// Where earlier objects of the stream were deleted, a new process begins in the first gap: its records then stand in
/// front of those of the process before.
/// </remarks>
internal sealed class ObjectLocator
{
    /// <summary>The last sequence number that is looked for: more than a thousand million objects of one stream are no bucket of logs.</summary>
    public const int LastSequence = 999_999_999;

    private readonly IOssClient _client;
    private readonly RollingPolicy _policy;
    private readonly bool _rollsBySize;
    private readonly ObjectSealer? _sealer;

    public ObjectLocator(IOssClient client, RollingPolicy policy, bool rollsBySize, ObjectSealer? sealer)
    {
        _client = client;
        _policy = policy;
        _rollsBySize = rollsBySize;
        _sealer = sealer;
    }

    /// <summary>Finds the object, looking from the sequence number <paramref name="from"/> on.</summary>
    /// <exception cref="OssException">A HEAD was refused or not answered, or every object seems to exist.</exception>
    public async Task<LocatedObject> LocateAsync(StreamKey stream, int from, CancellationToken cancellationToken)
    {
        if (from > LastSequence)
            throw Endless(stream);

        var last = from;
        var head = await LookAsync(stream, from, cancellationToken).ConfigureAwait(false);
        if (head is null)
            return new LocatedObject(from, AppendPosition.Start);

        var absent = -1;
        for (var step = 1; absent < 0; step *= 2)
        {
            if (last == LastSequence)
                throw Endless(stream);

            var probe = last + Math.Min(step, LastSequence - last);
            if (await LookAsync(stream, probe, cancellationToken).ConfigureAwait(false) is { } found)
                (last, head) = (probe, found);
            else
                absent = probe;
        }

        while (absent - last > 1)
        {
            var middle = last + ((absent - last) / 2);
            if (await LookAsync(stream, middle, cancellationToken).ConfigureAwait(false) is { } found)
                (last, head) = (middle, found);
            else
                absent = middle;
        }

        if (head.TakesAppends && !_policy.MustRoll(head.Length, _rollsBySize))
            return new LocatedObject(last, new AppendPosition(head.Length, head.Crc64));

        // Full, and whoever filled it did not come to seal it.
        if (head.TakesAppends)
            _sealer?.Seal(stream.ObjectKey(last), head.Length);
        return new LocatedObject(absent, AppendPosition.Start);
    }

    private static OssException Endless(StreamKey stream) => new(
        $"The object '{stream.ObjectKey(LastSequence)}' is said to exist, and so is every other number that was asked for: this does not look like OSS.")
    {
        Kind = OssFailureKind.NotOss,
    };

    private Task<HeadObjectResult?> LookAsync(StreamKey stream, int sequence, CancellationToken cancellationToken) =>
        PositionResync.HeadOrAbsentAsync(_client, stream.ObjectKey(sequence), cancellationToken);
}

/// <summary>The object that the next record of a stream belongs to, and where it ends.</summary>
internal sealed record LocatedObject(int Sequence, AppendPosition Position);
