namespace OssLogSinks.Core;

/// <summary>
/// Object keys for common purposes, each a value for <see cref="OssAppenderOptions.ObjectKey"/>, in code or in a configuration file.
/// </summary>
public static class OssObjectKeys
{
    /// <summary>
    /// A folder for each day, named as Hive, DuckDB, ClickHouse, Spark and MaxCompute name partitions, <c>dt=2026-11-22</c>, so that a
    /// query for some days reads only their objects. For events that are written as one JSON document per line.
    /// </summary>
    public const string HiveByDay = "logs/dt={Timestamp:yyyy-MM-dd}/{MachineName}-{InstanceId}.jsonl";

    /// <summary>As <see cref="HiveByDay"/>, with a folder for each hour in it: <c>dt=2026-11-22/hour=17</c>.</summary>
    public const string HiveByHour = "logs/dt={Timestamp:yyyy-MM-dd}/hour={Timestamp:HH}/{MachineName}-{InstanceId}.jsonl";
}
