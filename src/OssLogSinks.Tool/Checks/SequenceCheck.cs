using System.Text.RegularExpressions;

namespace OssLogSinks.Tool.Checks;

/// <summary>
/// Checks that the numbers of each writer have no gap, none twice, and the right order. A process that continues the sequence of an earlier one
/// writes under another name of the same sequence: their numbers together have no gap, and only the order of each is checked, since the later
/// process stores what the earlier one left while it logs.
/// </summary>
internal sealed partial class SequenceCheck(SequenceFields fields, bool mayBeginAnywhere, Action<Finding> report)
{
    private readonly Dictionary<string, WriterState> _writers = new(StringComparer.Ordinal);

    // Of the object that is read. A text event begins with a time; its number may be in a later line of it.
    private bool _isInTimedText;
    private bool _isNumberAwaited;
    private long _unnumbered;
    private Repeated? _repeated;

    /// <summary>Whether any line had a number.</summary>
    public bool IsUsed => _writers.Count > 0;

    /// <summary>How many numbers are missing; known after <see cref="End"/>.</summary>
    public long Missing { get; private set; }

    /// <summary>Looks for a number in a line.</summary>
    /// <param name="key">The object.</param>
    /// <param name="line">The line's number in it.</param>
    /// <param name="bytes">The line.</param>
    /// <param name="kind">What it is.</param>
    public void Add(string key, long line, ReadOnlySpan<byte> bytes, LineKind kind)
    {
        var isNumbered = (kind == LineKind.Json && fields.TryReadJson(bytes, out var found)) || SequenceFields.TryReadText(bytes, out found);
        if (isNumbered)
            Add(key, line, found.Number, found.Writer ?? Digits().Replace(key, "#"));

        if (bytes.Length > 0)
            Count(kind, isNumbered);
    }

    /// <summary>Ends an object.</summary>
    /// <returns>How many of its lines have no number. The lines of a text event that begins with a time are one.</returns>
    public long EndObject()
    {
        EndText();
        ReportRepeated();
        var count = _unnumbered;
        _unnumbered = 0;
        return count;
    }

    /// <summary>Reports the numbers that never came.</summary>
    public void End()
    {
        foreach (var gap in _writers.Values.SelectMany(state => state.Gaps))
            Report(gap);

        var sequences = _writers.Where(writer => SequenceFields.IsOfSink(writer.Key)).GroupBy(writer => SequenceFields.SequenceOf(writer.Key), writer => writer.Value);
        foreach (var gap in sequences.SelectMany(sequence => GapsBetween([.. sequence.OrderBy(state => state.First)])))
            Report(gap);
    }

    private void Add(string key, long line, long number, string writer)
    {
        if (!_writers.TryGetValue(writer, out var state))
        {
            _writers[writer] = new WriterState(number, key, line);
            return;
        }

        if (number == state.Last + 1)
            state.Last = number;
        else if (number > state.Last)
            state.Skip(new Gap(state.Last + 1, number - 1, key, line), number);
        else if (state.TryFill(number))
            report(new Finding(key, line, "order", $"Number {number} comes after number {state.Last}."));
        else
            Repeat(key, line, number, writer);
    }

    // A doubled block has many: they are one finding.
    private void Repeat(string key, long line, long number, string writer)
    {
        if (_repeated is { } repeated && repeated.Writer == writer && repeated.Last + 1 == number)
        {
            _repeated = repeated with { Last = number };
            return;
        }

        ReportRepeated();
        _repeated = new Repeated(key, line, writer, number, number);
    }

    private void ReportRepeated()
    {
        if (_repeated is not { } repeated)
            return;

        _repeated = null;
        var numbers = repeated.First == repeated.Last ? $"Number {repeated.First} is" : $"Numbers {repeated.First} to {repeated.Last} are";
        report(new Finding(repeated.Key, repeated.Line, "double", $"{numbers} there twice."));
    }

    private void Count(LineKind kind, bool isNumbered)
    {
        if (kind == LineKind.OtherText && _isInTimedText)
        {
            _isNumberAwaited &= !isNumbered;
            return;
        }

        EndText();
        _isInTimedText = kind == LineKind.TimedText;
        if (_isInTimedText)
            _isNumberAwaited = !isNumbered;
        else if (!isNumbered)
            _unnumbered++;
    }

    private void EndText()
    {
        if (_isNumberAwaited)
            _unnumbered++;

        _isInTimedText = _isNumberAwaited = false;
    }

    // The first of a sequence has the number 1, and each process begins at the next number that was not on disk.
    private IEnumerable<Gap> GapsBetween(WriterState[] states)
    {
        var last = mayBeginAnywhere ? states[0].First - 1 : 0;
        foreach (var state in states)
        {
            if (state.First > last + 1)
                yield return new Gap(last + 1, state.First - 1, state.Key, state.Line);
            last = Math.Max(last, state.Last);
        }
    }

    private void Report(Gap gap)
    {
        Missing += gap.Count;
        report(new Finding(gap.Key, gap.Line, "gap", gap.Count == 1 ? $"Number {gap.First} is missing before this line." : $"Numbers {gap.First} to {gap.Last} are missing before this line.")
        {
            Missing = gap.Count,
        });
    }

    [GeneratedRegex("[0-9]+")]
    private static partial Regex Digits();

    private sealed record Repeated(string Key, long Line, string Writer, long First, long Last);

    private readonly record struct Gap(long First, long Last, string Key, long Line)
    {
        public long Count => Last - First + 1;
    }

    private sealed class WriterState(long first, string key, long line)
    {
        private readonly List<Gap> _gaps = [];

        public long First { get; private set; } = first;

        public string Key { get; } = key;

        public long Line { get; } = line;

        public long Last { get; set; } = first;

        public IReadOnlyList<Gap> Gaps => _gaps;

        public void Skip(Gap gap, long number)
        {
            _gaps.Add(gap);
            Last = number;
        }

        /// <summary>Takes a number that is late; false if it was there before.</summary>
        public bool TryFill(long number)
        {
            if (number < First)
            {
                if (number < First - 1)
                    _gaps.Add(new Gap(number + 1, First - 1, Key, Line));
                First = number;
                return true;
            }

            var at = _gaps.FindIndex(gap => gap.First <= number && number <= gap.Last);
            if (at < 0)
                return false;

            var gap = _gaps[at];
            _gaps.RemoveAt(at);
            if (number < gap.Last)
                _gaps.Insert(at, gap with { First = number + 1 });
            if (number > gap.First)
                _gaps.Insert(at, gap with { Last = number - 1 });

            return true;
        }
    }
}
