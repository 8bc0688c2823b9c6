using System.Globalization;
using OssLogSinks.Core.Diagnostics;

namespace OssLogSinks.Core.Spool.Disk;

/// <summary>What cannot be read on disk is put aside, counted and reported, and nothing else happens because of it. Any thread may tell.</summary>
internal sealed class DamageReport
{
    private readonly Quarantine _quarantine;
    private readonly DeliveryCounters _counters;
    private readonly DeliveryReporter _reporter;

    public DamageReport(Quarantine quarantine, DeliverySetup setup)
    {
        _quarantine = quarantine;
        _counters = setup.Counters;
        _reporter = setup.Reporter;
    }

    /// <summary>Tells what a reader could not read of a segment.</summary>
    public void Tell(SpoolFolder folder, SpoolSegment segment, SegmentReader reader)
    {
        if (reader.Damage.Count == 0)
            return;

        var name = Path.GetFileName(segment.Path);
        foreach (var damage in reader.Damage.Where(d => d.Length > 0))
            _quarantine.Keep(folder.Name, name, segment.Path, damage);

        var isUnknown = reader.Damage.Any(d => d.MissingRecords == SpoolDamage.Unknown);

        // Where nothing says how far the file went, more may have stood behind what is damaged at its end.
        var last = reader.Damage[reader.Damage.Count - 1];
        var isOpenEnd = segment.End is null && last.KnownMissing > 0 && last.Offset + last.Length >= segment.Length;
        Count(
            $"the file '{name}' of '{folder.Name}' is damaged",
            reader.Damage.Sum(d => d.KnownMissing),
            reader.Damage.Sum(d => d.Length),
            isUnknown,
            isOpenEnd ? "at least " : "");
    }

    /// <summary>Puts a segment aside that cannot be opened.</summary>
    /// <returns>False if it has to stay where it is.</returns>
    public bool PutAside(SpoolFolder folder, SpoolSegment segment, IOException error)
    {
        var name = Path.GetFileName(segment.Path);
        Count($"the file '{name}' of '{folder.Name}' cannot be opened ({error.Message})", segment.Count, segment.Length, isUnknown: segment.Count == 0);
        return _quarantine.KeepFile(folder.Name, name, segment.Path, segment.Count);
    }

    /// <summary>Tells of a segment whose file has gone.</summary>
    /// <param name="folder">Its folder.</param>
    /// <param name="firstId">The first id in it.</param>
    /// <param name="records">How many records were in it at most; null if nothing tells.</param>
    public void TellMissing(string folder, long firstId, long? records) =>
        Count($"the file '{SegmentHeader.NameOf(firstId)}' of '{folder}' is missing or empty", records ?? 0, 0, isUnknown: records is null);

    /// <summary>Puts a file aside that is none of the spool's.</summary>
    /// <returns>False if it has to stay where it is.</returns>
    public bool PutAside(string folder, string name, string path, long length)
    {
        Count($"the file '{name}' of '{folder}' is none of the buffer's", 0, length, isUnknown: false);
        return _quarantine.KeepFile(folder, name, path, records: 0);
    }

    /// <summary>Puts a segment aside in which nothing can be read.</summary>
    /// <returns>False if it has to stay where it is.</returns>
    public bool PutAside(string folder, SegmentEntry segment)
    {
        Count(
            segment.IsReadable ? $"the file '{segment.Name}' of '{folder}' holds nothing that can be read" : $"the file '{segment.Name}' of '{folder}' cannot be opened",
            0,
            segment.Length,
            isUnknown: !segment.IsReadable || segment.Length > SegmentHeader.Size);
        return _quarantine.KeepFile(folder, segment.Name, segment.Path, records: 0);
    }

    /// <summary>Tells of a journal that is damaged.</summary>
    public void TellJournal(string folder) => _reporter.Buffer(
        OssDiagnosticLevel.Error,
        $"The journal of '{folder}' is damaged. All events in it are shipped; some of them may be stored twice, since what was stored before is not fully known.");

    private void Count(string what, long records, long bytes, bool isUnknown, string atLeast = "")
    {
        _counters.Quarantined(records, bytes);
        var number = isUnknown ? "an unknown number of" : atLeast + Number(records);
        _reporter.Buffer(
            records > 0 || isUnknown ? OssDiagnosticLevel.Error : OssDiagnosticLevel.Warning,
            $"In the buffer on disk, {what}: {number} event(s) in {Number(bytes)} bytes cannot be shipped; the folder '{Quarantine.FolderName}' beside it keeps a copy while there is room.");
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
