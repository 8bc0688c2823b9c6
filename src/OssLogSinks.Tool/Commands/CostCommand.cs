using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;
using OssLogSinks.Tool.Objects;
using OssLogSinks.Tool.Output;
using Spectre.Console;

namespace OssLogSinks.Tool.Commands;

/// <summary><c>cost</c>: requests and bytes a month, from the objects of the last days, and what a longer interval saves.</summary>
internal static class CostCommand
{
    public const string Examples = """
        oss-logs cost shop/
        oss-logs cost shop/ --put-price 0.01 --storage-price 0.12     # prices of your region
        oss-logs cost shop/ --appends-per-day 120000                  # measured: osslogsinks.appends
        """;

    private const double DaysOfMonth = 30;
    private const double GiB = 1024 * 1024 * 1024;

    private static readonly TimeSpan[] Intervals = [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5)];

    private static readonly Argument<string> Prefix = new("prefix") { Description = "The beginning of the sink's keys.", DefaultValueFactory = _ => "" };

    private static readonly Option<int> Days = new("--days") { Description = "Look at objects that were written within so many days.", DefaultValueFactory = _ => 7, HelpName = "N" };

    private static readonly Option<string> Interval = new("--interval") { Description = "The sink's appendInterval.", DefaultValueFactory = _ => "2s", HelpName = "SPAN" };

    private static readonly Option<double?> Appends = new("--appends-per-day") { Description = "Measured appends of a day. Default: the most that the interval allows.", HelpName = "N" };

    private static readonly Option<double> PutPrice = new("--put-price") { Description = "Price of 10,000 PUT requests.", HelpName = "PRICE" };

    private static readonly Option<double> StoragePrice = new("--storage-price") { Description = "Price of a GiB stored for a month.", HelpName = "PRICE" };

    public static Command Create()
    {
        var command = new Command("cost", "Estimate requests and bytes of a month.") { Prefix, Days, Interval, Appends, PutPrice, StoragePrice };
        CommandRunner.Handle(command, RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(CommandRun run, CancellationToken cancellationToken)
    {
        var days = run.Parse.GetValue(Days);
        if (days is < 1 or > 3660)
            throw new ToolException(ExitCodes.Usage, $"--days is {days}.", "Write a number from 1 to 3660.");
        if (!Quantities.TryReadSpan(run.Parse.GetValue(Interval)!, out var interval) || interval < TimeSpan.FromMilliseconds(100))
            throw new ToolException(ExitCodes.Usage, $"--interval '{run.Parse.GetValue(Interval)}' is no span of at least 0.1s.", "Write 2s or 1m for instance.");

        var path = ObjectPath.Parse(run.Parse.GetValue(Prefix)!);
        using var client = run.Settings(path.Bucket).Open();
        var usage = new Usage(run.Host.Time.GetUtcNow() - TimeSpan.FromDays(days), days);
        await foreach (var found in client.ListAsync(path.Key, cancellationToken).ConfigureAwait(false))
            usage.Add(found.Key, found.Length, found.LastModified);

        var measured = run.Parse.GetValue(Appends);
        var rows = new List<Estimate> { EstimateOf(usage, interval, measured) };
        rows.AddRange(Intervals.Where(longer => longer > interval).Select(longer => EstimateOf(usage, longer, measured is { } now ? Math.Min(now, usage.MostAppends(longer)) : null)));
        if (run.IsJson)
            WriteJson(run, usage, rows);
        else
            WriteTable(run, usage, rows, days);

        return ExitCodes.Done;
    }

    private static Estimate EstimateOf(Usage usage, TimeSpan interval, double? measured) =>
        new(interval, (measured ?? usage.MostAppends(interval)) * DaysOfMonth);

    private static void WriteJson(CommandRun run, Usage usage, List<Estimate> rows)
    {
        foreach (var row in rows)
        {
            run.Output.WriteJson(json =>
            {
                json.WriteNumber("intervalSeconds", row.Interval.TotalSeconds);
                json.WriteNumber("appendsPerMonth", Math.Round(row.Appends));
                json.WriteNumber("requestPrice", row.Appends / 10_000 * run.Parse.GetValue(PutPrice));
                json.WriteNumber("streams", usage.Streams);
                json.WriteNumber("bytesPerMonth", Math.Round(usage.BytesOfDay * DaysOfMonth));
                json.WriteNumber("storagePrice", usage.BytesOfDay * DaysOfMonth / GiB * run.Parse.GetValue(StoragePrice));
                json.WriteNumber("storedBytes", usage.StoredBytes);
            });
        }
    }

    private static void WriteTable(CommandRun run, Usage usage, List<Estimate> rows, int days)
    {
        var put = run.Parse.GetValue(PutPrice);
        var storage = run.Parse.GetValue(StoragePrice);
        run.Output.Text.Write($"""
            {usage.Objects} objects with {Quantities.Bytes(usage.StoredBytes)} are stored.
            In the last {days} days, {usage.Streams} streams wrote {Quantities.Bytes(usage.BytesOfDay)} a day: {Quantities.Bytes(usage.BytesOfDay * DaysOfMonth)} a month{Price(usage.BytesOfDay * DaysOfMonth / GiB * storage, storage)}.

            """);
        var table = new Table { Border = TableBorder.None };
        table.AddColumns("appendInterval", "appends a month, at most", put > 0 ? "price" : "");
        foreach (var column in table.Columns)
            column.Alignment = Justify.Right;

        foreach (var row in rows)
            table.AddRow($"{row.Interval.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s", row.Appends.ToString("#,0", CultureInfo.InvariantCulture), put > 0 ? (row.Appends / 10_000 * put).ToString("0.00", CultureInfo.InvariantCulture) : "");

        run.Output.Draw(table);
    }

    private static string Price(double price, double unit) => unit > 0 ? $", {price.ToString("0.00", CultureInfo.InvariantCulture)} for each month that they are kept" : "";

    private sealed record Estimate(TimeSpan Interval, double Appends);

    /// <summary>What the listing says. Streams are counted by their keys without dates and sequence numbers.</summary>
    private sealed class Usage(DateTimeOffset since, int days)
    {
        // A short number may be a machine's.
        private static readonly Regex Dates = new(@"\d{4}[-/_]?\d{2}[-/_]?\d{2}[-/_T]?(\d{2})*|_\d{3,}(?=\.|$)|hour=\d{2}|dt=[\d-]+", RegexOptions.CultureInvariant);

        private readonly HashSet<string> _streams = new(StringComparer.Ordinal);
        private long _recentBytes;

        public long Objects { get; private set; }

        public long StoredBytes { get; private set; }

        public int Streams => _streams.Count;

        public double BytesOfDay => (double)_recentBytes / days;

        public void Add(string key, long length, DateTimeOffset? modified)
        {
            Objects++;
            StoredBytes += length;
            if (modified < since)
                return;

            _recentBytes += length;
            _streams.Add(Dates.Replace(key, "#"));
        }

        public double MostAppends(TimeSpan interval) => Streams * TimeSpan.FromDays(1) / interval;
    }
}
