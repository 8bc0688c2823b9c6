using System.Text;
using OssLogSinks.Core.Spool.Disk;
using OssLogSinks.Core.Tests.Support;

namespace OssLogSinks.Core.Tests.Spool.Disk;

/// <summary>What damage is called, and how many records it counts.</summary>
public class SegmentReaderTests
{
    private readonly SpoolTesting _spool = new();

    private string FirstPath => _spool.Frames[0].Path;

    [Fact]
    public void TornTail_IsOneRecord()
    {
        _spool.Write([SpoolTesting.Records(3)], 1 << 20);
        var last = _spool.Frames[2];
        Change(bytes => bytes[..^5]);

        Assert.Equal([1L, 2], ReadIds(out var damage));
        Assert.Equal([new SpoolDamage(last.Offset, last.Length - 5, 1)], damage);
    }

    [Fact]
    public void ZeroTail_IsNoRecord()
    {
        _spool.Write([SpoolTesting.Records(3)], 1 << 20);
        Change(bytes => [.. bytes, .. new byte[3000]]);

        Assert.Equal([1L, 2, 3], ReadIds(out var damage));
        Assert.Equal([new SpoolDamage(_spool.Frames[2].Offset + _spool.Frames[2].Length, 3000, 0)], damage);
    }

    [Fact]
    public void TailOfHeadsWithoutBodies_IsAsManyRecordsAsItsHighestIdTells()
    {
        _spool.Write([SpoolTesting.Records(3), SpoolTesting.Records(4, size: 300)], 1 << 20);
        Change(bytes =>
        {
            foreach (var frame in _spool.Frames.Skip(3))
                bytes.AsSpan((int)frame.Offset + frame.Length - 100, 100).Clear();
            return bytes;
        });

        Assert.Equal([1L, 2, 3], ReadIds(out var damage));
        Assert.Equal(4, Assert.Single(damage).MissingRecords);
    }

    [Fact]
    public void DamageBetweenRecords_CountsTheIdsThatAreMissing()
    {
        _spool.Write([SpoolTesting.Records(10)], 1 << 20);
        Flip(_spool.Frames[2].Offset + 30);
        Flip(_spool.Frames[3].Offset + 60);
        Flip(_spool.Frames[7].Offset);

        Assert.Equal([1L, 2, 5, 6, 7, 9, 10], ReadIds(out var damage));
        Assert.Equal([2L, 1], damage.Select(d => d.MissingRecords));
        Assert.Equal([_spool.Frames[2].Offset, _spool.Frames[7].Offset], damage.Select(d => d.Offset));
    }

    [Fact]
    public void LostHeader_CostsNoRecord()
    {
        _spool.Write([SpoolTesting.Records(3)], 1 << 20);
        Flip(20);

        Assert.Equal([1L, 2, 3], ReadIds(out var damage));
        Assert.Equal([new SpoolDamage(0, SegmentHeader.Size, 0)], damage);
    }

    [Fact]
    public void OtherVersion_IsLeftAloneAsAWhole()
    {
        _spool.Write([SpoolTesting.Records(3)], 1 << 20);
        Change(bytes => [.. (new SegmentHeader(2, SpoolTesting.Salt.Value, 1, 1, 0, 1)).ToBytes(), .. bytes[SegmentHeader.Size..]]);

        Assert.Empty(ReadIds(out var damage));
        Assert.Equal(new SpoolDamage(0, _spool.Disk.Bytes(FirstPath).Length, SpoolDamage.Unknown), Assert.Single(damage));
        Assert.Equal(0, damage[0].KnownMissing);
    }

    [Fact]
    public void RecordWithoutItsStreamsName_IsFoundOutThroughAnotherSegment()
    {
        _spool.Write([SpoolTesting.Records(3), SpoolTesting.Records(1)], segmentSize: 100);
        var named = _spool.Frames[0];
        Flip(named.Offset + SpoolFrame.HeadSize + 2);

        Assert.Equal([2L, 3, 4], ReadIds(out var damage));
        Assert.Equal([new SpoolDamage(named.Offset, named.Length, 1)], damage);
    }

    [Fact]
    public void RecordWhoseStreamNobodyKnows_IsDamage()
    {
        _spool.Write([[.. SpoolTesting.Records(3), .. SpoolTesting.Records(1, stream: 2)]], 1 << 20);
        Flip(_spool.Frames[0].Offset + SpoolFrame.HeadSize + 2);

        Assert.Equal([4L], ReadIds(out var damage));
        Assert.Equal(3, Assert.Single(damage).MissingRecords);
    }

