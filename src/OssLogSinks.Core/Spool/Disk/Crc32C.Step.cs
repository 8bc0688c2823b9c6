#if NET8_0_OR_GREATER
using System.Buffers.Binary;
using System.Numerics;
#endif

namespace OssLogSinks.Core.Spool.Disk;

/// <content>Which way the CRC is computed on this platform.</content>
internal static partial class Crc32C
{
#if NET8_0_OR_GREATER
    private static uint Step(uint register, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length >= sizeof(ulong))
        {
            register = BitOperations.Crc32C(register, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (var value in bytes)
            register = BitOperations.Crc32C(register, value);

        return register;
    }
#else
    private static uint Step(uint register, ReadOnlySpan<byte> bytes) => StepByTable(register, bytes);
#endif
}
