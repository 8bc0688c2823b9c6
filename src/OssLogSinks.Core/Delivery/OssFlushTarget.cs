namespace OssLogSinks.Core.Delivery;

/// <summary>What a flush waits for.</summary>
public enum OssFlushTarget
{
    /// <summary>Every record stands in OSS, or was given up.</summary>
    Oss,

    /// <summary>
    /// Every record is on disk, synced whatever <see cref="OssAppenderOptions.BufferSync"/> says, or stands in OSS
    /// already. Without a <see cref="OssAppenderOptions.BufferPath"/> the same as <see cref="Oss"/>.
    /// </summary>
    Disk,
}
