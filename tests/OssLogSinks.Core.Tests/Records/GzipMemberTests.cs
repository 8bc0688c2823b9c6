using System.Buffers;
using System.IO.Compression;
using CsCheck;
using OssLogSinks.Core.Records;
using OssLogSinks.Core.Tests.Support;

namespace OssLogSinks.Core.Tests.Records;

public class GzipMemberTests
{
    private const int Step = 4 << 10;

    // Bytes that can be compressed hardly, well, and not at all.
    private static readonly Gen<byte[][]> Records = Gen.Select(Gen.Int[1, 256], Gen.Int[0, 6000].Array[1, 60], Gen.Int, (alphabet, lengths, seed) =>
    {
        var random = new Random(seed);
        return lengths.Select(length => Enumerable.Range(0, length).Select(_ => (byte)random.Next(alphabet)).ToArray()).ToArray();
    });

    private static readonly Gen<CompressionLevel> Level = Gen.Int[0, 3].Select(i => (CompressionLevel)i);

    [Fact]
    public void AnyRecords_AreWholeAndEndWhereTheSpaceDoes()
    {
        Gen.Select(Records, Gen.Long[1, 100_000], Level, Gen.Byte.Array[0, 100]).Sample((records, space, level, header) =>
        {
            var batch = Fill(records);
            var body = new GzipMember(level).Of(batch, batch.Count, header, space);
            var expected = header.Concat(records.Take(body.End).SelectMany(r => r)).ToArray();

            Assert.InRange(body.End, 1, batch.Count);
            Assert.Equal(expected, Gunzip.Of(body.Bytes.ToArray()));
            Assert.Equal(Core.Client.Crc64.Append(0, body.Bytes), body.Crc64);
            Assert.True(body.Bytes.Length <= GzipMember.MostBytes(expected.Length) + (64 * (body.Bytes.Length / Step)));

            // Records are begun while there is space: what passes it is one of them, or the last few kilobytes of text.
            Assert.True(body.End == batch.Count || body.Bytes.Length >= space);
            var longest = Math.Max(Step, header.Length + records.Max(r => r.Length));
            Assert.True(body.Bytes.Length <= space + GzipMember.MostBytes(longest));
            body.Release();
            batch.Release();
        });
    }

    private static AppendBatch Fill(byte[][] records)
    {
        var batch = new AppendBatch(0);
        foreach (var record in records)
            batch.Add(new LogRecord(default, record));
        return batch;
    }
}
