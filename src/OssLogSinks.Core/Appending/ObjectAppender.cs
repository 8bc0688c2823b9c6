using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Errors;
using OssLogSinks.Core.Keys;
using OssLogSinks.Core.Records;
using OssLogSinks.Core.Shutdown;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.Appending;

/// <summary>
/// Moves the batches of one stream into its objects, one append at a time. Each step sends at most one append and
/// leaves a state from which the next step goes on, so that waiting holds nobody up. While an append's outcome is unknown,
/// nothing else is sent for the stream: not other bytes, not to another object.
/// </summary>
/// <remarks>
/// The state is a position with its CRC-64 and the bytes in doubt, if any. What is in memory only does not outlive the
/// process: an append that was in doubt then is stored once or not at all, and never sent again. What is on disk does:
/// before such an append is sent the batch's source notes it, and after a crash it is in doubt again, at the same place.
/// <see cref="PositionResync"/> says what no writer can know while the process lives.
/// </remarks>
internal sealed class ObjectAppender : IDisposable
{
    private readonly AppendContext _context;
    private readonly StreamKey _stream;
    private readonly ObjectFormat _format;
    private readonly StreamClaim _claim;

    // Owned by the worker that ships the stream; the buffer hands a stream to one worker at a time.
    private int _sequence;
    private AppendPosition? _position;
    private PendingAppend? _pending;
    private AppendIntent? _recovered;

    // Set when the stream may have gone on in a later object, from where on to look for it once no append is in doubt.
    private int? _looksFrom;

    public ObjectAppender(AppendContext context, StreamKey stream)
    {
        _context = context;
        _stream = stream;
        _format = context.FormatOf(stream);
        _claim = context.Claims.Claim(context.Bucket, stream);
    }

    /// <summary>The object that the stream is at.</summary>
    public string ObjectKey => _stream.ObjectKey(_sequence);

    /// <summary>Whether an append of unknown outcome is under way: its records may be stored though nobody said so.</summary>
    public bool MayHaveLanded => _pending is { MayHaveLanded: true };

    /// <summary>How many objects were left though they were not full: they took no more appends, or cannot be trusted.</summary>
    public int ObjectsClosed { get; private set; }

