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
    private SafeFileHandle _file;
    private long _length;

    private DataFile(string path, bool sync)
    {
        _path = path;
        _sync = sync;
        _file = OpenExclusively(path);
    }

    /// <summary>Opens the folder's file, or creates it. What follows the last complete entry is removed.</summary>
    /// <param name="folder">The data folder; created if it does not exist.</param>
    /// <param name="sync">Whether each entry is forced to the disk, to survive a power cut too.</param>
    /// <param name="restore">Called with each entry.</param>
    /// <exception cref="DataFileException">
    /// Another process has the file open, it cannot be read, or an entry before its end has a wrong checksum.
    /// </exception>
    public static DataFile Open(string folder, bool sync, Action<StoreChange> restore)
    {
        try
        {
            Directory.CreateDirectory(folder);
            var file = new DataFile(Path.Combine(folder, Name), sync);
            file.ReadAll(restore);
            return file;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataFileException($"The data folder '{folder}' cannot be used: {e.Message} Choose another folder, or end the program that uses it.", e);
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

    /// <summary>Writes the file again without what was deleted or replaced, if that is more than about half of it and more than 1 MiB.</summary>
    public void CompactIfWasteful(Func<IEnumerable<StoreChange>> snapshot)
    {
        var needed = snapshot().Sum(change => HeadLength + (change.Body?.Length ?? 0));
        if (_length <= (2 * needed) + WasteAllowed)
            return;

        var path = _path + ".new";
        var compact = new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.None, 0).SafeFileHandle;
        _length = 0;
        foreach (var change in snapshot())
            Write(compact, change);

        RandomAccess.FlushToDisk(compact);
        File.Move(path, _path, overwrite: true);
        _file.Dispose();
        _file = compact;
    }

    public void Dispose() => _file.Dispose();

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
        while (_length < fileLength && TryRead(fileLength) is var (change, end))
        {
            restore(change);
            _length = end;
        }

        if (_length < fileLength)
            RandomAccess.SetLength(_file, _length);
    }

    private (StoreChange Change, long End)? TryRead(long fileLength)
    {
        var head = ReadBytes(_length, Math.Min(HeadLength, fileLength - _length));
        if (head.Length < HeadLength)
            return null;

        var descriptionLength = BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(4));
        var bodyLength = BinaryPrimitives.ReadInt64LittleEndian(head.AsSpan(8));
        var start = _length + HeadLength;
        var isWhole = descriptionLength >= 0 && bodyLength >= 0 && bodyLength <= fileLength - start - descriptionLength;
        if (BinaryPrimitives.ReadUInt32LittleEndian(head) != Magic || !isWhole)
            return null;

        var description = ReadBytes(start, descriptionLength);
        var crc = Crc64.Append(0, description);
        var bodyCrc = 0UL;
        var chunks = new List<ReadOnlyMemory<byte>>();
        var end = start + descriptionLength + bodyLength;
        for (var at = start + descriptionLength; at < end; at += ChunkLength)
        {
            var chunk = ReadBytes(at, Math.Min(ChunkLength, end - at));
            crc = Crc64.Append(crc, chunk);
            bodyCrc = Crc64.Append(bodyCrc, chunk);
            chunks.Add(chunk);
        }

        var isIntact = crc == BinaryPrimitives.ReadUInt64LittleEndian(head.AsSpan(16));
        if (!isIntact && end < fileLength)
            throw new DataFileException($"'{_path}' is damaged at byte {_length}. Delete it, or restore it from a copy.");

        return isIntact
            ? (JsonSerializer.Deserialize<StoreChange>(description, Json)! with { Body = new RequestBody(bodyLength, bodyCrc, null, chunks) }, end)
            : null;
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
