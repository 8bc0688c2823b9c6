using System.Globalization;

namespace OssLogSinks.Battery.Judging;

/// <summary>What one trial has for itself: a prefix of keys, a folder, and the processes that it starts.</summary>
internal sealed class Bench(JudgeArguments arguments, EmulatorProcess emulator, int number)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);

    public EmulatorProcess Emulator => emulator;

    public JudgeArguments Arguments => arguments;

    public string Prefix { get; } = $"trial-{number}/";

    public string Folder { get; } = Directory.CreateTempSubdirectory("oss-battery-").FullName;

    /// <summary>A folder for a disk buffer, as the judge sees it.</summary>
    public string Buffer => Path.Combine(Folder, "buffer");

    /// <summary>A path as the process that is tried has to write it.</summary>
    public string Seen(string path) => arguments.System == SystemKind.Windows && !OperatingSystem.IsWindows() ? "Z:" + path.Replace('/', '\\') : path;

    /// <summary>Starts a process that logs; more of its order is given as name=value.</summary>
    public PartProcess Start(string part, string front, params IEnumerable<string> order) => PartProcess.Start(arguments.Command, Folder,
    [
        part,
        "front=" + front,
        "endpoint=" + emulator.Endpoint,
        "bucket=" + EmulatorProcess.Bucket,
        "id=" + EmulatorProcess.AccessKeyId,
        "secret=" + EmulatorProcess.AccessKeySecret,
        "key=" + Prefix + "{Timestamp:yyyy-MM-dd}/log-{InstanceId}.log",
        .. order,
    ]);

    public async Task RunAsync(string front, params IEnumerable<string> order)
    {
        await using var part = Start("log", front, order);
        await part.EndsWellAsync();
    }

    /// <summary>Reads everything back: each expected event has to be stored once, those of one process in order, and nothing else.</summary>
    /// <param name="expected">First event and number of events, of each process.</param>
    /// <returns>The result as text.</returns>
    public async Task<string> ExactAsync(params (int First, int Count)[] expected)
    {
        var objects = await emulator.ReadAsync(Prefix);
        CheckDates(objects.Keys);

        // The objects of one process follow each other.
        var stored = objects.Values.Select(lines => lines.Select(NumberOf).ToArray()).OrderBy(numbers => numbers[0]).SelectMany(numbers => numbers).ToArray();
        TrialException.Unless(stored.Length == expected.Sum(range => range.Count), $"{stored.Length} events are stored instead of {expected.Sum(range => range.Count)}: {Gaps(stored, expected)}");
        foreach (var (first, count) in expected)
        {
            var own = stored.Where(number => number >= first && number - first < count);
            TrialException.Unless(own.SequenceEqual(Enumerable.Range(first, count)), $"The events from {first} on are not stored once and in order.");
        }

        return $"exact, {stored.Length} events in {objects.Count} object{(objects.Count == 1 ? "" : "s")}";
    }

    /// <summary>As <see cref="ExactAsync"/>, with what a process logged after it had cancelled its own end.</summary>
    public Task<string> ExactWithLastAsync(int count) => ExactAsync((0, count), (int.MaxValue, 1));

    /// <summary>Waits until a folder holds no more than so many folders of processes.</summary>
    public async Task OwnersLeftAsync(int count)
    {
        for (var begun = TimeProvider.System.GetTimestamp(); Owners > count; await Task.Delay(Pause))
            TrialException.Unless(TimeProvider.System.GetElapsedTime(begun) < LongestWait, $"{Owners} folders are left in the buffer after {LongestWait.TotalSeconds} s instead of {count}.");
    }

    /// <summary>Waits until a request was hit by a fault.</summary>
    public async Task FaultHitsAsync(int before)
    {
        for (var begun = TimeProvider.System.GetTimestamp(); await emulator.CountFaultsAsync() == before; await Task.Delay(Pause))
            TrialException.Unless(TimeProvider.System.GetElapsedTime(begun) < LongestWait, "No request was hit by a fault.");
    }

    public void BufferIsEmpty() => TrialException.Unless(Owners == 0, $"{Owners} folders are left in the buffer after an orderly end.");

    private int Owners => Directory.Exists(Buffer) ? Directory.GetDirectories(Buffer).Length : 0;

    private static int NumberOf(string line) => line == "goes on" ? int.MaxValue :
        line.StartsWith("event ", StringComparison.Ordinal) && int.TryParse(line.AsSpan("event ".Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new TrialException($"'{line}' is no event.");

    // In every culture a date has the digits and the calendar of the service.
    private void CheckDates(IEnumerable<string> keys)
    {
        foreach (var key in keys)
        {
            var date = key.Substring(Prefix.Length, "yyyy-MM-dd".Length);
            var isNow = DateOnly.TryParseExact(date, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
                && Math.Abs(day.DayNumber - DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime).DayNumber) <= 1;
            TrialException.Unless(isNow, $"The key {key} does not have the day.");
        }
    }

    private static string Gaps(int[] stored, (int First, int Count)[] expected)
    {
        var all = expected.SelectMany(range => Enumerable.Range(range.First, range.Count)).ToHashSet();
        var missing = all.Except(stored).ToArray();
        var doubled = stored.GroupBy(number => number).Count(group => group.Count() > 1);
        return $"{missing.Length} missing{(missing.Length > 0 ? $" ({missing.Min()} to {missing.Max()})" : "")}, {doubled} doubled, {stored.Count(number => !all.Contains(number))} not expected";
    }
}
