using System.Buffers;
using OssLogSinks.Core.Client;

namespace OssLogSinks.Core.Records;

/// <summary>The bytes of one append: records, behind the object's header if the append creates the object, compressed if the object is. Made once; every repeat sends the very same.</summary>
internal sealed class AppendBody
{
    private readonly PooledBytes? _compressed;

    /// <param name="plain">What a reader of the object finds.</param>
    /// <param name="end">The record of the batch after the last one in it.</param>
    /// <param name="compressed">The same as it is sent; null if that is no other. Belongs to the body from now on.</param>
    public AppendBody(ReadOnlySequence<byte> plain, int end, PooledBytes? compressed = null)
    {
        End = end;
        _compressed = compressed;
        Bytes = compressed?.Written ?? plain;
        Crc64 = Client.Crc64.Append(0, Bytes);
    }

    /// <summary>What is sent.</summary>
    public ReadOnlySequence<byte> Bytes { get; }

    /// <summary>CRC-64/XZ of <see cref="Bytes"/>.</summary>
    public ulong Crc64 { get; }

    /// <summary>The record of the batch after the last one in it.</summary>
    public int End { get; }

    public bool IsCompressed => _compressed is not null;

    /// <summary>Gives the memory of its own back, if there is any. The body is not to be sent any more.</summary>
    public void Release() => _compressed?.Release();
}
