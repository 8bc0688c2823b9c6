namespace OssLogSinks.Core.Spool.Disk;

/// <summary>A record as it was stored. Its bytes are the reader's own and last until the next read.</summary>
internal readonly ref struct SpooledRecord
{
    public SpooledRecord(scoped in SpoolFrame frame, SpoolStream stream, ReadOnlySpan<byte> utf8)
    {
        Id = frame.Id;
        Time = frame.Time;
        AcceptedTicks = frame.AcceptedTicks;
        Stream = stream;
        Utf8 = utf8;
    }

    public long Id { get; }

    /// <summary>The event's own time, with its offset.</summary>
    public DateTimeOffset Time { get; }

    /// <summary>When it was accepted, in UTC ticks.</summary>
    public long AcceptedTicks { get; }

    public SpoolStream Stream { get; }

    public ReadOnlySpan<byte> Utf8 { get; }
}
