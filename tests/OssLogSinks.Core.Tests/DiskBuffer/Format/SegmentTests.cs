using CsCheck;
using OssLogSinks.Core.DiskBuffer.Format;

namespace OssLogSinks.Core.Tests.DiskBuffer.Format;

/// <summary>What is written to a segment is read back; whatever happens to the file, every whole block is, and nothing else.</summary>
public class SegmentTests
{
    private const int Size = 8 << 20;
    private const int Limit = 120_000;

    private readonly SegmentTesting _buffer = new();

    private enum Harm
    {
        Cut,
        Flip,
        Zero,
        Garbage,
        Extend,
        Swap,
    }

    [Fact]
    public void AnyRecordsInAnyBlocksAndSegments_AreReadBack() =>
        Gen.Select(SegmentTesting.Blocks, Gen.Long[100, 4000]).Sample((blocks, segmentSize) =>
        {
            var buffer = new SegmentTesting();
            buffer.Write(blocks, segmentSize);

            var (records, damage) = buffer.ReadAll();

            Assert.Equal(buffer.Written.SelectMany(b => b.Records), records);
            Assert.Empty(damage);
        });

    [Fact]
    public void EveryBlockThatNoDamageTouched_IsReadBackAndNothingElse() =>
        Gen.Select(SegmentTesting.Blocks, Gen.Long[200, 3000], Gen.Select(Gen.Int[0, (int)Harm.Swap], Gen.Double[0, 1], Gen.Double[0, 1], Gen.Int[1, 200]).Array[1, 6])
            .Sample(
                (blocks, segmentSize, harms) =>
                {
                    var buffer = new SegmentTesting();
                    buffer.Write(blocks, segmentSize);
                    var original = buffer.Written.Select(b => b.Path).Distinct().ToDictionary(path => path, path => buffer.Disk.Bytes(path));
                    var holds = original.Keys.ToDictionary(path => path);
                    foreach (var (kind, where, otherwhere, size) in harms)
                        Damage(buffer, holds, (Harm)kind, where, otherwhere, size);
                    Check(buffer, original, holds);
                },
                iter: 2000,
                print: t => $"{t.Item1.Sum(b => b.Length)} records, {t.Item2}, " + string.Join(", ", t.Item3.Select(h => $"{(Harm)h.Item1} {h.Item2} {h.Item3} {h.Item4}")));

    [Fact]
    public void FileShorterThanItWas_SaysThatRecordsAreMissing()
    {
        _buffer.Write([SegmentTesting.Records(3), SegmentTesting.Records(2)]);
        var (first, second) = (_buffer.Written[0], _buffer.Written[1]);
        _buffer.Disk.Put(first.Path, _buffer.Disk.Bytes(first.Path)[..(int)second.Offset]);
        using var reader = new SegmentReader(_buffer.Disk.OpenToRead(first.Path), SegmentTesting.FolderId, new StreamNames(), 1);

        Assert.Equal(first.Records, SegmentTesting.ReadOn(reader, second.Offset + second.Length));
        reader.Finish();

        Assert.Equal(new Damage(second.Offset, 0, 4, 1) { Bound = DamageBound.AtLeast }, Assert.Single(reader.Damage));
    }

    [Fact]
    public void ReaderBehindTheWriter_SeesEachBlockOnce()
    {
        _buffer.Write([SegmentTesting.Records(3), SegmentTesting.Records(2)]);
        var (first, second) = (_buffer.Written[0], _buffer.Written[1]);
        using var reader = new SegmentReader(_buffer.Disk.OpenToRead(first.Path), SegmentTesting.FolderId, new StreamNames(), 1);

        Assert.Empty(SegmentTesting.ReadOn(reader, 0));
        Assert.Equal([1L, 2, 3], SegmentTesting.ReadOn(reader, first.Offset + first.Length).Select(r => r.Id));
        Assert.Empty(SegmentTesting.ReadOn(reader, first.Offset + first.Length));
        Assert.Equal([4L, 5], SegmentTesting.ReadOn(reader, second.Offset + second.Length).Select(r => r.Id));
        Assert.Empty(reader.Damage);
    }

