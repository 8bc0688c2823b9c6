using OssLogSinks.Core.Appending;

namespace OssLogSinks.Core.Spool.Disk;

/// <summary>An append as the journal knew it before it was sent: enough to tell later whether it landed, and to send the same bytes again.</summary>
/// <param name="Sequence">Which object of the stream.</param>
/// <param name="Position">Where in the object.</param>
/// <param name="Length">Bytes of the append.</param>
/// <param name="Crc64">CRC-64/XZ of these bytes.</param>
/// <param name="FirstId">Its first record; all of the stream's records before it have met their fate.</param>
/// <param name="LastId">Its last record.</param>
internal sealed record AppendIntent(int Sequence, AppendPosition Position, long Length, ulong Crc64, long FirstId, long LastId);
