namespace OssLogSinks.Emulator.Storage;

/// <summary>The bytes of one object as the chunks in which they came; grows at the end and never copies what it holds.</summary>
internal sealed class ObjectBytes
{
    // Owned by the key slot: read and written under its lock only.
    private readonly List<long> _starts = [];
    private readonly List<ReadOnlyMemory<byte>> _chunks = [];

    public long Length { get; private set; }

    /// <summary>False as soon as one part came without its bytes (<c>KeepBodies</c> is off).</summary>
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

    /// <summary>The given range as slices of the chunks.</summary>
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
