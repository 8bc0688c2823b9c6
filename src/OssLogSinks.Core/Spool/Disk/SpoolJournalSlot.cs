namespace OssLogSinks.Core.Spool.Disk;

/// <summary>
/// One of the two files of a journal, held open for as long as it is written. All its room was written as zeros before it
/// is used, so that entries are written in place and need no free space on the disk.
/// </summary>
/// <remarks>Not thread-safe, except for <see cref="Sync"/>.</remarks>
internal sealed class SpoolJournalSlot : IDisposable
{
    /// <summary>What a slot is made with, unless a test wants to see it change: 256 KiB.</summary>
    public const int UsualEntries = 2048;

    /// <summary>64 MiB: more than any journal needs, and what a damaged folder may cost to read.</summary>
    public const int MostEntries = 512 * 1024;

    private const int PieceLength = 64 * 1024;

    private readonly ISpoolFiles _files;
    private readonly string _folder;
    private readonly string _path;
    private readonly int _leastEntries;
    private readonly byte[] _entry = new byte[JournalEntry.Size];
    private ISpoolFile? _file;

    public SpoolJournalSlot(ISpoolFiles files, string folder, int number, int leastEntries)
    {
        _files = files;
        _folder = folder;
        _leastEntries = leastEntries;
        _path = Path.Combine(folder, number == 0 ? "journal.0" : "journal.1");
    }

    /// <summary>How many entries have room.</summary>
    public int Capacity { get; private set; }

    /// <summary>Bytes that it takes on disk.</summary>
    public long Bytes => (long)Capacity * JournalEntry.Size;

    /// <summary>How many entries a slot makes room for that begins with so many.</summary>
    public static int WantedFor(int count, int leastEntries = UsualEntries)
    {
        var wanted = leastEntries;
        while (wanted < count * 2L && wanted < MostEntries)
            wanted *= 2;

        return wanted;
    }

    /// <summary>Deletes the file; to be called after <see cref="Dispose"/>.</summary>
    /// <exception cref="IOException">The disk refused.</exception>
    public void Delete()
    {
        _files.Delete(_path);
        Capacity = 0;
    }

    /// <summary>Makes durable which names its folder holds.</summary>
    /// <exception cref="IOException">The disk refused.</exception>
    public void SyncFolder() => _files.SyncFolder(_folder);

    /// <summary>Makes the file, full of zeros and synced.</summary>
    public void Create()
    {
        _file = _files.Create(_path);
        Reserve(_leastEntries);
        _file.Sync();
    }

    /// <summary>Reads what the file holds and keeps it open.</summary>
    /// <returns>Null if there is no such file, or none that can be read.</returns>
    public SpoolJournalContent? Read()
    {
        try
        {
            _file = _files.Open(_path);
            return SpoolJournalContent.Read(_file);
        }
        catch (IOException)
        {
            // What may not be written may still be read; without a file to write to, the first write tries again.
            Dispose();
            return ReadOnly();
        }
    }

    /// <summary>Begins the slot anew with a snapshot; it counts only once all of it stands.</summary>
    /// <returns>How many entries stand in it.</returns>
    /// <exception cref="IOException">It did not succeed; the slot must not be added to.</exception>
    public int Begin(IReadOnlyList<JournalEntry> snapshot, long generation, JournalFlags flags, bool sync)
    {
        var count = snapshot.Count + 1;
        MakeRoom(count);
        var bytes = new byte[count * JournalEntry.Size];
        var synced = sync ? count : 0;
        new JournalEntry(JournalEntryKind.Header, (ulong)Capacity, snapshot.Count)
            .WriteTo(bytes, new JournalPlace(generation, 0, synced, flags | JournalFlags.InSnapshot));
        for (var i = 1; i < count; i++)
            snapshot[i - 1].WriteTo(bytes.AsSpan(i * JournalEntry.Size), new JournalPlace(generation, i, synced, JournalFlags.InSnapshot));

        // The old content goes first: what stands behind the snapshot must be the new generation's alone.
        WriteZeros(bytes.Length, (long)Capacity * JournalEntry.Size);
        for (var at = 0; at < bytes.Length; at += PieceLength)
            _file!.Write(at, bytes, at, Math.Min(PieceLength, bytes.Length - at));

        if (sync)
            _file!.Sync();

        return count;
    }

    /// <summary>Writes an entry in its place.</summary>
    public void Write(in JournalEntry entry, in JournalPlace place)
    {
        entry.WriteTo(_entry, place);
        OpenFile().Write((long)place.Index * JournalEntry.Size, _entry, 0, _entry.Length);
    }

    /// <summary>May run beside <see cref="Write"/>: it moves no position.</summary>
    public void Sync() => OpenFile().Sync();

    /// <summary>As <see cref="Sync"/>, as far as the disk allows it.</summary>
    public void TrySync()
    {
        try
        {
            _file?.Sync();
        }
        catch (IOException)
        {
            // It is as durable as it was.
        }
    }

    public void Dispose()
    {
        _file?.Dispose();
        _file = null;
    }

    private ISpoolFile OpenFile() => _file ?? throw new IOException($"{Path.GetFileName(_path)} is not open.");

    private SpoolJournalContent? ReadOnly()
    {
        try
        {
            using var file = _files.OpenToRead(_path);
            return SpoolJournalContent.Read(file);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Room for a snapshot and as much again, if the disk has it; for the snapshot and one entry at least.</summary>
    private void MakeRoom(int count)
    {
        if (_file is null)
            OpenOrCreate();

        var wanted = WantedFor(count, _leastEntries);
        if (Capacity < wanted)
        {
            try
            {
                Reserve(wanted);
            }
            catch (IOException) when (Capacity > count)
            {
                // The disk is full, but what is there will do.
            }
        }

        if (Capacity <= count)
            throw new IOException($"{count} entries do not fit into {Path.GetFileName(_path)}.");
    }

    private void OpenOrCreate()
    {
        try
        {
            _file = _files.Open(_path);
        }
        catch (IOException e)
        {
            // What cannot be written to makes way: all that still matters comes here from the other file.
            if (e is not (FileNotFoundException or DirectoryNotFoundException))
                ClearPlace();
            _file = _files.Create(_path);
            _files.SyncFolder(_folder);
        }

        Capacity = 0;
    }

    private void ClearPlace()
    {
        try
        {
            _files.Delete(_path);
        }
        catch (IOException)
        {
            _files.DeleteFolder(_path);
        }
    }

    private void Reserve(int entries)
    {
        var length = _file!.Length;
        if (Capacity == 0)
            Capacity = (int)Math.Min(length / JournalEntry.Size, MostEntries);

        if (Capacity >= entries)
            return;

        var whole = (long)Capacity * JournalEntry.Size;
        try
        {
            WriteZeros(whole, (long)entries * JournalEntry.Size);
            Capacity = entries;
        }
        catch (IOException)
        {
            ShrinkTo(whole);
            throw;
        }
    }

    // Half a growth would hold space on a full disk and be of no use.
    private void ShrinkTo(long length)
    {
        try
        {
            _file!.SetLength(length);
        }
        catch (IOException)
        {
            // It stays longer: nothing reads it, and the next growth writes over it.
        }
    }

    private void WriteZeros(long from, long to)
    {
        var zeros = new byte[Math.Min(PieceLength, Math.Max(0, to - from))];
        for (var at = from; at < to; at += zeros.Length)
            _file!.Write(at, zeros, 0, (int)Math.Min(zeros.Length, to - at));
    }
}
