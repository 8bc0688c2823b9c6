using System.Text;
using CsCheck;
using OssLogSinks.Core.Keys;
using OssLogSinks.Core.Spool.Disk;
using OssLogSinks.Core.Tests.Support;

namespace OssLogSinks.Core.Tests.Spool.Disk;

/// <summary>A record as a test wrote it or got it back.</summary>
internal sealed record StoredRecord(long Id, DateTimeOffset Time, long AcceptedTicks, StreamKey Stream, string Text)
{
    // Two times are equal at the same instant; here the offset counts as well.
    public TimeSpan Offset { get; } = Time.Offset;
}

/// <summary>Where a written frame stands; what it needs to be read.</summary>
internal sealed record StoredFrame(string Path, long Offset, int Length, int KeyLength, StoredRecord Record);

/// <summary>A folder with segments on a disk in memory, and what tests do with it.</summary>
internal sealed class SpoolTesting
{
    public const string Folder = "/spool/folder";

    public static readonly SpoolSalt Salt = new(0x0123_4567_89AB_CDEF);

    public static readonly Gen<StoredRecord[][]> Blocks =
        Gen.Select(Gen.DateTimeOffset, Gen.Long, Gen.Int[0, 4], Gen.String[Gen.Char[' ', '\u04FF'], 0, 60], (time, accepted, stream, text) =>
            new StoredRecord(0, WholeMinutes(time), accepted, StreamNumber(stream), text))
        .Array[1, 6].Array[1, 12];

    private readonly Dictionary<StreamKey, SpoolStream> _streams = [];

    public MemoryDisk Disk { get; } = new();

    public List<StoredFrame> Frames { get; } = [];

    public SpoolTesting()
    {
        Disk.CreateFolder(Folder);
        Disk.SyncFolder("/");
        Disk.SyncFolder("/spool");
    }

    public static StreamKey StreamNumber(int number) => new($"app/{number}/", new SequencePart(number == 0 ? null : "000"), ".log");

    public SegmentWriter NewWriter(long segmentSize = 1 << 20, bool syncs = true) => new(Disk, Folder, Salt, segmentSize, syncs);

    public SpoolBlock Fill(long firstId, params IReadOnlyList<StoredRecord> records)
    {
        var block = new SpoolBlock(Salt);
        foreach (var record in records)
            block.Append(firstId++, record.Time, record.AcceptedTicks, StreamOf(record.Stream), Encoding.UTF8.GetBytes(record.Text), state: null);
        return block;
    }

    /// <summary>Some records with short texts, without the noise of made-up values.</summary>
    public static StoredRecord[] Records(int count, int stream = 1, int size = 20) =>
        [.. Enumerable.Range(0, count).Select(i => new StoredRecord(0, new DateTimeOffset(2026, 9, 23, 1, 2, 3, TimeSpan.FromHours(2)), i, StreamNumber(stream), $"{i} ".PadRight(size, '.')))];

    /// <summary>Writes blocks with ids from 1, and remembers where each frame went.</summary>
    public void Write(StoredRecord[][] blocks, long segmentSize, bool syncs = true)
    {
        using var writer = NewWriter(segmentSize, syncs);
        var id = 1L;
        foreach (var records in blocks)
        {
            var block = Fill(id, records);
            writer.Write(block);
            Remember(writer.Current!, block, records);
            id += records.Length;
            block.Release();
            if (syncs)
                writer.Sync();
        }
    }

    /// <summary>
    /// Reads all segments as they stand: what is whole, and what is damaged. A segment that lost its header may hold what
    /// stands elsewhere too; whoever reads a folder takes each id once.
    /// </summary>
    public (List<StoredRecord> Records, List<(string Path, SpoolDamage Damage)> Damage) ReadAll()
    {
        var records = new List<StoredRecord>();
        var damage = new List<(string, SpoolDamage)>();
        var streams = new SpoolStreams(Disk, Folder, Salt);
        foreach (var segment in SegmentEntry.In(Disk, Folder, Salt))
        {
            using var reader = new SegmentReader(Disk.OpenToRead(segment.Path), Salt, streams, segment.FirstId, below: segment.Below);
            var read = ReadOn(reader, segment.Length);
            records.AddRange(reader.Header is null ? read.Where(r => !records.Exists(known => known.Id == r.Id)) : read);
            damage.AddRange(reader.Damage.Select(d => (segment.Path, d)));
        }

        return (records, damage);
    }

    public static List<StoredRecord> ReadOn(SegmentReader reader, long upTo)
    {
        var records = new List<StoredRecord>();
        while (reader.TryRead(upTo, out var record))
            records.Add(new StoredRecord(record.Id, record.Time, record.AcceptedTicks, record.Stream.Key, Encoding.UTF8.GetString(record.Utf8)));
        return records;
    }

    public IReadOnlyList<StoredRecord> Written => [.. Frames.Select(frame => frame.Record)];

    public SpoolStream StreamOf(StreamKey key) => _streams.TryGetValue(key, out var stream) ? stream : _streams[key] = new SpoolStream(key);

    private void Remember(SegmentExtent extent, SpoolBlock block, StoredRecord[] records)
    {
        var at = 0;
        foreach (var (record, i) in records.Select((r, i) => (r, i)))
        {
            Assert.True(SpoolFrame.TryReadHead(block.Bytes.AsSpan(at), Salt, out var frame));
            Frames.Add(new StoredFrame(extent.Path, extent.Written - block.Length + at, frame.Length, frame.KeyLength, record with { Id = block.FirstId + i }));
            at += frame.Length;
        }
    }

    private static DateTimeOffset WholeMinutes(DateTimeOffset time) => new(time.Ticks, new TimeSpan(time.Offset.Hours, time.Offset.Minutes, 0));
}
