using OssLogSinks.Core.Diagnostics;

namespace OssLogSinks.Core.Spool.Disk;

/// <summary>Empties a folder without the application that filled it.</summary>
internal static class SpoolDrain
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(1);

    public static async Task<OssDrainProgress> RunAsync(
        string bufferPath, OssAppenderOptions options, IProgress<OssDrainProgress>? progress, CancellationToken cancellationToken)
    {
        if (BufferPathRules.FaultOf(bufferPath) is { } fault)
            throw new OssSettingsException([new SettingFault(nameof(OssAppenderOptions.BufferPath), fault)]);
        if (!Directory.Exists(bufferPath))
            throw new DirectoryNotFoundException($"There is no folder '{bufferPath}'.");

        using var setup = DeliverySetup.ForDrain(options);
        var settings = DiskSpoolSettings.From(options, bufferPath);
        var files = new SpoolFiles();
        var damage = new DamageReport(new Quarantine(files, settings.Path, settings.QuarantineSize, setup.Time), setup);
        var adoption = new SpoolAdoption(
            files, settings.Path, ownName: null, settings.SyncInterval is not null, damage, setup, () => setup.OpenLane(options.MemoryLimit));

        // Waits for a report that is under way, so that none comes after the last.
        var reporting = setup.Time.CreateTimer(_ => progress?.Report(Progress(setup, adoption)), null, ProgressInterval, ProgressInterval);
        await using (reporting.ConfigureAwait(false))
        {
            var begun = setup.Time.GetTimestamp();
            try
            {
                await adoption.EmptyAllAsync(cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                await adoption.StopAsync().ConfigureAwait(false);
                setup.EndSealing(options.CloseTimeout, begun);
            }
        }

        var done = Progress(setup, adoption);
        progress?.Report(done);
        return done;
    }

    private static OssDrainProgress Progress(DeliverySetup setup, SpoolAdoption adoption)
    {
        var counts = setup.Counters.Snapshot();
        return new OssDrainProgress
        {
            Folders = adoption.Emptied,
            FoldersInUse = adoption.InUse,
            Delivered = counts.Delivered,
            Quarantined = counts.QuarantinedRecords,
            BytesLeft = adoption.Bytes,
        };
    }
}
