using System.Buffers.Binary;

namespace OssLogSinks.Core.Spool.Disk;

/// <summary>
/// Reads the records of one segment in order, behind its writer or after its death. Whatever the file holds, it ends, in
/// time that grows with the file's length, without an exception; what was not written with this salt is never returned.
/// Not for two threads at once.
/// </summary>
internal sealed class SegmentReader : IDisposable
{
    private readonly ISpoolFile _file;
    private readonly FileWindow _window;
    private readonly SpoolSalt _salt;
    private readonly SpoolStreams _streams;
    private readonly long _readElsewhere;
    private readonly long _below;
    private readonly byte[] _mark = new byte[sizeof(uint)];
    private readonly RecentStreams _named = new(SpoolBlock.MostNames);
    private readonly DamageLedger _damage;
    private (SpoolFrame Frame, SpoolStream Stream, long At) _current;
    private SpoolStream? _lastStream;
    private bool _isBegun;
    private bool _isEnded;
    private long _above;

    // Bytes that were hashed in vain and looked into again; no more than the file is long.
    private long _lookedInto;

    /// <summary>A reader of a file, which it owns.</summary>
    /// <param name="file">The segment.</param>
    /// <param name="salt">The folder's salt.</param>
    /// <param name="streams">The folder's streams.</param>
    /// <param name="firstId">The first record's id as the file's name says it, for counting; null if unknown.</param>
    /// <param name="above">Only records with higher ids are returned; others were read elsewhere.</param>
    /// <param name="below">Only records with lower ids are returned; others do not count here.</param>
    /// <param name="end">The id behind the last record, for counting what is missing at the end; null if unknown.</param>
    public SegmentReader(
        ISpoolFile file, SpoolSalt salt, SpoolStreams streams, long? firstId = null, long above = long.MinValue, long below = long.MaxValue, long? end = null)
    {
        _file = file;
        _window = new FileWindow(file);
        _salt = salt;
        _streams = streams;
        _above = _readElsewhere = above;
        _below = below;
        _damage = new DamageLedger(below, end) { LastId = firstId - 1 };
        BinaryPrimitives.WriteUInt32LittleEndian(_mark, salt.Mark);
    }

    /// <summary>The file's header; null if it is not whole, or not yet read.</summary>
    public SegmentHeader? Header { get; private set; }

    /// <summary>The record that was read last; its bytes last until the next read.</summary>
    public SpooledRecord Current => new(_current.Frame, _current.Stream, _window.Slice(_current.At, _current.Frame.Length).Slice(SpoolFrame.HeadSize + _current.Frame.KeyLength));

    /// <summary>The first frame whose head is whole, whatever became of its body: its id and its place.</summary>
    public (long Id, long Offset)? FirstFound { get; private set; }

    /// <summary>Where the next frame is looked for.</summary>
    public long Offset { get; private set; }

    /// <summary>Whether the disk refused to give the rest; nothing more is returned.</summary>
    public bool IsUnreadable { get; private set; }

    /// <summary>The damaged stretches so far, in order. The last one is complete once a read has returned false.</summary>
    public IReadOnlyList<SpoolDamage> Damage => _damage.Found;

    /// <summary>Reads the next record.</summary>
    /// <param name="upTo">How much of the file is written; a frame ends there, or the file does.</param>
    /// <param name="record">The record.</param>
    /// <returns>False if there is no further one up to there; there may be later, if the file grows.</returns>
    public bool TryRead(long upTo, out SpooledRecord record)
    {
        record = default;
        try
        {
            if (_isEnded)
                return false;

            while (Begin(upTo) && Offset < upTo)
            {
                if (_damage.IsOpen)
                    SkipToMark(upTo);
                if (Offset < upTo && TryReadHere(upTo, out record))
                    return true;
            }
        }
        catch (IOException)
        {
            IsUnreadable = _isEnded = true;
            _damage.NoteBytes(Offset);
            Offset = upTo;
        }

        _damage.CloseAtEnd(Offset);
        return false;
    }

    public void Dispose()
    {
        _window.Dispose();
        _file.Dispose();
    }

    private bool Begin(long upTo)
    {
        if (_isBegun || upTo <= 0)
            return _isBegun;

        _isBegun = true;
        if (!_window.Has(0, SegmentHeader.Size, upTo) || !SegmentHeader.TryRead(_window.From(0), out var header))
        {
            _damage.Open(Offset);
            return true;
        }

        if (header.Version != SegmentHeader.CurrentVersion)
        {
            _isEnded = true;
            _damage.AddUnknown(upTo);
            return false;
        }

        if (header.Salt != _salt.Value)
        {
            _damage.Open(Offset);
            return true;
        }

        Header = header;
        Offset = SegmentHeader.Size;
        _damage.LastId = header.FirstId - 1;
        _above = Math.Max(_above, header.FirstId - 1);
        return true;
    }

