using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using OssLogSinks.Core.DiskBuffer.Files;

namespace OssLogSinks.Core.DiskBuffer.Format;

/// <summary>
/// Reads the blocks of one segment in order, behind its writer or after its death. Whatever the file holds, it ends, in time
/// that grows with the file's length, and without an exception but those of the disk, after which it goes on where it was.
/// What was not written with this folder id is never returned. Not for two threads at once.
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

    // The damaged stretch that is open: its beginning, or -1; whether it holds more than zeros; the last id that a broken header claims.
    private long _damageAt = -1;
    private bool _hasBytes;
    private long _claimedId;

    // Bytes that were hashed in vain and looked into again: bounded, for a file full of marks must not take the square of its length.
    private long _hashedInVain;

    /// <summary>A reader of a file, which it owns.</summary>
    /// <param name="file">The segment.</param>
    /// <param name="folderId">The folder's id.</param>
    /// <param name="names">The names that were read before.</param>
    /// <param name="nextId">The id that its first record has, as far as the file's name says it.</param>
    /// <param name="above">Records up to this id were read elsewhere.</param>
    public SegmentReader(IBufferFile file, FolderId folderId, StreamNames names, long nextId, long above = 0)
    {
        _above = above;
        _file = file;
        _folderId = folderId;
        _names = names;
        NextId = nextId;
        BinaryPrimitives.WriteUInt32LittleEndian(_mark, folderId.Mark);
    }

    /// <summary>The id that the next record has if nothing is missing.</summary>
    public long NextId { get; private set; }

    /// <summary>Where the next block is looked for.</summary>
    public long Offset { get; private set; }

    /// <summary>The file's header; null if it is not whole, or not yet read.</summary>
    public SegmentHeader? Header { get; private set; }

    /// <summary>The block that was read last; its bytes last until the next read.</summary>
    public BlockRecords? Current { get; private set; }

    /// <summary>Where it stands.</summary>
    public long CurrentAt { get; private set; }

    /// <summary>The length of the file now.</summary>
    public long FileLength => _file.Length;

    /// <summary>The damaged stretches so far, in order.</summary>
    public IReadOnlyList<Damage> Damage => _damage;

    /// <summary>Reads the next block.</summary>
    /// <param name="upTo">How much of the file is written; a block ends there, or the file does.</param>
    /// <param name="end">The id behind the last record that counts; null if all do.</param>
    /// <returns>False if there is no further one up to there; there may be later, if the file grows.</returns>
    /// <exception cref="IOException">The disk refused; the next call tries again.</exception>
    public bool TryRead(long upTo, long? end = null)
    {
        Current = null;
        try
        {
            if (Offset == 0 && upTo > 0)
                ReadHeader(upTo);
            while (Offset < upTo)
            {
                if (_damageAt >= 0)
                    SkipToMark(upTo);
                if (Offset < upTo && TryReadHere(upTo, end ?? long.MaxValue))
                    return true;
            }

            return false;
        }
        catch (IOException)
        {
            // The place that cannot be read may be behind what is wanted.
            _readsAhead = false;
            _bufferLength = 0;
            throw;
        }
    }

    /// <summary>Moves over what was read from elsewhere.</summary>
    public void MoveTo(long offset, long nextId) => (Offset, NextId) = (offset, nextId);

    /// <summary>Gives up a place that the disk does not give, and goes on behind it.</summary>
    public void SkipPage(long upTo)
    {
        OpenDamage(Offset);
        _hasBytes = true;
        Offset = Math.Min(upTo, ((Offset / PageSize) + 1) * PageSize);
    }

    /// <summary>Gives up the rest of the present block, in which something is no record.</summary>
    public void GiveUpRest(BlockRecords block)
    {
        _damage.Add(new Damage(CurrentAt, block.Header.Length, block.Id + 1, block.Header.LastId - block.Id));
        NextId = block.Header.LastId + 1;
    }

    /// <summary>Says what is missing at the end: to be called once all of the file was read.</summary>
    /// <param name="end">The id behind the last record that was written; null if nothing says it.</param>
    public void Finish(long? end)
    {
        if (end is { } id && (id > NextId || _damageAt >= 0))
            CloseDamage(Offset, Math.Max(0, id - NextId), isAtLeast: false);
        else if (_damageAt >= 0)
            CloseDamage(Offset, _claimedId >= NextId ? _claimedId - NextId + 1 : _hasBytes ? 1 : 0, isAtLeast: _hasBytes);
    }

    public void Dispose()
    {
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _file.Dispose();
    }

    private void ReadHeader(long upTo)
    {
        var length = (int)Math.Min(SegmentHeader.Size, upTo);
        if (SegmentHeader.TryRead(Bytes(0, length, upTo), out var header))
            Header = header;
        if (header.Version != FileVersion.Current || header.FolderId != _folderId.Value)
        {
            OpenDamage(0);
            Note(Bytes(0, length, upTo));
        }
        else
        {
            NextId = header.FirstId;
        }

        Offset = length;
    }

    // Either a block stands at the present offset, or the offset moves on.
    private bool TryReadHere(long upTo, long end)
    {
        var rest = upTo - Offset;
        if (rest < BlockHeader.Size || !BlockHeader.TryRead(Bytes(Offset, BlockHeader.Size, upTo), _folderId, out var header))
        {
            StepOver(1, upTo);
            return false;
        }

        if (header.Length > rest)
        {
            _claimedId = Math.Max(_claimedId, header.LastId);
            StepOver(MarkSize, upTo);
            return false;
        }

        var bytes = Bytes(Offset, header.Length, upTo);
        if (!BlockHeader.Verifies(bytes, _folderId) || !_names.TryReadAll(bytes.Slice(header.RecordsEnd), out var streams))
        {
            _hashedInVain += header.Length;
            StepOver(_hashedInVain > 2 * upTo ? header.Length : MarkSize, upTo);
            return false;
        }

        var at = Offset;
        Offset += header.Length;

        // Ids only go up: what does not stands in a copy of what was read before.
        // What was to be cut off there and went elsewhere does not count either.
        if (header.FirstId < NextId || header.FirstId <= _above || header.FirstId >= end)
        {
            NextId = header.FirstId >= end ? NextId : Math.Max(NextId, header.LastId + 1);
            return false;
        }

        if (_damageAt >= 0)
            CloseDamage(at, Math.Min(header.FirstId - NextId, (at - _damageAt) / BlockHeader.SmallestRecord), isAtLeast: false);
        NextId = header.LastId + 1;
        (Current, CurrentAt) = (new BlockRecords(_buffer, (int)(at - _bufferAt), header, streams), at);
        return true;
    }

    private void StepOver(int length, long upTo)
    {
        OpenDamage(Offset);
        var step = (int)Math.Min(length, upTo - Offset);
        Note(Bytes(Offset, step, upTo));
        Offset += step;
    }

    private void SkipToMark(long upTo)
    {
        while (Offset < upTo)
        {
            var length = (int)Math.Min(upTo - Offset, _readsAhead ? ReadAhead : PageSize);
            var bytes = Bytes(Offset, length, upTo);
            var found = bytes.IndexOf(_mark);
            var skipped = found >= 0 ? found : Offset + length == upTo ? length : length - (MarkSize - 1);
            Note(bytes.Slice(0, skipped));
            Offset += skipped;
            if (found >= 0)
                return;
        }
    }

    private void OpenDamage(long offset)
    {
        if (_damageAt >= 0)
            return;

        (_damageAt, _hasBytes, _claimedId) = (offset, false, 0);
    }

    private void CloseDamage(long offset, long missing, bool isAtLeast)
    {
        var at = _damageAt >= 0 ? _damageAt : offset;
        if (offset > at || missing > 0)
            _damage.Add(new Damage(at, offset - at, NextId, missing) { IsAtLeast = isAtLeast });
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

    private ReadOnlySpan<byte> Bytes(long offset, int count, long upTo)
    {
        if (offset < _bufferAt || offset + count > _bufferAt + _bufferLength)
            Fill(offset, count, upTo);
        return _buffer.AsSpan((int)(offset - _bufferAt), count);
    }

    private void Fill(long offset, int count, long upTo)
    {
        var wanted = (int)Math.Min(upTo - offset, Math.Max(count, _readsAhead ? ReadAhead : 0));
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
/// <param name="Length">Its bytes; none if the file ends before what was written to it.</param>
/// <param name="FirstId">The id of the first record that is missing.</param>
/// <param name="Missing">How many records are missing, as far as it is known.</param>
internal readonly record struct Damage(long Offset, long Length, long FirstId, long Missing)
{
    /// <summary>Whether more may be missing: nothing says how far the file went.</summary>
    public bool IsAtLeast { get; init; }
}
