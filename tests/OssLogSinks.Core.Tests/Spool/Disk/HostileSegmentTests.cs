using OssLogSinks.Core.Spool.Disk;

namespace OssLogSinks.Core.Tests.Spool.Disk;

/// <summary>
/// Files that somebody made to keep the reader busy. Work that grew with the square of these lengths would take hours; the
/// time limit is far from both.
/// </summary>
public class HostileSegmentTests
{
    private const int Size = 16 << 20;
    private const int Limit = 120_000;

    private readonly SpoolTesting _spool = new();

    [Fact(Timeout = Limit)]
    public Task FileFullOfMarks_IsReadInOnePass() => Task.Run(() =>
    {
        var bytes = new byte[Size];
        for (var at = 0; at < Size; at += 4)
            BitConverter.TryWriteBytes(bytes.AsSpan(at), SpoolTesting.Salt.Mark);

        Assert.Equal(1, Assert.Single(Read(bytes)).MissingRecords);
    }, TestContext.Current.CancellationToken);

    [Theory(Timeout = Limit)]
    [InlineData(Size / 2)]
    [InlineData(100_000)]
    [InlineData(60)]
    [InlineData(Size * 2)]
    public Task FileFullOfTrueHeadsWithFalseBodies_IsReadInAFewPasses(int claimed) => Task.Run(() =>
    {
        var bytes = new byte[Size];
        var step = SpoolFrame.HeadSize + 5;
        for (var at = 0; at < Size - step; at += step)
            Head(bytes.AsSpan(at, SpoolFrame.HeadSize), claimed, id: 1 + at);

        var damage = Read(bytes);

        Assert.Equal(Size, damage.Sum(d => d.Length));
    }, TestContext.Current.CancellationToken);

    private static void Head(Span<byte> head, int length, long id)
    {
        SpoolFrame.WriteHead(head, SpoolTesting.Salt, 0, id, DateTimeOffset.UnixEpoch, 0, 7);
        BitConverter.TryWriteBytes(head[4..], length);
        BitConverter.TryWriteBytes(head[48..], Crc32C.Append(SpoolTesting.Salt.Seed, head[..48]));
        Assert.True(SpoolFrame.TryReadHead(head, SpoolTesting.Salt, out var frame) && frame.Length == length);
    }

    private IReadOnlyList<SpoolDamage> Read(byte[] bytes)
    {
        _spool.Disk.Put(SpoolTesting.Folder + "/" + SegmentHeader.NameOf(1), bytes);
        var (records, damage) = _spool.ReadAll();
        Assert.Empty(records);
        return [.. damage.Select(d => d.Damage)];
    }
}
