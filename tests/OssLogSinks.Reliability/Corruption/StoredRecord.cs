using System.Buffers.Binary;
using System.Text;
using OssLogSinks.Reliability.Events;

namespace OssLogSinks.Reliability.Corruption;

/// <summary>One record of a buffer: where the block that it is in stands in which file.</summary>
internal sealed record StoredRecord(EventLine Line, StoredFile File, int From, int To)
{
    // docs/buffer-format.md: the file's header, and the place of its length in a block's.
    private const int FileHeader = 40;
    private const int LengthAt = 8;

    /// <summary>Whether a reader must find it. Damage costs the block that it is in; elsewhere in the file, its header included, it is no excuse.</summary>
    public bool IsWhole => !File.Touches(From, To);

    /// <summary>The records in a file that is not damaged yet, in their order.</summary>
    public static IEnumerable<StoredRecord> In(StoredFile file, string run)
    {
        var mark = Encoding.UTF8.GetBytes(run + " w");
        for (var from = FileHeader; from + FileHeader <= file.Length;)
        {
            var to = from + BinaryPrimitives.ReadInt32LittleEndian(file.Bytes.AsSpan(from + LengthAt));
            if (to <= from || to > file.Length)
                throw new InvalidDataException($"{file.Name} has no block at {from}.");

            for (var at = from; file.Bytes.AsSpan(at, to - at).IndexOf(mark) is >= 0 and var skipped; at += skipped + mark.Length)
            {
                var length = file.Bytes.AsSpan(at + skipped, to - at - skipped).IndexOf((byte)'\n');
                if (length >= 0 && EventLine.TryParse(run, Encoding.UTF8.GetString(file.Bytes, at + skipped, length)) is { } line)
                    yield return new StoredRecord(line, file, from, to);
            }

            from = to;
        }
    }
}
