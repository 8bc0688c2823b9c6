using System.Buffers;
using OssLogSinks.Core.Records;

namespace OssLogSinks.Core.Appending;

/// <summary>
/// Records on their way into one object: always the same bytes until their fate is known. Owned by the worker that
/// ships the stream.
/// </summary>
internal sealed class PendingAppend
{
    private readonly AppendBody _body;

    public PendingAppend(AppendBody body) => _body = body;

    public ReadOnlySequence<byte> Body => _body.Bytes;

    /// <summary>The record of the batch after the last one of this append.</summary>
    public int End => _body.End;

    public long Length => _body.Bytes.Length;

    /// <summary>CRC-64/XZ of the body alone.</summary>
    public ulong Crc64 => _body.Crc64;

    /// <summary>
    /// The note of a process before this one that was sending these records, or more of them, when it ended; null if none did.
    /// It says what may stand there besides what would be sent now: the disk may not have kept all of it, and another compressor
    /// or header makes other bytes of it.
    /// </summary>
    public AppendIntent? Left { get; init; }

    /// <summary>Position last journaled for this append; null if none.</summary>
    public (int Sequence, long Position)? IntendedAt { get; set; }

    /// <summary>What has to happen next.</summary>
    public PendingState State { get; set; } = PendingState.ToSend;

    /// <summary>
    /// Whether the outcome of a copy that was sent at the present position is in doubt: it may stand there already, or land yet.
    /// Cleared when the position is left, for then it can never land.
    /// </summary>
    public bool MayHaveLanded { get; set; }

    /// <summary>Why the object takes no more appends, so that the next send, if any, goes to the next object; null while it does.</summary>
    public AppendOutcome.ObjectClosed? ClosedBy { get; set; }

    /// <summary>The same bytes as an append of their own, that nothing is known of yet.</summary>
    public PendingAppend Anew() => new(_body);

    /// <summary>Whether it is worth keeping the bytes when they go elsewhere: making them took time.</summary>
    public bool IsCompressed => _body.IsCompressed;

    /// <summary>Lets go of the bytes: their fate is known, or they are given up.</summary>
    public void Release() => _body.Release();
}

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
