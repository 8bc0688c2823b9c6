namespace OssLogSinks.Core;

/// <summary>
/// Object keys for purposes that many have; each is a text for <see cref="OssAppenderOptions.ObjectKey"/>, which a configuration file
/// holds as well as code does.
/// </summary>
public static class OssObjectKeys
{
    /// <summary>
    /// A folder a day, called as Hive, DuckDB, ClickHouse, Spark and MaxCompute name partitions, <c>dt=2026-11-22</c>, so that a query
    /// for some days reads the objects of these days alone. For one JSON document a line.
    /// </summary>
    public const string HiveByDay = "logs/dt={Timestamp:yyyy-MM-dd}/{MachineName}-{InstanceId}.jsonl";

    /// <summary>As <see cref="HiveByDay"/>, with a folder for each hour in it: <c>dt=2026-11-22/hour=17</c>.</summary>
    public const string HiveByHour = "logs/dt={Timestamp:yyyy-MM-dd}/hour={Timestamp:HH}/{MachineName}-{InstanceId}.jsonl";
}
