namespace OssLogSinks.Core.Spool.Disk;

/// <summary>A stretch of a file that holds no record that can be read.</summary>
/// <param name="Offset">Where it begins.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="MissingRecords">
/// The records that are lost with it, as far as the ids around it tell; at least that many at the end of a file.
/// <see cref="Unknown"/> if nothing tells.
/// </param>
internal readonly record struct SpoolDamage(long Offset, long Length, long MissingRecords)
{
    /// <summary>Nobody can say how many.</summary>
    public const long Unknown = -1;

    /// <summary>The records that are known to be lost.</summary>
    public long KnownMissing => Math.Max(0, MissingRecords);
}
