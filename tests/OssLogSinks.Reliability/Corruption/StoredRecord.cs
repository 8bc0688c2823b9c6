using System.Globalization;
using System.Text;
using OssLogSinks.Reliability.Events;

namespace OssLogSinks.Reliability.Corruption;

/// <summary>One record of a buffer: where its text stands in which file.</summary>
internal sealed record StoredRecord(EventLine Line, StoredFile File, int From, int To)
{
    // In front of the text stand the frame's head, 52 bytes, and in the first frame of a block the stream's name, some 60 here.
    private const int FrameRoom = 256;

    /// <summary>
    /// Whether a reader must find it. A frame has checksums and a length of its own, and a reader goes on at the next mark, so
    /// damage elsewhere in the file, its header included, is no excuse. Its stream has to be named somewhere in the folder, though:
    /// see <see cref="StreamName"/>.
    /// </summary>
    public bool IsWhole => !File.Touches(From - FrameRoom, To);

    /// <summary>The records in a file, in their order.</summary>
    public static IEnumerable<StoredRecord> In(StoredFile file, string run)
    {
        var mark = Encoding.UTF8.GetBytes(run + " w");
        for (var at = 0; file.Bytes.AsSpan(at).IndexOf(mark) is >= 0 and var skipped;)
        {
            var from = at + skipped;
            var length = file.Bytes.AsSpan(from).IndexOf((byte)'\n');
            if (length < 0)
                yield break;

            if (EventLine.TryParse(run, Encoding.UTF8.GetString(file.Bytes, from, length)) is { } line)
                yield return new StoredRecord(line, file, from, from + length + 1);
            at = from + mark.Length;
        }
    }
}

/// <summary>
/// A place in a file that names a stream. The first record of each stream in a block is stored with the stream's name, the
/// others with its hash; a reader that misses a name looks for it in the whole folder. So one name that is left is enough.
/// </summary>
internal sealed record StreamName(int Stream, StoredFile File, int From)
{
    // The frame's head before it; the rest of the name and the record's text behind it, for one checksum covers both.
    private const int Before = 256;
    private const int After = 512;

    public bool IsWhole => !File.Touches(From - Before, From + After);

    /// <summary>The names in a file; a record's text does not hold such a thing.</summary>
    public static IEnumerable<StreamName> In(StoredFile file, string prefix, int streams)
    {
        for (var stream = 0; stream < streams; stream++)
        {
            var mark = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{prefix}s{stream}/"));
            for (var at = 0; file.Bytes.AsSpan(at).IndexOf(mark) is >= 0 and var skipped; at += skipped + mark.Length)
                yield return new StreamName(stream, file, at + skipped);
        }
    }
}
