namespace OssLogSinks.Core.Spool.Disk;

/// <summary>
/// One segment of a folder, as found: in the order in which the records were written, whatever the files are called now.
/// </summary>
/// <param name="Path">The file.</param>
/// <param name="Name">Its name alone.</param>
/// <param name="FirstId">Its first record's id: as its header says, or if that is lost its name, or if that is wrong its first frame.</param>
/// <param name="Below">Records from this id on do not count in this segment; a later one has them.</param>
/// <param name="End">The id behind its last record, as the segment right behind it says; null if that is not there to say it.</param>
/// <param name="Length">Its length; 0 if it cannot be opened.</param>
/// <param name="IsReadable">Whether it could be opened.</param>
/// <param name="IsOurs">Whether anything in it shows that it was written here.</param>
internal sealed record SegmentEntry(string Path, string Name, long FirstId, long Below, long? End, long Length, bool IsReadable, bool IsOurs)
{
    /// <summary>The segments of a folder. Files with other names are none.</summary>
    /// <exception cref="IOException">The folder cannot be listed.</exception>
    public static IReadOnlyList<SegmentEntry> In(ISpoolFiles files, string folder, SpoolSalt salt)
    {
        var found = new List<Found>();
        foreach (var name in files.FilesIn(folder))
        {
            if (SegmentHeader.TryParseName(name, out var firstId))
                found.Add(Look(files, new SegmentEntry(System.IO.Path.Combine(folder, name), name, firstId, long.MaxValue, null, 0, IsReadable: false, IsOurs: false), salt));
        }

        found.Sort((a, b) => (a.Entry.FirstId, a.Entry.Name).CompareTo((b.Entry.FirstId, b.Entry.Name)));
        for (var i = 0; i < found.Count; i++)
            found[i] = found[i] with { Entry = found[i].Entry with { Below = BoundOf(found, i), End = EndOf(found, i) } };

        return found.ConvertAll(segment => segment.Entry);
    }

    // Only whole headers bound other segments, and only a segment whose place among them is sure is bounded: one whose header
    // is lost and whose name belongs to another may hold any ids. A copy of a segment does not bound its original.
    private static long BoundOf(List<Found> found, int index)
    {
        var entry = found[index].Entry;
        var hasHeader = found[index].Header is not null;
        var isNamed = entry.Name == SegmentHeader.NameOf(entry.FirstId);
        if (!hasHeader && (!isNamed || found.Exists(other => other.Header is not null && other.Entry.FirstId == entry.FirstId)))
            return long.MaxValue;

        var below = long.MaxValue;
        for (var i = index + 1; i < found.Count; i++)
        {
            if (found[i].Entry.FirstId > entry.FirstId)
                below = Math.Min(below, found[i].Header?.EarlierEnd ?? long.MaxValue);
        }

        return below;
    }

    private static long? EndOf(List<Found> found, int index)
    {
        var first = found[index].Entry.FirstId;
        return found.Find(other => other.Header is { } header && header.PreviousFirstId == first && header.FirstId > first).Header?.PreviousEnd;
    }

    private static Found Look(ISpoolFiles files, SegmentEntry entry, SpoolSalt salt)
    {
        try
        {
            using var file = files.OpenToRead(entry.Path);
            var length = file.Length;
            entry = entry with { Length = length, IsReadable = true };
            if (SegmentHeader.TryRead(file, out var header) && header.Version == SegmentHeader.CurrentVersion && header.Salt == salt.Value)
                return new Found(entry with { FirstId = header.FirstId, IsOurs = true }, header);

            var (firstId, isOurs) = FirstIdIn(file, length, entry.FirstId, salt);
            return new Found(entry with { FirstId = firstId, IsOurs = isOurs }, null);
        }
        catch (IOException)
        {
            return new Found(entry, null);
        }
    }

    // Without a header the frames themselves tell which segment this is: the name's, if as many as are between can be lost.
    private static (long FirstId, bool IsOurs) FirstIdIn(ISpoolFile file, long length, long nameId, SpoolSalt salt)
    {
        using var reader = new SegmentReader(file, salt, new SpoolStreams());
        reader.TryRead(length, out _);
        if (reader.FirstFound is not { } first)
            return (nameId, false);

        return (first.Id >= nameId && first.Id - nameId <= first.Offset / SpoolFrame.HeadSize ? nameId : first.Id, true);
    }

    private readonly record struct Found(SegmentEntry Entry, SegmentHeader? Header);
}
