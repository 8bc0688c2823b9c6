using System.Globalization;

namespace OssLogSinks.Reliability.Events;

/// <summary>One event. Its text says whose it is and ends in a checksum, so that no cut or mixed line passes for whole.</summary>
/// <param name="Run">The run.</param>
/// <param name="Writer">The writer, from 0.</param>
/// <param name="Stream">The stream, from 0.</param>
/// <param name="Number">The event's number among those of its writer and stream, from 0.</param>
internal readonly record struct EventLine(string Run, int Writer, int Stream, long Number)
{
    // Braces, percent signs and letters of two and three bytes: what goes wrong first.
    private const string Alphabet = "the quick brown fox {jumps} over %20 the lazy dog; größere Zeichen, 日志 \"quoted\" ${not a layout} and so on to the end of it";

    private const int CheckLength = 8;
    private const string CheckMark = " |";

    /// <summary>Some text of varying length, the same for the same event.</summary>
    public string Filler => Alphabet[..(int)(((Number * 37) + (Writer * 11) + (Stream * 5)) % Alphabet.Length)];

    /// <summary>The checksum of what stands in front of it.</summary>
    public string Check => ChecksumOf(Front);

    /// <summary>The whole line, without its end.</summary>
    public string Text
    {
        get
        {
            var front = Front;
            return front + CheckMark + ChecksumOf(front);
        }
    }

    private string Front => string.Create(CultureInfo.InvariantCulture, $"{Run} w{Writer} s{Stream} n{Number} {Filler}");

    /// <summary>Reads a line of this run; null if it is not whole.</summary>
    public static EventLine? TryParse(string run, string text)
    {
        var front = text.Length - CheckLength - CheckMark.Length;
        if (front < 0 || !text.StartsWith(run + " ", StringComparison.Ordinal))
            return null;

        var words = text.Split(' ', 5);
        if (words.Length < 5 || NumberAfter(words[1], 'w') is not { } writer || NumberAfter(words[2], 's') is not { } stream || NumberAfter(words[3], 'n') is not { } number)
            return null;

        var line = new EventLine(run, (int)writer, (int)stream, number);
        return line.Text == text ? line : null;
    }

    private static long? NumberAfter(string word, char mark) =>
        word.StartsWith(mark) && long.TryParse(word.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= int.MaxValue ? number : null;

    // FNV-1a.
    private static string ChecksumOf(string text)
    {
        var hash = 2166136261u;
        foreach (var c in text)
            hash = unchecked((hash ^ c) * 16777619u);
        return hash.ToString("x8", CultureInfo.InvariantCulture);
    }
}