    /// <summary>Takes the next step with the records of the batch from its cursor on.</summary>
    public async Task<ShipVerdict> StepAsync(AppendBatch batch, CancellationToken cancellationToken)
    {
        if (_recovered is { } intent)
            Resume(batch, intent);
        GoOnWhereOthersDid();

        // Empty records are stored as soon as those before them are; there is nothing to send.
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
            _ => Note(batch, _pending) ?? await SendAsync(_pending, cancellationToken).ConfigureAwait(false),
        };
    }

    /// <summary>
    /// Forgets an append that was given up. The object is looked at again before the next one, and the append's
    /// position is fenced by whatever is appended there.
    /// </summary>
    public void Abandon()
    {
        Drop();
        _position = null;
    }

    /// <summary>
    /// The stream's time is over: its object is sealed, unless an append's outcome is unknown. A record that comes all the same is
    /// preceded by a look at the object. Only to be called while no worker has the stream.
    /// </summary>
    public void Finish()
    {
        if (_pending is not null || _position is not { Length: > 0 } position)
            return;

        _context.Sealer?.Seal(ObjectKey, position.Length);
        _position = null;
    }

    /// <summary>
    /// Takes over an append that another process was sending when it ended. The first batch must hold whatever is left of its
    /// records. Only to be called while no worker has the stream.
    /// </summary>
    public void TakeOver(AppendIntent intent)
    {
        _recovered = intent;
        _looksFrom = Math.Max(_sequence, intent.Sequence);
        _sequence = intent.Sequence;
        _position = intent.Position;
    }

    /// <summary>
    /// Looks for the object again before the next append: the records that come next may be those of a writer who had gone on in a
    /// later one. Only to be called while no worker has the stream.
    /// </summary>
    public void Relocate() => _looksFrom ??= _sequence;

    /// <summary>The stream is forgotten, or delivery has ended.</summary>
    public void Dispose() => _claim.Dispose();

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

    private async Task<ShipVerdict> SendAsync(PendingAppend pending, CancellationToken cancellationToken)
    {
        var outcome = await AppendAsync(pending, cancellationToken).ConfigureAwait(false);
        switch (outcome)
        {
            case AppendOutcome.Appended appended:
                return Verify(pending, appended.Result);

            case AppendOutcome.PositionMismatch:
                pending.State = PendingState.InDoubt;
                pending.MayHaveLanded |= _claim.IsSole;
                return await ResyncAsync(pending, cancellationToken).ConfigureAwait(false);

            case AppendOutcome.ObjectClosed closed:
                // An earlier copy may stand in the object that has been closed since.
                pending.ClosedBy = closed;
                pending.MayHaveLanded |= _claim.IsSole;
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

    private async Task<AppendOutcome> AppendAsync(PendingAppend pending, CancellationToken cancellationToken)
    {
        var request = new AppendObjectRequest(ObjectKey, _position!.Value.Length, pending.Body)
        {
            Properties = _context.PropertiesOf(_format),
            SendContentMd5 = _context.SendContentMd5,
        };

        try
        {
            _context.Counters.AppendSent();
            var result = await _context.Counters.MeasureAppendAsync(() => Waiting.WithAsync(_context.Client.AppendObjectAsync(request, cancellationToken), cancellationToken), _context.Time).ConfigureAwait(false);
            return new AppendOutcome.Appended(result ?? throw new OssException("AppendObject was answered with nothing; what it did is unknown."));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            PutInDoubt(pending);
            throw;
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
            return new ShipVerdict.Again(new AppendOutcome.Unanswered(new OssException("The answer to an append names another length than the append leads to.")));
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

                // Fenced, the append can no longer land where it was sent, and may be cut again to fit the new position.
                // Otherwise the very same bytes have to be sent again, until one copy has landed.
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
            // What stands before our bytes is not what we believed: the object was deleted and made again, or damaged. It is not trusted any more.
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

    // What took time to make goes to the new position as it is, if it fits there and has a header just where one belongs.
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

    private ShipVerdict RollFull()
    {
        if (!_context.Policy.MustRoll(_position!.Value.Length, _context.RollOnObjectSizeLimit))
            return new ShipVerdict.Never(DropReason.ObjectFull);

        _context.Sealer?.Seal(ObjectKey, _position.Value.Length);
        MoveOn();
        return new ShipVerdict.GoOn();
    }

    // At once, not when the next record comes: the object that is full at the close is sealed too.
    private void SealIfFull()
    {
        if (_context.Sealer is null || !_context.Policy.MustRoll(_position!.Value.Length, _context.RollOnObjectSizeLimit))
            return;

        _context.Sealer.Seal(ObjectKey, _position.Value.Length);
        MoveOn();
    }

    private void Roll(AppendOutcome.ObjectClosed? cause)
    {
        // Where finished objects are sealed, another writer's seal is the normal course of things.
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

    private void GoOnWhereOthersDid()
    {
        if (_pending is not null || _looksFrom is not { } sequence)
            return;

        _looksFrom = null;
        _sequence = Math.Max(_sequence, sequence);
        _position = null;
    }

    private void Resume(AppendBatch batch, AppendIntent intent)
    {
        var end = batch.EndOfIds(intent.LastId);
        if (end == batch.Cursor || batch.IsRestEmpty)
        {
            // None of it is left to be sent, so nothing can be stored twice.
            _recovered = null;
            return;
        }

        // The append stays in doubt if making its bytes throws: the next step tries again.
        var body = _format.Of(batch, end, intent.Position.Length);
        _recovered = null;
        _pending = new PendingAppend(body) { State = PendingState.InDoubt, MayHaveLanded = true, Recovered = intent };
        if (intent.Body == new SentBody(_pending.Length, _pending.Crc64))
            _pending.IntendedAt = (intent.Sequence, intent.Position.Length);
    }

    // The same bytes at the same place are noted once, however often they are sent.
    private ShipVerdict.Later? Note(AppendBatch batch, PendingAppend pending)
    {
        var place = (_sequence, _position!.Value.Length);
        if (batch.Source is not { } source || pending.IntendedAt == place)
            return null;

        try
        {
            source.Intend(IntentOf(batch, pending));
            pending.IntendedAt = place;
            return null;
        }
        catch (IOException e)
        {
            return new ShipVerdict.Later(new AppendOutcome.Unrecorded(e));
        }
    }

    // Of records that a process before this one was sending to the same place, the note goes on saying how far they went and what it
    // sent: should this process end too, the next one looks for both.
    private AppendIntent IntentOf(AppendBatch batch, PendingAppend pending)
    {
        var position = _position!.Value;
        return pending.Recovered is { } recovered && (recovered.Sequence, recovered.Position.Length) == (_sequence, position.Length)
            ? (recovered with { Position = position, Length = pending.Length, Crc64 = pending.Crc64 }).After(recovered.Body)
            : new AppendIntent(_sequence, position, pending.Length, pending.Crc64, batch.IdOf(batch.Cursor), batch.IdOf(pending.End - 1));
    }
}

/// <summary>What one step of a stream's delivery came to.</summary>
internal abstract record ShipVerdict
{
    /// <summary>Records are in OSS: those of the batch before <paramref name="End"/>.</summary>
    /// <param name="End">The record after the last stored one.</param>
    /// <param name="Bytes">Bytes that were stored.</param>
    public sealed record Delivered(int End, long Bytes) : ShipVerdict;

    /// <summary>The normal course of things: take another step at once.</summary>
    public sealed record GoOn : ShipVerdict;

    /// <summary>Not yet: take another step, at once the first time, later when it happens again.</summary>
    /// <param name="Cause">What came in between, for reports; null when a request has found out what to do next.</param>
    public sealed record Again(AppendOutcome? Cause) : ShipVerdict;

    /// <summary>Not yet, and trying soon is of no use: take another step after a pause.</summary>
    /// <param name="Cause">What went wrong.</param>
    public sealed record Later(AppendOutcome Cause) : ShipVerdict;

    /// <summary>The rest of the batch can never be stored.</summary>
    /// <param name="Reason">Why.</param>
    public sealed record Never(DropReason Reason) : ShipVerdict;
}
