using OssLogSinks.Core.Telemetry;
using OssLogSinks.Reliability.Events;
using OssLogSinks.Reliability.FrontDoors;
using OssLogSinks.Reliability.Services;

namespace OssLogSinks.Reliability.Corruption;

/// <summary>One buffer: built, damaged, taken over by another appender, and held against the bucket.</summary>
internal sealed class CorruptRound(ServiceUnderTest service, ReliabilityArguments arguments, Random random)
{
    private const int MostNewEvents = 300;
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    private readonly ReportLog _reports = new();
    private readonly HashSet<StoredFile> _removed = [];
    private Damage? _damage;

    /// <summary>What was done to the buffer.</summary>
    public string Damage => _damage?.ToString() ?? "not damaged";

    /// <summary>What the appender that took it over reported.</summary>
    public string Reports => _reports.ToString();

    /// <summary>Where a copy of the damaged buffer is kept until the round has gone well.</summary>
    public string CopyPath => arguments.BufferPath + "-as-found";

    private bool IsJournalHit => _damage is { IsJournalHit: true };

    public async Task<CorruptResult> RunAsync()
    {
        var written = await new BufferBuilder(service, arguments, random).BuildAsync().WaitAsync(LongestWait);
        var records = Spoil();
        var (fresh, done) = await Task.Run(TakeOverAsync).WaitAsync(LongestWait + LongestWait);

        var ledger = new Ledger(arguments);
        using var client = service.CreateClient();
        await new ObjectReader(client, arguments.Prefix, ledger).ReadAndDeleteAsync();
        var missing = records.Where(r => !ledger.Has(r.Line)).ToArray();
        var unknowable = CountUnknowable(missing, records);
        var whole = missing.Count(r => r.IsWhole);
        ledger.Explain(writer: 1, fresh);
        return new CorruptResult
        {
            Stored = records.Length,
            Shipped = records.Length - missing.Length,
            Missing = missing.Length,
            Unknowable = unknowable,
            Quarantined = done.QuarantinedRecords,
            QuarantinedBytes = done.QuarantinedBytes,

            // Events that were written, are in no file and not in the bucket: settled, it was said, and they are not.
            Lost = whole + ledger.MissingOf(1, fresh) + Math.Max(0, ledger.MissingOf(0, written) - missing.Length),
            Silent = HasNoWord(missing, done) ? missing.Length : Math.Max(0, missing.Length - unknowable - done.QuarantinedRecords),
            Duplicated = IsJournalHit ? 0 : ledger.Duplicated,
            Repeated = IsJournalHit ? ledger.Duplicated : 0,
            Reordered = ledger.Reordered,
            Torn = ledger.Torn,
            Leftovers = BufferFolder.Owners(arguments.BufferPath).Count,
        };
    }

    private StoredRecord[] Spoil()
    {
        // If OSS took everything in time, there is nothing to be damaged.
        var owners = BufferFolder.Owners(arguments.BufferPath);
        if (owners.Count == 0)
            return [];

        var folder = StoredFolder.Read(owners.Single());
        var segments = folder.Files.Where(f => f.IsSegment).ToArray();
        StoredRecord[] records = [.. segments.SelectMany(f => StoredRecord.In(f, arguments.Run))];
        _damage = Corruption.Damage.Do(folder, random);
        _removed.UnionWith(folder.Files.Where(f => !folder.Places.ContainsKey(f.Name)));
        folder.WriteBack();
        Directory.CreateDirectory(CopyPath);
        foreach (var (name, content) in folder.Places)
            File.WriteAllBytes(Path.Combine(CopyPath, name), content.Bytes.AsSpan(0, content.Length));
        return records;
    }

    // Records are numbered through the folder, so the gap before a later one says how many are missing. Behind the last that is
    // left nothing does; nor does anything but the journal say of a file that has gone whether it had been there, or how far the
    // one before it went.
    private int CountUnknowable(StoredRecord[] missing, IReadOnlyList<StoredRecord> records)
    {
        var behind = TailOf(records).ToHashSet();
        if (IsJournalHit)
        {
            var files = records.GroupBy(r => r.File).ToArray();
            foreach (var (file, next) in files.Zip(files.Skip(1)))
            {
                if (next.Key.IsGone)
                    behind.UnionWith(TailOf(file));
            }

            behind.UnionWith(records.Where(r => r.File.IsGone));
        }

        return missing.Count(behind.Contains);
    }

    private static IEnumerable<StoredRecord> TailOf(IEnumerable<StoredRecord> records) => records.Reverse().TakeWhile(r => !r.IsWhole);

    // The journal knows which files there were. Without it, and where the last file simply ends sooner, nobody can know.
    private bool HasNoWord(StoredRecord[] missing, DeliverySnapshot done) =>
        missing.Any(r => _removed.Contains(r.File)) && !IsJournalHit && done.QuarantinedRecords + done.QuarantinedBytes == 0 && _reports.IsEmpty;

    private async Task<(IReadOnlyList<long> Written, DeliverySnapshot Done)> TakeOverAsync()
    {
        var before = BufferFolder.Owners(arguments.BufferPath);
        var front = (FrontDoorSettings.For(service, arguments, Pace.Corrupt, writer: 1) with
        {
            BufferPath = arguments.BufferPath,
            BufferSizeLimit = BufferBuilder.BufferSizeLimit,
            CloseTimeout = LongestWait,
            Diagnostics = _reports,
        }).Open(arguments);
        await using var writer = new LogWriter(number: 1, arguments, front);
        await Task.Run(() =>
        {
            for (var left = random.Next(1, MostNewEvents); left > 0; left--)
                writer.WriteNext();
            front.Flush();
        });
        if (!await BufferFolder.WhenAsync(arguments.BufferPath, owners => !owners.Intersect(before).Any(), LongestWait))
            throw new TimeoutException($"the folder found is not shipped: {BufferFolder.Describe(arguments.BufferPath)}");

        await front.DisposeAsync();
        return ([.. Enumerable.Range(0, arguments.Streams).Select(writer.Written)], front.GetSnapshot());
    }
}
