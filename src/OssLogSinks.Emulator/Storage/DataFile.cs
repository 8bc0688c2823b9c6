using System.Buffers.Binary;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace OssLogSinks.Emulator.Storage;

/// <summary>
/// The file of a data folder: changes, one after the other, each with a checksum. While the emulator runs, the file only grows. So a
/// process that is killed damages only the entry that it was writing, and the request for that entry was not answered yet.
/// </summary>
internal sealed class DataFile : IDisposable
{
    public const string Name = "objects.dat";

    private const uint Magic = 0x3145534F;
    private const int HeadLength = 24;
    private const int ChunkLength = 1 << 20;
    private const long WasteAllowed = 1 << 20;

    private static readonly JsonSerializerOptions Json = new() { IgnoreReadOnlyProperties = true };

    // Guards what is below, and the order of entries.
    private readonly Lock _lock = new();
    private readonly string _path;
    private readonly bool _sync;
    private readonly Action<string> _syncFolder;
    private SafeFileHandle _file;
    private long _length;

    private DataFile(string path, bool sync, Action<string> syncFolder)
    {
        _path = path;
        _sync = sync;
        _syncFolder = syncFolder;
        _file = OpenExclusively(path);
    }

    /// <summary>Opens the folder's file, or creates it. A last entry that is not complete is removed.</summary>
    /// <param name="folder">The data folder; created if it does not exist.</param>
    /// <param name="sync">Whether each entry is forced to the disk, to survive a power cut too.</param>
    /// <param name="restore">Called with each entry.</param>
    /// <param name="syncFolder">Makes names in a folder durable; for tests.</param>
    /// <exception cref="DataFileException">
    /// Another process has the file open, it cannot be read, or it is damaged before its end. It is not changed then.
    /// </exception>
    public static DataFile Open(string folder, bool sync, Action<StoreChange> restore, Action<string>? syncFolder = null)
    {
        try
        {
            Directory.CreateDirectory(folder);
            var file = new DataFile(Path.Combine(folder, Name), sync, syncFolder ?? FolderSync.Sync);
            try
            {
                file.ReadAll(restore);
                file.SyncNames();
                return file;
            }
            catch
            {
                file.Dispose();
                throw;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unusable(folder, e);
        }
    }

    public void Append(StoreChange change)
    {
        lock (_lock)
        {
            try
            {
                Write(_file, change);
                if (_sync)
                    RandomAccess.FlushToDisk(_file);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new DataFileException($"'{_path}' cannot be written: {e.Message}", e);
            }
        }
    }

    /// <summary>Writes the file again without what was deleted or replaced, if that is more than about half of it and more than 1 MiB. Call it before the first change.</summary>
    /// <exception cref="DataFileException">The disk refused.</exception>
    public void CompactIfWasteful(Func<IEnumerable<StoreChange>> snapshot)
    {
        var needed = snapshot().Sum(change => HeadLength + (change.Body?.Length ?? 0));
        if (_length <= (2 * needed) + WasteAllowed)
            return;

        try
        {
            Compact(snapshot());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unusable(Path.GetDirectoryName(_path)!, e);
        }
    }

    public void Dispose() => _file.Dispose();

    // Windows moves no file that is open, and replaces none.
    private void Compact(IEnumerable<StoreChange> changes)
    {
        var path = _path + ".new";
        using (var compact = new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.None, 0).SafeFileHandle)
        {
            _length = 0;
            foreach (var change in changes)
                Write(compact, change);

            RandomAccess.FlushToDisk(compact);
        }

        _file.Dispose();
        File.Move(path, _path, overwrite: true);
        SyncNames();
        _file = OpenExclusively(_path);
    }

    // A synced entry is lost all the same if the file has no durable name.
    private void SyncNames()
    {
        if (_sync)
            _syncFolder(Path.GetDirectoryName(_path)!);
    }

    private static DataFileException Unusable(string folder, Exception e) =>
        new($"The data folder '{folder}' cannot be used: {e.Message} Choose another folder, or end the program that uses it.", e);

