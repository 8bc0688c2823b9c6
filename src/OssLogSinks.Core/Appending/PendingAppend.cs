using System.Buffers;
using OssLogSinks.Core.Records;

namespace OssLogSinks.Core.Appending;

/// <summary>
/// One append that is sent until its outcome is known, always with the same bytes. Owned by the worker that ships the stream.
/// </summary>
internal sealed class PendingAppend
{
    private readonly AppendBody _body;

    public PendingAppend(AppendBody body) => _body = body;

    public ReadOnlySequence<byte> Body => _body.Bytes;

    /// <summary>Index in the batch of the record after the last one of this append.</summary>
    public int End => _body.End;

    public long Length => _body.Bytes.Length;

    /// <summary>CRC-64/XZ of the body alone.</summary>
    public ulong Crc64 => _body.Crc64;

    /// <summary>
    /// The journal entry of an earlier process that was sending these records, or more of them, when it ended; null if none. The object may
    /// contain that process's bytes, which differ if records have become unreadable, or compression or header have changed.
    /// </summary>
    public AppendIntent? Recovered { get; init; }

    /// <summary>Position last journaled for this append; null if none.</summary>
    public (int Sequence, long Position)? IntendedAt { get; set; }

    public PendingState State { get; set; } = PendingState.ToSend;

    /// <summary>
    /// Whether a copy that was sent at the current position is in doubt: it may have been applied, or may still be. False again after the
    /// position has changed, since then it can no longer be applied.
    /// </summary>
    public bool MayHaveLanded { get; set; }

    /// <summary>Why the object takes no more appends, so that the next send goes to the next object; null if it takes appends.</summary>
    public AppendOutcome.ObjectClosed? ClosedBy { get; set; }

    /// <summary>A new append of the same bytes.</summary>
    public PendingAppend AsNewAppend() => new(_body);

    /// <summary>Whether the bytes should be reused for another object, since compressing them took time.</summary>
    public bool IsCompressed => _body.IsCompressed;

    /// <summary>Frees the bytes, after the outcome is known or the records were dropped.</summary>
    public void Release() => _body.Release();

    /// <summary>Keeps the bytes out of the pool for good: a call that did not end may still be reading them.</summary>
    public void Keep() => _body.Keep();
}

/// <summary>The next step of a pending append.</summary>
internal enum PendingState
{
    /// <summary>Send it at the current position.</summary>
    ToSend,

    /// <summary>Look at the object before anything else is sent.</summary>
    InDoubt,

    /// <summary>The service stored it, but the object's CRC-64 is not the expected one: read it back.</summary>
    ToReadBack,
}