    [Fact]
    public void RecordLargerThanEveryBuffer_IsReadBackBetweenSmallOnes()
    {
        _buffer.Write([SegmentTesting.Records(2), SegmentTesting.Records(1, size: 3 << 20), SegmentTesting.Records(2)]);

        Assert.Equal(_buffer.Written.SelectMany(b => b.Records), _buffer.ReadAll().Records);
    }

    [Fact]
    public void FlippedBit_CostsItsBlockAndSaysHowManyRecordsThatWere()
    {
        _buffer.Write([SegmentTesting.Records(3), SegmentTesting.Records(4), SegmentTesting.Records(2)]);
        var hit = _buffer.Written[1];
        for (var at = 0; at < hit.Length; at++)
        {
            var bytes = _buffer.Disk.Bytes(hit.Path);
            bytes[hit.Offset + at] ^= 16;
            _buffer.Disk.Put(hit.Path, bytes);

            var (records, damage) = _buffer.ReadAll();
            Assert.Equal([1L, 2, 3, 8, 9], records.Select(r => r.Id));
            Assert.Equal(new Damage(hit.Offset, hit.Length, 4, 4), Assert.Single(damage).Damage);

            bytes[hit.Offset + at] ^= 16;
            _buffer.Disk.Put(hit.Path, bytes);
        }
    }

    [Fact]
    public void SmallEvents_TakeLittleMoreThanTheirText()
    {
        const int Text = 150;
        _buffer.Write([SegmentTesting.Records(1000, size: Text)]);

        Assert.InRange(_buffer.Disk.UsedBytes / (1000.0 * Text), 1, 1.08);
    }

