using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using OssLogSinks.Core.Client;
using OssLogSinks.Tool.Output;

namespace OssLogSinks.Tool.Compacting;

/// <summary>What a compaction may do.</summary>
/// <param name="Age">Objects that were not written to for so long are closed; others only if they are sealed.</param>
/// <param name="PartSize">Bytes of stored objects that go to one Parquet file. An object is never split.</param>
/// <param name="DeletesSources">Whether an object is deleted, after each of its events was compared with its row in the Parquet file.</param>
/// <param name="IsDryRun">Whether only the plan is told.</param>
internal sealed record CompactSettings(TimeSpan Age, long PartSize, bool DeletesSources, bool IsDryRun);

/// <summary>One thing that a compaction did, or did not.</summary>
/// <param name="Name">An object's key, or the Parquet file's key or path; empty if it has none yet.</param>
/// <param name="State">
/// Of a Parquet file: <c>written</c>, <c>present</c>, <c>planned</c>. Of an object: <c>deleted</c>, <c>open</c>, <c>refused</c>,
/// <c>changed</c>.
/// </param>
/// <param name="Words">The same for people.</param>
internal sealed record CompactReport(string Name, string State, string Words)
{
    /// <summary>The objects of a Parquet file.</summary>
    public int Objects { get; init; }

    /// <summary>Its events; null if they were not counted.</summary>
    public long? Rows { get; init; }

    /// <summary>Its bytes; null if there is none yet.</summary>
    public long? Bytes { get; init; }

    /// <summary>Whether a person has to look at it.</summary>
    public bool IsTrouble => State is "refused" or "changed";
}

/// <summary>
/// Writes the events of closed objects to Parquet files. Each file lists its objects, so a run that is repeated does only what is left,
/// and no event is in two files. A file is published after each row was compared with its line; only then are objects deleted.
/// </summary>
internal sealed class Compaction(OssClient client, ICompactTarget target, CompactSettings settings, TimeProvider time, Action<CompactReport> report)
{
    private readonly SourceRemoval _removal = new(client);

    /// <summary>Told the stored bytes that were read.</summary>
    public Action<long>? Progress { get; init; }

    /// <summary>Told what is true if the run is stopped from now on.</summary>
    public Action<string>? AfterStop { get; init; }

    /// <summary>Compacts objects, in the order of their keys.</summary>
    public async Task RunAsync(IReadOnlyList<OssObjectSummary> objects, CancellationToken cancellationToken)
    {
        var files = await target.FindAsync(cancellationToken).ConfigureAwait(false);
        var known = files.SelectMany(file => file.Sources.Select(source => (file, source))).ToLookup(entry => entry.source.Key, StringComparer.Ordinal);
        var fresh = new List<OssObjectSummary>();
        var present = new Dictionary<CompactedFile, List<CompactedSource>>();
        foreach (var found in objects)
        {
            if (!await IsClosedAsync(found, cancellationToken).ConfigureAwait(false))
                report(new CompactReport(found.Key, "open", "left out: it was written to lately (see --older-than), and is not sealed"));
            else if (!known.Contains(found.Key))
                fresh.Add(found);
            else if (known[found.Key].First() is var (file, source) && source.Length == found.Length)
                (present.TryGetValue(file, out var sources) ? sources : present[file] = []).Add(source);
            else
                report(new CompactReport(found.Key, "changed", $"left out: it has {found.Length} bytes, but had {known[found.Key].First().source.Length} when its events were written to {known[found.Key].First().file.Name}"));
        }

        if (target.IsOneFile && files.Count > 0 && fresh.Count > 0)
            throw new ToolException(ExitCodes.Usage, $"'{files[0].Name}' is there already, without {fresh.Count} of these objects.", "Choose another path, or delete the file.");

        foreach (var (file, sources) in present)
        {
            await FinishAsync(file, sources, cancellationToken).ConfigureAwait(false);
            TellRest();
        }

        foreach (var part in Parts(fresh))
        {
            await CompactAsync(part, cancellationToken).ConfigureAwait(false);
            TellRest();
        }
    }

    private void TellRest() =>
        AfterStop?.Invoke("The Parquet files that were reported are whole, and there are no others. Only objects that were reported were deleted. Run the command again to go on.");

    private async Task<bool> IsClosedAsync(OssObjectSummary found, CancellationToken cancellationToken)
    {
        if (found.LastModified is { } modified && time.GetUtcNow() - modified >= settings.Age)
            return true;

        return await client.HeadObjectAsync(new HeadObjectRequest(found.Key), cancellationToken).ConfigureAwait(false) is { IsSealed: true };
    }

