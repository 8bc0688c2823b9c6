using System.Text;
using CsCheck;
using OssLogSinks.Core.Keys;
using OssLogSinks.Core.Spool.Disk;
using OssLogSinks.Core.Tests.Support;

namespace OssLogSinks.Core.Tests.Spool.Disk;

public class SegmentRoundTripTests
{
    [Fact]
    public void AnyRecordsInAnyBlocksAndSegments_AreReadBack() =>
        Gen.Select(SpoolTesting.Blocks, Gen.Long[100, 4000]).Sample((blocks, segmentSize) =>
        {
            var spool = new SpoolTesting();
            spool.Write(blocks, segmentSize);

            var (records, damage) = spool.ReadAll();

            Assert.Equal(spool.Written, records);
            Assert.Empty(damage);
        });

    [Fact]
    public void ReaderBehindTheWriter_SeesEachBlockOnce()
    {
        var spool = new SpoolTesting();
        using var writer = spool.NewWriter();
        writer.Write(spool.Fill(1, SpoolTesting.Records(3)));
        using var reader = new SegmentReader(spool.Disk.OpenToRead(writer.Current!.Path), SpoolTesting.Salt, new SpoolStreams());

        Assert.Empty(SpoolTesting.ReadOn(reader, 0));
        Assert.Equal([1L, 2, 3], SpoolTesting.ReadOn(reader, writer.Current!.Written).Select(r => r.Id));
        Assert.Empty(SpoolTesting.ReadOn(reader, writer.Current!.Written));

        writer.Write(spool.Fill(4, SpoolTesting.Records(2)));
        Assert.Equal([4L, 5], SpoolTesting.ReadOn(reader, writer.Current!.Written).Select(r => r.Id));
        Assert.Empty(reader.Damage);
    }

    [Fact]
    public void RecordLargerThanEveryBuffer_IsReadBackBetweenSmallOnes()
    {
        var spool = new SpoolTesting();
        StoredRecord[] records = [.. SpoolTesting.Records(2), .. SpoolTesting.Records(1, size: 3 << 20), .. SpoolTesting.Records(2)];
        spool.Write([records], segmentSize: 1 << 20);

        Assert.Equal(spool.Written, spool.ReadAll().Records);
    }

    [Fact]
    public void ManyStreamsInOneBlock_AreNamedOftenEnoughForAReaderWithABoundedMemory()
    {
        var spool = new SpoolTesting();
        var streams = (3 * SpoolBlock.MostNames) + 10;
        var records = Enumerable.Range(0, streams).Append(0).Append(streams - 1).Select(i => SpoolTesting.Records(1, stream: i)[0]).ToArray();
        var block = spool.Fill(1, records);
        using var writer = spool.NewWriter();
        writer.Write(block);
        using var reader = new SegmentReader(spool.Disk.OpenToRead(writer.Current!.Path), SpoolTesting.Salt, new SpoolStreams());

        Assert.Equal(records.Select(r => r.Stream), SpoolTesting.ReadOn(reader, writer.Current!.Written).Select(r => r.Stream));
    }

    [Fact]
    public void CostOfARecord_IsWhatItAddsToTheBlock() =>
        SpoolTesting.Blocks.Sample(blocks =>
        {
            var spool = new SpoolTesting();
            var block = new SpoolBlock(SpoolTesting.Salt);
            foreach (var record in blocks.SelectMany(b => b))
            {
                var utf8 = Encoding.UTF8.GetBytes(record.Text);
                var cost = block.CostOf(spool.StreamOf(record.Stream), utf8.Length);
                var before = block.Length;
                block.Append(block.LastId + 1, record.Time, record.AcceptedTicks, spool.StreamOf(record.Stream), utf8, state: null);
                Assert.Equal(before + cost, block.Length);
            }

            Assert.Equal(blocks.Sum(b => b.Length), block.Count);
        });

    [Fact]
    public void Block_KnowsItsStatesAndIsEmptyAfterItsRelease()
    {
        var stream = new SpoolStream(SpoolTesting.StreamNumber(1));
        var block = new SpoolBlock(SpoolTesting.Salt);
        block.Append(7, DateTimeOffset.UnixEpoch, 0, stream, "a"u8, state: null);
        block.Append(9, DateTimeOffset.UnixEpoch, 0, stream, "b"u8, state: "nine");
        var named = block.Length;

        Assert.Equal([(9L, (object)"nine")], block.States);
        Assert.Equal((7L, 9L, 2), (block.FirstId, block.LastId, block.Count));

        block.Release();
        Assert.Equal((0, 0, 0), (block.Length, block.Count, block.States.Count));
        block.Append(10, DateTimeOffset.UnixEpoch, 0, stream, "a"u8, state: null);
        block.Append(11, DateTimeOffset.UnixEpoch, 0, stream, "b"u8, state: null);
        Assert.Equal(named, block.Length);
    }

    [Fact]
    public void AppendingARecord_AllocatesNothing()
    {
        var stream = new SpoolStream(SpoolTesting.StreamNumber(1));
        var block = new SpoolBlock(SpoolTesting.Salt);
        block.Append(1, DateTimeOffset.UnixEpoch, 0, stream, new byte[100], state: null);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var id = 2; id < 300; id++)
            block.Append(id, DateTimeOffset.UnixEpoch, 0, stream, "text"u8, state: null);

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void SegmentName_IsItsFirstId()
    {
        Assert.Equal("00000000000000ff.seg", SegmentHeader.NameOf(255));
        Assert.True(SegmentHeader.TryParseName("00000000000000ff.seg", out var id));
        Assert.Equal(255, id);
        Assert.All(["ff.seg", "00000000000000FF.seg", "00000000000000ff.tmp", "0000000000000 ff.seg", ""], name => Assert.False(SegmentHeader.TryParseName(name, out _)));
    }
}
