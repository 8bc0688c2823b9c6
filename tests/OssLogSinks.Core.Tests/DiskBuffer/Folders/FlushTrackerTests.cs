using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.DiskBuffer.Folders;

namespace OssLogSinks.Core.Tests.DiskBuffer.Folders;

/// <summary>When a flush ends and with which result, one call at a time.</summary>
public class FlushTrackerTests
{
    private readonly FlushTracker _tracker;
    private long _accepted;

    public FlushTrackerTests() => _tracker = new FlushTracker(() => _accepted);

    private Task<bool> Flush(OssFlushTarget target, long accepted)
    {
        _accepted = accepted;
        return _tracker.Begin(target).Done.Task;
    }

    private static void AssertEnded(Task<bool> flush, bool result)
    {
        Assert.True(flush.IsCompletedSuccessfully);
        Assert.Equal(result, flush.GetAwaiter().GetResult());
    }

    [Theory]
    [InlineData(OssFlushTarget.Oss)]
    [InlineData(OssFlushTarget.Disk)]
    public void FlushOfNothing_IsTrueAtOnce(OssFlushTarget target)
    {
        AssertEnded(Flush(target, accepted: 0), true);
        _accepted = 2;
        _tracker.Settle([1, 2], dropped: true);
        AssertEnded(Flush(target, accepted: 2), true);

        Assert.False(_tracker.IsOssAwaited || _tracker.IsDiskAwaited);
    }

    [Fact]
    public void FlushToOss_EndsWithTheLastOfItsRecords()
    {
        var flush = Flush(OssFlushTarget.Oss, accepted: 6);
        _accepted = 10;

        _tracker.Handle(10);
        _tracker.Settle([7, 8], dropped: true);
        _tracker.Settle([2, 5, 9], dropped: false);
        _tracker.Settle([1, 3, 4], dropped: false);
        Assert.False(flush.IsCompleted);
        _tracker.Settle([6, 10], dropped: false);

        AssertEnded(flush, true);
    }

    [Fact]
    public void RecordsSettledBefore_AreNotAwaited()
    {
        _accepted = 3;
        _tracker.Settle([1, 3], dropped: false);
        var flush = Flush(OssFlushTarget.Oss, accepted: 3);
        Assert.False(flush.IsCompleted);

        _tracker.Settle([2], dropped: false);

        AssertEnded(flush, true);
    }

