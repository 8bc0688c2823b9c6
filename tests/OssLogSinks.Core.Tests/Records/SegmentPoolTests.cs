using OssLogSinks.Core.Records;

namespace OssLogSinks.Core.Tests.Records;

public class SegmentPoolTests
{
    private readonly SegmentPool _pool = new();

    [Fact]
    public void WhatIsReturned_IsRentedAgain()
    {
        var segment = _pool.Rent(2);
        Assert.Equal(16 << 10, segment.Length);
        Assert.NotSame(segment, _pool.Rent(2));

        _pool.Return(2, segment);
        Assert.Equal(segment.Length, _pool.FreeBytes);
        Assert.NotSame(segment, _pool.Rent(1));
        Assert.Same(segment, _pool.Rent(2));
        Assert.Equal(0, _pool.FreeBytes);
    }

    [Fact]
    public void Trim_LetsTheLargestGo_UntilItIsEnough()
    {
        var small = _pool.Rent(0);
        _pool.Return(0, small);
        for (var size = 1; size <= SegmentPool.LargestSize; size++)
            _pool.Return(size, SegmentPool.Make(size));

        _pool.TrimTo((4 + 8 + 16) << 10);

        Assert.Equal((4 + 8 + 16) << 10, _pool.FreeBytes);
        Assert.Same(small, _pool.Rent(0));
        _pool.TrimTo(0);
        Assert.Equal(0, _pool.FreeBytes);
    }

    [Fact]
    public void BatchThatIsReleased_GivesItsMemoryBack()
    {
        var batch = new AppendBatch(0, source: null, _pool);
        for (var i = 0; i < 100; i++)
            batch.Add(new byte[1000], state: null, id: 0);

        var held = batch.HeldBytes;
        batch.Release();

        Assert.InRange(_pool.FreeBytes, 100_000, held);
    }

    [Fact]
    public void AbandonedBatch_ReturnsNothingToThePool()
    {
        var batch = new AppendBatch(0, source: null, _pool);
        batch.Add("a"u8, state: null, id: 0);

        batch.Abandon();

        Assert.Equal(0, _pool.FreeBytes);
    }
}
