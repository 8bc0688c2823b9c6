namespace OssLogSinks.Core.Appending;

/// <summary>
/// What has to be known of an append that is about to be sent, to find out after a crash whether it landed.
/// </summary>
/// <param name="Sequence">The object's number within its stream.</param>
/// <param name="Position">The object's end before the append, and the CRC-64 of what stands there.</param>
/// <param name="Length">Bytes of the append.</param>
/// <param name="Crc64">CRC-64/XZ of these bytes alone.</param>
/// <param name="FirstId">Number of the first record in it.</param>
/// <param name="LastId">Number of the last record in it.</param>
internal sealed record AppendIntent(int Sequence, AppendPosition Position, long Length, ulong Crc64, long FirstId, long LastId);
