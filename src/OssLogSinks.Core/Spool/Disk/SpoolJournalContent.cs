namespace OssLogSinks.Core.Spool.Disk;

/// <summary>What can be read of one file of a journal: the entries of its newest generation, and what is wrong with the rest.</summary>
internal sealed class SpoolJournalContent
{
    private static readonly byte[] Zeros = new byte[JournalEntry.Size];

    private readonly List<(JournalEntry Entry, JournalPlace Place)> _entries = [];

    private SpoolJournalContent()
    {
    }

    /// <summary>Of the newest entry that reads well; 0 if none does.</summary>
    public long Generation { get; private set; }

    /// <summary>The entries of this generation, in their order.</summary>
    public IEnumerable<JournalEntry> Entries => _entries.Select(e => e.Entry);

    /// <summary>Whether there is nothing but zeros.</summary>
    public bool IsBlank { get; private set; } = true;

    /// <summary>Whether the whole snapshot stands, so that what is in the other file counts no more.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Whether anything was added behind the snapshot, so that all of it did stand once.</summary>
    public bool WasAddedTo { get; private set; }

    /// <summary>Whether something that was written behind the snapshot is missing or changed, or was before.</summary>
    public bool IsDamaged { get; private set; }

    public static SpoolJournalContent Read(ISpoolFile file)
    {
        var content = new SpoolJournalContent();
        var marks = new List<Place>();
        var buffer = new byte[JournalEntry.Size * 512];
        var count = (int)Math.Min(file.Length / JournalEntry.Size, SpoolJournalSlot.MostEntries);
        for (var first = 0; first < count; first += 512)
        {
            var length = Math.Min(512, count - first) * JournalEntry.Size;
            var read = ReadFully(file, (long)first * JournalEntry.Size, buffer, length);
            for (var at = 0; at + JournalEntry.Size <= read; at += JournalEntry.Size)
                marks.Add(content.Take(buffer.AsSpan(at, JournalEntry.Size), first + (at / JournalEntry.Size)));
        }

        content.Judge(marks);
        return content;
    }

    private static int ReadFully(ISpoolFile file, long offset, byte[] buffer, int length)
    {
        var read = 0;
        while (read < length && file.Read(offset + read, buffer, read, length - read) is > 0 and var more)
            read += more;

        return read;
    }

    private Place Take(ReadOnlySpan<byte> bytes, int index)
    {
        if (bytes.SequenceEqual(Zeros))
            return Place.Blank;

        IsBlank = false;
        if (!JournalEntry.TryRead(bytes, index, out var entry, out var place))
            return Place.Garbage;

        if (place.Generation > Generation)
        {
            Generation = place.Generation;
            _entries.Clear();
        }

        // What an older generation left here is as good as nothing.
        if (place.Generation < Generation)
            return Place.Blank;

        _entries.Add((entry, place));
        return Place.Entry;
    }

    private void Judge(List<Place> marks)
    {
        if (_entries.Count == 0)
            return;

        var (header, headerPlace) = _entries[0];
        var hasHeader = header.Kind == JournalEntryKind.Header;
        var inSnapshot = _entries.Count(e => (e.Place.Flags & JournalFlags.InSnapshot) != 0);
        IsComplete = hasHeader && inSnapshot == header.Id + 1;
        WasAddedTo = inSnapshot < _entries.Count;

        var last = _entries[^1].Place.Index;
        var synced = _entries.Max(e => e.Place.Synced);
        var end = hasHeader ? (int)Math.Min(header.Id + 1, marks.Count) : 0;

        // Zeros where nothing was synced yet are what a power cut leaves. One entry that is half there at the end is what
        // a kill leaves. Anything else was there and is not any more.
        var gaps = Enumerable.Range(end, Math.Max(0, last - end)).Any(i => marks[i] == Place.Garbage || (marks[i] == Place.Blank && i < synced));
        var tail = Enumerable.Range(last + 1, marks.Count - last - 1).Count(i => marks[i] == Place.Garbage);
        var isCutOff = hasHeader && (ulong)marks.Count < header.Stream;
        IsDamaged = (hasHeader && (headerPlace.Flags & JournalFlags.Damaged) != 0) || (IsComplete && (gaps || tail > 1 || isCutOff));
    }

    private enum Place
    {
        Blank,
        Garbage,
        Entry,
    }
}
