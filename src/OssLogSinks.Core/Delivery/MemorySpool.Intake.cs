using OssLogSinks.Core.Records;
using OssLogSinks.Core.Shutdown;

namespace OssLogSinks.Core.Delivery;

/// <content>How records come in: from the application, from the disk, or with an append of a process that is no more.</content>
internal sealed partial class MemorySpool
{
    private static readonly TimeSpan LongestAge = TimeSpan.FromDays(3650);

    /// <summary>Takes a record if there is room.</summary>
    /// <param name="record">The record; its bytes are copied.</param>
    /// <param name="isDue">Whether it makes an append due; if not, it is appended with the next one that does.</param>
    /// <param name="room">When there is none: a task that ends when there may be.</param>
    public Acceptance TryAdd(in LogRecord record, bool isDue, out Task? room)
    {
        lock (_gate)
        {
            room = null;
            if (_isClosing)
                return Acceptance.Closed;

            var stream = _directory.Find(record.Time, record.KeyValues);
            SealBefore(stream, null, record.Utf8.Length);
            var batch = stream.Open ?? new AppendBatch(_time.GetTimestamp(), source: null, _segments);
            return TryAdd(stream, batch, record.Utf8.Span, record.State, id: 0, isDue, out room);
        }
    }

    /// <summary>Takes a record from the disk, or one that found no place there, if there is room.</summary>
    /// <param name="record">The record; its bytes are copied.</param>
    /// <param name="source">Who keeps its stream's books.</param>
    /// <param name="state">What is handed back with its fate; null for nothing.</param>
    /// <param name="room">When there is none: a task that ends when there may be.</param>
    /// <returns>Whether it was taken; also while closing, for it was accepted before, but not once the rest was abandoned.</returns>
    public Acceptance TryAdd(in BufferedRecord record, RecordSource source, object? state, out Task? room)
    {
        lock (_gate)
        {
            room = null;
            if (_isAbandoned)
                return Acceptance.Closed;

            var stream = _directory.Find(record.Stream, record.Time);
            SealBefore(stream, source, record.Utf8.Length);
            var batch = stream.Open ?? new AppendBatch(TimestampOf(record.AcceptedTicks), source, _segments);
            return TryAdd(stream, batch, record.Utf8, state, record.Id, source.IsDue(record.Id), out room);
        }
    }

    /// <summary>
    /// Takes what is left of an append that another process was sending when it ended, however much memory it holds: nothing
    /// else of its stream can be sent before.
    /// </summary>
    public void TakeOver(IBufferedStream name, DateTimeOffset time, AppendIntent intent, AppendBatch batch)
    {
        lock (_gate)
        {
            var stream = _directory.Find(name, time);
            stream.Appender.TakeOver(intent);
            batch.MakeDue(batch.FirstAcceptedAt);
            stream.Sealed.Enqueue(batch);
            Hold(stream, batch.HeldBytes);
            if (stream.State is StreamState.Idle or StreamState.Lingering or StreamState.Waiting)
                _schedule.MakeReady(stream);
        }
    }

    /// <summary>What comes next may be the records of another writer: wherever they belong, he may have gone on in a later object. Nothing may wait.</summary>
    public void LookAnew()
    {
        lock (_gate)
        {
            foreach (var stream in _directory.Streams)
                stream.Appender.LookAnew();
        }
    }

    /// <summary>Whether more of a stream may come that was refused room because OSS refuses it: OSS takes it again, or half of its share is free.</summary>
    public bool Takes(IBufferedStream name, DateTimeOffset time)
    {
        lock (_gate)
        {
            var stream = _directory.Find(name, time);
            return stream.Health != StreamHealth.Refused || (stream.HeldBytes <= _limits.Memory / 2 && _doubtfulBytes <= _limits.Memory / 2);
        }
    }

    /// <summary>Ends when <see cref="Takes"/> may say something else.</summary>
    public Task WhenRelieved()
    {
        lock (_gate)
            return (_relief ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
    }

    /// <summary>Something has come that makes an append due: what waits for that is appended with it.</summary>
    public void WakeWaiting()
    {
        if (_schedule.WaitingStreams == 0)
            return;

        lock (_gate)
            Wake();
    }

    // A batch is one append's worth at most, and of one source.
    private void SealBefore(LogStream stream, RecordSource? source, int length)
    {
        if (stream.Open is not { } filled || (filled.Length + length <= _limits.AppendSize && filled.Source == source))
            return;

        Seal(stream);
        if (stream.IsDue)
            _schedule.Due(stream);
    }

    private Acceptance TryAdd(LogStream stream, AppendBatch batch, ReadOnlySpan<byte> utf8, object? state, long id, bool isDue, out Task? room)
    {
        room = null;
        var before = batch.HeldBytes;
        var cost = batch.CostOf(utf8.Length, state is not null);
        var isShareFull = IsShareFull(stream, cost);
        if (isShareFull || _heldBytes + cost > _limits.Memory)
        {
            // What is under way may be stuck: nothing lingers that could make room.
            if (isDue && (_schedule.LingeringBytes > 0 || _schedule.WaitingStreams > 0))
                DueAll();
            room = (_room ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            return isShareFull && stream.Health == StreamHealth.Refused ? Acceptance.RefusedStreamFull : Acceptance.Full;
        }

        if (isDue)
            batch.MakeDue(batch.IsDue ? 0 : _time.GetTimestamp());
        batch.Add(utf8, state, id);
        Hold(stream, batch.HeldBytes - before);
        _mostHeldBytes = Math.Max(_mostHeldBytes, _heldBytes);
        _segments.TrimTo(_limits.Memory - _heldBytes);
        stream.Open = batch;
        if (stream.State != StreamState.Idle)
            _schedule.Grew(stream, batch.HeldBytes - before);
        else if (isDue)
            LingerOn(stream, batch);
        else
            _schedule.Wait(stream);

        if (isDue && _schedule.WaitingStreams > 0)
            Wake();
        if (_schedule.LingeringBytes > _limits.Memory / 8 * 6)
            ShipLargest();

        return Acceptance.Accepted;
    }

    // An eighth is left to the others by each stream, and by all together of which nothing is delivered. One that holds nothing always has its chance.
    private bool IsShareFull(LogStream stream, int cost)
    {
        var share = _limits.Memory / 8 * 7;
        return stream.HeldBytes > 0
            && (stream.HeldBytes + cost > share || (stream.Health != StreamHealth.Good && _doubtfulBytes + cost > share));
    }

    private void Wake()
    {
        while (_schedule.In(StreamState.Waiting).First is { } next)
            GoOnWithWaiting(next.Value);
    }

    /// <summary>When a record of this clock time was accepted, on the time provider's own scale; tells for how long it has waited.</summary>
    public long TimestampOf(long utcTicks)
    {
        var age = TimeSpan.FromTicks(Math.Max(0, _time.GetUtcNow().UtcTicks - utcTicks));
        var shown = age < LongestAge ? age : LongestAge;
        return _time.GetTimestamp() - (long)(shown.TotalSeconds * _time.TimestampFrequency);
    }
}
