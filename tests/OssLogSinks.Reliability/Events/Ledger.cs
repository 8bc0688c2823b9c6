using System.Text.RegularExpressions;
using OssLogSinks.Reliability.FrontDoors;

namespace OssLogSinks.Reliability.Events;

/// <summary>What was found in the bucket, held against what was written. Used by one thread at a time.</summary>
internal sealed partial class Ledger(ReliabilityArguments arguments)
{
    private readonly EventTrack[,] _tracks = Create(arguments);

    /// <summary>Lines that none of this run's writers made.</summary>
    public long Foreign { get; private set; }

    /// <summary>Lines of this run that are not whole, and objects that do not end with a line's end.</summary>
    public long Torn { get; private set; }

    public long Delivered => Tracks.Sum(t => t.Found);

    public long Duplicated => Tracks.Sum(t => t.Duplicated);

    public long Reordered => Tracks.Sum(t => t.Reordered);

    private IEnumerable<EventTrack> Tracks => _tracks.Cast<EventTrack>();

    /// <summary>Reads one object, whose forerunners in its sequence were read before.</summary>
    public void Read(string key, string text)
    {
        if (text.Length > 0 && !text.EndsWith('\n'))
            Tear(key, "does not end with a line's end");

        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.TrimEnd('\r')).ToArray();
        CheckHeader(key, lines);
        foreach (var line in lines.Where(line => line != arguments.Header))
            ReadLine(key, line);
    }

    /// <summary>Says on the error output which events are missing.</summary>
    public void Explain(IReadOnlyList<LogWriter> writers)
    {
        foreach (var writer in writers)
            Explain(writer.Number, [.. Enumerable.Range(0, arguments.Streams).Select(writer.Written)]);
    }

    /// <summary>Says on the error output which of a writer's first so many events of each stream are missing.</summary>
    public void Explain(int writer, IReadOnlyList<long> written)
    {
        for (var stream = 0; stream < written.Count; stream++)
        {
            var track = _tracks[writer, stream];
            if (track.MissingOf(written[stream]) is > 0 and var missing)
                Console.Error.WriteLine($"writer {writer} stream {stream}: {missing} of {written[stream]} missing, first {string.Join(", ", track.FirstMissing(written[stream]))}");
        }
    }

    /// <summary>Whether an event was found.</summary>
    public bool Has(EventLine line) => _tracks[line.Writer, line.Stream].Has(line.Number);

    /// <summary>How many of a writer's first so many events of each stream are not there.</summary>
    public long MissingOf(int writer, IReadOnlyList<long> written) => written.Select((count, stream) => _tracks[writer, stream].MissingOf(count)).Sum();

    /// <summary>How many of a writer's first so many events of each stream stand behind later ones.</summary>
    public long ReorderedOf(int writer, IReadOnlyList<long> written) => written.Select((count, stream) => _tracks[writer, stream].ReorderedOf(count)).Sum();

    /// <summary>The sum of it all.</summary>
    public RunResult Conclude(IReadOnlyList<LogWriter> writers, int? faults, TimeSpan took)
    {
        var done = writers.Select(w => w.GetSnapshot()).ToArray();
        var missing = writers.Sum(w => Enumerable.Range(0, arguments.Streams).Sum(s => _tracks[w.Number, s].MissingOf(w.Written(s))));
        var dropped = done.Sum(d => d.DroppedTotal);
        var inner = writers.Select(w => w.Inner).OfType<InnerLog>().ToArray();
        var missingInner = inner.Sum(i => _tracks[i.Number, 0].MissingOf(i.Written));
        return new RunResult
        {
            Accepted = writers.Sum(w => w.WrittenTotal) + inner.Sum(i => i.Written) - dropped,
            Inner = inner.Sum(i => i.Written),
            Delivered = Delivered,
            Dropped = dropped,
            Foreign = Foreign,
            // The writers wait for space: with events from within, only those may be dropped.
            Lost = inner.Length == 0 ? Math.Max(0, missing - dropped) : missing + Math.Abs(missingInner - dropped),
            Duplicated = Duplicated,
            Reordered = Reordered,
            Torn = Torn,
            Faults = faults ?? done.Sum(d => d.Retries),
            Appends = done.Sum(d => d.Appends),
            Resyncs = done.Sum(d => d.Resyncs),
            Rolls = done.Sum(d => d.Rolls),
            Took = took,
        };
    }

    // Once, at the beginning; an object that a foreign writer has begun has none.
    private void CheckHeader(string key, string[] lines)
    {
        if (arguments.Header is not { } header || lines.Length == 0)
            return;

        var isBegunByOthers = !lines[0].Contains(arguments.Run, StringComparison.Ordinal);
        var places = Enumerable.Range(0, lines.Length).Where(i => lines[i] == header);
        if (!places.SequenceEqual(isBegunByOthers ? [] : [0]))
            Tear(key, $"has its header at the lines {string.Join(", ", places)}");
    }

    private void ReadLine(string key, string line)
    {
        if (!line.Contains(arguments.Run, StringComparison.Ordinal))
            Foreign++;
        else if (EventLine.TryParse(arguments.Run, arguments.HasSequence ? Sequence().Replace(line, "") : line) is { } found && Place(found) is { } track && key.Contains($"s{found.Stream}/", StringComparison.Ordinal))
            Note(key, found, track);
        else
            Tear(key, $"has a torn line: {line}");
    }

    private static void Note(string key, EventLine found, EventTrack track)
    {
        var before = track.Duplicated + track.Reordered;
        track.Find(found.Number);
        if (track.Duplicated + track.Reordered > before && before < 3)
            Console.Error.WriteLine($"{key}: writer {found.Writer} stream {found.Stream} event {found.Number} stands there twice or late");
    }

    [GeneratedRegex(" #[0-9a-z]{12}-[0-9a-z]{4}:[0-9]+$")]
    private static partial Regex Sequence();

    private EventTrack? Place(EventLine line) =>
        line.Writer < _tracks.GetLength(0) && line.Stream < arguments.Streams ? _tracks[line.Writer, line.Stream] : null;

    private void Tear(string key, string what)
    {
        Torn++;
        if (Torn <= 10)
            Console.Error.WriteLine($"{key} {what}");
    }

    private static EventTrack[,] Create(ReliabilityArguments arguments)
    {
        // The second half is for what logs from within.
        var tracks = new EventTrack[arguments.LogsInside ? 2 * arguments.Writers : arguments.Writers, arguments.Streams];
        for (var writer = 0; writer < tracks.GetLength(0); writer++)
        {
            for (var stream = 0; stream < arguments.Streams; stream++)
                tracks[writer, stream] = new EventTrack();
        }

        return tracks;
    }
}
