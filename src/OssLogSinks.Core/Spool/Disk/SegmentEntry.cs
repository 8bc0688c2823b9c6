namespace OssLogSinks.Core.Spool.Disk;

/// <summary>
/// One segment of a folder, as found: in the order in which the records were written, whatever the files are called now.
/// </summary>
/// <param name="Path">The file.</param>
/// <param name="Name">Its name alone.</param>
/// <param name="FirstId">Its first record's id: its header's; if that is lost, the first record's that is whole, or else its name's.</param>
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
        var found = new List<(SegmentEntry Entry, long EarlierEnd)>();
        foreach (var name in files.FilesIn(folder))
        {
            if (SegmentHeader.TryParseName(name, out var firstId))
                found.Add(Look(files, System.IO.Path.Combine(folder, name), name, firstId, salt));
        }

        found.Sort((a, b) => (a.Entry.FirstId, a.Entry.Name).CompareTo((b.Entry.FirstId, b.Entry.Name)));
        var segments = new SegmentEntry[found.Count];
        var below = long.MaxValue;
        for (var i = found.Count - 1; i >= 0; i--)
        {
            // A copy of a segment says nothing about its original.
            var isCopy = i + 1 < found.Count && found[i + 1].Entry.FirstId == found[i].Entry.FirstId;
            segments[i] = found[i].Entry with { Below = isCopy ? segments[i + 1].Below : below };
            below = Math.Min(below, found[i].EarlierEnd);
        }

        return segments;
    }

    private static (SegmentEntry Entry, long EarlierEnd) Look(ISpoolFiles files, string path, string name, long firstId, SpoolSalt salt)
    {
        try
        {
            using var file = files.OpenToRead(path);
            var length = file.Length;

            // Only a whole header of this folder is believed about other segments; a name may be anybody's.
            if (SegmentHeader.TryRead(file, out var header) && header.Version == SegmentHeader.CurrentVersion && header.Salt == salt.Value)
                return (new SegmentEntry(path, name, header.FirstId, long.MaxValue, length, IsReadable: true, IsOurs: true), header.EarlierEnd);

            var isOurs = TryFindRecord(files, path, salt, length, ref firstId);
            return (new SegmentEntry(path, name, firstId, long.MaxValue, length, IsReadable: true, isOurs), long.MaxValue);
        }
        catch (IOException)
        {
            return (new SegmentEntry(path, name, firstId, long.MaxValue, 0, IsReadable: false, IsOurs: false), long.MaxValue);
        }
    }

    private static bool TryFindRecord(ISpoolFiles files, string path, SpoolSalt salt, long length, ref long id)
    {
        using var reader = new SegmentReader(files.OpenToRead(path), salt, new SpoolStreams());
        if (!reader.TryRead(length, out var first))
            return false;

        id = first.Id;
        return true;
    }
}
