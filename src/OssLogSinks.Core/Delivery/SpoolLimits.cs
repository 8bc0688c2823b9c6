namespace OssLogSinks.Core.Delivery;

/// <summary>How much the spool holds, and for how long.</summary>
/// <param name="Memory">Bytes that all waiting records may hold.</param>
/// <param name="AppendSize">Bytes that one append carries at most.</param>
/// <param name="AppendInterval">How long a record waits for others.</param>
internal sealed record SpoolLimits(long Memory, int AppendSize, TimeSpan AppendInterval);
