using CsCheck;
using OssLogSinks.Core.Spool.Disk;

namespace OssLogSinks.Core.Tests.Spool.Disk;

/// <summary>Whatever happens to the files, what is whole is read, and nothing else is.</summary>
public class DamagedSegmentTests
{
    private enum Harm
    {
        Cut,
        Flip,
        Zero,
        Garbage,
        Extend,
        Swap,
        Overwrite,
    }

    [Fact]
    public void EveryFrameThatNoDamageTouched_IsReadBackAndNothingElse() =>
        Sample(Gen.Int[0, (int)Harm.Overwrite - 1], Check, 2000);

    [Fact]
    public void FramesOutOfPlace_AreReadAtMostOnceInEachFile() =>
        Sample(
            Gen.Int[0, (int)Harm.Overwrite],
            (spool, _, _) =>
            {
                foreach (var segment in SegmentEntry.In(spool.Disk, SpoolTesting.Folder, SpoolTesting.Salt))
                {
                    using var reader = new SegmentReader(spool.Disk.OpenToRead(segment.Path), SpoolTesting.Salt, new SpoolStreams());
                    var records = SpoolTesting.ReadOn(reader, segment.Length);

                    Assert.Empty(records.Except(spool.Written));
                    Assert.All(records.Zip(records.Skip(1)), pair => Assert.True(pair.First.Id < pair.Second.Id));
                }
            },
            1000);

    private static void Sample(Gen<int> harm, Action<SpoolTesting, Dictionary<string, byte[]>, Dictionary<string, string>> check, int count) =>
        Gen.Select(SpoolTesting.Blocks, Gen.Long[200, 3000], Gen.Select(harm, Gen.Double[0, 1], Gen.Double[0, 1], Gen.Int[1, 200]).Array[1, 6])
            .Sample(
                (blocks, segmentSize, harms) =>
                {
                    var spool = new SpoolTesting();
                    spool.Write(blocks, segmentSize);
                    var original = spool.Frames.Select(f => f.Path).Distinct().ToDictionary(path => path, path => spool.Disk.Bytes(path));

                    var holds = original.Keys.ToDictionary(path => path);
                    foreach (var (kind, where, otherwhere, size) in harms)
                        Damage(spool, holds, (Harm)kind, where, otherwhere, size);

                    check(spool, original, holds);
                },
                iter: count,
                print: t => $"{t.Item1.Sum(b => b.Length)} records, {t.Item2}, " + string.Join(", ", t.Item3.Select(h => $"{(Harm)h.Item1} {h.Item2} {h.Item3} {h.Item4}")));

    // Where a file's frames stand after swaps is in holds: from the file that was written to the one that has them now.
    private static void Damage(SpoolTesting spool, Dictionary<string, string> holds, Harm harm, double where, double otherwhere, int size)
    {
        var paths = holds.Keys.Order(StringComparer.Ordinal).ToArray();
        var path = paths[(int)(where * (paths.Length - 1))];
        var bytes = spool.Disk.Bytes(path);
        var at = (int)(otherwhere * bytes.Length);
        var part = bytes.AsSpan(at, Math.Min(size, bytes.Length - at));
        var random = new Random(size);
        switch (harm)
        {
            case Harm.Cut:
                bytes = bytes[..at];
                break;
            case Harm.Flip when part.Length > 0:
                part[0] ^= (byte)(1 << (size % 8));
                break;
            case Harm.Zero:
                part.Clear();
                break;
            case Harm.Garbage:
                random.NextBytes(part);
                break;
            case Harm.Extend:
                var tail = new byte[size];
                if (size % 2 == 0)
                    random.NextBytes(tail);
                bytes = [.. bytes, .. tail];
                break;
            case Harm.Swap:
                var other = paths[(int)(otherwhere * (paths.Length - 1))];
                spool.Disk.Put(path, spool.Disk.Bytes(other));
                path = Swap(holds, path, other);
                break;
            case Harm.Overwrite:
                // A page of the first file that came to stand here: its records were read there already.
                var page = spool.Disk.Bytes(paths[0]).AsSpan();
                page[..Math.Min(part.Length, page.Length)].CopyTo(part);
                break;
        }

        spool.Disk.Put(path, bytes);
    }

    private static string Swap(Dictionary<string, string> holds, string path, string other)
    {
        foreach (var origin in holds.Keys.ToArray())
            holds[origin] = holds[origin] == path ? other : holds[origin] == other ? path : holds[origin];

        return other;
    }

    private static void Check(SpoolTesting spool, Dictionary<string, byte[]> original, Dictionary<string, string> holds)
    {
        bool IsWhole(StoredFrame frame, int length)
        {
            var now = spool.Disk.Bytes(holds[frame.Path]);
            return frame.Offset + frame.Length <= now.Length
                && now.AsSpan((int)frame.Offset, length).SequenceEqual(original[frame.Path].AsSpan((int)frame.Offset, length));
        }

        // Which ids are a file's own is in its name and in its header. A file under another's name that has lost its header too is not read.
        bool SaysWhatItIs(string path) =>
            holds[path] == path || spool.Disk.Bytes(holds[path]).AsSpan().StartsWith(original[path].AsSpan(0, SegmentHeader.Size));

        var named = spool.Frames.Where(f => f.KeyLength > 0 && IsWhole(f, SpoolFrame.HeadSize + f.KeyLength)).Select(f => f.Record.Stream).ToHashSet();
        var expected = spool.Frames.Where(f => IsWhole(f, f.Length) && SaysWhatItIs(f.Path) && named.Contains(f.Record.Stream)).ToList();

        var (records, damage) = spool.ReadAll();

        Assert.Equal(expected.Select(f => f.Record.Id), records.Select(r => r.Id).Where(id => SaysWhatItIs(spool.Frames.Single(f => f.Record.Id == id).Path)).Order());
        Assert.Empty(records.Except(spool.Written));
        Assert.All(spool.Frames.Where(f => !records.Contains(f.Record) && f.Offset < spool.Disk.Bytes(holds[f.Path]).Length), lost =>
            Assert.Contains(damage, d => d.Path == holds[lost.Path]
                && d.Damage.Offset < lost.Offset + lost.Length && lost.Offset < d.Damage.Offset + d.Damage.Length));
        Assert.All(damage.GroupBy(d => d.Path), file => Assert.InRange(file.Sum(d => d.Damage.Length), 1, spool.Disk.Bytes(file.Key).Length));
    }
}
