using System.Buffers;
using OssLogSinks.Core.Records;

namespace OssLogSinks.Core.Appending;

/// <summary>
/// Records on their way into one object: always the same bytes until their outcome is known. Owned by the worker that
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
    /// The journal entry of an earlier process that was sending these records, or more of them, when it ended; null if there is none. The
    /// object may hold its bytes instead of ours: some records may be missing on disk now, or compression or header may differ.
    /// </summary>
    public AppendIntent? Recovered { get; init; }

    /// <summary>Position last journaled for this append; null if none.</summary>
    public (int Sequence, long Position)? IntendedAt { get; set; }

    /// <summary>What has to happen next.</summary>
    public PendingState State { get; set; } = PendingState.ToSend;

    /// <summary>
    /// Whether the outcome of a copy that was sent at the present position is in doubt: it may be there already, or land yet.
    /// Cleared when the position is left, for then it can never land.
    /// </summary>
    public bool MayHaveLanded { get; set; }

    /// <summary>Why the object takes no more appends, so that the next send, if any, goes to the next object; null while it does.</summary>
    public AppendOutcome.ObjectClosed? ClosedBy { get; set; }

    /// <summary>The same bytes as an append of their own, that nothing is known of yet.</summary>
    public PendingAppend AsNewAppend() => new(_body);

    /// <summary>Whether to keep the bytes when they go to another object: compressing them took time.</summary>
    public bool IsCompressed => _body.IsCompressed;

    /// <summary>Lets go of the bytes: their outcome is known, or they are given up.</summary>
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
