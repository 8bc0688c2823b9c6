using OssLogSinks.Core.DiskBuffer.Journal;
using OssLogSinks.Core.Records;

namespace OssLogSinks.Core.Tests.DiskBuffer.Journal;

/// <summary>What entries make of a state. Each test also looks at a copy, which is made of the entries of a snapshot.</summary>
public class JournalStateTests
{
    private const ulong Stream = 5;

    private static readonly SentBody First = new(10, 1);
    private static readonly SentBody Second = new(11, 2);
    private static readonly SentBody Third = new(12, 3);

    [Fact]
    public void OtherBytesAtTheSamePlace_KeepTheEarlierOnes()
    {
        var state = State(Intent(First), Again(Second), Again(Third));

        Check(state, found =>
        {
            Assert.Equal(Third, found.Intents[Stream].Body);
            Assert.Equal([First, Second], found.Intents[Stream].Earlier);
        });
    }

    [Fact]
    public void SameBytesAtTheSamePlace_AreNoEarlierOnes()
    {
        var state = State(Intent(First), Again(First));

        Check(state, found => Assert.Empty(found.Intents[Stream].Earlier));
    }

    [Fact]
    public void IntentThatNamesNoEarlierBytes_ForgetsThem()
    {
        var state = State(Intent(First), Again(Second), Intent(Third));

        Check(state, found => Assert.Empty(found.Intents[Stream].Earlier));
    }

    [Fact]
    public void EarlierBytesOfAnotherPlace_AreNotKept()
    {
        var elsewhere = Again(Second);
        elsewhere = elsewhere with { Intent = elsewhere.Intent! with { Position = new AppendPosition(101, 1) } };
        var state = State(Intent(First), elsewhere);

        Check(state, found =>
        {
            Assert.Equal(Second, found.Intents[Stream].Body);
            Assert.Empty(found.Intents[Stream].Earlier);
        });
    }

    [Fact]
    public void EarlierBytesWithoutTheirIntent_AreIgnored()
    {
        var earlier = new JournalEntry(JournalEntryKind.Earlier, Stream, 0, 0, Intent(First).Intent! with { Sequence = 1 });

        Check(State(earlier), found => Assert.Empty(found.Intents));
        Check(State(Intent(Second), earlier), found => Assert.Empty(found.Intents[Stream].Earlier));
    }

    [Fact]
    public void EarlierBytesThatTheIntentLost_AreAddedOnce()
    {
        var earlier = new JournalEntry(JournalEntryKind.Earlier, Stream, 0, 0, Intent(First).Intent);
        var state = State(Intent(Second), earlier, earlier);

        Check(state, found => Assert.Equal([First], found.Intents[Stream].Earlier));
    }

    [Fact]
    public void Intent_SettlesWhatIsBeforeIt()
    {
        Check(State(Intent(First)), found => Assert.Equal(20, found.Settled[Stream]));
        Check(State(Settled(24), Intent(First)), found => Assert.Equal(24, found.Settled[Stream]));
    }

    [Fact]
    public void IntentOfSettledRecords_IsNotOpen()
    {
        Check(State(Settled(28), Intent(First)), found => Assert.Single(found.Intents));
        Check(State(Settled(29), Intent(First)), found => Assert.Empty(found.Intents));
        Check(State(Settled(30), Intent(First)), found => Assert.Empty(found.Intents));
    }

    [Fact]
    public void EndOfASegment_IsKnownWhileItMustExist()
    {
        Check(State(Segment(JournalEntryKind.SegmentEnded, 1, 50)), found => Assert.Null(found.EndOf(1)));

        var state = State(Segment(JournalEntryKind.SegmentOpened, 1), Segment(JournalEntryKind.SegmentEnded, 1, 50), Segment(JournalEntryKind.SegmentOpened, 50));
        Check(state, found => Assert.Equal((50, null), (found.EndOf(1), found.EndOf(50))));

        state.Apply(Segment(JournalEntryKind.SegmentDone, 1));
        Check(state, found => Assert.Null(found.EndOf(1)));
    }

    [Fact]
    public void DoneSegment_IsNotOpenedByAnEarlierEntry()
    {
        var state = State(Segment(JournalEntryKind.SegmentDone, 1), Segment(JournalEntryKind.SegmentOpened, 1));
        Check(state, found =>
        {
            Assert.Empty(found.Segments);
            Assert.Equal([1], found.DoneSegments);
        });

        state.Apply(Segment(JournalEntryKind.SegmentRemoved, 1));
        Check(state, found => Assert.Empty(found.DoneSegments));
    }

    [Fact]
    public void RemovedSegment_NeedNotExistAnyLonger()
    {
        var state = State(
            Segment(JournalEntryKind.SegmentOpened, 1), Segment(JournalEntryKind.SegmentEnded, 1, 50), Segment(JournalEntryKind.SegmentRemoved, 1));

        Check(state, found =>
        {
            Assert.Empty(found.Segments);
            Assert.Null(found.EndOf(1));
        });
    }

    [Fact]
    public void Prune_KeepsTheMarksFromTheOldestSegmentOn()
    {
        var state = State(Segment(JournalEntryKind.SegmentOpened, 40), Segment(JournalEntryKind.SegmentOpened, 60), Intent(First));
        state.Apply(new JournalEntry(JournalEntryKind.Settled, 1, 39));
        state.Apply(new JournalEntry(JournalEntryKind.Settled, 2, 40));
        state.Apply(new JournalEntry(JournalEntryKind.Settled, 3, 60));
        state.Prune();

        Assert.Equal([2UL, 3UL], state.Settled.Keys.Order());
        Assert.Equal([Stream], state.Intents.Keys);
    }

    [Fact]
    public void Prune_WithoutSegmentsKeepsNoMark()
    {
        var state = State(Settled(9));
        state.Prune();

        Assert.Empty(state.Settled);
    }

    [Fact]
    public void Copy_DoesNotChangeWithTheOriginal()
    {
        var state = State(Settled(9));
        state.IsDamaged = true;
        var copy = state.Copy();
        state.Apply(Settled(10));

        Assert.Equal(9, copy.Settled[Stream]);
        Assert.True(copy.IsDamaged);
    }

    private static void Check(JournalState state, Action<JournalState> check)
    {
        check(state);
        check(state.Copy());
    }

    private static JournalState State(params JournalEntry[] entries)
    {
        var state = new JournalState();
        foreach (var entry in entries)
            state.Apply(entry);
        return state;
    }

    private static JournalEntry Segment(JournalEntryKind kind, long firstId, long end = 0) => new(kind, 0, firstId, end);

    private static JournalEntry Settled(long throughId) => new(JournalEntryKind.Settled, Stream, throughId);

    private static JournalEntry Intent(SentBody body) =>
        new(JournalEntryKind.Intent, Stream, 0, 0, new AppendIntent(0, new AppendPosition(100, 1), body.Length, body.Crc64, FirstId: 21, LastId: 29));

    // As a process sends it that took the append over with earlier bytes in doubt.
    private static JournalEntry Again(SentBody body)
    {
        var entry = Intent(body);
        return entry with { Intent = entry.Intent! with { Earlier = [body] } };
    }
}