    private static SafeFileHandle OpenExclusively(string path) =>
        File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, FileOptions.None);

    // The length is only advanced after the write, so the next entry overwrites one that failed half way.
    private void Write(SafeFileHandle file, StoreChange change)
    {
        var description = JsonSerializer.SerializeToUtf8Bytes(change, Json);
        var body = change.Body?.Chunks ?? [];
        var bodyLength = body.Sum(chunk => (long)chunk.Length);
        var crc = Crc64.Append(0, description);
        foreach (var chunk in body)
            crc = Crc64.Append(crc, chunk.Span);

        var head = new byte[HeadLength + description.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(head, Magic);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(4), description.Length);
        BinaryPrimitives.WriteInt64LittleEndian(head.AsSpan(8), bodyLength);
        BinaryPrimitives.WriteUInt64LittleEndian(head.AsSpan(16), crc);
        description.CopyTo(head.AsSpan(HeadLength));
        RandomAccess.Write(file, [head, .. body], _length);
        _length += head.Length + bodyLength;
    }

    private void ReadAll(Action<StoreChange> restore)
    {
        var fileLength = RandomAccess.GetLength(_file);
        while (_length < fileLength)
        {
            var (change, end) = ReadEntry(_length, fileLength);
            if (change is null)
            {
                RemoveCutEntry(end, fileLength);
                return;
            }

            restore(change);
            _length = end;
        }
    }

    // An entry that was being written is the last one, and begins as every entry does.
    private void RemoveCutEntry(long end, long fileLength)
    {
        if (end < fileLength || (_length == 0 && fileLength >= HeadLength && !BeginsEntry(ReadBytes(0, HeadLength))) || HasEntryBehind(_length, fileLength))
            throw new DataFileException($"'{_path}' is damaged at byte {_length}. Delete it, or restore it from a copy.");

        RandomAccess.SetLength(_file, _length);
    }

    // With a damaged head, where the entry ends is not known, so the next one is looked for.
    private bool HasEntryBehind(long at, long fileLength)
    {
        Span<byte> magic = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(magic, Magic);
        for (var start = at + 1; start <= fileLength - HeadLength;)
        {
            var bytes = ReadBytes(start, Math.Min(ChunkLength, fileLength - start));
            for (var found = bytes.AsSpan().IndexOf(magic); found >= 0;)
            {
                if (ReadEntry(start + found, fileLength).Change is not null)
                    return true;

                var next = bytes.AsSpan(found + 1).IndexOf(magic);
                found = next < 0 ? -1 : found + 1 + next;
            }

            // The pieces overlap by less than a mark, so that one on their border is seen once.
            start += Math.Max(1, bytes.Length - (magic.Length - 1));
        }

        return false;
    }

    private static bool BeginsEntry(byte[] head) => head.Length >= HeadLength && BinaryPrimitives.ReadUInt32LittleEndian(head) == Magic;

    // Without a change, there is no intact entry. The end is then what the head says, or the file's if the head cannot be true.
    private (StoreChange? Change, long End) ReadEntry(long at, long fileLength)
    {
        var head = ReadBytes(at, Math.Min(HeadLength, fileLength - at));
        if (!BeginsEntry(head))
            return (null, fileLength);

        var descriptionLength = BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(4));
        var bodyLength = BinaryPrimitives.ReadInt64LittleEndian(head.AsSpan(8));
        var start = at + HeadLength;
        if (descriptionLength < 0 || bodyLength < 0 || bodyLength > fileLength - start - descriptionLength)
            return (null, fileLength);

        var description = ReadBytes(start, descriptionLength);
        var crc = Crc64.Append(0, description);
        var bodyCrc = 0UL;
        var chunks = new List<ReadOnlyMemory<byte>>();
        var end = start + descriptionLength + bodyLength;
        for (var next = start + descriptionLength; next < end; next += ChunkLength)
        {
            var chunk = ReadBytes(next, Math.Min(ChunkLength, end - next));
            crc = Crc64.Append(crc, chunk);
            bodyCrc = Crc64.Append(bodyCrc, chunk);
            chunks.Add(chunk);
        }

        return crc == BinaryPrimitives.ReadUInt64LittleEndian(head.AsSpan(16))
            ? (JsonSerializer.Deserialize<StoreChange>(description, Json)! with { Body = new RequestBody(bodyLength, bodyCrc, null, chunks) }, end)
            : (null, end);
    }

    private byte[] ReadBytes(long at, long length)
    {
        var bytes = new byte[length];
        var read = 0;
        while (read < bytes.Length && RandomAccess.Read(_file, bytes.AsSpan(read), at + read) is > 0 and var more)
            read += more;

        return read == bytes.Length ? bytes : bytes[..read];
    }
}

/// <summary>The data folder cannot be read or written. The message says why.</summary>
public sealed class DataFileException : Exception
{
    internal DataFileException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
