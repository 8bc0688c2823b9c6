using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Errors;
using OssLogSinks.Core.Keys;
using OssLogSinks.Core.Records;
using OssLogSinks.Core.Shutdown;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.Appending;

/// <summary>
/// Appends the batches of one stream to its objects, one append at a time. Each step sends at most one append; the next step continues
/// from the state that it leaves. While an append is in doubt, no other append is sent for the stream, to this object or another one.
/// </summary>
/// <remarks>
/// The state is a position with its CRC-64, and the append in doubt, if any. It is lost with the process. Records that are in memory only
/// are lost too, so an append that was in doubt is stored once or not at all. For records on disk, the batch's source journals each
/// append before it is sent. After a crash, the last append is in doubt again, at the same position. See <see cref="PositionResync"/> for what no
/// writer can know.
/// </remarks>
internal sealed class ObjectAppender : IDisposable
{
    private readonly AppendContext _context;
    private readonly StreamKey _stream;
    private readonly ObjectFormat _format;
    private readonly StreamRegistration _registration;

    // Owned by the worker that ships the stream: the buffer gives a stream to one worker at a time.
    private int _sequence;
    private AppendPosition? _position;
    private PendingAppend? _pending;
    private AppendIntent? _recovered;
    private long _intentBegunAt;

    // The sequence number to locate the object from, as soon as no append is in doubt; null if the object is known.
    private int? _locateFrom;

    public ObjectAppender(AppendContext context, StreamKey stream)
    {
        _context = context;
        _stream = stream;
        _format = context.FormatOf(stream);
        _registration = context.Settings.Streams.Register(context.Settings.Bucket, stream);
    }

    /// <summary>The key of the stream's current object.</summary>
    public string ObjectKey => _stream.ObjectKey(_sequence);

    /// <summary>Whether an append is in doubt: its records may be stored.</summary>
    public bool MayHaveLanded => _pending is { MayHaveLanded: true };

    /// <summary>When the writing of an append to the journal began; null if none is being written. Any thread may ask.</summary>
    public long? IntentBegunAt => Volatile.Read(ref _intentBegunAt) is var at and > 0 ? at : null;

    /// <summary>How many objects were left before they were full, because they took no more appends or could not be trusted.</summary>
    public int ObjectsClosed { get; private set; }

    /// <summary>Takes one step with the batch's records from its cursor on.</summary>
    public async Task<ShipVerdict> StepAsync(AppendBatch batch, CancellationToken cancellationToken)
    {
        if (_recovered is { } intent)
            Resume(batch, intent);
        LocateAgain();

        // Empty records need no append.
        if (batch.IsRestEmpty)
            return new ShipVerdict.Delivered(batch.Count, Bytes: 0);

        if (_position is null && await OpenAsync(cancellationToken).ConfigureAwait(false) is { } trouble)
            return new ShipVerdict.Later(trouble);

        if (_pending is null)
        {
            if (_context.Policy.IsFull(_position!.Value.Length))
                return RollFull();

            _pending = new PendingAppend(_format.Fill(batch, _position.Value.Length, _context.Policy.SizeLimit));
        }

        return _pending.State switch
        {
            PendingState.InDoubt => await ResyncAsync(_pending, cancellationToken).ConfigureAwait(false),
            PendingState.ToReadBack => await ReadBackAsync(_pending, cancellationToken).ConfigureAwait(false),
            _ => WriteIntent(batch, _pending) ?? await SendAsync(batch, _pending, cancellationToken).ConfigureAwait(false),
        };
    }

    /// <summary>
    /// Forgets an append whose records were dropped. The object is located again before the next append. Once that is applied, the object is
    /// longer than the position of the forgotten append, so a late copy of it is refused.
    /// </summary>
    public void Abandon()
    {
        Drop();
        _position = null;
    }

    /// <summary>
    /// Ends the stream's current object because its period is over: seals it, unless an append is in doubt. If a late record comes, the object is
    /// located again first. Call it only while no worker has the stream.
    /// </summary>
    public void Finish()
    {
        if (_pending is not null || _position is not { Length: > 0 } position)
            return;

        _context.Sealer?.Seal(ObjectKey, position.Length);
        _position = null;
    }

