using System.Text.Json;
using System.Text.RegularExpressions;

namespace OssLogSinks.Tool.Checks;

/// <summary>The names of the fields that number lines.</summary>
/// <param name="Number">A whole number that grows by one from line to line of one writer.</param>
/// <param name="Writer">The writer; without this field, all lines of a stream have one writer.</param>
internal sealed record SequenceFields(string Number, string Writer);

/// <summary>
/// Checks that the numbers of each writer have no gap, none twice, and the right order. Numbers may begin anywhere, since lifecycle rules
/// delete old objects.
/// </summary>
internal sealed partial class SequenceCheck(SequenceFields fields, Action<Finding> report)
{
    private readonly Dictionary<string, WriterState> _writers = new(StringComparer.Ordinal);

    /// <summary>Whether any line had a number.</summary>
    public bool IsUsed => _writers.Count > 0;

    public void Add(string key, long line, ReadOnlySpan<byte> json)
    {
        if (!TryRead(json, out var number, out var writer))
            return;

        writer ??= Digits().Replace(key, "#");
        if (!_writers.TryGetValue(writer, out var state))
        {
            _writers[writer] = new WriterState(number);
            return;
        }

        if (number == state.Last + 1)
            state.Last = number;
        else if (number > state.Last)
            state.Skip(new Gap(state.Last + 1, number - 1, key, line), number);
        else if (state.TryFill(number))
            report(new Finding(key, line, "order", $"Number {number} comes after number {state.Last}."));
        else
            report(new Finding(key, line, "double", $"Number {number} is there twice."));
    }

    /// <summary>Reports the numbers that never came.</summary>
    public void End()
    {
        foreach (var gap in _writers.Values.SelectMany(state => state.Gaps))
            report(new Finding(gap.Key, gap.Line, "gap", gap.First == gap.Last ? $"Number {gap.First} is missing before this line." : $"Numbers {gap.First} to {gap.Last} are missing before this line."));
    }

    private bool TryRead(ReadOnlySpan<byte> json, out long number, out string? writer)
    {
        number = 0;
        writer = null;
        var isFound = false;
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isNumber = reader.ValueTextEquals(fields.Number);
            var isWriter = !isNumber && reader.ValueTextEquals(fields.Writer);
            reader.Read();
            if (isNumber && reader.TokenType == JsonTokenType.Number)
                isFound = reader.TryGetInt64(out number);
            else if (isWriter && reader.TokenType == JsonTokenType.String)
                writer = reader.GetString();
            else
                reader.Skip();
        }

        return isFound;
    }

    [GeneratedRegex("[0-9]+")]
    private static partial Regex Digits();

    private readonly record struct Gap(long First, long Last, string Key, long Line);

    private sealed class WriterState(long first)
    {
        private readonly List<Gap> _gaps = [];

        public long Last { get; set; } = first;

        public IReadOnlyList<Gap> Gaps => _gaps;

        public void Skip(Gap gap, long number)
        {
            _gaps.Add(gap);
            Last = number;
        }

        /// <summary>Takes a number out of the gaps; false if it is in none.</summary>
        public bool TryFill(long number)
        {
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
