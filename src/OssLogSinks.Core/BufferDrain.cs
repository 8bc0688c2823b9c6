using OssLogSinks.Core.DiskBuffer;
using OssLogSinks.Core.DiskBuffer.Files;
using OssLogSinks.Core.DiskBuffer.Folders;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core;

/// <summary>Ships the contents of a buffer folder without the application that filled it.</summary>
internal static class BufferDrain
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
        var settings = DeliverySetup.BufferSettingsOf(options, bufferPath);
        var files = new BufferFiles();
        var damage = new DamageReport(new Quarantine(files, settings.Path, settings.QuarantineSize, setup.Time), setup.Counters, setup.Reporter);
        var orphans = new OrphanedFolders(
            files, settings.Path, _ => false, settings.Syncs, damage, setup.Counters, setup.Reporter, setup.Time, () => setup.OpenPipeline(options.MemoryLimitBytes));

        // Disposing the timer waits for a report that is running, so that no report comes after the final one.
        var reporting = setup.Time.CreateTimer(_ => progress?.Report(Progress(setup, orphans)), null, ProgressInterval, ProgressInterval);
        await using (reporting.ConfigureAwait(false))
        {
            var begun = setup.Time.GetTimestamp();
            try
            {
                await orphans.EmptyAllAsync(cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                await orphans.StopAsync().ConfigureAwait(false);
                setup.EndSealing(options.CloseTimeout, begun);
            }
        }

        var done = Progress(setup, orphans);
        progress?.Report(done);
        return done;
    }

    private static OssDrainProgress Progress(DeliverySetup setup, OrphanedFolders orphans)
    {
        var counts = setup.Counters.Snapshot();
        return new OssDrainProgress
        {
            Folders = orphans.Emptied,
            FoldersInUse = orphans.InUse,
            Delivered = counts.Delivered,
            Quarantined = counts.QuarantinedRecords,
            BytesLeft = orphans.Bytes,
        };
    }
}

/// <summary>The progress of <see cref="OssAppender.DrainAsync"/>.</summary>
public sealed record OssDrainProgress
{
    /// <summary>Folders of ended processes that were emptied so far.</summary>
    public int Folders { get; init; }

    /// <summary>Folders that were skipped because their process is still running, or because the file system has no locks to find that out.</summary>
    public int FoldersInUse { get; init; }

    /// <summary>Records delivered to OSS.</summary>
    public long Delivered { get; init; }

    /// <summary>Records that could not be read and were quarantined; see <see cref="Telemetry.DeliverySnapshot.QuarantinedRecords"/>.</summary>
    public long Quarantined { get; init; }

    /// <summary>Bytes on disk, in folders of ended processes, that are not shipped yet.</summary>
    public long BytesLeft { get; init; }
}
