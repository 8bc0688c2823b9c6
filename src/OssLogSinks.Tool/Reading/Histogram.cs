using System.Globalization;
using OssLogSinks.Tool.Output;
using Serilog.Events;
using Spectre.Console;

namespace OssLogSinks.Tool.Reading;

/// <summary>Counts lines over time by level. Memory grows with the minutes that have events, not with the events.</summary>
internal sealed class Histogram(OutputText output, bool isJson) : ILineWriter
{
    private const int MostRows = 48;
    private const int WidestBar = 50;

    private static readonly TimeSpan[] Steps =
    [
        TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(30), TimeSpan.FromHours(1), TimeSpan.FromHours(3),
        TimeSpan.FromHours(6), TimeSpan.FromDays(1), TimeSpan.FromDays(7), TimeSpan.FromDays(30), TimeSpan.FromDays(365),
    ];

    private readonly SortedDictionary<long, long[]> _minutes = [];
    private long _withoutTime;

    public void Write(ReadOnlySpan<byte> line)
    {
        LineHead head = default;
        var isRead = line.Length > 0 && line[0] == '{' ? LineHead.TryReadJson(line, out head) : LineHead.TryReadText(line, out head);
        if (!isRead || head.Time is not { } time)
        {
            _withoutTime++;
            return;
        }

        var minute = time.UtcTicks / TimeSpan.TicksPerMinute;
        if (!_minutes.TryGetValue(minute, out var counts))
            _minutes[minute] = counts = new long[(int)LogEventLevel.Fatal + 1];
        counts[(int)(head.Level ?? LogEventLevel.Information)]++;
    }

    public void End()
    {
        var rows = Rows();
        if (isJson)
            WriteJson(rows);
        else
            DrawBars(rows);

        output.Flush();
    }

    private List<(DateTimeOffset Start, long[] Counts)> Rows()
    {
        if (_minutes.Count == 0)
            return [];

        var (first, last) = (_minutes.First().Key, _minutes.Last().Key);
        var step = Steps.FirstOrDefault(s => (last - first) / (long)s.TotalMinutes < MostRows, Steps[^1]);
        var minutes = (long)step.TotalMinutes;
        var rows = new List<(DateTimeOffset, long[])>();
        for (var start = first - (first % minutes); start <= last; start += minutes)
            rows.Add((new DateTimeOffset(start * TimeSpan.TicksPerMinute, TimeSpan.Zero), new long[(int)LogEventLevel.Fatal + 1]));

        foreach (var (minute, counts) in _minutes)
        {
            var row = rows[(int)((minute - (first - (first % minutes))) / minutes)].Item2;
            for (var level = 0; level < row.Length; level++)
                row[level] += counts[level];
        }

        return rows;
    }

    private void WriteJson(List<(DateTimeOffset Start, long[] Counts)> rows)
    {
        foreach (var (start, counts) in rows)
        {
            output.WriteJson(json =>
            {
                json.WriteString("start", start);
                json.WriteNumber("events", counts.Sum());
                for (var level = 0; level < counts.Length; level++)
                {
                    if (counts[level] > 0)
                        json.WriteNumber(((LogEventLevel)level).ToString(), counts[level]);
                }
            });
        }
    }

    private void DrawBars(List<(DateTimeOffset Start, long[] Counts)> rows)
    {
        var most = rows.Count == 0 ? 1 : Math.Max(1, rows.Max(row => row.Counts.Sum()));
        var table = new Table { Border = TableBorder.None };
        table.AddColumns("start", "events", "warnings", "errors", "");
        table.Columns[1].Alignment = table.Columns[2].Alignment = table.Columns[3].Alignment = Justify.Right;
        foreach (var (start, counts) in rows)
        {
            var errors = counts[(int)LogEventLevel.Error] + counts[(int)LogEventLevel.Fatal];
            var warnings = counts[(int)LogEventLevel.Warning];
            var width = (int)Math.Ceiling(counts.Sum() * (double)WidestBar / most);
            var bad = counts.Sum() == 0 ? 0 : (int)Math.Ceiling(errors * (double)width / counts.Sum());
            table.AddRow(
                start.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture), Number(counts.Sum()), Number(warnings), Number(errors),
                $"[red]{new string('█', bad)}[/][blue]{new string('█', width - bad)}[/]");
        }

        output.Draw(table);
        if (_withoutTime > 0)
            output.Text.Write($"{_withoutTime} lines have no time.\n");
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
