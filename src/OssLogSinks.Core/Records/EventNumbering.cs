using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace OssLogSinks.Core.Records;

/// <summary>
/// Numbers the records of one writer, stream by stream. A number is composed before its record is added and counts only once the record was
/// accepted, so numbers have the order of the records. Guarded by the lock of the buffer that accepts them, except <see cref="Miss"/>.
/// </summary>
internal sealed class EventNumbering
{
    private const int LargestKept = 256 << 10;
    private const int MostAdded = 80;

    // A number has 19 digits at most.
    private const int MostDigits = 19;

    private byte[] _composed = new byte[1024];
    private int _length;
    private long _composedNumber;
    private long _composedMissed;

    // Changed by interlocked operations.
    private long _missed;

    /// <summary>
    /// Counts events that were dropped before they had a number. The next number of any stream is that much higher, so that they are seen as a
    /// gap.
    /// </summary>
    public void Miss(long count) => Interlocked.Add(ref _missed, count);

    /// <summary>Composes a record with its stream's next number. Valid until the next call.</summary>
    public ReadOnlyMemory<byte> Compose(EventSequence sequence, in LogRecord record)
    {
        var utf8 = record.Utf8.Span;
        _composedMissed = Interlocked.Read(ref _missed);
        _composedNumber = sequence.Last + 1 + _composedMissed;
        if (_composed.Length > LargestKept)
            _composed = new byte[1024];
        _length = 0;

        var place = utf8.IndexOf(SequencePlaceholder.Utf8);
        if (place >= 0)
            WriteAtPlaceholders(sequence, utf8, place);
        else
            WriteAtEnd(sequence, utf8, record.IsJson);
        return _composed.AsMemory(0, _length);
    }

    /// <summary>The record that was composed last was accepted.</summary>
    /// <returns>Its number.</returns>
    public long Accept(EventSequence sequence)
    {
        sequence.Last = _composedNumber;
        if (_composedMissed > 0)
            Interlocked.Add(ref _missed, -_composedMissed);
        return _composedNumber;
    }

    private void WriteAtPlaceholders(EventSequence sequence, ReadOnlySpan<byte> utf8, int place)
    {
        while (place >= 0)
        {
            Write(utf8.Slice(0, place));
            WriteText(sequence);
            utf8 = utf8.Slice(place + SequencePlaceholder.Utf8.Length);
            place = utf8.IndexOf(SequencePlaceholder.Utf8);
        }

        Write(utf8);
    }

    // JSON gets two fields more; text gets the number before its line ending.
    private void WriteAtEnd(EventSequence sequence, ReadOnlySpan<byte> utf8, bool? isJson)
    {
        var end = utf8.Length;
        while (end > 0 && utf8[end - 1] is (byte)'\n' or (byte)'\r')
            end--;

        if (end >= 2 && utf8[0] == '{' && utf8[end - 1] == '}' && (isJson ?? IsJson(utf8.Slice(1, end - 1))))
        {
            Write(utf8.Slice(0, end - 1));
            if (utf8.Slice(1, end - 2).IndexOf((byte)'"') >= 0)
                Write(","u8);
            Write("\"OssSequence\":"u8);
            WriteNumber();
            Write(",\"OssWriter\":\""u8);
            Write(sequence.Writer);
            Write("\"}"u8);
        }
        else
        {
            Write(utf8.Slice(0, end));
            Write(" "u8);
            WriteText(sequence);
        }

        Write(utf8.Slice(end));
    }

    // Of what follows the first brace, up to the last one.
    private static bool IsJson(ReadOnlySpan<byte> rest)
    {
        var at = 0;
        while (rest[at] is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r')
            at++;

        return rest[at] == '"' || at == rest.Length - 1;
    }

    private void WriteText(EventSequence sequence)
    {
        Write("#"u8);
        Write(sequence.Writer);
        Write(":"u8);
        WriteNumber();
    }

    private void WriteNumber()
    {
        Reserve(MostDigits);
        Utf8Formatter.TryFormat(_composedNumber, _composed.AsSpan(_length), out var written);
        _length += written;
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_composed.AsSpan(_length));
        _length += bytes.Length;
    }

    private void Reserve(int count)
    {
        if (_composed.Length - _length < count)
            Array.Resize(ref _composed, Math.Max(2 * _composed.Length, _length + count + MostAdded));
    }
}

/// <summary>The numbers of one writer's records in one stream.</summary>
internal sealed class EventSequence
{
    // Without letters that look alike. The length is a power of two, so that no letter is more frequent.
    private const string Letters = "0123456789abcdefghjkmnpqrstuvwxy";
    private const int IdLength = 12;
    private const int LifeLength = 4;
    private const int BitsOfALetter = 5;

    /// <param name="id">Identifies the sequence, also in later processes that continue it.</param>
    /// <param name="last">The last number that was given.</param>
    /// <param name="life">Random for each process, so that no number is given twice under one name.</param>
    private EventSequence(ulong id, long last, uint life)
    {
        Id = id;
        Last = last;
        Writer = new byte[IdLength + 1 + LifeLength];
        WriteLetters(Writer.AsSpan(0, IdLength), id);
        Writer[IdLength] = (byte)'-';
        WriteLetters(Writer.AsSpan(IdLength + 1), life);
    }

    public ulong Id { get; }

    /// <summary>The last number that was given; 0 if none was.</summary>
    public long Last { get; set; }

    /// <summary>The writer's name in the records.</summary>
    public byte[] Writer { get; }

    /// <summary>A sequence that begins with the number 1.</summary>
    public static EventSequence Begin()
    {
        var chance = Chance();
        return new EventSequence(chance.Id, last: 0, chance.Life);
    }

    /// <summary>Continues the sequence of an earlier process.</summary>
    public static EventSequence Continue(SequenceMark mark) => new(mark.Id, mark.Last, Chance().Life);

    private static (ulong Id, uint Life) Chance()
    {
        var bytes = new byte[12];
        using (var random = RandomNumberGenerator.Create())
            random.GetBytes(bytes);
        return (BitConverter.ToUInt64(bytes, 0) >> (64 - (IdLength * BitsOfALetter)), BitConverter.ToUInt32(bytes, 8));
    }

    private static void WriteLetters(Span<byte> target, ulong bits)
    {
        for (var i = target.Length - 1; i >= 0; i--)
        {
            target[i] = (byte)Letters[(int)(bits % (ulong)Letters.Length)];
            bits /= (ulong)Letters.Length;
        }
    }
}

/// <summary>How far a sequence was known to be used.</summary>
/// <param name="Id">The sequence.</param>
/// <param name="Last">The last number that is stored.</param>
internal readonly record struct SequenceMark(ulong Id, long Last);

/// <summary>
/// Where a text shows the number of its event, if <see cref="OssAppenderOptions.IncludeSequence"/> is set. A formatter writes
/// <see cref="Text"/>, and the appender replaces it.
/// </summary>
public static class SequencePlaceholder
{
    /// <summary>
    /// The text that the appender replaces by the writer and the number, <c>#k3f9a2c1b7d4-q8x2:42</c> for instance. It is random, so that no event
    /// has it by chance, and the same for all appenders of the process.
    /// </summary>
    public static string Text { get; } = "#oss-sequence-" + Guid.NewGuid().ToString("N");

    internal static ReadOnlySpan<byte> Utf8 => Bytes;

    private static byte[] Bytes { get; } = Encoding.ASCII.GetBytes(Text);
}
