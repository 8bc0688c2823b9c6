using System.Globalization;
using System.Text.RegularExpressions;
using OssLogSinks.Core.Client;

namespace Quickstart;

/// <summary>What stands in the bucket, held against what was logged.</summary>
internal sealed partial class BucketReport
{
    private const int LinesShown = 3;

    private readonly List<(string Key, long Bytes, int Events)> _objects = [];
    private readonly FrontDoor[] _frontDoors;
    private readonly string? _faults;
    private int _othersLines;
    private (string Key, string[] Lines) _end = ("", []);

    private BucketReport(int requests, string? faults)
    {
        _frontDoors = [new("Serilog", "serilog/", requests), new("NLog", "nlog/", requests)];
        _faults = faults;
    }

    public bool IsExactlyOnce => _frontDoors.All(frontDoor => frontDoor.IsExactlyOnce);

    public static async Task<BucketReport> ReadAsync(BucketUnderTest target, QuickstartArguments arguments, string run)
    {
        var report = new BucketReport(arguments.Requests, arguments.FaultRate > 0 ? target.Faults : null);
        target.Calm();
        using var client = target.CreateClient();
        foreach (var frontDoor in report._frontDoors)
        {
            var request = new ListObjectsRequest { Prefix = arguments.Prefix + frontDoor.Folder };
            ListObjectsResult page;
            do
            {
                page = await client.ListObjectsAsync(request, CancellationToken.None);
                foreach (var found in page.Objects)
                    await report.CountAsync(client, frontDoor, found, run);
                request = request with { ContinuationToken = page.NextContinuationToken };
            }
            while (page.NextContinuationToken is not null);
        }

        return report;
    }

    public void Print(TextWriter output)
    {
        var width = _objects.Select(o => o.Key.Length).Append("object".Length).Max();
        output.WriteLine();
        output.WriteLine($"{"object".PadRight(width)}  {"bytes",10}  {"events",8}");
        foreach (var (key, bytes, events) in _objects)
            output.WriteLine($"{key.PadRight(width)}  {bytes,10}  {events,8}");

        output.WriteLine();
        output.WriteLine($"The last lines of {_end.Key}:");
        foreach (var line in _end.Lines)
            output.WriteLine("  " + line);

        output.WriteLine();
        if (_othersLines > 0)
            output.WriteLine($"{_othersLines} lines of other writers were skipped.");
        if (_faults is { } faults)
            output.WriteLine(faults);
        foreach (var frontDoor in _frontDoors.Where(d => !d.IsExactlyOnce))
            output.WriteLine($"{frontDoor.Name}: {frontDoor.Missing} events are missing, {frontDoor.Doubled} are stored more than once.");

        var result = string.Join(", ", _frontDoors.Select(d => $"{d.Delivered} of {d.Expected}{(d == _frontDoors[0] ? " events" : "")} through {d.Name}"));
        output.WriteLine($"delivered {result}{(IsExactlyOnce ? ", each exactly once" : "")}");
    }

    private async Task CountAsync(OssClient client, FrontDoor frontDoor, OssObjectSummary found, string run)
    {
        using var answer = await client.GetObjectAsync(new GetObjectRequest(found.Key), CancellationToken.None);
        using var reader = new StreamReader(answer.Content);
        var lines = (await reader.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var events = 0;
        foreach (var line in lines)
        {
            var match = OurLine().Match(line);
            if (match.Success && match.Groups["run"].Value == run)
            {
                frontDoor.Count(int.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture));
                events++;
            }
            else
            {
                _othersLines++;
            }
        }

        if (events > 0)
            _end = (found.Key, lines[^Math.Min(LinesShown, lines.Length)..]);
        _objects.Add((found.Key, found.Length, events));
    }

    [GeneratedRegex("""run "?(?<run>\w+)"? event (?<number>\d+)$""")]
    private static partial Regex OurLine();

    /// <summary>One logging library: what it was given, and what of it was found.</summary>
    private sealed class FrontDoor(string name, string folder, int expected)
    {
        private readonly int[] _found = new int[expected + 1];

        public string Name => name;

        public string Folder => folder;

        public int Expected => expected;

        public int Delivered => _found.Count(times => times > 0);

        public int Missing => expected - Delivered;

        public int Doubled => _found.Count(times => times > 1);

        public bool IsExactlyOnce => Missing == 0 && Doubled == 0;

        public void Count(int number) => _found[number]++;
    }
}
