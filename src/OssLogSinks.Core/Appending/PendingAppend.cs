using System.Buffers;

namespace OssLogSinks.Core.Appending;

/// <summary>
/// Records on their way into one object: always the same bytes until their fate is known. Owned by the worker that
/// ships the stream.
/// </summary>
internal sealed class PendingAppend
{
    public PendingAppend(ReadOnlySequence<byte> body, int end)
    {
        Body = body;
        End = end;
        Crc64 = Protocol.Crc64.Append(0, body);
    }

    public ReadOnlySequence<byte> Body { get; }

    /// <summary>The record of the batch after the last one of this append.</summary>
    public int End { get; }

    public long Length => Body.Length;

    /// <summary>CRC-64/XZ of the body alone.</summary>
    public ulong Crc64 { get; }

    /// <summary>
    /// What was sent before a crash, where the disk has not kept all of it; null if it is what would be sent now. Every record
    /// of this append is in it.
    /// </summary>
    public LostBody? Original { get; set; }

    /// <summary>Where the books say that it is sent to; null as long as they say nothing.</summary>
    public (int Sequence, long Position)? IntendedAt { get; set; }

    /// <summary>What has to happen next.</summary>
    public PendingState State { get; set; } = PendingState.ToSend;

    /// <summary>
    /// Whether a copy that was sent at the present position was never answered: it may stand there already, or land yet.
    /// Cleared when the position is left, for then it can never land.
    /// </summary>
    public bool MayHaveLanded { get; set; }

    /// <summary>Why the object takes no more appends, so that the next send, if any, goes to the next object; null while it does.</summary>
    public AppendOutcome.ObjectClosed? ClosedBy { get; set; }
}

/// <summary>An append whose bytes are no longer known, except for their number and CRC-64.</summary>
internal sealed record LostBody(long Length, ulong Crc64);

/// <summary>The next thing to do with a pending append.</summary>
internal enum PendingState
{
    /// <summary>Send it at the position that is believed.</summary>
    ToSend,

    /// <summary>Ask the object what became of it before anything else is sent.</summary>
    InDoubt,

    /// <summary>The service says it is stored, but the object's CRC-64 is not the one expected: read it back.</summary>
    ToReadBack,
}
