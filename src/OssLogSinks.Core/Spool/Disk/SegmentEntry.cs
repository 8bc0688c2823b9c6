namespace OssLogSinks.Core.Spool.Disk;

/// <summary>
/// One segment of a folder, as found: in the order in which the records were written, whatever the files are called now.
/// </summary>
/// <param name="Path">The file.</param>
/// <param name="Name">Its name alone.</param>
/// <param name="FirstId">Its first record's id: as its header says, or if that is lost its name, or if that is wrong its first frame.</param>
/// <param name="Below">Records from this id on do not count in this segment; a later one has them.</param>
/// <param name="Length">Its length; 0 if it cannot be opened.</param>
/// <param name="IsReadable">Whether it could be opened.</param>
/// <param name="IsOurs">Whether anything in it shows that it was written here.</param>
internal sealed record SegmentEntry(string Path, string Name, long FirstId, long Below, long Length, bool IsReadable, bool IsOurs)
{
    /// <summary>The segments of a folder. Files with other names are none.</summary>
    /// <exception cref="IOException">The folder cannot be listed.</exception>
    public static IReadOnlyList<SegmentEntry> In(ISpoolFiles files, string folder, SpoolSalt salt)
    {
        var found = new List<Found>();
        foreach (var name in files.FilesIn(folder))
        {
            if (SegmentHeader.TryParseName(name, out var firstId))
                found.Add(Look(files, new SegmentEntry(System.IO.Path.Combine(folder, name), name, firstId, long.MaxValue, 0, IsReadable: false, IsOurs: false), salt));
        }

        found.Sort((a, b) => (a.Entry.FirstId, a.Entry.Name).CompareTo((b.Entry.FirstId, b.Entry.Name)));
        for (var i = 0; i < found.Count; i++)
            found[i] = found[i] with { Entry = found[i].Entry with { Below = BoundOf(found, i) } };

        return found.ConvertAll(segment => segment.Entry);
    }

    // Only whole headers bound other segments, and only a segment whose place among them is sure is bounded: one whose header
    // is lost and whose name belongs to another may hold any ids. A copy of a segment does not bound its original.
    private static long BoundOf(List<Found> found, int index)
    {
        var (entry, hasHeader, _) = found[index];
        var isNamed = entry.Name == SegmentHeader.NameOf(entry.FirstId);
        if (!hasHeader && (!isNamed || found.Exists(other => other.HasHeader && other.Entry.FirstId == entry.FirstId)))
            return long.MaxValue;

        var below = long.MaxValue;
        for (var i = index + 1; i < found.Count; i++)
        {
            if (found[i].Entry.FirstId > entry.FirstId)
                below = Math.Min(below, found[i].EarlierEnd);
        }

        return below;
    }

    private static Found Look(ISpoolFiles files, SegmentEntry entry, SpoolSalt salt)
    {
        try
        {
            using var file = files.OpenToRead(entry.Path);
            var length = file.Length;
            entry = entry with { Length = length, IsReadable = true };
            if (SegmentHeader.TryRead(file, out var header) && header.Version == SegmentHeader.CurrentVersion && header.Salt == salt.Value)
                return new Found(entry with { FirstId = header.FirstId, IsOurs = true }, true, header.EarlierEnd);

            var (firstId, isOurs) = FirstIdIn(file, length, entry.FirstId, salt);
            return new Found(entry with { FirstId = firstId, IsOurs = isOurs }, false, long.MaxValue);
        }
        catch (IOException)
        {
            return new Found(entry, false, long.MaxValue);
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

    private readonly record struct Found(SegmentEntry Entry, bool HasHeader, long EarlierEnd);
}
