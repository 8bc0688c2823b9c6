using System.Text;
using OssLogSinks.Core.Keys;
using OssLogSinks.Core.Protocol;

namespace OssLogSinks.Core.Spool.Disk;

/// <summary>
/// A stream's name as it is stored: its key in bytes that say where they end, whether it is one process's own, and the CRC-64 of that, by which
/// records refer to it. Immutable; two are equal when their bytes are.
/// </summary>
internal sealed class SpoolStream : IEquatable<SpoolStream>
{
    /// <summary>The most bytes that a name may take: four times what an object key may.</summary>
    public const int MaxBytes = 4 * ObjectKeyRules.MaxBytes;

    private const int LargestLengthBytes = 5;

    private readonly byte[] _encoded;

    /// <exception cref="ArgumentException">The key is longer than any that a template renders.</exception>
    public SpoolStream(StreamKey key)
        : this(key, Encode(key))
    {
    }

    private SpoolStream(StreamKey key, byte[] encoded)
    {
        Key = key;
        _encoded = encoded;
        Hash = Crc64.Append(0, encoded);
    }

    public StreamKey Key { get; }

    public ReadOnlySpan<byte> Encoded => _encoded;

    public ulong Hash { get; }

    /// <summary>Reads a name from the beginning of bytes that may hold anything.</summary>
    /// <param name="bytes">The name, and whatever follows it.</param>
    /// <param name="stream">The stream, if there is one.</param>
    /// <param name="length">How many of the bytes are its name.</param>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out SpoolStream? stream, out int length)
    {
        stream = null;
        length = 0;
        if (!TryReadText(bytes, ref length, out var before)
            || !TryReadText(bytes, ref length, out var format)
            || !TryReadText(bytes, ref length, out var after)
            || before is null
            || after is null
            || length >= MaxBytes
            || length >= bytes.Length
            || bytes[length] > 1)
        {
            return false;
        }

        var isOwn = bytes[length++] == 1;
        stream = new SpoolStream(new StreamKey(before, new SequencePart(format), after) { IsOwn = isOwn }, bytes.Slice(0, length).ToArray());
        return true;
    }

    public bool Equals(SpoolStream? other) => other is not null && Hash == other.Hash && Encoded.SequenceEqual(other.Encoded);

    public override bool Equals(object? obj) => Equals(obj as SpoolStream);

    public override int GetHashCode() => Hash.GetHashCode();

    public override string ToString() => Key.ObjectKey(0);

    private static byte[] Encode(StreamKey key)
    {
        var bytes = new List<byte>();
        AddText(bytes, key.Before);
        AddText(bytes, key.Sequence.Format);
        AddText(bytes, key.After);
        bytes.Add(key.IsOwn ? (byte)1 : (byte)0);
        if (bytes.Count > MaxBytes)
            throw new ArgumentException($"The stream's key has {bytes.Count} bytes; at most {MaxBytes} are stored.", nameof(key));

        return bytes.ToArray();
    }

    // A length of seven bits per byte, one more than the text's own so that zero stands for no text, and its UTF-8.
    private static void AddText(List<byte> bytes, string? text)
    {
        var utf8 = text is null ? [] : Encoding.UTF8.GetBytes(text);
        var length = text is null ? 0U : (uint)utf8.Length + 1;
        for (; length >= 0x80; length >>= 7)
            bytes.Add((byte)(length | 0x80));

        bytes.Add((byte)length);
        bytes.AddRange(utf8);
    }

    private static bool TryReadText(ReadOnlySpan<byte> bytes, ref int at, out string? text)
    {
        text = null;
        var length = 0L;
        for (var i = 0; ; i++)
        {
            if (at >= bytes.Length || i == LargestLengthBytes)
                return false;

            length |= (long)(bytes[at] & 0x7F) << (7 * i);
            if (bytes[at++] < 0x80)
                break;
        }

        if (length == 0)
            return true;
        if (length - 1 > bytes.Length - at)
            return false;

        text = Encoding.UTF8.GetString(bytes.Slice(at, (int)length - 1).ToArray());
        at += (int)length - 1;
        return true;
    }
}
