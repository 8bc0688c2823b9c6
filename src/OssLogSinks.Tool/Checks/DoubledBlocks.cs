using OssLogSinks.Core.Client;

namespace OssLogSinks.Tool.Checks;

/// <summary>
/// Finds lines that follow each other in the same order a second time, as after an append that was written twice. One line of JSON is enough,
/// byte for byte the same; of text, two different lines with their times are needed, since clocks show milliseconds there. Lines that are
/// farther apart than <see cref="Window"/> are not compared, so that memory stays flat.
/// </summary>
internal sealed class DoubledBlocks(Action<Finding> report)
{
    /// <summary>How many lines are remembered.</summary>
    public const int Window = 500_000;

    // The last lines: their hashes in a ring, and where each hash was last.
    private readonly Place[] _ring = new Place[Window];
    private readonly Dictionary<ulong, long> _last = [];
    private long _next;

    // The run of lines that is a repetition so far.
    private Run _run;

    public void Add(string key, long line, ReadOnlySpan<byte> bytes, LineKind kind)
    {
        var hash = Crc64.Append(0, bytes) ^ ((ulong)bytes.Length << 40);
        ref var place = ref _ring[_next % Window];
        if (_next >= Window && _last.TryGetValue(place.Hash, out var oldest) && oldest == _next - Window)
            _last.Remove(place.Hash);

        var isKnown = _last.TryGetValue(hash, out var before) && bytes.Length > 0;
        if (_run.Length > 0 && isKnown && before == _run.First + _run.Length)
        {
            _run.Take(kind, hash);
        }
        else
        {
            End();
            if (isKnown && kind != LineKind.OtherText)
            {
                _run = new Run { First = before, Key = key, Line = line };
                _run.Take(kind, hash);
            }
        }

        place = new Place(hash, key, line);
        _last[hash] = _next++;
    }

    /// <summary>Ends what an object's last lines began.</summary>
    public void EndObject() => End();

    private void End()
    {
        if (_run.Length > 0 && (_run.Json > 0 || _run.DifferentTexts > 1))
        {
            var first = _ring[_run.First % Window];
            var where = first.Key == _run.Key ? $"line {first.Line}" : $"line {first.Line} of {first.Key}";
            report(new Finding(_run.Key!, _run.Line, "double", $"{_run.Length} lines are those from {where} again."));
        }

        _run = default;
    }

    private readonly record struct Place(ulong Hash, string? Key, long Line);

    private struct Run
    {
        private ulong _lastHash;

        public long First;
        public string? Key;
        public long Line;

        public int Length { get; private set; }

        public int Json { get; private set; }

        public int DifferentTexts { get; private set; }

        public void Take(LineKind kind, ulong hash)
        {
            Length++;
            Json += kind == LineKind.Json ? 1 : 0;
            DifferentTexts += kind == LineKind.TimedText && hash != _lastHash ? 1 : 0;
            _lastHash = hash;
        }
    }
}
