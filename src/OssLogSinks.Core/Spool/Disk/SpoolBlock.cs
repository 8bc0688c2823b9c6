using System.Buffers;

namespace OssLogSinks.Core.Spool.Disk;

/// <summary>
/// The frames of one write, in one pooled buffer; the first frame of each stream has the stream's name, so that a block can
/// be read without those before it. Not for two threads at once.
/// </summary>
internal sealed class SpoolBlock
{
    /// <summary>
    /// The most streams that are named without being named again: a reader that remembers as many of the last names knows
    /// every record's stream.
    /// </summary>
    public const int MostNames = 4096;

    private const int FirstSize = 64 << 10;
    private const int FirstSlots = 16;

    private readonly SpoolSalt _salt;
    private readonly int _firstSize;
    private readonly List<(long Id, object State)> _states = [];
    private readonly List<ulong> _streams = [];

    // The streams whose names the block has, by hash, with open addressing; at most half of it is used.
    private SpoolStream?[] _named = new SpoolStream?[FirstSlots];
    private int _namedCount;
    private byte[] _buffer = [];

    /// <param name="salt">The folder's salt.</param>
    /// <param name="lengthToExpect">How long it is likely to get.</param>
    public SpoolBlock(SpoolSalt salt, int lengthToExpect = 0)
    {
        _salt = salt;
        _firstSize = Math.Max(FirstSize, lengthToExpect);
    }

    /// <summary>Bytes of all frames.</summary>
    public int Length { get; private set; }

    /// <summary>Records in it.</summary>
    public int Count { get; private set; }

    public long FirstId { get; private set; }

    public long LastId { get; private set; }

    /// <summary>The records that have a state, in order.</summary>
    public IReadOnlyList<(long Id, object State)> States => _states;

    /// <summary>The streams of its records, by hash; some more than once.</summary>
    public IReadOnlyList<ulong> Streams => _streams;

    /// <summary>The buffer; its first <see cref="Length"/> bytes are the frames.</summary>
    public byte[] Bytes => _buffer;

    /// <summary>The bytes that one more record adds.</summary>
    public int CostOf(SpoolStream stream, int utf8Length) =>
        SpoolFrame.HeadSize + (IsNamed(stream, out _) ? 0 : stream.Encoded.Length) + utf8Length;

    /// <summary>Adds a record.</summary>
    /// <param name="id">Its number, above that of the record before.</param>
    /// <param name="time">The event's time.</param>
    /// <param name="acceptedTicks">When it was accepted, in UTC ticks.</param>
    /// <param name="stream">Its stream.</param>
    /// <param name="utf8">Its bytes, which are copied.</param>
    /// <param name="state">What is handed back with its fate; null for nothing.</param>
    public void Append(long id, DateTimeOffset time, long acceptedTicks, SpoolStream stream, ReadOnlySpan<byte> utf8, object? state)
    {
        var keyLength = IsNamed(stream, out var slot) ? 0 : stream.Encoded.Length;
        if (utf8.Length > SpoolFrame.MaxLength - SpoolFrame.HeadSize - keyLength)
            throw new ArgumentOutOfRangeException(nameof(utf8), utf8.Length, "The record is longer than a frame can be.");

        var length = SpoolFrame.HeadSize + keyLength + utf8.Length;
        Reserve(length);
        var frame = _buffer.AsSpan(Length, length);
        if (keyLength > 0)
        {
            stream.Encoded.CopyTo(frame.Slice(SpoolFrame.HeadSize));
            Name(stream, slot);
        }

        utf8.CopyTo(frame.Slice(SpoolFrame.HeadSize + keyLength));
        SpoolFrame.WriteHead(frame, _salt, keyLength, id, time, acceptedTicks, stream.Hash);

        Length += length;
        if (Count++ == 0)
            FirstId = id;
        LastId = id;
        if (state is not null)
            _states.Add((id, state));
    }

    /// <summary>Gives the memory back; the block is empty and may be filled again.</summary>
    public void Release()
    {
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);

        _buffer = [];
        Array.Clear(_named, 0, _named.Length);
        _namedCount = 0;
        _states.Clear();
        _streams.Clear();
        Length = 0;
        Count = 0;
        FirstId = 0;
        LastId = 0;
    }

    // Where the stream stands, or where it would. A stream with another's hash takes that one's place, so that each is named
    // again whenever they take turns: whoever reads in order is never wrong about whose record it is.
    private bool IsNamed(SpoolStream stream, out int slot)
    {
        var mask = _named.Length - 1;
        for (slot = (int)stream.Hash & mask; _named[slot] is { } other; slot = (slot + 1) & mask)
        {
            if (ReferenceEquals(other, stream))
                return true;
            if (other.Hash == stream.Hash)
                return other.Equals(stream);
        }

        return false;
    }

    private void Name(SpoolStream stream, int slot)
    {
        _streams.Add(stream.Hash);
        if (_namedCount == MostNames)
        {
            Array.Clear(_named, 0, _named.Length);
            _namedCount = 0;
        }

        _namedCount += _named[slot] is null ? 1 : 0;
        _named[slot] = stream;
        if (_namedCount * 2 > _named.Length)
            Enlarge();
    }

    private void Enlarge()
    {
        var former = _named;
        _named = new SpoolStream?[former.Length * 2];
        foreach (var named in former)
        {
            if (named is not null)
            {
                IsNamed(named, out var place);
                _named[place] = named;
            }
        }
    }

    private void Reserve(int count)
    {
        if (_buffer.Length - Length >= count)
            return;

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(Math.Max(_firstSize, (int)Math.Min(2L * _buffer.Length, int.MaxValue / 2)), checked(Length + count)));
        Buffer.BlockCopy(_buffer, 0, larger, 0, Length);
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);

        _buffer = larger;
    }
}
