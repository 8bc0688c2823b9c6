using System.Buffers;
using OssLogSinks.Core.Batching;
using OssLogSinks.Core.Diagnostics;
using OssLogSinks.Core.Protocol;

namespace OssLogSinks.Core.Appending;

/// <summary>
/// Finds out what became of an append: by the object's length and CRC-64, and, where these cannot tell, by reading the
/// bytes back. An append is atomic, and an object only grows while it is neither deleted nor overwritten; so
/// once the length has passed a position, no append for that position can land any more.
/// </summary>
/// <remarks>
/// <para>Two things nobody can find out by asking the service, and what is chosen then:</para>
/// <para>
/// A stranger appended our very bytes at our very position while ours were in doubt: they are taken for ours, so that the
/// text stands there once. A refused append is in no doubt, and is appended behind them.
/// </para>
/// <para>
/// The object was deleted and made anew between two looks. What stood in the old one is gone by somebody's will; an append
/// in doubt is stored in the new one if it does not stand there. Should a copy still be travelling that was given up as
/// too late, and the new object have exactly its position's length when it arrives, it stands there a second time, and
/// maybe behind later records.
/// </para>
/// </remarks>
internal sealed class PositionResync
{
    private const int CompareBufferSize = 64 << 10;

    private readonly IOssClient _client;
    private readonly DeliveryCounters _counters;

    public PositionResync(IOssClient client, DeliveryCounters counters)
    {
        _client = client;
        _counters = counters;
    }

