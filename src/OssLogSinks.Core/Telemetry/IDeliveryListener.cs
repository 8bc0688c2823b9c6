namespace OssLogSinks.Core.Telemetry;

/// <summary>
/// Learns the fate of every record that carries a <see cref="Records.LogRecord.State"/>: exactly one call per record.
/// Called from background threads, or from the thread that brought the record when it is refused at once; must not throw,
/// must not close the appender, and should not take long, since delivery waits for it.
/// </summary>
public interface IDeliveryListener
{
    /// <summary>
    /// The records stand in OSS; or, with a <see cref="OssAppenderOptions.BufferPath"/>, on disk: as safe as
    /// <see cref="OssAppenderOptions.BufferSync"/> makes them. What is lost of those later is counted and reported, not told here.
    /// </summary>
    /// <param name="states">Their states, in the order in which the records were accepted. Not to be kept.</param>
    void OnStored(IReadOnlyList<object> states);

    /// <summary>The records were given up.</summary>
    /// <param name="states">Their states, in the order in which the records were accepted. Not to be kept.</param>
    /// <param name="failure">Why, with the last error of the service as its inner exception, if there was one.</param>
    void OnLost(IReadOnlyList<object> states, OssDeliveryException failure);
}