    // Either a record stands at the present offset, or the offset moves on.
    private bool TryReadHere(long upTo, out SpooledRecord record)
    {
        record = default;
        if (!_window.Has(Offset, SpoolFrame.HeadSize, upTo) || !SpoolFrame.TryReadHead(_window.From(Offset), _salt, out var frame))
        {
            StepOver(upTo);
            return false;
        }

        FirstFound ??= (frame.Id, Offset);
        var isWanted = frame.Id > _above && frame.Id < _below;
        if (!_window.Has(Offset, frame.Length, upTo) || !frame.Verifies(_window.Slice(Offset, frame.Length), _salt))
        {
            SkipBroken(frame, isWanted, upTo);
            return false;
        }

        var at = Offset;
        var body = _window.Slice(at, frame.Length).Slice(SpoolFrame.HeadSize);
        var stream = isWanted || frame.KeyLength > 0 ? StreamOf(frame, body) : null;
        if (!isWanted || stream is null)
        {
            if (isWanted)
                _damage.NoteFrame(Offset, frame.Id);
            else if (frame.Id > _readElsewhere && frame.Id < _below)
                _damage.NoteVoid(Offset);
            Offset += frame.Length;
            return false;
        }

        // Looking for a stream elsewhere leaves this window alone, so the body is still where it was.
        _damage.Close(at, before: frame.Id);
        record = new SpooledRecord(frame, stream, body.Slice(frame.KeyLength));
        _current = (frame, stream, at);
        Offset = at + frame.Length;
        _damage.LastId = _above = frame.Id;
        return true;
    }

    private SpoolStream? StreamOf(in SpoolFrame frame, ReadOnlySpan<byte> body)
    {
        if (frame.KeyLength == 0)
        {
            if (_lastStream?.Hash == frame.StreamHash || _named.TryFind(frame.StreamHash, out _lastStream))
                return _lastStream;

            _lastStream = null;
            return _streams.Find(frame.StreamHash);
        }

        var key = body.Slice(0, frame.KeyLength);
        if (_named.TryFind(frame.StreamHash, out var stream) && stream.Encoded.SequenceEqual(key))
        {
            _named.Add(stream);
            return _lastStream = stream;
        }

        if (!SpoolStream.TryDecode(key, out stream, out var length) || length != key.Length || stream.Hash != frame.StreamHash)
            return null;

        _named.Add(stream);
        _streams.Add(stream);
        return _lastStream = stream;
    }

    // The head is whole, so the length is true, unless the file's parts have moved. If there is a frame where this one ends,
    // they have not. If not, the next one may begin inside; looking there is bounded, for a file full of true heads and
    // false bodies must not take the square of its length.
    private void SkipBroken(in SpoolFrame frame, bool isWanted, long upTo)
    {
        if (isWanted)
            _damage.NoteFrame(Offset, frame.Id);
        else
            _damage.NoteVoid(Offset);

        var end = Offset + frame.Length;
        if (end > upTo)
        {
            Offset += _mark.Length;
            return;
        }

        if (frame.KeyLength > 0)
            StreamOf(frame, _window.Slice(Offset, frame.Length).Slice(SpoolFrame.HeadSize));

        var isFollowed = end == upTo
            || (_window.Has(end, SpoolFrame.HeadSize, upTo) && SpoolFrame.TryReadHead(_window.From(end), _salt, out _));
        if (isFollowed || _lookedInto + frame.Length > upTo)
        {
            Offset = end;
            return;
        }

        _lookedInto += frame.Length;
        Offset += _mark.Length;
    }

    private void StepOver(long upTo)
    {
        _damage.Open(Offset);
        if (_window.Has(Offset, _mark.Length, upTo) && _window.From(Offset).StartsWith(_mark))
        {
            _damage.NoteBytes(Offset);
            Offset++;
        }
    }

    private void SkipToMark(long upTo)
    {
        while (_window.Has(Offset, SpoolFrame.HeadSize, upTo))
        {
            var bytes = _window.From(Offset);
            var found = bytes.IndexOf(_mark);
            var skipped = found >= 0 ? found : bytes.Length - (_mark.Length - 1);
            _damage.NoteBytes(bytes.Slice(0, skipped));
            Offset += skipped;
            if (found >= 0)
                return;
        }

        var rest = (int)(upTo - Offset);
        if (_window.Has(Offset, rest, upTo))
            _damage.NoteBytes(_window.Slice(Offset, rest));
        Offset = upTo;
    }
}
