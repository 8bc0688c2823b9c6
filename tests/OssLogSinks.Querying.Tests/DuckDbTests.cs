using System.Text.RegularExpressions;
using DuckDB.NET.Data;
using OssLogSinks.Core;
using OssLogSinks.Core.Keys;
using OssLogSinks.Emulator;
using OssLogSinks.Querying.Tests.Support;

namespace OssLogSinks.Querying.Tests;

/// <summary>DuckDB reads what both front doors wrote: every event, once, and for an hour only that hour's objects.</summary>
public sealed partial class DuckDbTests
{
    private const int Days = 4;
    private const int Hours = 12;
    private const int EventsAnHour = 6;

    // 17:00 on the 22nd is one of them.
    private static readonly DateTimeOffset First = new(2026, 11, 20, 6, 0, 0, TimeSpan.Zero);

    public static TheoryData<string, OssCompression> Ways => new()
    {
        { "Serilog", OssCompression.None },
        { "Serilog", OssCompression.Gzip },
        { "NLog", OssCompression.None },
        { "NLog", OssCompression.Gzip },
    };

    private static IReadOnlyList<DateTimeOffset> Times { get; } =
    [
        .. from day in Enumerable.Range(0, Days)
           from hour in Enumerable.Range(0, Hours)
           from i in Enumerable.Range(0, EventsAnHour)
           select First.AddDays(day).AddHours(hour).AddMinutes(10 * i).AddTicks(1234567),
    ];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Query_ReadsEveryEventOnce_AndTheObjectsOfItsHourOnly(string front, OssCompression compression)
    {
        await using var oss = await OssEmulator.StartAsync(new OssEmulatorOptions { Buckets = { Site.Bucket } }, TestContext.Current.CancellationToken);
        Site.Log(oss, front, compression, Times);
        var objects = oss.ListObjects(Site.Bucket);
        Assert.Equal(Days * Hours, objects.Count);
        Assert.All(objects, stored => Assert.Equal(2, stored.NumberOfAppends));
        Assert.All(objects, stored => Assert.EndsWith(compression == OssCompression.Gzip ? ".jsonl.gz" : ".jsonl", stored.Key, StringComparison.Ordinal));
        using var download = Download.Of(oss);
        await using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        Run(connection, $"SET file_search_path = '{download.Folder}'; SET TimeZone = 'UTC'");
        var (view, hour) = Statements($"duckdb-{front.ToLowerInvariant()}.sql");

        Run(connection, view);
        var all = Rows(connection, "SELECT \"Order\", dt, hour FROM events");
        var ofHour = Rows(connection, hour);
        var plan = string.Join('\n', Rows(connection, "EXPLAIN ANALYZE " + hour).Select(row => row[1]));

        Assert.Equal(Enumerable.Range(0, Times.Count).Select(i => (long)i), all.Select(row => (long)row[0]).Order());
        Assert.All(all, row => Assert.Equal(
            (DateOnly.FromDateTime(Times[(int)(long)row[0]].UtcDateTime), Times[(int)(long)row[0]].Hour), ((DateOnly)row[1], (int)row[2])));
        var expected = Enumerable.Range(0, Times.Count).Where(i => Times[i].Day == 22 && Times[i].Hour == 17).ToList();
        Assert.Equal(EventsAnHour, expected.Count);
        Assert.Equal(expected.Select(i => (long)i), ofHour.Select(row => (long)row[3]));
        Assert.Equal(expected.Select(i => TruncatedToMicroseconds(Times[i])), ofHour.Select(row => ((DateTime)row[0]).ToUniversalTime()));
        Assert.Equal(expected.Select(i => i % 5 == 0), ofHour.Select(row => ((string)row[1]).StartsWith("Warn", StringComparison.Ordinal)));
        Assert.Equal($"1/{Days * Hours}", FilesScanned().Match(plan).Groups["files"].Value);
    }

    [Fact]
    public void KeyOfTheConfigurationFiles_IsThePreset()
    {
        foreach (var file in new[] { "appsettings.json", "nlog.config" })
            Assert.Contains($"\"{OssObjectKeys.HiveByHour}\"", File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Querying", file)), StringComparison.Ordinal);

        Assert.Equal(OssObjectKeys.HiveByDay, OssObjectKeys.HiveByHour.Replace("hour={Timestamp:HH}/", "", StringComparison.Ordinal));
    }

    private static DateTime TruncatedToMicroseconds(DateTimeOffset time) => time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMicrosecond)).UtcDateTime;

    private static (string View, string Hour) Statements(string file)
    {
        var statements = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Querying", file)).ReplaceLineEndings("\n").Split(";\n", StringSplitOptions.RemoveEmptyEntries);
        return (statements[0], statements[1]);
    }

    private static void Run(DuckDBConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static List<object[]> Rows(DuckDBConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<object[]>();
        while (reader.Read())
        {
            var row = new object[reader.FieldCount];
            reader.GetValues(row);
            rows.Add(row);
        }

        return rows;
    }

    [GeneratedRegex(@"Scanning Files: (?<files>\d+/\d+)")]
    private static partial Regex FilesScanned();
}
