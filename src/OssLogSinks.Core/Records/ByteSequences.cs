using System.Buffers;

namespace OssLogSinks.Core.Records;

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