    // By the lengths in the listing alone, so that the same objects give the same parts.
    private IEnumerable<List<OssObjectSummary>> Parts(List<OssObjectSummary> objects)
    {
        var part = new List<OssObjectSummary>();
        var bytes = 0L;
        foreach (var found in objects)
        {
            if (part.Count > 0 && bytes + found.Length > settings.PartSize && !target.IsOneFile)
            {
                yield return part;
                part = [];
                bytes = 0;
            }

            part.Add(found);
            bytes += found.Length;
        }

        if (part.Count > 0)
            yield return part;
    }

    private async Task CompactAsync(List<OssObjectSummary> part, CancellationToken cancellationToken)
    {
        if (settings.IsDryRun)
        {
            report(new CompactReport("", "planned", "would be written") { Objects = part.Count });
            return;
        }

        using var folder = new TemporaryFolder();
        var kinds = new PropertyKinds();
        var copies = new List<SourceCopy>();
        var sources = new List<CompactedSource>();
        foreach (var found in part)
        {
            if (await FetchAsync(folder, found.Key, found.Length, cancellationToken).ConfigureAwait(false) is not { } copy)
                continue;
            if (await ScanAsync(copy, kinds, cancellationToken).ConfigureAwait(false) is not { } rows)
                continue;

            copies.Add(copy);
            sources.Add(new CompactedSource(copy.Key, copy.Length, copy.Crc64, rows));
        }

        if (sources.Count == 0)
            return;

        var path = target.TemporaryPath(folder.Path);
        try
        {
            await WriteAsync(path, new EventColumns(kinds.Columns()), copies, sources, cancellationToken).ConfigureAwait(false);
            await CheckAsync(path, copies, cancellationToken).ConfigureAwait(false);
            var length = new FileInfo(path).Length;
            AfterStop?.Invoke("The Parquet file that was being sent is whole, or it is not there. Those that were reported are whole. Run the command again to go on.");
            var name = await target.PublishAsync(path, HashOf(sources), cancellationToken).ConfigureAwait(false);
            report(new CompactReport(name, "written", "written and checked row by row") { Objects = sources.Count, Rows = sources.Sum(source => source.Rows), Bytes = length });
        }
        finally
        {
            File.Delete(path);
        }

        await RemoveAsync(sources, cancellationToken).ConfigureAwait(false);
    }

    // An earlier run wrote the file, and may have deleted some of its objects.
    private async Task FinishAsync(CompactedFile file, List<CompactedSource> sources, CancellationToken cancellationToken)
    {
        var done = new CompactReport(file.Name, "present", "was there already") { Objects = sources.Count, Rows = sources.Sum(source => source.Rows), Bytes = file.Length };
        if (settings.IsDryRun || !settings.DeletesSources)
        {
            report(done);
            return;
        }

        using var folder = new TemporaryFolder();
        var path = await target.FetchAsync(file, folder.Path, cancellationToken).ConfigureAwait(false);
        var copies = new List<SourceCopy>();
        foreach (var source in sources)
        {
            if (await FetchAsync(folder, source.Key, source.Length, cancellationToken).ConfigureAwait(false) is { } copy && copy.Crc64 == source.Crc64)
                copies.Add(copy);
            else
                report(new CompactReport(source.Key, "changed", $"left out: it has other bytes than when its events were written to {file.Name}"));
        }

        await CheckAsync(path, copies, cancellationToken).ConfigureAwait(false);
        report(done with { Words = "was there already, and was checked row by row" });
        var isChecked = copies.Select(copy => copy.Key).ToHashSet(StringComparer.Ordinal);
        await RemoveAsync(sources.Where(source => isChecked.Contains(source.Key)), cancellationToken).ConfigureAwait(false);
    }

    private async Task<SourceCopy?> FetchAsync(TemporaryFolder folder, string key, long length, CancellationToken cancellationToken)
    {
        var copy = await SourceCopy.TryFetchAsync(client, key, length, folder.NextFile(), time, cancellationToken).ConfigureAwait(false);
        if (copy is null)
            report(new CompactReport(key, "changed", "left out: it was written to meanwhile, or its bytes are damaged; run 'oss-logs verify'"));

        Progress?.Invoke(length);
        return copy;
    }

