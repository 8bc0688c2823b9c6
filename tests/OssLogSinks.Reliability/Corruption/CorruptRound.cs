using System.Diagnostics;
using OssLogSinks.Core.Diagnostics;
using OssLogSinks.Reliability.Events;
using OssLogSinks.Reliability.FrontDoors;
using OssLogSinks.Reliability.Services;

namespace OssLogSinks.Reliability.Corruption;

/// <summary>One buffer: built, damaged, taken over by another appender, and held against the bucket.</summary>
internal sealed class CorruptRound(ServiceUnderTest service, ReliabilityArguments arguments, Random random)
{
    private const int MostNewEvents = 300;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(2);

    private Damage? _damage;

    /// <summary>What was done to the buffer.</summary>
    public string Damage => _damage?.ToString() ?? "not damaged yet";

    /// <summary>Where a copy of the damaged buffer is kept until the round has gone well.</summary>
    public string CopyPath => arguments.BufferPath + "-as-found";

    public async Task<CorruptResult> RunAsync()
    {
        var written = await new SpoolBuilder(service, arguments, random).BuildAsync();
        var (records, names) = Spoil();
        var (fresh, done) = await TakeOverAsync().WaitAsync(Patience + Patience);

        var ledger = new Ledger(arguments);
        using var client = service.CreateClient();
        await new ObjectReader(client, arguments.Prefix, ledger).ReadAndDeleteAsync();
        var missing = records.Where(r => !ledger.Has(r.Line)).ToArray();
        var unknowable = missing.Count(r => IsUnknowable(r, records));
        var whole = missing.Count(r => r.IsWhole && names.Any(n => n.Stream == r.Line.Stream && n.IsWhole));
        ledger.Explain(writer: 1, fresh);
        return new CorruptResult
        {
            Stored = records.Count,
            Shipped = records.Count - missing.Length,
            Missing = missing.Length,
            Unknowable = unknowable,
            Quarantined = done.QuarantinedRecords,
            QuarantinedBytes = done.QuarantinedBytes,

            // Events that were written, are in no file and not in the bucket: settled, it was said, and they are not.
            Lost = whole + ledger.MissingOf(1, fresh) + Math.Max(0, ledger.MissingOf(0, written) - missing.Length),
            Silent = Math.Max(0, missing.Length - unknowable - done.QuarantinedRecords),
            Duplicated = _damage!.IsJournalHit ? 0 : ledger.Duplicated,
            Repeated = _damage.IsJournalHit ? ledger.Duplicated : 0,
            Reordered = ledger.Reordered,
            Torn = ledger.Torn,
            Leftovers = BufferFolder.Owners(arguments.BufferPath).Count,
        };
    }

    private (IReadOnlyList<StoredRecord> Records, IReadOnlyList<StreamName> Names) Spoil()
    {
        var owners = BufferFolder.Owners(arguments.BufferPath);
        if (owners.Count == 0)
            return ([], []);

        var folder = StoredFolder.Read(owners.Single());
        var segments = folder.Files.Where(f => f.IsSegment).ToArray();
        StoredRecord[] records = [.. segments.SelectMany(f => StoredRecord.In(f, arguments.Run))];
        StreamName[] names = [.. segments.SelectMany(f => StreamName.In(f, arguments.Prefix, arguments.Streams))];
        _damage = Corruption.Damage.Do(folder, random);
        folder.WriteBack();
        Directory.CreateDirectory(CopyPath);
        foreach (var (name, content) in folder.Places)
            File.WriteAllBytes(Path.Combine(CopyPath, name), content.Bytes.AsSpan(0, content.Length));
        return (records, names);
    }

    // A file that has gone, and the end of the last one: nothing that is left says how much stood there.
    private static bool IsUnknowable(StoredRecord missing, IReadOnlyList<StoredRecord> records) =>
        missing.File.IsGone
        || (missing.File == records[^1].File && !records.Any(r => r.File == missing.File && r.From > missing.From && r.IsWhole));

    private async Task<(IReadOnlyList<long> Written, DeliverySnapshot Done)> TakeOverAsync()
    {
        var before = BufferFolder.Owners(arguments.BufferPath);
        var front = (FrontDoorSettings.For(service, arguments, Pace.Corrupt, writer: 1) with
        {
            BufferPath = arguments.BufferPath,
            BufferSizeLimit = SpoolBuilder.BufferSizeLimit,
            CloseTimeout = Patience,
        }).Open(arguments);
        await using var writer = new LogWriter(number: 1, arguments, front);
        await Task.Run(() =>
        {
            for (var left = random.Next(1, MostNewEvents); left > 0; left--)
                writer.WriteNext();
            front.Flush();
        });
        var watch = Stopwatch.StartNew();
        while (BufferFolder.Owners(arguments.BufferPath).Intersect(before).Any())
        {
            if (watch.Elapsed > Patience)
                throw new TimeoutException($"the folder found is not shipped: {BufferFolder.Describe(arguments.BufferPath)}");
            await Task.Delay(Glance);
        }

        await front.DisposeAsync();
        return ([.. Enumerable.Range(0, arguments.Streams).Select(writer.Written)], front.GetSnapshot());
    }
}