    [Fact]
    public void AppendingARecord_AllocatesNothing()
    {
        var name = new StreamName(SegmentTesting.StreamNumber(1));
        var block = new Block(64 << 10, 1, DateTimeOffset.UnixEpoch);
        var record = new Core.Records.LogRecord(DateTimeOffset.UnixEpoch, new byte[100]);
        Assert.True(block.TryAdd(record, name));
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var id = 2; id < 300; id++)
            block.TryAdd(record, name);

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.Equal(299, block.Count);
    }

    [Fact]
    public void BlockThatIsFull_TakesNoMoreAndStaysAsItIs()
    {
        var name = new StreamName(SegmentTesting.StreamNumber(1));
        var block = new Block(4096, 1, DateTimeOffset.UnixEpoch);
        var record = new Core.Records.LogRecord(DateTimeOffset.UnixEpoch, new byte[1000]);
        while (block.TryAdd(record, name))
            Assert.InRange(block.Length, 1000, block.HeldBytes);

        Assert.Equal(3, block.Count);
        Assert.Equal(4096, block.HeldBytes);
    }

    [Fact]
    public void SegmentName_IsItsFirstId()
    {
        Assert.Equal("00000000000000ff.seg", SegmentHeader.NameOf(255));
        Assert.True(SegmentHeader.TryParseName("00000000000000ff.seg", out var id));
        Assert.Equal(255, id);
        Assert.All(["ff.seg", "00000000000000FF.seg", "00000000000000ff.tmp", "0000000000000 ff.seg", ""], name => Assert.False(SegmentHeader.TryParseName(name, out _)));
    }

    [Fact(Timeout = Limit)]
    public Task FileFullOfMarks_IsReadInOnePass() => Task.Run(() =>
    {
        var bytes = new byte[Size / 16];
        for (var at = 0; at < bytes.Length; at += 4)
            BitConverter.TryWriteBytes(bytes.AsSpan(at), SegmentTesting.FolderId.Mark);

        Assert.Equal(bytes.Length, ReadHostile(bytes).Sum(d => d.Length));
    }, TestContext.Current.CancellationToken);

    // The CI runs the explicit ones too.
    [Theory(Timeout = Limit)]
    [InlineData(Size / 2, Explicit = true)]
    [InlineData(100_000, Explicit = true)]
    [InlineData(60)]
    [InlineData(Size * 2)]
    public Task FileFullOfHeadsWithFalseBodies_IsReadInAFewPasses(int claimed) => Task.Run(() =>
    {
        var bytes = new byte[Size];
        for (var at = 0; at < Size - BlockHeader.Size; at += BlockHeader.Size)
        {
            // What a header may say, so that only the checksum tells.
            BitConverter.TryWriteBytes(bytes.AsSpan(at), SegmentTesting.FolderId.Mark);
            BitConverter.TryWriteBytes(bytes.AsSpan(at + 8), claimed);
            BitConverter.TryWriteBytes(bytes.AsSpan(at + 12), 1);
            BitConverter.TryWriteBytes(bytes.AsSpan(at + 16), 1L + at);
            BitConverter.TryWriteBytes(bytes.AsSpan(at + 32), claimed - 1);
        }

        Assert.Equal(Size, ReadHostile(bytes).Sum(d => d.Length));
    }, TestContext.Current.CancellationToken);

    private static IReadOnlyList<Damage> ReadHostile(byte[] bytes)
    {
        using var disk = new MemoryFile(bytes);
        using var reader = new SegmentReader(disk, SegmentTesting.FolderId, new StreamNames(), 1);
        Assert.Empty(SegmentTesting.ReadOn(reader, bytes.Length));
        reader.Finish();
        return reader.Damage;
    }

    // Where a file's blocks are after swaps is in holds: from the file that was written to the one that has them now.
    private static void Damage(SegmentTesting buffer, Dictionary<string, string> holds, Harm harm, double where, double otherwhere, int size)
    {
        var paths = holds.Keys.Order(StringComparer.Ordinal).ToArray();
        var path = paths[(int)(where * (paths.Length - 1))];
        var bytes = buffer.Disk.Bytes(path);
        var at = (int)(otherwhere * bytes.Length);
        var part = bytes.AsSpan(at, Math.Min(size, bytes.Length - at));
        var random = new Random(size);
        switch (harm)
        {
            case Harm.Cut:
                bytes = bytes[..at];
                break;
            case Harm.Flip when part.Length > 0:
                part[0] ^= (byte)(1 << (size % 8));
                break;
            case Harm.Zero:
                part.Clear();
                break;
            case Harm.Garbage:
                random.NextBytes(part);
                break;
            case Harm.Extend:
                var tail = new byte[size];
                if (size % 2 == 0)
                    random.NextBytes(tail);
                bytes = [.. bytes, .. tail];
                break;
            case Harm.Swap:
                var other = paths[(int)(otherwhere * (paths.Length - 1))];
                buffer.Disk.Put(path, buffer.Disk.Bytes(other));
                foreach (var origin in holds.Keys.ToArray())
                    holds[origin] = holds[origin] == path ? other : holds[origin] == other ? path : holds[origin];
                path = other;
                break;
        }

        buffer.Disk.Put(path, bytes);
    }

    private static void Check(SegmentTesting buffer, Dictionary<string, byte[]> original, Dictionary<string, string> holds)
    {
        bool IsWhole(StoredBlock block)
        {
            var now = buffer.Disk.Bytes(holds[block.Path]);
            return block.Offset + block.Length <= now.Length
                && now.AsSpan((int)block.Offset, block.Length).SequenceEqual(original[block.Path].AsSpan((int)block.Offset, block.Length));
        }

        var (records, damage) = buffer.ReadAll();

        Assert.Equal(buffer.Written.Where(IsWhole).SelectMany(b => b.Records), records);
        Assert.All(buffer.Written.Where(b => !IsWhole(b) && b.Offset < buffer.Disk.Bytes(holds[b.Path]).Length), lost =>
            Assert.Contains(damage, d => d.Path == holds[lost.Path]
                && d.Damage.Offset < lost.Offset + lost.Length && lost.Offset < d.Damage.Offset + d.Damage.Length));
        Assert.All(damage.GroupBy(d => d.Path), file => Assert.InRange(file.Sum(d => d.Damage.Length), 1, buffer.Disk.Bytes(file.Key).Length));
    }

    private sealed class MemoryFile(byte[] bytes) : Core.DiskBuffer.Files.IBufferFile
    {
        public long Length => bytes.Length;

        public int Read(long offset, byte[] buffer, int start, int count)
        {
            count = (int)Math.Min(count, bytes.Length - offset);
            Array.Copy(bytes, offset, buffer, start, count);
            return count;
        }

        public void Write(long offset, byte[] source, int start, int count) => throw new NotSupportedException();

        public void SetLength(long length) => throw new NotSupportedException();

        public void Sync() => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
