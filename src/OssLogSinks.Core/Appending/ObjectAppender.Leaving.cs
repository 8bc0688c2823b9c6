using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.Appending;

/// <content>How an object is left for the next sequence number.</content>
internal sealed partial class ObjectAppender
{
    /// <summary>How many objects were left though they were not full: they took no more appends, or cannot be trusted.</summary>
    public int ObjectsClosed { get; private set; }

    private ShipVerdict RollFull()
    {
        if (!_context.Policy.IsLeft(_position!.Value.Length, _context.RollOnObjectSizeLimit))
            return new ShipVerdict.Never(DropReason.ObjectFull);

        _context.Sealer?.Seal(ObjectKey, _position.Value.Length);
        MoveOn();
        return new ShipVerdict.GoOn();
    }

    // At once, not when the next record comes: the object that is full at the close is sealed too.
    private void SealIfFull()
    {
        if (_context.Sealer is null || !_context.Policy.IsLeft(_position!.Value.Length, _context.RollOnObjectSizeLimit))
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
}
