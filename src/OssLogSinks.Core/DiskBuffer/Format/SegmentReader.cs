using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using OssLogSinks.Core.DiskBuffer.Files;

namespace OssLogSinks.Core.DiskBuffer.Format;

/// <summary>
/// Reads the blocks of one segment in order. With any content of the file, it takes no more time than is proportional to the file's length, and
/// throws only exceptions of the disk, after which it continues where it was. Blocks of another folder are never returned. Not thread-safe.
/// </summary>
internal sealed class SegmentReader : IDisposable
{
    private const int ReadAhead = 256 << 10;
    private const int PageSize = 4096;
    private const int MarkSize = sizeof(uint);

    private readonly IBufferFile _file;
    private readonly FolderId _folderId;
    private readonly StreamNames _names;
    private readonly long _above;
    private readonly byte[] _mark = new byte[MarkSize];
    private readonly List<Damage> _damage = [];
    private byte[] _buffer = [];
    private long _bufferAt;
    private int _bufferLength;
    private bool _readsAhead = true;
    private long _upTo;

    // Whether the file is shorter than it was.
    private bool _isCut;
    private bool _hasBlocks;
    private int _taken;

    // The id of the next record if none is missing.
    private long _nextId;

    // The open damaged stretch: its start, or -1; whether it holds more than zeros; the last id that a broken header claims.
    private long _damageAt = -1;
    private bool _hasBytes;
    private long _claimedId;

    // Bytes that were hashed without a match. Limited, so that a file full of marks does not take quadratic time.
    private long _hashedInVain;

    /// <summary>Creates a reader, which owns the file.</summary>
    /// <param name="file">The segment.</param>
    /// <param name="folderId">The folder's id.</param>
    /// <param name="names">The names that were read before.</param>
    /// <param name="nextId">The id of its first record according to the file's name.</param>
    /// <param name="above">Records up to this id were read elsewhere.</param>
    public SegmentReader(IBufferFile file, FolderId folderId, StreamNames names, long nextId, long above = 0)
    {
        (_file, _folderId, _names, _nextId, _above) = (file, folderId, names, nextId, above);
        BinaryPrimitives.WriteUInt32LittleEndian(_mark, folderId.Mark);
    }

    /// <summary>Where the next block is expected.</summary>
    public long Offset { get; set; }

    /// <summary>The end of the bytes to read: of the last block, or of the file.</summary>
    public long UpTo
    {
        get => _upTo;
        set
        {
            _upTo = Math.Min(value, _file.Length);
            _isCut = _upTo < value;
        }
    }

    /// <summary>The id after the last record that counts; null if unknown.</summary>
    public long? End { get; init; }

    /// <summary>The first id of the next segment, if the journal does not tell the end: no more records than up to it are missing. Null if unknown.</summary>
    public long? NextSegment { get; init; }

    /// <summary>Whether the file is known to have had records.</summary>
    public bool HadRecords { get; init; }

    /// <summary>The block that was read last; its bytes are valid until the next read.</summary>
    public BlockRecords? Current { get; private set; }

    /// <summary>The offset of <see cref="Current"/>.</summary>
    public long CurrentAt { get; private set; }

    /// <summary>The damaged stretches so far, in order.</summary>
    public IReadOnlyList<Damage> Damage => _damage;

    /// <summary>The damaged stretches since the last call.</summary>
    public List<Damage> TakeDamage()
    {
        var news = _damage.Skip(_taken).ToList();
        _taken = _damage.Count;
        return news;
    }

    /// <summary>Reads the file's header; null if it is missing or damaged.</summary>
    public SegmentHeader? ReadHeader()
    {
        var length = (int)Math.Min(FileVersion.LongestHeader, UpTo);
        return SegmentHeader.TryRead(Bytes(0, length), out var header) ? header : null;
    }

    /// <summary>Reads the next block.</summary>
    /// <returns>False if there is no further one.</returns>
    /// <exception cref="IOException">The disk refused; the next call retries.</exception>
    public bool TryRead()
    {
        Current = null;
        try
        {
            if (Offset == 0 && UpTo > 0)
                PassHeader();
            while (Offset < UpTo)
            {
                if (_damageAt >= 0)
                    SkipToMark();
                if (Offset < UpTo && TryReadHere())
                    return true;
            }

            return false;
        }
        catch (IOException)
        {
            // The place that cannot be read may be in the bytes read ahead.
            _readsAhead = false;
            _bufferLength = 0;
            throw;
        }
    }

    /// <summary>Gives up a page that the disk cannot read, and continues after it.</summary>
    public void SkipPage()
    {
        OpenDamage();
        _hasBytes = true;
        var length = _upTo;
        BufferFiles.Try(() => length = _file.Length);
        if (length < _upTo)
            (_upTo, _isCut) = (Math.Max(Offset, length), true);
        Offset = Math.Min(UpTo, ((Offset / PageSize) + 1) * PageSize);
    }

    /// <summary>Gives up the rest of the current block, which has bytes that are not a record.</summary>
    public void GiveUpRest(BlockRecords block)
    {
        _damage.Add(new Damage(CurrentAt, block.Header.Length, block.Id + 1, block.Header.LastId - block.Id));
        _nextId = block.Header.LastId + 1;
    }

    /// <summary>Notes what is missing at the end. Call it once, after the whole file was read.</summary>
    public void Finish()
    {
        var isTorn = (_damageAt >= 0 && _hasBytes) || _isCut || (HadRecords && !_hasBlocks);
        var claimed = _damageAt >= 0 ? _claimedId - _nextId + 1 : 0;
        if (End is { } end)
            CloseDamage(Offset, Math.Max(0, end - _nextId));
        else if (NextSegment > _nextId)
            CloseDamage(Offset, NextSegment.Value - _nextId, DamageBound.AtMost);
        else
            CloseDamage(Offset, claimed > 0 ? claimed : isTorn ? 1 : 0, isTorn ? DamageBound.AtLeast : DamageBound.Exact);
    }

