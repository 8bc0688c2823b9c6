namespace OssLogSinks.Core.DiskBuffer.Format;

/// <summary>Numbers with seven bits per byte, the lowest first. Signed numbers are zigzag-encoded, so that small ones stay short.</summary>
internal static class Varint
{
    /// <summary>The most bytes that a number takes.</summary>
    public const int MaxBytes = 10;

    public static int Write(Span<byte> target, ulong value)
    {
        var length = 0;
        for (; value >= 0x80; value >>= 7)
            target[length++] = (byte)(value | 0x80);
        target[length++] = (byte)value;
        return length;
    }

    public static int WriteSigned(Span<byte> target, long value) => Write(target, (ulong)((value << 1) ^ (value >> 63)));

    /// <summary>Reads a number and advances; false if the bytes end too early or the number is too long.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, ref int at, out ulong value)
    {
        value = 0;
        for (var shift = 0; shift < 70 && (uint)at < (uint)source.Length; shift += 7)
        {
            var next = source[at++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return true;
        }

        return false;
    }

    public static bool TryReadSigned(ReadOnlySpan<byte> source, ref int at, out long value)
    {
        var isRead = TryRead(source, ref at, out var folded);
        value = (long)(folded >> 1) ^ -(long)(folded & 1);
        return isRead;
    }
}