    [Fact]
    public void NameInARecordWithADamagedText_IsStillUsed()
    {
        _spool.Write([SpoolTesting.Records(3)], 1 << 20);
        Flip(_spool.Frames[0].Offset + _spool.Frames[0].Length - 1);

        Assert.Equal([2L, 3], ReadIds(out _));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ImageOfAFrameInALogText_IsNotTakenForOne(bool ofThisFolder)
    {
        var salt = ofThisFolder ? SpoolTesting.Salt : new SpoolSalt(SpoolTesting.Salt.Value + 1);
        var image = new SpoolBlock(salt);
        var stream = new SpoolStream(SpoolTesting.StreamNumber(1));
        image.Append(5, DateTimeOffset.UnixEpoch, 0, stream, "forged"u8, state: null);

        var block = new SpoolBlock(SpoolTesting.Salt);
        block.Append(1, DateTimeOffset.UnixEpoch, 0, stream, image.Bytes.AsSpan(0, image.Length), state: null);
        block.Append(2, DateTimeOffset.UnixEpoch, 0, stream, image.Bytes.AsSpan(0, image.Length), state: null);
        block.Append(9, DateTimeOffset.UnixEpoch, 0, stream, "true"u8, state: null);
        using var writer = _spool.NewWriter();
        writer.Write(block);
        var path = writer.Current!.Path;
        var bytes = _spool.Disk.Bytes(path);

        // The last byte of the first text; the head of the second record, if nobody could have made the image on purpose.
        bytes[SegmentHeader.Size + SpoolFrame.HeadSize + stream.Encoded.Length + image.Length - 1] ^= 1;
        if (!ofThisFolder)
            bytes[SegmentHeader.Size + SpoolFrame.HeadSize + stream.Encoded.Length + image.Length + 20] ^= 1;
        _spool.Disk.Put(path, bytes);

        var records = _spool.ReadAll().Records;
        Assert.Equal(ofThisFolder ? [2, 9] : [9], records.Select(r => r.Id));
        Assert.Equal("true", records[^1].Text);
    }

    [Fact]
    public void MarkOfAFolder_IsNeverInUtf8()
    {
        for (var salt = 0UL; salt < 1000; salt++)
            Assert.True((byte)new SpoolSalt(salt).Mark >= 0xF8);
    }

    [Fact]
    public void RecordsOutsideTheBounds_AreNeitherReadNorDamage()
    {
        _spool.Write([SpoolTesting.Records(10)], 1 << 20);
        using var reader = new SegmentReader(_spool.Disk.OpenToRead(FirstPath), SpoolTesting.Salt, new SpoolStreams(), above: 3, below: 8);

        Assert.Equal([4L, 5, 6, 7], SpoolTesting.ReadOn(reader, _spool.Disk.Bytes(FirstPath).Length).Select(r => r.Id));
        Assert.Empty(reader.Damage);
    }

    [Fact]
    public void DiskThatRefusesToReadOn_IsDamageOfTheRest()
    {
        _spool.Write([SpoolTesting.Records(3), SpoolTesting.Records(1, size: 1 << 20), SpoolTesting.Records(3)], 4 << 20);
        using var reader = new SegmentReader(_spool.Disk.OpenToRead(FirstPath), SpoolTesting.Salt, new SpoolStreams());
        var length = _spool.Disk.Bytes(FirstPath).Length;
        Assert.True(reader.TryRead(length, out _));
        _spool.Disk.Fails = (act, _) => act == DiskAct.Read;

        Assert.Equal([2L, 3], SpoolTesting.ReadOn(reader, length).Select(r => r.Id));
        Assert.True(reader.IsUnreadable);
        Assert.Equal([new SpoolDamage(_spool.Frames[3].Offset, length - _spool.Frames[3].Offset, 1)], reader.Damage);
    }

    [Fact]
    public void FileShorterThanWhatWasWritten_IsReadAsFarAsItGoes()
    {
        _spool.Write([SpoolTesting.Records(3)], 1 << 20);
        var length = _spool.Disk.Bytes(FirstPath).Length;
        Change(bytes => bytes[..(int)(_spool.Frames[2].Offset + 10)]);
        using var reader = new SegmentReader(_spool.Disk.OpenToRead(FirstPath), SpoolTesting.Salt, new SpoolStreams());

        Assert.Equal([1L, 2], SpoolTesting.ReadOn(reader, length).Select(r => r.Id));
        Assert.Equal(1, Assert.Single(reader.Damage).MissingRecords);
    }

    [Fact]
    public void EmptyFile_IsNothing()
    {
        _spool.Disk.Put(SpoolTesting.Folder + "/" + SegmentHeader.NameOf(1), []);

        Assert.Empty(ReadIds(out var damage));
        Assert.Empty(damage);
    }

    private long[] ReadIds(out SpoolDamage[] damage)
    {
        var (records, found) = _spool.ReadAll();
        damage = [.. found.Select(d => d.Damage)];
        return [.. records.Select(r => r.Id)];
    }

    private void Flip(long offset) => Change(bytes =>
    {
        bytes[offset] ^= 0x10;
        return bytes;
    });

    private void Change(Func<byte[], byte[]> change) => _spool.Disk.Put(FirstPath, change(_spool.Disk.Bytes(FirstPath)));
}
