using System.Buffers;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Errors;
using OssLogSinks.Core.Client.Platform;
using OssLogSinks.Core.Records;
using OssLogSinks.Core.Shutdown;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.Appending;

/// <summary>
/// Finds out what became of an append, by the object's length and CRC-64, or, if they are not enough, by reading the bytes back. The content is
/// compared first: bytes that are in the object were appended, even if it takes no more appends now. An append is atomic, and an object only
/// grows until it is deleted or overwritten. So once its length is beyond a position, no append at that position can be applied any more.
/// </summary>
/// <remarks>
/// <para>The service cannot tell two situations apart from others. This is what the writer does then:</para>
/// <para>
/// Another writer appended the same bytes at the same position while our append was in doubt: they count as ours, so the text is stored
/// once. If the first answer to an append is a refusal of its position, it depends on the object. On a shared object, the append is not in
/// doubt: it is sent again, behind the other writer's bytes. On an object with one writer only, it is in doubt: a proxy may have delivered
/// the request twice.
/// </para>
/// <para>
/// The object was deleted and created again between two requests. The old content was deleted on purpose. An append in doubt is stored in
/// the new object if it is not there. If a delayed copy arrives just when the new object has the length of its position, its records are
/// stored twice, possibly after later ones.
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

    /// <summary>Finds out what became of an append that was sent at the position <paramref name="sentAt"/>.</summary>
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
            // The object was deleted on purpose: continue at position 0.
            // Only an append at position 0 may still be applied.
            return new ResyncVerdict.AppendAt(AppendPosition.Start, IsFenced: sentAt.Length > 0);
        }

        var now = new AppendPosition(head.Length, head.Crc64);
        return await JudgeAsync(key, sentAt, pending, now, head.TakesAppends, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads the append's range and compares its bytes. <c>IsOurs</c> is null if there was no answer; then there is a failure.</summary>
    public Task<(bool? IsOurs, AppendOutcome? Failure)> ReadBackAsync(
        string key, AppendPosition sentAt, PendingAppend pending, CancellationToken cancellationToken) =>
        ReadBackAsync(key, new OssByteRange(sentAt.Length, pending.Length), new ExpectedContent(pending.Body), cancellationToken);

    private async Task<(bool? IsOurs, AppendOutcome? Failure)> ReadBackAsync(
        string key, OssByteRange range, ExpectedContent expected, CancellationToken cancellationToken)
    {
        // A read-back has no more bytes than an append, so it gets the time of one request.
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

    // An answer with other than exactly the range counts as no answer: only complete, unchanged bytes prove anything.
    private async Task<bool> HoldsAsync(string key, OssByteRange range, ExpectedContent expected, CancellationToken cancellationToken)
    {
        var request = new GetObjectRequest(key) { Range = range };
        using var answer = await Waiting.WithAsync(_client.GetObjectAsync(request, cancellationToken), cancellationToken).ConfigureAwait(false);
        if (answer.ContentRange != range)
            throw new OssException("OSS returned another range than the one requested.");

        var length = await ReadAsync(answer.Content, range.Length, expected, cancellationToken).ConfigureAwait(false);
        if (length != range.Length)
            throw new OssException(length < range.Length ? "The object's range ended early." : "The object's range has more bytes than requested.");
        if (expected.IsMatch || answer.ContentEncoding is null)
            return expected.IsMatch;

        // The bytes differ, and the answer is encoded. A HEAD shows whether the object itself is encoded, or a proxy encoded the answer.
        var head = await HeadOrAbsentAsync(_client, key, cancellationToken).ConfigureAwait(false);
        return head?.ContentEncoding == answer.ContentEncoding ? false : throw new OssException("The object's range was encoded in transit.");
    }

    /// <summary>The answer of HeadObject; null if the object does not exist.</summary>
    internal static async Task<HeadObjectResult?> HeadOrAbsentAsync(IOssClient client, string key, CancellationToken cancellationToken)
    {
        try
        {
            var head = await Waiting.WithAsync(client.HeadObjectAsync(new HeadObjectRequest(key), cancellationToken), cancellationToken).ConfigureAwait(false);
            return head is null or { Length: >= 0 } ? head : throw new OssException("The answer to HeadObject has no valid length.");
        }
        catch (OssException e) when (e.IsNoSuchKey)
        {
            return null;
        }
        catch (OssException e) when ((int)e.StatusCode is 403 or 404 && !e.IsFromOss)
        {
            // Without the header x-oss-err, 404 may also mean the bucket, or a gateway's page, and 403 that the credentials are no longer valid.
            // The answer to a GET says which, and the client renews the credentials then.
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
        catch (OssException e) when (e.IsNoSuchKey)
        {
            return true;
        }
    }

    private async Task<ResyncVerdict> JudgeAsync(
        string key, AppendPosition sentAt, PendingAppend pending, AppendPosition now, bool takesAppends, CancellationToken cancellationToken)
    {
        // Nothing beyond our position: not applied so far. A shorter object was deleted and created again.
        if (now.Length <= sentAt.Length)
            return takesAppends ? new ResyncVerdict.AppendAt(now, IsFenced: now.Length < sentAt.Length) : new ResyncVerdict.RollOver();

        // Only an append in doubt can have written what is there.
        var isOurs = false;
        if (pending.MayHaveLanded)
        {
            var (found, failure) = await IsStoredAsync(key, sentAt, pending, now, cancellationToken).ConfigureAwait(false);
            if (failure is not null)
                return new ResyncVerdict.Unknown(failure);
            isOurs = found;
        }

        if (isOurs)
            return new ResyncVerdict.AlreadyStored(now, takesAppends);

        return takesAppends ? new ResyncVerdict.AppendAt(now, IsFenced: true) : new ResyncVerdict.RollOver();
    }

    // Looks first for the bytes that an earlier process sent before a crash: they may begin with the bytes of the pending append.
    private async Task<(bool IsOurs, AppendOutcome? Failure)> IsStoredAsync(
        string key, AppendPosition sentAt, PendingAppend pending, AppendPosition now, CancellationToken cancellationToken)
    {
        foreach (var recovered in RecoveredBodies(pending))
        {
            var range = new OssByteRange(sentAt.Length, recovered.Length);
            var (found, failure) = await IsStoredAsync(
                key, range, sentAt.Advance(recovered.Length, recovered.Crc64), now, new ExpectedContent(recovered.Crc64), cancellationToken).ConfigureAwait(false);
            if (found || failure is not null)
                return (found, failure);
        }

        return await IsStoredAsync(
            key,
            new OssByteRange(sentAt.Length, pending.Length),
            sentAt.Advance(pending.Length, pending.Crc64),
            now,
            new ExpectedContent(pending.Body),
            cancellationToken).ConfigureAwait(false);
    }

    private static IEnumerable<SentBody> RecoveredBodies(PendingAppend pending) =>
        pending.Recovered is { } recovered
            ? recovered.Earlier.Prepend(recovered.Body).Where(body => body != new SentBody(pending.Length, pending.Crc64))
            : [];

    private async Task<(bool IsOurs, AppendOutcome? Failure)> IsStoredAsync(
        string key, OssByteRange range, AppendPosition end, AppendPosition now, ExpectedContent expected, CancellationToken cancellationToken)
    {
        if (now.Length < end.Length)
            return (false, null);

        // Another CRC-64 at the same length proves nothing: the bytes before ours may have changed.
        if (now.Length == end.Length && now.Crc64 is not null && now.Crc64 == end.Crc64)
            return (true, null);

        var (found, failure) = await ReadBackAsync(key, range, expected, cancellationToken).ConfigureAwait(false);
        return (found == true, failure);
    }

    // An object that cannot be read may still take appends, so this is an ordinary refusal.
    private static AppendOutcome FailureOf(Exception error) =>
        AppendOutcome.FromError(error) is AppendOutcome.ObjectClosed closed ? new AppendOutcome.Refused(closed.Error) : AppendOutcome.FromError(error);

    // Reads at most one byte too many, so that an endless body is noticed.
    private static async Task<long> ReadAsync(Stream content, long wanted, ExpectedContent expected, CancellationToken cancellationToken)
    {
        // Not pooled: a read that ignores its token may write to it later.
        var buffer = new byte[CompareBufferSize];
        var length = 0L;
        while (length <= wanted)
        {
            var memory = buffer.AsMemory(0, (int)Math.Min(buffer.Length, wanted + 1 - length));
            var count = await content.ReadOrCancelAsync(memory, cancellationToken).ConfigureAwait(false);
            if (count == 0)
                break;

            length += count;
            expected.Compare(buffer.AsSpan(0, count));
        }

        return length;
    }

    /// <summary>The bytes that should be in a range, or, if they are no longer known, their CRC-64.</summary>
    private sealed class ExpectedContent
    {
        private readonly ulong? _crc64;
        private ReadOnlySequence<byte> _rest;
        private ulong _foundCrc64;
        private bool _isMatch = true;

        public ExpectedContent(ReadOnlySequence<byte> bytes) => _rest = bytes;

        public ExpectedContent(ulong crc64) => _crc64 = crc64;

        /// <summary>Whether all compared pieces match; with a CRC-64, valid only after the whole range.</summary>
        public bool IsMatch => _crc64 is null ? _isMatch : _foundCrc64 == _crc64;

        public void Compare(ReadOnlySpan<byte> piece)
        {
            if (_crc64 is not null)
            {
                _foundCrc64 = Crc64.Append(_foundCrc64, piece);
                return;
            }

            _isMatch = _isMatch && _rest.StartsWith(piece);
            if (_isMatch)
                _rest = _rest.Slice(piece.Length);
        }
    }
}

/// <summary>The result of a resync.</summary>
internal abstract record ResyncVerdict
{
    /// <summary>The append is in the object, which now ends at <paramref name="Position"/>.</summary>
    public sealed record AlreadyStored(AppendPosition Position, bool TakesAppends) : ResyncVerdict;

    /// <summary>The append is not in the object; it is to be sent at <paramref name="Position"/>.</summary>
    /// <param name="Position">The object's end.</param>
    /// <param name="IsFenced">Whether a copy that is still on its way can no longer be applied.</param>
    public sealed record AppendAt(AppendPosition Position, bool IsFenced) : ResyncVerdict;

    /// <summary>The append is not in the object, which takes no more appends: send it to the next object.</summary>
    public sealed record RollOver : ResyncVerdict;

    /// <summary>There was no usable answer; ask again later.</summary>
    public sealed record Unknown(AppendOutcome Failure) : ResyncVerdict;
}
