using System.Buffers;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Errors;
using OssLogSinks.Core.Records;
using OssLogSinks.Core.Shutdown;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.Appending;

/// <summary>
/// Finds out what became of an append: by the object's length and CRC-64, and, where these cannot tell, by reading the
/// bytes back. Content decides before kind: bytes that stand there were appended, whatever the object has become since. An
/// append is atomic, and an object only grows while it is neither deleted nor overwritten; so once the length has passed a
/// position, no append for that position can land any more.
/// </summary>
/// <remarks>
/// <para>Two things nobody can find out by asking the service, and what is chosen then:</para>
/// <para>
/// A foreign writer appended our very bytes at our very position while ours were in doubt: they are taken for ours, so that the
/// text is there once. On an object that others may share, an append whose first answer is a refusal for its position is
/// not in doubt, and is appended behind them. On an object of one writer alone it is: a proxy may have delivered the request twice.
/// </para>
/// <para>
/// The object was deleted and made again between two looks. The old content was deleted on purpose. An append in doubt is stored in the new
/// object if it is not there. If a delayed copy arrives just when the new object has exactly its position's length, its records are stored
/// twice, possibly after later ones.
/// </para>
/// </remarks>
internal sealed class PositionResync
{
    private const int CompareBufferSize = 64 << 10;

    private readonly IOssClient _client;
    private readonly DeliveryCounters _counters;
    private readonly TimeProvider _time;
    private readonly TimeSpan _readBackTimeout;

    public PositionResync(IOssClient client, DeliveryCounters counters, TimeProvider time, TimeSpan readBackTimeout)
    {
        _client = client;
        _counters = counters;
        _time = time;
        _readBackTimeout = readBackTimeout;
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
            // The object was deleted on purpose: go on at position 0.
            // Only an append that was itself meant for position 0 may still land.
            return new ResyncVerdict.AppendAt(AppendPosition.Start, IsFenced: sentAt.Length > 0);
        }

        var now = new AppendPosition(head.Length, head.Crc64);
        return await JudgeAsync(key, sentAt, pending, now, head.TakesAppends, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads the range where the append should be and compares; null if the question got no answer.</summary>
    public Task<(bool? IsOurs, AppendOutcome? Failure)> ReadBackAsync(
        string key, AppendPosition sentAt, PendingAppend pending, CancellationToken cancellationToken) =>
        ReadBackAsync(key, new OssByteRange(sentAt.Length, pending.Length), new ExpectedBytes(pending.Body), cancellationToken);

    private async Task<(bool? IsOurs, AppendOutcome? Failure)> ReadBackAsync(
        string key, OssByteRange range, IExpectedContent expected, CancellationToken cancellationToken)
    {
        // A read-back holds no more bytes than an append, so it gets no more time than one request.
        using var deadline = new Deadline(_readBackTimeout, _time, cancellationToken);
        try
        {
            _counters.Resynced();
            return (await HoldsAsync(key, range, expected, deadline.Token).ConfigureAwait(false), null);
        }
        catch (OssException e) when (e.IsFromOss && ((int)e.StatusCode == 416 || e.Code == "NoSuchKey"))
        {
            return (false, null);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, new AppendOutcome.Unanswered(new OssException("Reading back an append took too long.", e) { Kind = OssFailureKind.NoAnswer }));
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return (null, FailureOf(e));
        }
    }

    // An answer that is not exactly the range is no answer at all: only whole and unchanged bytes can tell.
    private async Task<bool> HoldsAsync(string key, OssByteRange range, IExpectedContent expected, CancellationToken cancellationToken)
    {
        var request = new GetObjectRequest(key) { Range = range };
        using var answer = await Waiting.WithAsync(_client.GetObjectAsync(request, cancellationToken), cancellationToken).ConfigureAwait(false);
        if (answer.ContentRange != range)
            throw new OssException("The service answered with another range than the one asked for.");

        var length = await ReadAsync(answer.Content, range.Length, expected, cancellationToken).ConfigureAwait(false);
        if (length != range.Length)
            throw new OssException(length < range.Length ? "The object's range ended early." : "The object's range has more bytes than asked for.");
        if (expected.IsMatch || answer.ContentEncoding is null)
            return expected.IsMatch;

        // Other bytes, and encoded: by a proxy on the way, or is the object stored so?
        var head = await HeadOrAbsentAsync(_client, key, cancellationToken).ConfigureAwait(false);
        return head?.ContentEncoding == answer.ContentEncoding ? false : throw new OssException("The object's range was encoded on its way.");
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
        // Nothing beyond our position: not landed yet, if ever. A shorter object was deleted and made again.
        if (now.Length <= sentAt.Length)
            return takesAppends ? new ResyncVerdict.AppendAt(now, IsFenced: now.Length < sentAt.Length) : new ResyncVerdict.RollOver();

        // Only an append that is in doubt can be what is there.
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
        foreach (var recovered in RecoveredBodies(pending))
        {
            var range = new OssByteRange(sentAt.Length, recovered.Length);
            var (found, failure) = await StandsAsync(
                key, range, sentAt.Advance(recovered.Length, recovered.Crc64), now, new ExpectedCrc64(recovered.Crc64), cancellationToken).ConfigureAwait(false);
            if (found || failure is not null)
                return (found, failure);
        }

        return await StandsAsync(
            key,
            new OssByteRange(sentAt.Length, pending.Length),
            sentAt.Advance(pending.Length, pending.Crc64),
            now,
            new ExpectedBytes(pending.Body),
            cancellationToken).ConfigureAwait(false);
    }