    /// <summary>
    /// Takes over an append that another process was sending when it ended. The next batch must have the remaining records of that append. Call
    /// it before the first step with that batch, from the worker that has the stream.
    /// </summary>
    public void TakeOver(AppendIntent intent)
    {
        _recovered = intent;
        _locateFrom = Math.Max(Math.Max(_locateFrom ?? 0, _sequence), intent.Sequence);
        _sequence = intent.Sequence;
        _position = intent.Position;
    }

    /// <summary>
    /// Locates the object again before the next append: records that another writer left come next, and it may already have used a later object.
    /// Call it from the worker that has the stream.
    /// </summary>
    public void Relocate() => _locateFrom ??= _sequence;

    public void Dispose() => _registration.Dispose();

    private async Task<AppendOutcome?> OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            var located = await _context.Locator.LocateAsync(_stream, _sequence, cancellationToken).ConfigureAwait(false);
            _sequence = located.Sequence;
            _position = located.Position;
            return null;
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            return AppendOutcome.FromError(e);
        }
    }

    private async Task<ShipVerdict> SendAsync(AppendBatch batch, PendingAppend pending, CancellationToken cancellationToken)
    {
        var outcome = await AppendAsync(batch, pending, cancellationToken).ConfigureAwait(false);
        switch (outcome)
        {
            case AppendOutcome.Appended appended:
                return Verify(pending, appended.Result);

            case AppendOutcome.PositionMismatch:
                pending.State = PendingState.InDoubt;
                pending.MayHaveLanded |= _registration.IsOnlyWriter;
                return await ResyncAsync(pending, cancellationToken).ConfigureAwait(false);

            case AppendOutcome.ObjectClosed closed:
                // The object may contain an earlier copy, from before it was closed.
                pending.ClosedBy = closed;
                pending.MayHaveLanded |= _registration.IsOnlyWriter;
                if (pending.MayHaveLanded)
                    pending.State = PendingState.InDoubt;
                else
                    Roll(closed);
                return new ShipVerdict.Again(outcome);

            default:
                if (outcome.IsInDoubt)
                    PutInDoubt(pending);
                return outcome is AppendOutcome.Unanswered ? new ShipVerdict.Again(outcome) : new ShipVerdict.Later(outcome);
        }
    }

    private static void PutInDoubt(PendingAppend pending)
    {
        pending.MayHaveLanded = true;
        pending.State = PendingState.InDoubt;
    }

    private async Task<AppendOutcome> AppendAsync(AppendBatch batch, PendingAppend pending, CancellationToken cancellationToken)
    {
        var request = new AppendObjectRequest(ObjectKey, _position!.Value.Length, pending.Body)
        {
            Properties = _context.PropertiesOf(_format),
            SendContentMd5 = _context.Settings.SendContentMd5,
        };

        try
        {
            _context.Counters.AppendSent();
            var result = await _context.Counters.MeasureAppendAsync(() => Waiting.WithAsync(_context.Client.AppendObjectAsync(request, cancellationToken), cancellationToken), _context.Settings.Time).ConfigureAwait(false);
            return new AppendOutcome.Appended(result ?? throw new OssException("The client returned null for AppendObject; it may have taken effect."));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            PutInDoubt(pending);
            throw;
        }
        catch (UnendedCallException e)
        {
            batch.KeepUntil(e.Ended);
            pending.Keep();
            return AppendOutcome.FromError(e);
        }
        catch (Exception e)
        {
            return AppendOutcome.FromError(e);
        }
    }

    private ShipVerdict Verify(PendingAppend pending, AppendObjectResult result)
    {
        var expected = _position!.Value.Advance(pending.Length, pending.Crc64);
        if (result.NextPosition != expected.Length)
        {
            PutInDoubt(pending);
            return new ShipVerdict.Again(new AppendOutcome.Unanswered(new OssException("The answer to an append has a length that does not fit the append.")));
        }

        if (result.Crc64 is { } actual && expected.Crc64 is { } wanted && actual != wanted)
        {
            pending.MayHaveLanded = true;
            pending.State = PendingState.ToReadBack;
            return new ShipVerdict.Again(Cause: null);
        }

        var delivered = MarkDelivered(pending, expected with { Crc64 = result.Crc64 });
        SealIfFull();
        return delivered;
    }

    private async Task<ShipVerdict> ResyncAsync(PendingAppend pending, CancellationToken cancellationToken)
    {
        var verdict = await _context.Resync.ResolveAsync(ObjectKey, _position!.Value, pending, cancellationToken).ConfigureAwait(false);
        switch (verdict)
        {
            case ResyncVerdict.AlreadyStored stored:
                var delivered = MarkDelivered(pending, stored.Position);
                if (!stored.TakesAppends || pending.ClosedBy is not null)
                    Roll(pending.ClosedBy);
                else
                    SealIfFull();
                return delivered;

            case ResyncVerdict.AppendAt at when pending.ClosedBy is null:
                if (at.Position.Length < _position.Value.Length)
                    _context.Reporter.ObjectGone(ObjectKey);

                // If fenced, the append can no longer be applied where it was sent, and may be cut again for the new position.
                // Otherwise the same bytes must be sent again until one copy has been applied.
                var sentAt = _position.Value;
                _position = at.Position;
                pending.State = PendingState.ToSend;
                if (at.IsFenced || !pending.MayHaveLanded)
                    Refit(pending, sentAt, at.Position);
                return new ShipVerdict.Again(Cause: null);

            case ResyncVerdict.Unknown unknown:
                return new ShipVerdict.Later(unknown.Failure);

            default:
                Roll(pending.ClosedBy);
                return new ShipVerdict.Again(Cause: null);
        }
    }

    private async Task<ShipVerdict> ReadBackAsync(PendingAppend pending, CancellationToken cancellationToken)
    {
        var sentAt = _position!.Value;
        var (isOurs, failure) = await _context.Resync.ReadBackAsync(ObjectKey, sentAt, pending, cancellationToken).ConfigureAwait(false);
        if (failure is not null)
            return new ShipVerdict.Later(failure);

        if (isOurs == true)
        {
            // The bytes before ours are not what we appended: the object was deleted and created again, or is damaged. Do not use it any more.
            _context.Reporter.PrefixChanged(ObjectKey);
            var delivered = new ShipVerdict.Delivered(pending.End, pending.Length);
            LeaveObject();
            return delivered;
        }

        _context.Reporter.BodyDamaged(ObjectKey, sentAt.Length, pending.Length);
        LeaveObject();
        return new ShipVerdict.Again(Cause: null);
    }

    private ShipVerdict.Delivered MarkDelivered(PendingAppend pending, AppendPosition end)
    {
        var delivered = new ShipVerdict.Delivered(pending.End, pending.Length);
        Drop();
        _position = end;
        return delivered;
    }

    // Compressed bytes are reused at the new position if they fit there, and if both positions need the header or neither does.
    private void Refit(PendingAppend pending, AppendPosition sentAt, AppendPosition position)
    {
        var isRight = _format.HeaderAt(position.Length).Length == _format.HeaderAt(sentAt.Length).Length;
        if (pending.IsCompressed && isRight && pending.Length <= _context.Policy.SizeLimit - position.Length)
            _pending = pending.AsNewAppend();
        else
            Drop();
    }

    private void Drop()
    {
        _pending?.Release();
        _pending = null;
    }

    private ShipVerdict RollFull() => TryRollFull() ? new ShipVerdict.GoOn() : new ShipVerdict.Never(DropReason.ObjectFull, "the object has reached its size limit, and rolling by size is turned off.");

    // Called after each append, not when the next record comes: an object that is full at the close must be sealed too.
    private void SealIfFull()
    {
        if (_context.Sealer is not null)
            TryRollFull();
    }

    private bool TryRollFull()
    {
        var length = _position!.Value.Length;
        if (!_context.Policy.MustRoll(length))
            return false;

        _context.Sealer?.Seal(ObjectKey, length);
        MoveOn();
        return true;
    }

    private void Roll(AppendOutcome.ObjectClosed? cause)
    {
        // If finished objects are sealed, a seal by another writer is normal.
        var isUsual = _context.Sealer is not null && (cause is null || cause.Error.Code == "AppendSealedObjectNotAllowed");
        _context.Reporter.ObjectClosed(ObjectKey, cause?.Error, isUsual);
        LeaveObject();
    }

    private void LeaveObject()
    {
        ObjectsClosed++;
        Drop();
        MoveOn();
    }

    private void MoveOn()
    {
        _context.Counters.Rolled();
        _sequence++;
        _position = null;
    }

    private void LocateAgain()
    {
        if (_pending is not null || _locateFrom is not { } sequence)
            return;

        _locateFrom = null;
        _sequence = Math.Max(_sequence, sequence);
        _position = null;
    }

    private void Resume(AppendBatch batch, AppendIntent intent)
    {
        var end = batch.EndOfIds(intent.LastId);
        if (end == batch.Cursor || batch.IsRestEmpty)
        {
            // No record of that append is left, so nothing can be stored twice.
            _recovered = null;
            return;
        }

        // If this throws, the append stays in doubt, and the next step tries again.
        var body = _format.Of(batch, end, intent.Position.Length);
        _recovered = null;
        _pending = new PendingAppend(body) { State = PendingState.InDoubt, MayHaveLanded = true, Recovered = intent };
        if (intent.Body == new SentBody(_pending.Length, _pending.Crc64))
            _pending.IntendedAt = (intent.Sequence, intent.Position.Length);
    }

    // The same bytes at the same position are journaled once, however often they are sent.
    private ShipVerdict.Later? WriteIntent(AppendBatch batch, PendingAppend pending)
    {
        var place = (_sequence, _position!.Value.Length);
        if (batch.Source is not { } source || pending.IntendedAt == place)
            return null;

        try
        {
            Volatile.Write(ref _intentBegunAt, Math.Max(1, _context.Settings.Time.GetTimestamp()));
            source.Intend(IntentOf(batch, pending));
            pending.IntendedAt = place;
            return null;
        }
        catch (IOException e)
        {
            return new ShipVerdict.Later(new AppendOutcome.Unrecorded(e));
        }
        finally
        {
            Volatile.Write(ref _intentBegunAt, 0);
        }
    }

    // If an earlier process was sending these records to the same position, the entry keeps that process's last record and bytes: after
    // another crash, the next process must look for both.
    private AppendIntent IntentOf(AppendBatch batch, PendingAppend pending)
    {
        var position = _position!.Value;
        return pending.Recovered is { } recovered && (recovered.Sequence, recovered.Position.Length) == (_sequence, position.Length)
            ? (recovered with { Position = position, Length = pending.Length, Crc64 = pending.Crc64 }).After(recovered.Body)
            : new AppendIntent(_sequence, position, pending.Length, pending.Crc64, batch.IdOf(batch.Cursor), batch.IdOf(pending.End - 1));
    }
}

/// <summary>The result of one step of a stream's delivery.</summary>
internal abstract record ShipVerdict
{
    /// <summary>The batch's records before <paramref name="End"/> are in OSS.</summary>
    public sealed record Delivered(int End, long Bytes) : ShipVerdict;

    /// <summary>Nothing went wrong: take another step at once.</summary>
    public sealed record GoOn : ShipVerdict;

    /// <summary>The batch is not stored yet: take another step, at once the first time, after a pause when it happens again.</summary>
    /// <param name="Cause">What went wrong; null if a look at the object is next, or has shown what to do.</param>
    public sealed record Again(AppendOutcome? Cause) : ShipVerdict;

    /// <summary>The batch is not stored yet: take another step after a pause.</summary>
    public sealed record Later(AppendOutcome Cause) : ShipVerdict;

    /// <summary>The rest of the batch can never be stored.</summary>
    public sealed record Never(DropReason Reason, string Why) : ShipVerdict;
}
