namespace OssLogSinks.Core.Spool.Disk;

/// <summary>A real file, without any buffer of its own.</summary>
internal sealed class SpoolFile : ISpoolFile
{
    // A buffer of one byte is none, and unlike zero it is one that the .NET Framework takes.
    private const int Unbuffered = 1;

    private readonly FileStream _stream;

    public SpoolFile(string path, FileMode mode, FileAccess access, FileShare share) =>
        _stream = new FileStream(path, mode, access, share, Unbuffered);

    public long Length => _stream.Length;

    public void Write(long offset, byte[] bytes, int start, int count)
    {
        try
        {
            _stream.Position = offset;
            _stream.Write(bytes, start, count);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException(e.Message, e);
        }
    }

    public int Read(long offset, byte[] buffer, int start, int count)
    {
        try
        {
            _stream.Position = offset;
            return _stream.Read(buffer, start, count);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException(e.Message, e);
        }
    }

    public void SetLength(long length) => SpoolFiles.Run(() =>
    {
        _stream.SetLength(length);
        return length;
    });

    public void Sync() => SpoolFiles.Run(() =>
    {
        _stream.Flush(flushToDisk: true);
        return true;
    });

    public void Dispose() => _stream.Dispose();
}
