using CsCheck;
using OssLogSinks.Core.Spool.Disk;
using OssLogSinks.Core.Tests.Support;

namespace OssLogSinks.Core.Tests.Spool.Disk;

/// <summary>A disk that fails whenever it likes, and loses power in the end: what the writer says counts is there, once.</summary>
public class FailingDiskTests
{
    [Fact]
    public void WhatCounts_IsReadOnceHoweverTheDiskFailed() =>
        Gen.Select(SpoolTesting.Blocks, Gen.Long[150, 2000], Gen.Int, Gen.Double[0, 0.5]).Sample(
            (blocks, segmentSize, seed, failures) =>
            {
                var spool = new SpoolTesting();
                var random = new Random(seed);
                using var writer = spool.NewWriter(segmentSize);
                var written = WriteThroughFailures(spool, writer, [.. blocks.SelectMany(b => b)], random, failures);

                Assert.Equal(written.Where(r => r.Id <= writer.LastId), spool.ReadAll().Records);
                Assert.All(spool.ReadAll().Damage, d => Assert.Equal(0, d.Damage.KnownMissing));

                spool.Disk.PowerCut(random.NextDouble);

                var left = spool.ReadAll().Records;
                Assert.Empty(left.Except(written));
                Assert.Equal(left.Count, left.Select(r => r.Id).Distinct().Count());
                Assert.Empty(written.Where(r => r.Id <= writer.LastSyncedId).Except(left).Select(r => r.Id));
            },
            iter: 1000,
            print: t => $"{t.Item1.Sum(b => b.Length)} records, {t.Item2} {t.Item3} {t.Item4}");

    // As the spool does: what does not count is written again, in blocks of any size.
    private static List<StoredRecord> WriteThroughFailures(
        SpoolTesting spool, SegmentWriter writer, StoredRecord[] records, Random random, double failures)
    {
        spool.Disk.Fails = (act, _) => act is not (DiskAct.Read or DiskAct.Open or DiskAct.List) && random.NextDouble() < failures;
        for (var attempt = 0; attempt < 200 && writer.LastId < records.Length; attempt++)
        {
            var next = (int)writer.LastId;
            var block = spool.Fill(next + 1, records[next..Math.Min(records.Length, next + random.Next(1, 8))]);
            try
            {
                writer.Write(block);
                if (random.Next(3) == 0)
                    writer.Sync();
            }
            catch (IOException)
            {
                // It does not count, and is tried again.
            }

            block.Release();
        }

        // The disk recovers in time for the writer to put its house in order.
        spool.Disk.Fails = null;
        writer.Dispose();
        return [.. records.Select((record, i) => record with { Id = i + 1 })];
    }
}