    private static IEnumerable<SentBody> RecoveredBodies(PendingAppend pending) =>
        pending.Recovered is { } recovered
            ? recovered.Earlier.Prepend(recovered.Body).Where(body => body != new SentBody(pending.Length, pending.Crc64))
            : [];

    private async Task<(bool IsOurs, AppendOutcome? Failure)> StandsAsync(
        string key, OssByteRange range, AppendPosition end, AppendPosition now, IExpectedContent expected, CancellationToken cancellationToken)
    {
        if (now.Length < end.Length)
            return (false, null);

        // Another CRC-64 at the same length proves nothing: what is before our bytes may be what has changed.
        if (now.Length == end.Length && now.Crc64 is not null && now.Crc64 == end.Crc64)
            return (true, null);

        var (found, failure) = await ReadBackAsync(key, range, expected, cancellationToken).ConfigureAwait(false);
        return (found == true, failure);
    }

    // That an object cannot be read says nothing about whether it takes appends: it is a refusal like any other, and reported.
    private static AppendOutcome FailureOf(Exception error) =>
        AppendOutcome.FromError(error) is AppendOutcome.ObjectClosed closed ? new AppendOutcome.Refused(closed.Error) : AppendOutcome.FromError(error);

    // Up to one byte more than there should be, so that a body without end is noticed and left.
    private static async Task<long> ReadAsync(Stream content, long wanted, IExpectedContent expected, CancellationToken cancellationToken)
    {
        // Not pooled: a read that does not heed its token may write to it after we have gone.
        var buffer = new byte[CompareBufferSize];
        var length = 0L;
        while (length <= wanted)
        {
            var memory = buffer.AsMemory(0, (int)Math.Min(buffer.Length, wanted + 1 - length));
            var count = await Waiting.WithAsync(content.ReadMemoryAsync(memory, cancellationToken).AsTask(), cancellationToken).ConfigureAwait(false);
            if (count == 0)
                break;

            length += count;
            expected.Compare(buffer.AsSpan(0, count));
        }

        return length;
    }

    /// <summary>What should be in a range, compared piece by piece.</summary>
    private interface IExpectedContent
    {
        /// <summary>Whether all that was compared is what should be there; meaningful once the whole range was.</summary>
        bool IsMatch { get; }

        void Compare(ReadOnlySpan<byte> piece);
    }

    private sealed class ExpectedBytes(ReadOnlySequence<byte> bytes) : IExpectedContent
    {
        private ReadOnlySequence<byte> _rest = bytes;

        public bool IsMatch { get; private set; } = true;

        public void Compare(ReadOnlySpan<byte> piece)
        {
            IsMatch = IsMatch && _rest.StartsWith(piece);
            if (IsMatch)
                _rest = _rest.Slice(piece.Length);
        }
    }

    private sealed class ExpectedCrc64(ulong crc64) : IExpectedContent
    {
        private ulong _found;

        public bool IsMatch => _found == crc64;

        public void Compare(ReadOnlySpan<byte> piece) => _found = Crc64.Append(_found, piece);
    }
}

/// <summary>What a resync found out about an append.</summary>
internal abstract record ResyncVerdict
{
    /// <summary>The append is in the object, which now ends at <paramref name="Position"/>.</summary>
    /// <param name="Position">The object's end.</param>
    /// <param name="TakesAppends">Whether the object takes more.</param>
    public sealed record AlreadyStored(AppendPosition Position, bool TakesAppends) : ResyncVerdict;

    /// <summary>The append is not in the object; it is to be sent at <paramref name="Position"/>.</summary>
    /// <param name="Position">The object's end.</param>
    /// <param name="IsFenced">Whether a copy that is still travelling can no longer land.</param>
    public sealed record AppendAt(AppendPosition Position, bool IsFenced) : ResyncVerdict;

    /// <summary>The append is not in the object, which takes no more: it goes to the next one.</summary>
    public sealed record RollOver : ResyncVerdict;

    /// <summary>The question got no answer; ask again later.</summary>
    /// <param name="Failure">Why.</param>
    public sealed record Unknown(AppendOutcome Failure) : ResyncVerdict;
}
