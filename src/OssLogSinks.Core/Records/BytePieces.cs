using System.Buffers;

namespace OssLogSinks.Core.Records;

/// <summary>Pieces of memory that are put one behind the other, copied by nobody.</summary>
internal sealed class BytePieces
{
    private Piece? _first;
    private Piece? _last;

    public void Add(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length == 0)
            return;

        _last = new Piece(bytes, _last);
        _first ??= _last;
    }

    public ReadOnlySequence<byte> ToSequence() =>
        _first is null ? ReadOnlySequence<byte>.Empty : new ReadOnlySequence<byte>(_first, 0, _last!, _last!.Memory.Length);

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> bytes, Piece? previous)
        {
            Memory = bytes;
            if (previous is null)
                return;

            RunningIndex = previous.RunningIndex + previous.Memory.Length;
            previous.Next = this;
        }
    }
}

/// <summary>What sequences of bytes are asked.</summary>
internal static class ByteSequences
{
    public static bool StartsWith(this ReadOnlySequence<byte> sequence, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > sequence.Length)
            return false;

        foreach (var segment in sequence.Slice(0, bytes.Length))
        {
            if (!bytes.StartsWith(segment.Span))
                return false;
            bytes = bytes.Slice(segment.Length);
        }

        return true;
    }
}
