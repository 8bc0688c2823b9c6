using System.Text;
using CsCheck;
using OssLogSinks.Core.DiskBuffer;
using OssLogSinks.Core.DiskBuffer.Format;
using OssLogSinks.Core.Keys;
using OssLogSinks.Core.Records;

namespace OssLogSinks.Core.Tests.DiskBuffer.Format;

/// <summary>A record as a test wrote it or got it back.</summary>
internal sealed record StoredRecord(long Id, DateTimeOffset Time, long AcceptedTicks, StreamKey Stream, string Text)
{
    // Two times are equal at the same instant; here the offset counts as well.
    public TimeSpan Offset { get; } = Time.Offset;
}

/// <summary>Where a block was written.</summary>
internal sealed record StoredBlock(string Path, long Offset, int Length, IReadOnlyList<StoredRecord> Records);

/// <summary>A folder with segments on a disk in memory, and what tests do with it.</summary>
internal sealed class SegmentTesting
{
    public const string Folder = "/buffer/folder";

    public static readonly FolderId FolderId = new(0x0123_4567_89AB_CDEF);

    private static readonly DateTimeOffset Begin = new(2026, 9, 23, 1, 2, 3, TimeSpan.FromHours(2));

    /// <summary>Records, block by block.</summary>
    public static readonly Gen<StoredRecord[][]> Blocks =
        Gen.Select(Gen.DateTimeOffset, Gen.Int[0, 1_000_000], Gen.Int[0, 4], Gen.String[Gen.Char[' ', '\u04FF'], 0, 60], (time, accepted, stream, text) =>
            new StoredRecord(0, WholeMinutes(time), Begin.UtcTicks + (accepted * TimeSpan.TicksPerMillisecond), StreamNumber(stream), text))
        .Array[1, 6].Array[1, 12];

    private readonly Dictionary<StreamKey, StreamName> _names = [];

    public SegmentTesting() => Disk.CreateFolder(Folder);

    public MemoryDisk Disk { get; } = new();

    /// <summary>What was written, in order.</summary>
    public List<StoredBlock> Written { get; } = [];

    public static StreamKey StreamNumber(int number) => new($"app/{number}/", new SequencePart(number == 0 ? null : "000"), ".log");

    /// <summary>Some records with short texts, without the noise of made-up values.</summary>
    public static StoredRecord[] Records(int count, int stream = 1, int size = 20) =>
        [.. Enumerable.Range(0, count).Select(i => new StoredRecord(0, Begin, Begin.UtcTicks - (Begin.UtcTicks % TimeSpan.TicksPerMillisecond), StreamNumber(stream), $"{i} ".PadRight(size, '.')))];

    public Block Fill(long firstId, IReadOnlyList<StoredRecord> records)
    {
        var block = new Block(records.Sum(r => 200 + Encoding.UTF8.GetByteCount(r.Text)), firstId, new DateTimeOffset(records[0].AcceptedTicks, TimeSpan.Zero));
        foreach (var record in records)
            Assert.True(block.TryAdd(new LogRecord(record.Time, Encoding.UTF8.GetBytes(record.Text)), NameOf(record.Stream)));
        block.Seal(FolderId);
        return block;
    }

    /// <summary>Writes blocks with ids from 1, as many to a segment as fit.</summary>
    public void Write(StoredRecord[][] blocks, long segmentSize = 1 << 20)
    {
        var (id, path, bytes) = (1L, "", new List<byte>());
        foreach (var records in blocks)
        {
            var block = Fill(id, records);
            if (path == "" || bytes.Count + block.Length > segmentSize)
            {
                path = $"{Folder}/{SegmentHeader.NameOf(id)}";
                bytes = [.. new SegmentHeader(FileVersion.Current, FolderId.Value, id).ToBytes()];
            }

            var first = id;
            Written.Add(new StoredBlock(path, bytes.Count, block.Length, [.. records.Select((r, i) => r with { Id = first + i, AcceptedTicks = records[0].AcceptedTicks })]));
            bytes.AddRange(block.Bytes[..block.Length]);
            Disk.Put(path, [.. bytes]);
            id += records.Length;
            block.Release();
        }
    }

    /// <summary>Reads all segments as they stand, in the order of their ids, each id once.</summary>
    public (List<StoredRecord> Records, List<(string Path, Damage Damage)> Damage) ReadAll()
    {
        var (records, damage) = (new List<StoredRecord>(), new List<(string, Damage)>());
        foreach (var segment in FoundSegment.In(Disk, Folder, FolderId))
        {
            using var reader = new SegmentReader(Disk.OpenToRead(segment.Path), FolderId, new StreamNames(), segment.FirstId, records.Count > 0 ? records[^1].Id : 0);
            records.AddRange(ReadOn(reader, segment.Length));
            reader.Finish();
            damage.AddRange(reader.Damage.Select(d => (segment.Path, d)));
        }

        return (records, damage);
    }

    public static List<StoredRecord> ReadOn(SegmentReader reader, long upTo)
    {
        var records = new List<StoredRecord>();
        reader.UpTo = upTo;
        while (reader.TryRead())
        {
            while (reader.Current!.TryRead())
            {
                var record = reader.Current.Current;
                records.Add(new StoredRecord(record.Id, record.Time, record.AcceptedTicks, record.Stream.Key, Encoding.UTF8.GetString(record.Utf8)));
            }
        }

        return records;
    }

    public StreamName NameOf(StreamKey key) => _names.TryGetValue(key, out var name) ? name : _names[key] = new StreamName(key);

    private static DateTimeOffset WholeMinutes(DateTimeOffset time) => new(time.Ticks, new TimeSpan(time.Offset.Hours, time.Offset.Minutes, 0));
}
