using OssLogSinks.Core.Keys;

namespace OssLogSinks.Core.Records;

/// <summary>A record that comes back from a buffer. Its bytes last as long as the piece of the buffer that was read.</summary>
internal readonly ref struct BufferedRecord
{
    public BufferedRecord(long id, DateTimeOffset time, long acceptedTicks, IBufferedStream stream, ReadOnlySpan<byte> utf8)
    {
        Id = id;
        Time = time;
        AcceptedTicks = acceptedTicks;
        Stream = stream;
        Utf8 = utf8;
    }

    public long Id { get; }

    /// <summary>The event's own time, with its offset.</summary>
    public DateTimeOffset Time { get; }

    /// <summary>When the first record of its block was accepted, in UTC ticks.</summary>
    public long AcceptedTicks { get; }

    public IBufferedStream Stream { get; }

    public ReadOnlySpan<byte> Utf8 { get; }
}

/// <summary>A stream as a buffer knows it: its key, and a hash of all of it, by which it is found without comparing keys.</summary>
internal interface IBufferedStream
{
    StreamKey Key { get; }

    ulong Hash { get; }
}
