namespace OssLogSinks.Emulator.Storage;

/// <summary>The bytes of one object, in the chunks as received. Grows at the end without copying.</summary>
internal sealed class ObjectBytes
{
    // Owned by the key slot: read and written under its lock only.
    private readonly List<long> _starts = [];
    private readonly List<ReadOnlyMemory<byte>> _chunks = [];

    public long Length { get; private set; }

    /// <summary>False after a part was added without its bytes (<c>KeepBodies</c> is off).</summary>
    public bool IsReadable { get; private set; } = true;

    public void Append(RequestBody body)
    {
        if (body.Chunks is null)
        {
            IsReadable = IsReadable && body.Length == 0;
            Length += body.Length;
            return;
        }

        foreach (var chunk in body.Chunks)
        {
            _starts.Add(Length);
            _chunks.Add(chunk);
            Length += chunk.Length;
        }
    }

    /// <summary>The range as slices of the chunks.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Slice(long start, long length)
    {
        var slices = new List<ReadOnlyMemory<byte>>();
        var index = _starts.BinarySearch(start);
        for (index = index < 0 ? ~index - 1 : index; length > 0; index++)
        {
            var offset = (int)(start - _starts[index]);
            var taken = (int)Math.Min(_chunks[index].Length - offset, length);
            slices.Add(_chunks[index].Slice(offset, taken));
            start += taken;
            length -= taken;
        }

        return slices;
    }
}