    // Counts the rows; null if the object has something else than events.
    private async Task<long?> ScanAsync(SourceCopy copy, PropertyKinds kinds, CancellationToken cancellationToken)
    {
        var reader = new ClefRowReader();
        var rows = 0L;
        try
        {
            await foreach (var line in copy.LinesAsync(cancellationToken).ConfigureAwait(false))
            {
                rows++;
                if (reader.TryRead(line.Span, out var fault) is not { } row)
                {
                    report(new CompactReport(copy.Key, "refused", string.Create(CultureInfo.InvariantCulture, $"left out: line {rows} {fault}")));
                    return null;
                }

                kinds.Add(row);
            }

            return rows;
        }
        catch (InvalidDataException)
        {
            report(new CompactReport(copy.Key, "refused", "left out: its gzip is damaged or cut, or other bytes follow it; run 'oss-logs verify'"));
            return null;
        }
    }

    private static async Task WriteAsync(string path, EventColumns columns, List<SourceCopy> copies, List<CompactedSource> sources, CancellationToken cancellationToken)
    {
        var writer = await EventFileWriter.CreateAsync(path, columns, sources, cancellationToken).ConfigureAwait(false);
        await using (writer.ConfigureAwait(false))
        {
            var reader = new ClefRowReader();
            foreach (var copy in copies)
            {
                await foreach (var line in copy.LinesAsync(cancellationToken).ConfigureAwait(false))
                    await writer.AddAsync(reader.TryRead(line.Span, out _)!, copy.Key, cancellationToken).ConfigureAwait(false);
            }

            await writer.CompleteAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Compares each row with its line. Rows of objects without a copy are not compared.</summary>
    /// <exception cref="ToolException">A row differs.</exception>
    internal static async Task CheckAsync(string path, IReadOnlyList<SourceCopy> copies, CancellationToken cancellationToken)
    {
        var file = await EventFileReader.TryOpenAsync(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read), cancellationToken).ConfigureAwait(false)
            ?? throw Different("The Parquet file cannot be read back.");
        await using (file.ConfigureAwait(false))
        {
            var check = new RowCheck(file.Columns);
            var copyOf = copies.ToDictionary(copy => copy.Key, StringComparer.Ordinal);
            var rows = file.ReadAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
            await using (rows.ConfigureAwait(false))
            {
                foreach (var source in file.Sources)
                    await CheckAsync(check, rows, source, copyOf.GetValueOrDefault(source.Key), cancellationToken).ConfigureAwait(false);

                if (await rows.MoveNextAsync().ConfigureAwait(false))
                    throw Different("The Parquet file has more rows than its objects have events.");
            }
        }
    }

    private static async Task CheckAsync(RowCheck check, IAsyncEnumerator<EventFileRow> rows, CompactedSource source, SourceCopy? copy, CancellationToken cancellationToken)
    {
        var count = 0L;
        if (copy is not null)
        {
            await foreach (var line in copy.LinesAsync(cancellationToken).ConfigureAwait(false))
            {
                count++;
                if (!await rows.MoveNextAsync().ConfigureAwait(false))
                    throw Different($"The Parquet file ends before line {count} of '{source.Key}'.");
                if (check.Difference(rows.Current, line, source.Key) is { } column)
                    throw Different($"Line {count} of '{source.Key}' differs from its row in column '{column}'.");
            }
        }

        for (; count < source.Rows; count++)
        {
            if (copy is not null || !await rows.MoveNextAsync().ConfigureAwait(false) || rows.Current.Source != source.Key)
                throw Different($"The Parquet file does not have the {source.Rows} events of '{source.Key}'.");
        }
    }

    private async Task RemoveAsync(IEnumerable<CompactedSource> sources, CancellationToken cancellationToken)
    {
        if (!settings.DeletesSources)
            return;

        foreach (var source in sources)
        {
            AfterStop?.Invoke($"The Parquet files that were reported are whole. The object '{source.Key}' may be deleted or not; its events are in one of them. Run the command again to go on.");
            report(await _removal.TryDeleteAsync(source, cancellationToken).ConfigureAwait(false)
                ? new CompactReport(source.Key, "deleted", "deleted")
                : new CompactReport(source.Key, "changed", "not deleted: it was written to after its events were read"));
        }
    }

    private static string HashOf(List<CompactedSource> sources) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(CompactedSource.Write(sources))).AsSpan(0, 8));

    private static ToolException Different(string cause) => new(ExitCodes.Found, cause, "Nothing was deleted. Delete the Parquet file if it is there, and report this as a bug.");

    /// <summary>A folder for copies, deleted at the end.</summary>
    private sealed class TemporaryFolder : IDisposable
    {
        private int _files;

        public string Path { get; } = Directory.CreateTempSubdirectory("oss-logs-").FullName;

        public string NextFile() => System.IO.Path.Combine(Path, (++_files).ToString(CultureInfo.InvariantCulture));

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
