using OssLogSinks.Core.Records;

namespace OssLogSinks.Core.Appending;

/// <content>What outlives the process: each append of records that are on disk is noted there before it is sent.</content>
internal sealed partial class ObjectAppender
{
    private AppendIntent? _left;

    // Set when the stream may have gone on in a later object, from where on to look for it once no append is in doubt.
    private int? _looksFrom;

    /// <summary>
    /// Takes over an append that another process was sending when it ended. The first batch must hold whatever is left of its
    /// records. Only to be called while no worker has the stream.
    /// </summary>
    public void TakeOver(AppendIntent intent)
    {
        _left = intent;
        _looksFrom = Math.Max(_sequence, intent.Sequence);
        _sequence = intent.Sequence;
        _position = intent.Position;
    }

    /// <summary>
    /// Looks for the object anew before the next append: the records that come next may be those of a writer who had gone on in a
    /// later one. Only to be called while no worker has the stream.
    /// </summary>
    public void LookAnew() => _looksFrom ??= _sequence;

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
            _left = null;
            return;
        }

        // The append stays in doubt if making its bytes throws: the next step tries again.
        var body = _format.Of(batch, end, intent.Position.Length);
        _left = null;
        _pending = new PendingAppend(body) { State = PendingState.InDoubt, MayHaveLanded = true, Left = intent };
        if (intent.Body == new LostBody(_pending.Length, _pending.Crc64))
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
        return pending.Left is { } left && (left.Sequence, left.Position.Length) == (_sequence, position.Length)
            ? (left with { Position = position, Length = pending.Length, Crc64 = pending.Crc64 }).After(left.Body)
            : new AppendIntent(_sequence, position, pending.Length, pending.Crc64, batch.IdOf(batch.Cursor), batch.IdOf(pending.End - 1));
    }
}
