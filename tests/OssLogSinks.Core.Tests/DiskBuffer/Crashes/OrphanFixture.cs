using System.Text;
using OssLogSinks.Core.Keys;
using OssLogSinks.Core.Tests.Model;

namespace OssLogSinks.Core.Tests.DiskBuffer.Crashes;

/// <summary>A world in which a process has left a folder, which a test damages before the next process begins.</summary>
internal sealed class OrphanFixture : IAsyncDisposable
{
    private OrphanFixture(OssCompression compression) => World = new CrashWorld { Compression = compression };

    public CrashWorld World { get; }

    /// <summary>What stands in it.</summary>
    public IReadOnlyList<string> Records { get; private set; } = [];

    public string Path { get; private set; } = "";

    /// <summary>Its segments, oldest first.</summary>
    public IReadOnlyList<string> Segments => [.. World.Disk.FilesIn(Path).Where(f => f.EndsWith(".seg", StringComparison.Ordinal)).Select(f => $"{Path}/{f}")];

    /// <summary>A process writes records and is killed.</summary>
    /// <param name="chunks">How many, write by write.</param>
    /// <param name="streams">Of how many streams, in turn.</param>
    /// <param name="wire">What its requests meet; all further ones are lost. It dies when these are over.</param>
    public static Task<OrphanFixture> MakeAsync(int[] chunks, int streams = 1, params What[] wire) => MakeAsync(OssCompression.None, chunks, streams, wire);

    /// <summary>As <see cref="MakeAsync(int[], int, What[])"/>, into objects that may be compressed.</summary>
    public static async Task<OrphanFixture> MakeAsync(OssCompression compression, int[] chunks, int streams = 1, params What[] wire)
    {
        var orphan = new OrphanFixture(compression);
        var process = orphan.World.Begin(streams: streams, wire: wire);
        process.Otherwise = What.IsLost;
        var records = new List<string>();
        foreach (var chunk in chunks)
            records.AddRange(await process.WriteAsync(chunk));

        await orphan.World.UntilAsync(() => process.IsWireOver, () => "The process sends nothing.");
        process.Disk.Die();
        orphan.Path = Assert.Single(orphan.World.Folders());
        orphan.Records = records;
        return orphan;
    }

    /// <summary>Flips a bit in a record wherever it stands.</summary>
    public void Damage(string record) => Damage(record, [.. Segments]);

    /// <summary>Flips a bit in a record in these files.</summary>
    public void Damage(string record, params string[] segments)
    {
        foreach (var segment in segments)
        {
            var bytes = World.Disk.Bytes(segment);
            var at = bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(record));
            if (at < 0)
                continue;

            bytes[at + 1] ^= 4;
            World.Disk.Put(segment, bytes);
        }
    }

    /// <summary>Another process begins and ships what it can; afterwards nothing is left of the folder.</summary>
    /// <returns>What stands in the bucket then.</returns>
    public async Task<IReadOnlyList<string>> ShipAsync(params What[] wire) => Contents(await ShipByNextAsync(wire));

    /// <summary>The same.</summary>
    /// <returns>The process that shipped it.</returns>
    public async Task<CrashProcess> ShipByNextAsync(params What[] wire)
    {
        var next = World.Begin(wire: wire);
        await next.WriteAsync(1);
        await World.ComeToRestAsync(next);
        return next;
    }

    /// <summary>What is not stored was counted by that process, and nothing else.</summary>
    public void AssertRestIsCounted(CrashProcess next) => Assert.Equal(Records.Count - Contents(next).Count, next.Counted.QuarantinedRecords);

    /// <summary>What stands in the bucket of the process that left the folder; each once, none torn.</summary>
    public IReadOnlyList<string> Contents(CrashProcess next)
    {
        Assert.DoesNotContain(next.Reports.Reports, r => r.Message.Contains("xception", StringComparison.Ordinal));
        var contents = new BucketContents(World.Bucket.Landings, new HashSet<string>());
        contents.Check();
        return [.. contents.Stored.Where(l => l.StartsWith("p0.", StringComparison.Ordinal))];
    }

    public ValueTask DisposeAsync() => World.DisposeAsync();
}