    /// <summary>Asks the object what became of the append.</summary>
    /// <param name="key">The object.</param>
    /// <param name="sentAt">The position that the append named.</param>
    /// <param name="pending">The append.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<ResyncVerdict> ResolveAsync(
        string key, AppendPosition sentAt, PendingAppend pending, CancellationToken cancellationToken)
    {
        HeadObjectResult? head;
        try
        {
            _counters.Resynced();
            head = await HeadOrAbsentAsync(_client, key, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            return new ResyncVerdict.Unknown(FailureOf(e));
        }

        if (head is null)
        {
            // Deleted: what stood there is gone by somebody's will, and position 0 is the only one that is left.
            // Only an append that was itself meant for position 0 may still land.
            return new ResyncVerdict.AppendAt(AppendPosition.Start, IsFenced: sentAt.Length > 0);
        }

        if (!head.IsAppendable)
            return new ResyncVerdict.RollOver();

        var now = new AppendPosition(head.Length, head.Crc64);
        return await JudgeAsync(key, sentAt, pending, now, !head.IsSealed, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads the range where the append should stand and compares; null if the question got no answer.</summary>
    public Task<(bool? IsOurs, AppendOutcome? Failure)> ReadBackAsync(
        string key, AppendPosition sentAt, PendingAppend pending, CancellationToken cancellationToken) =>
        ReadBackAsync(
            key, new OssByteRange(sentAt.Length, pending.Length), content => HoldsAsync(content, pending.Body, cancellationToken), cancellationToken);

    private async Task<(bool? IsOurs, AppendOutcome? Failure)> ReadBackAsync(
        string key, OssByteRange range, Func<Stream, Task<bool>> holds, CancellationToken cancellationToken)
    {
        try
        {
            _counters.Resynced();
            var request = new GetObjectRequest(key) { Range = range };
            using var answer = await Waiting.WithAsync(_client.GetObjectAsync(request, cancellationToken), cancellationToken).ConfigureAwait(false);
            if (answer.ContentRange != range)
                return (null, new AppendOutcome.Unanswered(new OssException("The service answered with another range than the one asked for.")));

            return (await holds(answer.Content).ConfigureAwait(false), null);
        }
        catch (OssException e) when ((int)e.StatusCode == 416 || e.Code == "NoSuchKey")
        {
            return (false, null);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            return (null, FailureOf(e));
        }
    }

    /// <summary>What the service knows of an object; null if there is none.</summary>
    internal static async Task<HeadObjectResult?> HeadOrAbsentAsync(IOssClient client, string key, CancellationToken cancellationToken)
    {
        try
        {
            var head = await Waiting.WithAsync(client.HeadObjectAsync(new HeadObjectRequest(key), cancellationToken), cancellationToken).ConfigureAwait(false);
            return head is { Length: >= 0 } ? head : throw new OssException("HeadObject was answered with no length that an object can have.");
        }
        catch (OssException e) when (IsNoSuchKey(e))
        {
            return null;
        }
        catch (OssException e) when ((int)e.StatusCode == 404 && !e.IsFromOss)
        {
            // Where x-oss-err is kept from a HEAD's answer, 404 may mean the bucket, or a gateway's page: a GET's answer says which.
            if (await IsAbsentAsync(client, key, cancellationToken).ConfigureAwait(false))
                return null;

            throw;
        }
    }

    private static async Task<bool> IsAbsentAsync(IOssClient client, string key, CancellationToken cancellationToken)
    {
        try
        {
            var firstByte = new GetObjectRequest(key) { Range = new OssByteRange(0, 1) };
            using var answer = await Waiting.WithAsync(client.GetObjectAsync(firstByte, cancellationToken), cancellationToken).ConfigureAwait(false);
            return false;
        }
        catch (OssException e) when (IsNoSuchKey(e))
        {
            return true;
        }
    }

    // A gateway's page may claim a code as well, and an object that is taken for absent is begun again.
    private static bool IsNoSuchKey(OssException error) => error is { IsFromOss: true, Code: "NoSuchKey" } && (int)error.StatusCode == 404;

    private async Task<ResyncVerdict> JudgeAsync(
        string key, AppendPosition sentAt, PendingAppend pending, AppendPosition now, bool takesAppends, CancellationToken cancellationToken)
    {
        // Nothing beyond our position: not landed yet, if ever. A shorter object was deleted and made anew.
        if (now.Length <= sentAt.Length)
            return takesAppends ? new ResyncVerdict.AppendAt(now, IsFenced: now.Length < sentAt.Length) : new ResyncVerdict.RollOver();

        // A refused append has written nothing; only one that was never answered can be what stands there.
        var isOurs = false;
        if (pending.MayHaveLanded)
        {
            var (found, failure) = await StandsAsync(key, sentAt, pending, now, cancellationToken).ConfigureAwait(false);
            if (failure is not null)
                return new ResyncVerdict.Unknown(failure);
            isOurs = found;
        }

        if (isOurs)
            return new ResyncVerdict.AlreadyStored(now, takesAppends);

        return takesAppends ? new ResyncVerdict.AppendAt(now, IsFenced: true) : new ResyncVerdict.RollOver();
    }

    // What was sent before a crash comes first: it begins with the same bytes as what is left of it.
    private async Task<(bool IsOurs, AppendOutcome? Failure)> StandsAsync(
        string key, AppendPosition sentAt, PendingAppend pending, AppendPosition now, CancellationToken cancellationToken)
    {
        foreach (var left in LeftBodies(pending))
        {
            var range = new OssByteRange(sentAt.Length, left.Length);
            var (found, failure) = await StandsAsync(
                key, range, sentAt.Advance(left.Length, left.Crc64), now, content => HasCrc64Async(content, left, cancellationToken), cancellationToken).ConfigureAwait(false);
            if (found || failure is not null)
                return (found, failure);
        }

        return await StandsAsync(
            key,
            new OssByteRange(sentAt.Length, pending.Length),
            sentAt.Advance(pending.Length, pending.Crc64),
            now,
            content => HoldsAsync(content, pending.Body, cancellationToken),
            cancellationToken).ConfigureAwait(false);
    }

    private static IEnumerable<LostBody> LeftBodies(PendingAppend pending) =>
        new[] { pending.Left?.Body, pending.Left?.Earlier }.OfType<LostBody>().Where(body => body != new LostBody(pending.Length, pending.Crc64));

    private async Task<(bool IsOurs, AppendOutcome? Failure)> StandsAsync(
        string key, OssByteRange range, AppendPosition end, AppendPosition now, Func<Stream, Task<bool>> holds, CancellationToken cancellationToken)
    {
        if (now.Length < end.Length)
            return (false, null);

        // Another CRC-64 at the same length proves nothing: what stands before our bytes may be what has changed.
        if (now.Length == end.Length && now.Crc64 is not null && now.Crc64 == end.Crc64)
            return (true, null);

        var (found, failure) = await ReadBackAsync(key, range, holds, cancellationToken).ConfigureAwait(false);
        return (found == true, failure);
    }

    // That an object cannot be read says nothing about whether it takes appends: it is a refusal like any other, and reported.
    private static AppendOutcome FailureOf(Exception error) =>
        AppendOutcome.FromError(error) is AppendOutcome.ObjectClosed closed ? new AppendOutcome.Refused(closed.Error) : AppendOutcome.FromError(error);

    private static async Task<bool> HoldsAsync(Stream content, ReadOnlySequence<byte> expected, CancellationToken cancellationToken)
    {
        // Not pooled: a read that does not heed its token may write to it after we have gone.
        var buffer = new byte[CompareBufferSize];
        var isSame = true;
        while (true)
        {
            var count = await Waiting.WithAsync(content.ReadMemoryAsync(buffer, cancellationToken).AsTask(), cancellationToken).ConfigureAwait(false);
            if (count == 0)
                break;

            isSame = isSame && expected.StartsWith(buffer.AsSpan(0, count));
            if (isSame)
                expected = expected.Slice(count);
        }

        // A body that ends early is no answer at all.
        return isSame && expected.Length > 0 ? throw new EndOfStreamException("The object's range ended early.") : isSame;
    }

    private static async Task<bool> HasCrc64Async(Stream content, LostBody wanted, CancellationToken cancellationToken)
    {
        var buffer = new byte[CompareBufferSize];
        var (length, crc64) = (0L, 0UL);
        while (true)
        {
            var count = await Waiting.WithAsync(content.ReadMemoryAsync(buffer, cancellationToken).AsTask(), cancellationToken).ConfigureAwait(false);
            if (count == 0)
                break;

            length += count;
            crc64 = Crc64.Append(crc64, buffer.AsSpan(0, count));
        }

        return length < wanted.Length ? throw new EndOfStreamException("The object's range ended early.") : length == wanted.Length && crc64 == wanted.Crc64;
    }
}
