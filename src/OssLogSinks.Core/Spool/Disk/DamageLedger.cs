using System.Runtime.InteropServices;

namespace OssLogSinks.Core.Spool.Disk;

/// <summary>
/// The damaged stretches of one segment, as its reader comes upon them: where each begins and ends, and how many records
/// the ids in it and around it say are lost. At most one stretch is open, and it is the last.
/// </summary>
internal sealed class DamageLedger
{
    private readonly List<SpoolDamage> _found = [];
    private readonly long _below;
    private readonly long? _end;
    private bool _isOver;
    private long _start = -1;
    private long _highestId;
    private bool _hasBytes;
    private bool _hasVoid;

    /// <param name="below">The id from which on records do not count in this segment.</param>
    /// <param name="end">The id behind its last record; null if nothing says it.</param>
    public DamageLedger(long below, long? end)
    {
        _below = below;
        _end = end;
    }

    public IReadOnlyList<SpoolDamage> Found => _found;

    public bool IsOpen => _start >= 0;

    /// <summary>The id before the next record's, as far as it is known: what gaps are counted from.</summary>
    public long? LastId { get; set; }

    /// <summary>A whole file that is not for this code to read.</summary>
    public void AddUnknown(long length) => _found.Add(new SpoolDamage(0, length, SpoolDamage.Unknown));

    /// <summary>Begins a stretch, unless one is open.</summary>
    public void Open(long offset)
    {
        if (IsOpen)
            return;

        _start = offset;
        _highestId = long.MinValue;
        _hasBytes = _hasVoid = false;
    }

    /// <summary>There is more than zeros here.</summary>
    public void NoteBytes(long offset)
    {
        Open(offset);
        _hasBytes = true;
    }

    /// <summary>These bytes belong to the open stretch.</summary>
    public void NoteBytes(ReadOnlySpan<byte> bytes)
    {
        if (_hasBytes)
            return;

        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words)
            _hasBytes |= word != 0;
        foreach (var value in bytes.Slice(words.Length * sizeof(ulong)))
            _hasBytes |= value != 0;
    }

    /// <summary>Here was a record with this id.</summary>
    public void NoteFrame(long offset, long id)
    {
        NoteBytes(offset);
        _highestId = Math.Max(_highestId, id);
    }

    /// <summary>Here is a frame that does not count, or that came to stand where another one was.</summary>
    public void NoteVoid(long offset)
    {
        NoteBytes(offset);
        _hasVoid = true;
    }

    /// <summary>Ends the open stretch, if there is one, before the record with this id or, without one, at the file's end.</summary>
    public void Close(long offset, long? before)
    {
        if (IsOpen && offset > _start)
            _found.Add(new SpoolDamage(_start, offset - _start, Missing(offset, before)));

        _start = -1;
    }

    /// <summary>As <see cref="Close"/> at the file's end; what ought to stand there and does not, is damage without bytes.</summary>
    public void CloseAtEnd(long offset)
    {
        if (_end is not { } end || LastId is not { } last || _isOver)
        {
            Close(offset, before: null);
            return;
        }

        var missing = Math.Max(0, end - last - 1);
        if (IsOpen || missing > 0)
            _found.Add(new SpoolDamage(IsOpen ? _start : offset, IsOpen ? offset - _start : 0, missing));
        _start = -1;
        _isOver = true;
    }

    private long Missing(long offset, long? before)
    {
        // No more can be lost than have room there: a gap beyond that was one from the beginning, or the file's name is wrong.
        if (before is { } next && next > LastId)
            return Math.Min(next - LastId.Value - 1, (offset - _start) / SpoolFrame.HeadSize);
        if (_highestId > LastId)
            return _highestId - LastId.Value;

        // Where the next segment goes on right behind this one's last record, what is left here was to be cut off.
        return !_hasBytes || _hasVoid || LastId + 1 >= _below ? 0 : 1;
    }
}
