using System.Text;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Keys;
using OssLogSinks.Core.Records;

namespace OssLogSinks.Core.DiskBuffer.Format;

/// <summary>
/// A stream's name as it is stored: its key in bytes that show where they end, whether it is one process's own, and the CRC-64 of these bytes,
/// which identifies the stream. Immutable; two names are equal if their bytes are.
/// </summary>
internal sealed class StreamName : IBufferedStream, IEquatable<StreamName>
{
    /// <summary>The longest name in bytes: four times the longest object key.</summary>
    public const int MaxBytes = 4 * ObjectKeyRules.MaxBytes;

    private const int LongestSequence = 100;

    private readonly byte[] _encoded;

    /// <exception cref="ArgumentException">The key is longer than any key that a template renders.</exception>
    public StreamName(StreamKey key)
        : this(key, Encode(key))
    {
    }

    private StreamName(StreamKey key, byte[] encoded)
    {
        Key = key;
        _encoded = encoded;
        Hash = Crc64.Append(0, encoded);
    }

    public StreamKey Key { get; }

    public ReadOnlySpan<byte> Encoded => _encoded;

    public ulong Hash { get; }

    /// <summary>Reads a name from the start of bytes that may hold anything.</summary>
    /// <param name="bytes">The name and what follows it.</param>
    /// <param name="stream">The stream, if there is one.</param>
    /// <param name="length">The length of its name in bytes.</param>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out StreamName? stream, out int length)
    {
        stream = null;
        var at = 0;
        if (!TryMeasure(bytes, out length) || bytes[length - 1] > 1 || TextAt(bytes, ref at) is not { } before)
            return false;

        var format = TextAt(bytes, ref at);
        if (TextAt(bytes, ref at) is not { } after)
            return false;

        var key = new StreamKey(before, new SequencePart(format), after) { IsOwn = bytes[at] == 1 };
        if (IsPossible(key))
            stream = new StreamName(key, bytes.Slice(0, length).ToArray());
        return stream is not null;
    }

    /// <summary>The length of the name at the start of these bytes, without a check of its text; false if they do not start with a name.</summary>
    public static bool TryMeasure(ReadOnlySpan<byte> bytes, out int length)
    {
        length = 0;
        for (var text = 0; text < 3; text++)
        {
            if (!Varint.TryRead(bytes, ref length, out var one) || (one > 0 && one - 1 > (ulong)(bytes.Length - length)))
                return false;

            length += one > 0 ? (int)(one - 1) : 0;
        }

        return ++length <= bytes.Length && length <= MaxBytes;
    }

    public bool Equals(StreamName? other) => other is not null && Hash == other.Hash && Encoded.SequenceEqual(other.Encoded);

    public override bool Equals(object? obj) => Equals(obj as StreamName);

    public override int GetHashCode() => Hash.GetHashCode();

    public override string ToString() => Key.ObjectKey(0);

    // A file on disk could name any object, so only keys that settings can produce are accepted.
    private static bool IsPossible(StreamKey key)
    {
        if (key.Sequence.Format is { } format && (format.Length is 0 or > LongestSequence || format.Any(c => c != '0')))
            return false;

        var first = key.ObjectKey(0);
        return ObjectKeyRules.FaultOf(first) is null && !ObjectKeyRules.IsChangedByUri(first);
    }

    // Each text follows its length plus one; zero means no text.
    private static byte[] Encode(StreamKey key)
    {
        var texts = new[] { key.Before, key.Sequence.Format, key.After }.Select(text => text is null ? null : Encoding.UTF8.GetBytes(text)).ToArray();
        var bytes = new byte[texts.Sum(text => Varint.MaxBytes + (text?.Length ?? 0)) + 1];
        var length = 0;
        foreach (var text in texts)
        {
            length += Varint.Write(bytes.AsSpan(length), text is null ? 0 : (ulong)text.Length + 1);
            text?.CopyTo(bytes, length);
            length += text?.Length ?? 0;
        }

        bytes[length++] = key.IsOwn ? (byte)1 : (byte)0;
        if (length > MaxBytes)
            throw new ArgumentException($"The stream's key has {length} bytes; at most {MaxBytes} are stored.", nameof(key));

        return bytes.AsSpan(0, length).ToArray();
    }

    // Only for bytes that TryMeasure has accepted.
    private static string? TextAt(ReadOnlySpan<byte> bytes, ref int at)
    {
        Varint.TryRead(bytes, ref at, out var length);
        if (length == 0)
            return null;

        at += (int)length - 1;
        return Encoding.UTF8.GetString(bytes.Slice(at - (int)length + 1, (int)length - 1).ToArray());
    }
}

/// <summary>The streams that were read last, so that a name is decoded once, not once per block. For one thread.</summary>
internal sealed class StreamNames
{
    private const int MostNames = 10_000;

    private readonly Dictionary<ulong, StreamName> _byHash = [];

    /// <summary>Reads the names in these bytes; false if they hold anything else.</summary>
    public bool TryReadAll(ReadOnlySpan<byte> bytes, out StreamName[] names)
    {
        var found = new List<StreamName>();
        names = [];
        while (bytes.Length > 0)
        {
            if (!StreamName.TryMeasure(bytes, out var length))
                return false;

            var encoded = bytes.Slice(0, length);
            if (!_byHash.TryGetValue(Crc64.Append(0, encoded), out var name) || !name.Encoded.SequenceEqual(encoded))
            {
                if (!StreamName.TryDecode(encoded, out name, out _))
                    return false;
                if (_byHash.Count >= MostNames)
                    _byHash.Clear();
                _byHash[name.Hash] = name;
            }

            found.Add(name);
            bytes = bytes.Slice(length);
        }

        names = [.. found];
        return true;
    }
}