    public void Dispose()
    {
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _file.Dispose();
    }

    private void PassHeader()
    {
        var length = (int)Math.Min(SegmentHeader.Size, UpTo);
        if (ReadHeader() is { Version: FileVersion.Current } header && header.FolderId == _folderId.Value)
        {
            _nextId = header.FirstId;
        }
        else
        {
            OpenDamage();
            Note(Bytes(0, length));
        }

        Offset = length;
    }

    // Reads the block at the current offset, or advances the offset.
    private bool TryReadHere()
    {
        var rest = UpTo - Offset;
        if (rest < BlockHeader.Size || !BlockHeader.TryRead(Bytes(Offset, BlockHeader.Size), _folderId, out var header))
        {
            StepOver(1);
            return false;
        }

        if (header.Length > rest)
        {
            _claimedId = Math.Max(_claimedId, header.LastId);
            StepOver(MarkSize);
            return false;
        }

        var bytes = Bytes(Offset, header.Length);
        if (!BlockHeader.Verifies(bytes, _folderId) || !_names.TryReadAll(bytes.Slice(header.RecordsEnd), out var streams))
        {
            _hashedInVain += header.Length;
            StepOver(_hashedInVain > 2 * UpTo ? header.Length : MarkSize);
            return false;
        }

        CurrentAt = Offset;
        Offset += header.Length;
        _hasBlocks = true;

        // Blocks from End on were to be cut off and were written elsewhere, so they do not count. Ids only ascend: a block with lower ones is a
        // copy of what was read before.
        if (header.FirstId >= End)
            return false;

        if (header.FirstId < _nextId || header.FirstId <= _above)
        {
            _nextId = Math.Max(_nextId, header.LastId + 1);
            return false;
        }

        CloseBefore(header.FirstId);
        _nextId = header.LastId + 1;
        Current = new BlockRecords(_buffer, (int)(CurrentAt - _bufferAt), header, streams);
        return true;
    }

    // If the segment's end is unknown, this may be a block of another segment. Then no more records are missing than fit into the damaged bytes.
    private void CloseBefore(long firstId)
    {
        var missing = firstId - _nextId;
        if (_damageAt >= 0 || (missing > 0 && End is not null))
            CloseDamage(CurrentAt, End is not null ? missing : Math.Min(missing, (CurrentAt - _damageAt) / BlockHeader.SmallestRecord));
    }

    private void StepOver(int length)
    {
        OpenDamage();
        var step = (int)Math.Min(length, UpTo - Offset);
        Note(Bytes(Offset, step));
        Offset += step;
    }

    private void SkipToMark()
    {
        while (Offset < UpTo)
        {
            var length = (int)Math.Min(UpTo - Offset, _readsAhead ? ReadAhead : PageSize);
            var bytes = Bytes(Offset, length);
            var found = bytes.IndexOf(_mark);
            var skipped = found >= 0 ? found : Offset + length == UpTo ? length : length - (MarkSize - 1);
            Note(bytes.Slice(0, skipped));
            Offset += skipped;
            if (found >= 0)
                return;
        }
    }

    private void OpenDamage()
    {
        if (_damageAt < 0)
            (_damageAt, _hasBytes, _claimedId) = (Offset, false, 0);
    }

    private void CloseDamage(long offset, long missing, DamageBound bound = DamageBound.Exact)
    {
        var at = _damageAt >= 0 ? _damageAt : offset;
        if (offset > at || missing > 0)
            _damage.Add(new Damage(at, offset - at, _nextId, missing) { Bound = bound });
        _damageAt = -1;
    }

    private void Note(ReadOnlySpan<byte> bytes)
    {
        if (_hasBytes)
            return;

        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words)
            _hasBytes |= word != 0;
        foreach (var value in bytes.Slice(words.Length * sizeof(ulong)))
            _hasBytes |= value != 0;
    }

    private ReadOnlySpan<byte> Bytes(long offset, int count)
    {
        if (offset < _bufferAt || offset + count > _bufferAt + _bufferLength)
            Fill(offset, count);
        return _buffer.AsSpan((int)(offset - _bufferAt), count);
    }

    private void Fill(long offset, int count)
    {
        var wanted = (int)Math.Min(UpTo - offset, Math.Max(count, _readsAhead ? ReadAhead : 0));
        if (_buffer.Length < wanted || (_buffer.Length > 4 * ReadAhead && wanted <= ReadAhead))
        {
            if (_buffer.Length > 0)
                ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
            _buffer = ArrayPool<byte>.Shared.Rent(wanted);
        }

        (_bufferAt, _bufferLength) = (offset, 0);
        while (_bufferLength < count)
        {
            var read = _file.Read(offset + _bufferLength, _buffer, _bufferLength, wanted - _bufferLength);
            _bufferLength += read > 0 ? read : throw new IOException("The file is shorter than what was written to it.");
        }
    }
}

/// <summary>A stretch of a segment that cannot be read.</summary>
/// <param name="Offset">Where it begins.</param>
/// <param name="Length">Its bytes; zero if the file ends before what was written to it.</param>
/// <param name="FirstId">The id of the first missing record.</param>
/// <param name="Missing">How many records are missing, as far as known.</param>
internal readonly record struct Damage(long Offset, long Length, long FirstId, long Missing)
{
    /// <summary>What is known of the number, if the segment's end is unknown.</summary>
    public DamageBound Bound { get; init; }
}

/// <summary>What is known of a number of missing records.</summary>
internal enum DamageBound
{
    Exact,
    AtLeast,
    AtMost,
}
