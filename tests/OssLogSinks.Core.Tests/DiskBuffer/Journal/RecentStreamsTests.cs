using OssLogSinks.Core.DiskBuffer.Journal;
using OssLogSinks.Core.Records;

namespace OssLogSinks.Core.Tests.DiskBuffer.Journal;

public class RecentStreamsTests
{
    [Fact]
    public void StreamsThatAreUsed_StayWhileOthersGo()
    {
        var values = new RecentStreams<int>(50);
        for (ulong i = 1; i <= 1_000; i++)
        {
            values.Set(i, (int)i);
            Assert.True(values.TryGet(1, out var first));
            Assert.Equal(1, first);
        }

        Assert.InRange(values.Count, 50, 100);
        Assert.False(values.TryGet(2, out _));
        Assert.Equal(1_000ul, values.All.Last().Key);
        Assert.True(values.TryGet(960, out _));
        Assert.Equal(960ul, values.All.Last().Key);
    }

    [Fact]
    public void Mark_IsRaisedAndReplacedByAnotherSequence()
    {
        var marks = SequenceMarks.Create();
        marks.Raise(7, new SequenceMark(1, 10));
        marks.Raise(7, new SequenceMark(1, 9));
        Assert.Equal([new(7, new SequenceMark(1, 10))], marks.All);

        marks.Raise(7, new SequenceMark(2, 3));
        Assert.Equal([new(7, new SequenceMark(2, 3))], marks.All);
    }
}
