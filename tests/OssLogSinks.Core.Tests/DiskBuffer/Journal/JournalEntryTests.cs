using OssLogSinks.Core.DiskBuffer.Format;
using OssLogSinks.Core.DiskBuffer.Journal;
using OssLogSinks.Core.Records;

namespace OssLogSinks.Core.Tests.DiskBuffer.Journal;

/// <summary>The bytes of one entry: what is read back, and what is not believed.</summary>
public class JournalEntryTests
{
    private static readonly FolderId Folder = new(7);
    private static readonly JournalPlace Place = new(3, 4, 2);
    private static readonly AppendIntent Least = new(0, new AppendPosition(0, 0), 1, 0, 1, 1);

    [Fact]
    public void EachKind_IsReadAsItWasWritten()
    {
        foreach (var kind in Enum.GetValues<JournalEntryKind>())
        {
            var hasIntent = kind is JournalEntryKind.Intent or JournalEntryKind.Earlier;
            var entry = hasIntent
                ? new JournalEntry(kind, ulong.MaxValue, 5, 9, new AppendIntent(6, new AppendPosition(7, 8), 10, 11, 5, 9))
                : new JournalEntry(kind, ulong.MaxValue, 5, 9);

            Assert.True(JournalEntry.TryRead(BytesOf(entry), Folder, out var read, out var place), $"{kind}");
            Assert.Equal(entry, read);
            Assert.Equal(Place, place);
        }
    }

    [Fact]
    public void IntentWithEarlierBytes_SaysThatThereAreSome()
    {
        var intent = Least with { Earlier = [new SentBody(4, 5)] };

        Assert.True(JournalEntry.TryRead(BytesOf(Of(intent)), Folder, out var entry, out _));
        Assert.Equal([intent.Body], entry.Intent!.Earlier);
        Assert.Equal(0UL, entry.Intent.Position.Crc64);
    }

    [Fact]
    public void BytesWithoutMeaning_AreZero()
    {
        var bytes = BytesOf(new JournalEntry(JournalEntryKind.Settled, 1, 2));

        Assert.All(bytes[5..8], b => Assert.Equal(0, b));
        Assert.All(bytes[32..76], b => Assert.Equal(0, b));
    }

    [Fact]
    public void LeastIntent_IsRead() => Assert.True(IsRead(Of(Least)));

    [Fact]
    public void IntentThatNoProcessWrites_IsNotRead()
    {
        Assert.False(IsRead(Of(Least with { Sequence = -1 })));
        Assert.False(IsRead(Of(Least with { Position = new AppendPosition(-1, 0) })));
        Assert.False(IsRead(Of(Least with { Length = 0 })));
        Assert.False(IsRead(Of(Least with { FirstId = 0 })));
        Assert.False(IsRead(Of(Least with { FirstId = 2 })));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    public void KindOfNoMeaning_IsNotRead(byte kind) => Assert.False(IsRead(new JournalEntry((JournalEntryKind)kind, 1, 2)));

    [Fact]
    public void FlippedBitAnywhere_IsNotRead()
    {
        var bytes = BytesOf(Of(Least));
        for (var bit = 0; bit < 8 * bytes.Length; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(JournalEntry.TryRead(bytes, Folder, out _, out _), $"bit {bit}");
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void EntryOfAnotherFolder_IsNotRead() => Assert.False(JournalEntry.TryRead(BytesOf(Of(Least)), new FolderId(8), out _, out _));

    private static bool IsRead(JournalEntry entry) => JournalEntry.TryRead(BytesOf(entry), Folder, out _, out _);

    private static JournalEntry Of(AppendIntent intent) => new(JournalEntryKind.Intent, 1, intent.FirstId, intent.LastId, intent);

    // Into a buffer that was used before, as the journal's own is.
    private static byte[] BytesOf(JournalEntry entry)
    {
        var bytes = new byte[JournalEntry.Size];
        Array.Fill(bytes, byte.MaxValue);
        entry.WriteTo(bytes, Folder, Place);
        return bytes;
    }
}
