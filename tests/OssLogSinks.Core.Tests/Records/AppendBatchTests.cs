using System.Buffers;
using CsCheck;
using OssLogSinks.Core.Records;
using OssLogSinks.Core.Tests.Support;

namespace OssLogSinks.Core.Tests.Records;

public class AppendBatchTests
{
    private static readonly Gen<byte[][]> Records = Gen.Byte.Array[0, 3000].Array[1, 60];

    [Fact]
    public void AnyRecords_AreContiguousAndCutBetweenRecordsOnly()
    {
        Gen.Select(Records, Gen.Int[1, 20_000]).Sample((records, space) =>
        {
            var batch = Fill(records);
            var all = records.SelectMany(r => r).ToArray();
            var taken = new List<byte>();
            while (!batch.IsDone)
            {
                var end = batch.CutBelow(space);
                var piece = batch.BytesOf(batch.Cursor, end, before: default).ToArray();
                Assert.True(end > batch.Cursor);

                // Every record of the cut begins below the limit, and it stops only at a record that does not.
                Assert.True(piece.Length - records[end - 1].Length < space || end == batch.Cursor + 1);
                Assert.True(end == batch.Count || piece.Length >= space);
                taken.AddRange(piece);
                batch.Finish(end, dropped: false);
            }

            Assert.Equal(all, taken);
            batch.Release();
        }, iter: CsCheck.Check.Iter / 4);
    }

    [Fact]
    public void LargeBatch_IsInFewPieces()
    {
        var batch = new AppendBatch(0, source: null, new PagePool());
        for (var i = 0; i < 10_000; i++)
            batch.Add(new byte[160], state: null, id: 0);

        var pieces = 0;
        foreach (var _ in batch.BytesOf(0, batch.Count, before: default))
            pieces++;

        // Slabs of 128 KiB, in which the records' ends are too.
        Assert.InRange(pieces, 1, 1_600_000 / (120 << 10));
    }

    [Fact]
    public void PagesThatACallMayStillRead_AreReturnedAfterIt()
    {
        var pool = new PagePool();
        var batch = new AppendBatch(0, source: null, pool);
        var (first, second) = (new TaskCompletionSource(), new TaskCompletionSource());
        batch.Add(new byte[3 * Page.Size], state: null, id: 0);
        batch.KeepUntil(first.Task);
        batch.KeepUntil(second.Task);

        Assert.False(batch.Release());
        Assert.Equal(Slab.Size - (3 * Page.Size), pool.FreeBytes);

        first.SetResult();
        Assert.False(batch.Readers.IsCompleted);
        second.SetResult();
        Assert.True(batch.Readers.IsCompleted);
        batch.ReturnPages();
        Assert.Equal(Slab.Size, pool.FreeBytes);
    }

    [Fact]
    public void PagesOfACallThatHasEnded_AreReturnedAtOnce()
    {
        var pool = new PagePool();
        var batch = new AppendBatch(0, source: null, pool);
        batch.Add(new byte[3 * Page.Size], state: null, id: 0);
        batch.KeepUntil(Task.CompletedTask);

        Assert.True(batch.Release());
        Assert.Equal(Slab.Size, pool.FreeBytes);
    }

    [Fact]
    public void CostOf_IsWhatTheNextRecordTakes()
    {
        Records.Sample(records =>
        {
            var batch = new AppendBatch(0);
            foreach (var record in records)
            {
                var before = batch.HeldBytes;
                var logRecord = new LogRecord(default, record);
                var cost = batch.CostOf(record.Length, hasState: false);
                batch.Add(logRecord);
                Assert.Equal(before + cost, batch.HeldBytes);
                Assert.True(batch.HeldBytes >= batch.Length);
            }

            batch.Release();
        });
    }

    [Fact]
    public async Task Completion_TellsWhetherAllWereStored()
    {
        var stored = Fill([[1], [2]]);
        var mixed = Fill([[1], [2]]);
        var (storedTask, mixedTask) = (stored.Completion, mixed.Completion);

        stored.Finish(2, dropped: false);
        mixed.Finish(1, dropped: false);
        mixed.Finish(2, dropped: true);
        Assert.False(storedTask.IsCompleted);
        stored.Release();
        mixed.Release();

        Assert.True(await storedTask);
        Assert.False(await mixedTask);
    }

    [Fact]
    public void States_BelongToTheirRecords()
    {
        var batch = new AppendBatch(0);
        for (var i = 0; i < 6; i++)
            batch.Add(new LogRecord(default, new byte[] { 1 }) { State = i % 2 == 0 ? i : null });

        Assert.Equal([0, 2, 4], batch.StatesTo(6));
        batch.Finish(2, dropped: false);
        Assert.Equal([2], batch.StatesTo(4));
    }

    private static AppendBatch Fill(byte[][] records)
    {
        var batch = new AppendBatch(0);
        foreach (var record in records)
            batch.Add(new LogRecord(default, record));
        return batch;
    }
}
