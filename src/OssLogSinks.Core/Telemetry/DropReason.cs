namespace OssLogSinks.Core.Telemetry;

/// <summary>Why an event was given up.</summary>
public enum DropReason
{
    /// <summary>The queue in front of the appender was full.</summary>
    QueueFull,

    /// <summary>The buffer was full: OSS takes less than the application logs.</summary>
    BufferFull,

    /// <summary>The event is larger than a record may be.</summary>
    TooLarge,

    /// <summary>The event could not be rendered.</summary>
    FormatError,

    /// <summary>The object has reached its size limit, and rolling by size is switched off.</summary>
    ObjectFull,

    /// <summary>OSS did not take the event within the retry time.</summary>
    RetryTimeOver,

    /// <summary>The application stopped, and the time to close was over.</summary>
    CloseTimeOver,

    /// <summary>The event came after the close.</summary>
    Closed,

    /// <summary>
    /// OSS refused the event until somebody mends a setting, a permission or the bucket, and it was not to wait for that:
    /// <see cref="OssAppenderOptions.RetryRefusals"/>.
    /// </summary>
    Refused,

    /// <summary>The event was in the buffer on disk, which is damaged or was removed while the process ran.</summary>
    Unreadable,
}

/// <summary>The reasons in words, made once: in an outage each event asks for its own.</summary>
internal static class DropReasonNames
{
    public const int Count = (int)DropReason.Unreadable + 1;

    private static readonly string[] Names = [.. Enumerable.Range(0, Count).Select(reason => ((DropReason)reason).ToString())];

    public static string Of(DropReason reason) => Names[(int)reason];
}