    [Fact]
    public void RecordsDroppedTwice_MakeTheirFlushFalse()
    {
        var flush = Flush(OssFlushTarget.Oss, accepted: 2);

        _tracker.Settle([1], dropped: true);
        _tracker.Settle([2], dropped: true);

        AssertEnded(flush, false);
        Assert.False(_tracker.IsOssAwaited);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    public void DroppedRecord_MakesItsFlushFalse(long dropped, bool isAwaited)
    {
        var flush = Flush(OssFlushTarget.Oss, accepted: 2);
        _accepted = 3;

        _tracker.Settle([dropped], dropped: true);
        foreach (var id in new long[] { 1, 2, 3 }.Where(id => id != dropped))
            _tracker.Settle([id], dropped: false);

        AssertEnded(flush, !isAwaited);
    }

    [Fact]
    public void FlushToDisk_EndsWhenItsRecordsAreHandled()
    {
        var flush = Flush(OssFlushTarget.Disk, accepted: 2);

        _tracker.Handle(1);
        Assert.False(flush.IsCompleted);
        _tracker.Handle(2);
        _tracker.Handle(1);

        AssertEnded(flush, true);
        AssertEnded(Flush(OssFlushTarget.Disk, accepted: 2), true);
    }

    [Fact]
    public void FlushToDisk_WaitsForExposedRecords()
    {
        _tracker.Expose(1, 1, 1);
        _tracker.Expose(2, 3, 2);
        var flush = Flush(OssFlushTarget.Disk, accepted: 3);

        _tracker.Handle(3);
        _tracker.Settle([1, 3], dropped: false);
        Assert.False(flush.IsCompleted);
        _tracker.Settle([2], dropped: false);

        AssertEnded(flush, true);
    }

    [Fact]
    public void RangesWithAGap_AreAwaitedEach()
    {
        _tracker.Expose(1, 2, 2);
        _tracker.Expose(5, 6, 2);
        var flush = Flush(OssFlushTarget.Disk, accepted: 6);

        _tracker.Handle(6);
        _tracker.Settle([1, 2, 3, 4], dropped: false);
        Assert.False(flush.IsCompleted);
        _tracker.Settle([5, 6], dropped: false);

        AssertEnded(flush, true);
    }

    [Fact]
    public void RecordsExposedAfterAFlushBegan_DoNotHoldIt()
    {
        _tracker.Expose(2, 2, 1);
        var flush = Flush(OssFlushTarget.Disk, accepted: 2);
        _accepted = 3;

        _tracker.Expose(3, 3, 1);
        _tracker.Handle(3);
        Assert.False(flush.IsCompleted);
        _tracker.Settle([2], dropped: false);

        AssertEnded(flush, true);
    }

    [Fact]
    public void RecordsExposedAfterOthersWereSettled_AreAwaited()
    {
        _accepted = 2;
        _tracker.Expose(1, 1, 1);
        _tracker.Settle([1], dropped: false);
        _tracker.Expose(2, 2, 1);
        var flush = Flush(OssFlushTarget.Disk, accepted: 2);

        _tracker.Handle(2);
        Assert.False(flush.IsCompleted);
        _tracker.Settle([2], dropped: false);

        AssertEnded(flush, true);
    }

    [Fact]
    public void ExposedRecordsGivenUp_EndAFlushOfOthersOnDisk()
    {
        _tracker.Expose(2, 2, 1);
        var flush = Flush(OssFlushTarget.Disk, accepted: 2);
        _tracker.Handle(2);
        Assert.False(flush.IsCompleted);

        _tracker.GiveUp(2, 2, 1);

        AssertEnded(flush, false);
        Assert.False(_tracker.IsDiskAwaited);
    }

    [Theory]
    [InlineData(OssFlushTarget.Oss)]
    [InlineData(OssFlushTarget.Disk)]
    public void RecordsGivenUp_EndTheirFlushWithFalse(OssFlushTarget target)
    {
        _tracker.Expose(1, 3, 3);
        var flush = Flush(target, accepted: 3);
        _tracker.Handle(3);

        _tracker.GiveUp(1, 2, 2);
        Assert.False(flush.IsCompleted);
        _tracker.GiveUp(3, 3, 1);

        AssertEnded(flush, false);
        AssertEnded(Flush(target, accepted: 3), true);
    }

    [Fact]
    public void LaterRecordsGivenUp_DoNotTouchAFlush()
    {
        var flush = Flush(OssFlushTarget.Oss, accepted: 2);
        _accepted = 4;

        _tracker.GiveUp(3, 4, 2);
        Assert.False(flush.IsCompleted);
        _tracker.Settle([1, 2], dropped: false);

        AssertEnded(flush, true);
    }

    [Fact]
    public void RangeGivenUpAcrossAFlush_CountsOnlyItsOwn()
    {
        var flush = Flush(OssFlushTarget.Oss, accepted: 2);
        _accepted = 5;

        _tracker.GiveUp(2, 5, 4);
        Assert.False(flush.IsCompleted);
        _tracker.Settle([1], dropped: false);

        AssertEnded(flush, false);
    }

    [Fact]
    public async Task CancelledFlush_IsForgotten()
    {
        _accepted = 1;
        _tracker.Accept(1, causesAppend: false);
        var waiter = _tracker.Begin(OssFlushTarget.Oss);
        Assert.True(_tracker.IsOssAwaited);

        _tracker.Cancel(waiter);

        await Assert.ThrowsAsync<TaskCanceledException>(() => waiter.Done.Task);
        Assert.False(_tracker.IsOssAwaited);
        Assert.False(_tracker.CausesAppend(1));
    }

    [Fact]
    public void Close_EndsEveryFlushWithFalse()
    {
        var toOss = Flush(OssFlushTarget.Oss, accepted: 1);
        var toDisk = Flush(OssFlushTarget.Disk, accepted: 1);

        _tracker.Close();

        AssertEnded(toOss, false);
        AssertEnded(toDisk, false);
        AssertEnded(Flush(OssFlushTarget.Oss, accepted: 1), false);
        _tracker.Settle([1], dropped: false);
        AssertEnded(Flush(OssFlushTarget.Oss, accepted: 1), true);
    }

    [Fact]
    public void NoOss_EndsFlushesToOssAlone()
    {
        _tracker.Accept(1, causesAppend: false);
        var toOss = Flush(OssFlushTarget.Oss, accepted: 1);
        var toDisk = Flush(OssFlushTarget.Disk, accepted: 1);

        _tracker.EndWaitingForOss();

        AssertEnded(toOss, false);
        Assert.False(toDisk.IsCompleted);
        Assert.False(_tracker.IsOssAwaited);
        Assert.True(_tracker.IsDiskAwaited);
        Assert.False(_tracker.CausesAppend(1));
        _tracker.Handle(1);
        AssertEnded(toDisk, true);
    }

    [Fact]
    public void RecordBeforeOneThatCausesAnAppend_CausesItToo()
    {
        _tracker.Accept(1, causesAppend: true);
        _tracker.Accept(2, causesAppend: false);
        _tracker.Accept(3, causesAppend: false);
        Assert.Equal([true, false, false], new long[] { 1, 2, 3 }.Select(_tracker.CausesAppend));

        _tracker.Accept(4, causesAppend: true);

        Assert.Equal([true, true, true, true], new long[] { 1, 2, 3, 4 }.Select(_tracker.CausesAppend));
    }

    [Fact]
    public void RecordThatAFlushToOssAwaits_CausesAnAppend()
    {
        for (var id = 1; id <= 4; id++)
            _tracker.Accept(id, causesAppend: false);
        _ = Flush(OssFlushTarget.Disk, accepted: 4);
        Assert.False(_tracker.CausesAppend(1));

        _ = Flush(OssFlushTarget.Oss, accepted: 3);
        _ = Flush(OssFlushTarget.Oss, accepted: 2);

        Assert.Equal([true, true, true, false], new long[] { 1, 2, 3, 4 }.Select(_tracker.CausesAppend));
    }
}
