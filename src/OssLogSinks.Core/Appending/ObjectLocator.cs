using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Errors;
using OssLogSinks.Core.Keys;
using OssLogSinks.Core.Records;
using OssLogSinks.Core.Rolling;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.Appending;

/// <summary>
/// Finds the object of a stream for the next record, after a start or a roll for instance: the existing one with the highest sequence number
/// if it takes more, otherwise the next one. Sends one HEAD if no object exists and two for one object. For more objects it doubles the steps
/// and then halves them: about twenty HEADs for a thousand objects, and at most 64. A 404 that does not say what is missing costs a GET in
/// addition. If even the object <see cref="LastSequence"/> exists, the server is not OSS.
/// </summary>
/// <remarks>
/// The search expects no gaps in the sequence. If objects of the stream were deleted, it may return a number within a gap: a new process then
/// begins an object that sorts before existing ones.
/// </remarks>
internal sealed class ObjectLocator
{
    /// <summary>The highest sequence number that is looked for.</summary>
    public const int LastSequence = 999_999_999;

    private readonly IOssClient _client;
    private readonly RollingPolicy _policy;
    private readonly ObjectSealer? _sealer;

    public ObjectLocator(IOssClient client, RollingPolicy policy, ObjectSealer? sealer)
    {
        _client = client;
        _policy = policy;
        _sealer = sealer;
    }

    /// <summary>Finds the object, from the sequence number <paramref name="from"/> on.</summary>
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

        if (head.TakesAppends && !_policy.MustRoll(head.Length))
            return new LocatedObject(last, new AppendPosition(head.Length, head.Crc64));

        // Full, but the writer that filled it did not seal it.
        if (head.TakesAppends)
            _sealer?.Seal(stream.ObjectKey(last), head.Length);
        return new LocatedObject(absent, AppendPosition.Start);
    }

    private static OssException Endless(StreamKey stream) => new(
        $"The object '{stream.ObjectKey(LastSequence)}' and every other sequence number that was asked for seem to exist: this does not look like OSS.")
    {
        Kind = OssFailureKind.NotOss,
    };

    private Task<HeadObjectResult?> LookAsync(StreamKey stream, int sequence, CancellationToken cancellationToken) =>
        PositionResync.HeadOrAbsentAsync(_client, stream.ObjectKey(sequence), cancellationToken);
}

/// <summary>The object for the next record of a stream, and its end.</summary>
internal sealed record LocatedObject(int Sequence, AppendPosition Position);
