using System.Globalization;
using OssLogSinks.Core.DiskBuffer.Format;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.DiskBuffer.Folders;

/// <summary>Quarantines, counts and reports what cannot be read on disk, and does nothing else. Any thread may call it.</summary>
internal sealed class DamageReport(Quarantine quarantine, DeliveryCounters counters, DeliveryReporter reporter)
{
    private const int MostNames = 1000;
    private const int MostLost = 100_000;

    // Guarded by itself. Names that were reported; when it is full, no other name is reported.
    private readonly HashSet<string> _told = [];

    // Guarded by itself. Segments of ended processes whose loss was reported, and damaged journals with the id 0.
    private readonly HashSet<(string Folder, long FirstId)> _lost = [];

    /// <summary>Reports the parts of a segment that a reader could not read.</summary>
    /// <param name="folder">Its folder.</param>
    /// <param name="segment">The segment.</param>
    /// <param name="damage">The parts.</param>
    /// <param name="areDropped">Whether the records are counted as dropped, and so not as quarantined.</param>
    public void Tell(BufferFolder folder, Segment segment, IReadOnlyList<Damage> damage, bool areDropped)
    {
        var name = Path.GetFileName(segment.Path);
        foreach (var stretch in damage.Where(d => d.Length > 0))
            TellNotKept(folder.Name, quarantine.Keep(folder.Name, name, segment.Path, stretch));

        Count(
            $"the file '{name}' of '{folder.Name}' is damaged",
            damage.Sum(d => d.Missing),
            damage.Sum(d => d.Length),
            isUnknown: false,
            damage.Select(d => d.Bound).FirstOrDefault(bound => bound != DamageBound.Exact),
            areDropped);
    }

    /// <summary>Reports a segment whose file cannot be opened; the file stays where it is.</summary>
    public void TellUnopened(string folder, long firstId, Exception error)
    {
        var name = SegmentHeader.NameOf(firstId);
        if (IsNew(folder + name))
        {
            reporter.Buffer(
                OssDiagnosticLevel.Error,
                HelpAnchors.BufferDamaged,
                $"In the disk buffer, the file '{name}' of '{folder}' cannot be opened ({error.Message}). It stays there, and is retried.");
        }
    }

    /// <summary>Reports records that were readable once and are not any more.</summary>
    /// <param name="folder">Their folder.</param>
    /// <param name="firstId">The first id in their segment.</param>
    /// <param name="records">How many there are.</param>
    /// <param name="areDropped">Whether they are counted as dropped, and so not as quarantined.</param>
    public void TellUnreadable(string folder, long firstId, long records, bool areDropped) =>
        Count($"the file '{SegmentHeader.NameOf(firstId)}' of '{folder}' is damaged or missing", records, 0, isUnknown: false, areDropped: areDropped);

    /// <summary>Reports a segment whose file is missing.</summary>
    /// <param name="folder">Its folder.</param>
    /// <param name="firstId">The first id in it.</param>
    /// <param name="records">How many records are lost with it; null if unknown.</param>
    /// <param name="bound">What is known of the number.</param>
    /// <param name="areDropped">Whether they are counted as dropped, and so not as quarantined.</param>
    public void TellMissing(string folder, long firstId, long? records, DamageBound bound = DamageBound.Exact, bool areDropped = false) =>
        Count($"the file '{SegmentHeader.NameOf(firstId)}' of '{folder}' is missing or empty", records ?? 0, 0, isUnknown: records is null, bound, areDropped);

    /// <summary>Reports a segment whose file was removed while its records waited in memory. An append that was sent may have stored some.</summary>
    /// <param name="folder">Its folder.</param>
    /// <param name="firstId">The first id in it.</param>
    /// <param name="records">How many records waited; null if unknown.</param>
    public void TellRemoved(string folder, long firstId, long? records) => Count(
        $"the file '{SegmentHeader.NameOf(firstId)}' of '{folder}' was removed before everything in it was stored", records ?? 0, 0, isUnknown: records is null, DamageBound.AtMost);

    /// <summary>Quarantines files that do not belong to the buffer, with one report for all files of a folder.</summary>
    /// <returns>Whether all of them were moved.</returns>
    public bool PutAside(string folder, IReadOnlyList<(string Name, string Path, long Length)> files)
    {
        if (files.Count == 0)
            return true;

        var what = files.Count == 1 ? $"the file '{files[0].Name}' of '{folder}' does not belong to the buffer" : $"{Number(files.Count)} files of '{folder}' do not belong to the buffer";
        Count(what, 0, files.Sum(f => f.Length), isUnknown: false);
        return files.Count(file => IsKept(folder, file.Name, file.Path)) == files.Count;
    }

    /// <summary>Quarantines a segment in which nothing can be read.</summary>
    /// <param name="folder">Its folder.</param>
    /// <param name="firstId">The first id in it.</param>
    /// <param name="path">The file.</param>
    /// <param name="length">Its length.</param>
    /// <param name="records">How many records are lost with it; null if unknown.</param>
    /// <param name="bound">What is known of the number.</param>
    /// <returns>False if it has to stay where it is.</returns>
    public bool PutAside(string folder, long firstId, string path, long length, long? records, DamageBound bound)
    {
        var name = Path.GetFileName(path);
        if (IsFirstLoss(folder, firstId))
            Count($"the file '{name}' of '{folder}' contains nothing readable", records ?? 0, length, isUnknown: records is null, bound);
        return IsKept(folder, name, path);
    }

    /// <summary>Reports a journal that is damaged, once.</summary>
    public void TellJournal(string folder)
    {
        if (!IsFirstLoss(folder, 0))
            return;

        reporter.Buffer(
            OssDiagnosticLevel.Error,
            HelpAnchors.BufferDamaged,
            $"The journal of '{folder}' is damaged, so it is not fully known which events are already stored. All events in its files are sent: some may be stored twice, and events of deleted files may not be counted.");
    }

    /// <summary>Reports, once, a folder that another version of this library wrote.</summary>
    public void TellUnknownVersion(string folder)
    {
        if (IsNew(folder))
        {
            reporter.Buffer(
                OssDiagnosticLevel.Error,
                HelpAnchors.OtherProcess,
                $"Events that another process left in '{folder}' have the format of another version of this library. They stay there until that version sends them.");
        }
    }

    /// <summary>Reports, once, names in a folder that are neither files nor folders of this user.</summary>
    public void ReportForeignEntries(string folder, IReadOnlyList<string> names)
    {
        if (names.Count > 0 && IsNew(folder + "/" + names[0]))
        {
            reporter.Buffer(
                OssDiagnosticLevel.Warning,
                HelpAnchors.OtherProcess,
                $"In '{folder}', '{names[0]}'{(names.Count > 1 ? $" and {Number(names.Count - 1)} more" : "")} are links, pipes or devices, or belong to another user. They are ignored, and nothing in them is sent.");
        }
    }

    /// <summary>
    /// Whether the loss of a segment was not reported before: a folder may be opened again. After 100,000 losses, a loss may be reported twice;
    /// none is left out.
    /// </summary>
    public bool IsFirstLoss(string folder, long firstId)
    {
        lock (_lost)
            return _lost.Count >= MostLost || _lost.Add((folder, firstId));
    }

    private bool IsKept(string folder, string name, string path)
    {
        var reason = quarantine.KeepFile(folder, name, path);
        TellNotKept(folder, reason);
        return reason is null;
    }

    // The report of the damage promises a copy.
    private void TellNotKept(string folder, string? reason)
    {
        if (reason is not null && IsNew($"{folder}/{Quarantine.FolderName}"))
        {
            reporter.Buffer(
                OssDiagnosticLevel.Warning,
                HelpAnchors.BufferDamaged,
                $"In the disk buffer, the folder '{Quarantine.FolderName}' could not take everything unreadable of '{folder}' ({reason}).");
        }
    }

    private bool IsNew(string name)
    {
        lock (_told)
            return _told.Count < MostNames && _told.Add(name);
    }

    private void Count(string what, long records, long bytes, bool isUnknown, DamageBound bound = DamageBound.Exact, bool areDropped = false)
    {
        counters.Quarantined(areDropped ? 0 : records, bytes);
        var number = isUnknown ? "an unknown number of" : Words(bound) + Number(records);

        // Nothing can be copied of a file that is gone.
        var copy = bytes > 0 ? $"; the folder '{Quarantine.FolderName}' beside it keeps a copy if there is space" : "";
        reporter.Buffer(
            records > 0 || isUnknown ? OssDiagnosticLevel.Error : OssDiagnosticLevel.Warning,
            HelpAnchors.BufferDamaged,
            $"In the disk buffer, {what}: {number} event(s) in {Number(bytes)} bytes cannot be sent{copy}.");
    }

    private static string Words(DamageBound bound) => bound switch
    {
        DamageBound.AtLeast => "at least ",
        DamageBound.AtMost => "up to ",
        _ => "",
    };

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
