using System.Text.RegularExpressions;

namespace OssLogSinks.Core.Keys;

/// <summary>One date format of a key, and the column of its place.</summary>
internal readonly record struct DatePlace(string Format, int Column);

/// <summary>
/// Finds date formats that show something else than their author probably meant. A format of one letter is a standard format of .NET, and
/// counts as one that shows all of the time.
/// </summary>
internal static class DateFormats
{
    private const string Parts = "yMdHhmst";
    private const string OtherLetters = "fFgKzTZ";

    // Names that can only be date formats. A single letter may be a property.
    private static readonly Regex Name = new(
        "^((y{2,4}|Y{2,4}|M{2,4}|d{2,4}|D{2,4}|HH|hh|mm|ss|SS)[-_.]?)+$", RegexOptions.CultureInvariant);

    /// <summary>The date format that a property's name looks like; null if it does not.</summary>
    public static string? OfName(string name) => Name.IsMatch(name) ? name.Replace('Y', 'y').Replace('D', 'd').Replace('S', 's') : null;

    /// <summary>Finds letters that each key would show as text, and letters for the wrong part of the time.</summary>
    public static void Check(IReadOnlyList<DatePlace> places, Action<int, string> fault)
    {
        var shown = PartsOf(places.Select(place => place.Format));
        var months = places.Where(place => place.Format.Length > 1).SelectMany(place => RunsOf(place.Format)).Count(run => run.Letter == 'M');
        foreach (var (format, column) in places)
        {
            if (format.Length < 2)
                continue;

            var runs = RunsOf(format).ToList();
            foreach (var letter in runs.Where(run => run.IsText).Select(run => run.Letter).Distinct())
                fault(column, $"'{letter}' in a date format is text that appears in each key; {CureOf(letter)}text in quotes");
            CheckRuns(runs.Where(run => !run.IsText), shown, problem => fault(column, problem));
            if (months > 1 && !shown.Contains('m') && MonthBehindHour(runs) is { } month)
                fault(column, $"'{month}' after the hour is the month; write mm for the minutes");
        }
    }

    /// <summary>The coarsest part of the time that is missing before a finer one that is shown, as a word; null if none is missing.</summary>
    public static string? GapOf(IEnumerable<string> formats)
    {
        var shown = PartsOf(formats);
        var isHourShown = shown.Contains('H') || shown.Contains('h');
        return shown.Contains('M') && !shown.Contains('y') ? "year"
            : shown.Contains('d') && !shown.Contains('M') ? "month"
            : isHourShown && !shown.Contains('d') ? "day"
            : null;
    }

    private static void CheckRuns(IEnumerable<Run> runs, HashSet<char> shown, Action<string> fault)
    {
        var isHourShown = shown.Contains('H') || shown.Contains('h');
        foreach (var run in runs)
        {
            if (run.Letter == 'm' && !isHourShown)
                fault($"'{run}' means minutes, but there is no hour; write MM for the month, or add the hour");
            else if (run.Letter == 's' && !shown.Contains('m'))
                fault($"'{run}' means seconds, but there are no minutes; add HH and mm");
            else if (run.Letter == 'h' && !shown.Contains('H') && !shown.Contains('t'))
                fault($"'{run}' is a 12-hour clock, the same in the morning and in the evening; write HH, or add tt");
        }
    }

    private static Run? MonthBehindHour(List<Run> runs)
    {
        for (var i = 1; i < runs.Count; i++)
        {
            if (runs[i].Letter == 'M' && runs[i - 1].Letter is 'H' or 'h')
                return runs[i];
        }

        return null;
    }

    private static string CureOf(char letter) => letter switch
    {
        'Y' => "write yyyy for the year, or ",
        'D' => "write dd for the day, or ",
        'S' => "write ss for the seconds, or ",
        _ => "write ",
    };

    private static HashSet<char> PartsOf(IEnumerable<string> formats)
    {
        var shown = new HashSet<char>();
        foreach (var format in formats)
            shown.UnionWith(format.Length < 2 ? Parts : RunsOf(format).Where(run => !run.IsText).Select(run => run.Letter));

        return shown;
    }

    // Runs of the same letter, outside quotes and backslashes.
    private static IEnumerable<Run> RunsOf(string format)
    {
        for (var i = 0; i < format.Length; i++)
        {
            var c = format[i];
            if (c == '\\')
            {
                i++;
            }
            else if (c is '\'' or '"')
            {
                for (i++; i < format.Length && format[i] != c; i++)
                    i += format[i] == '\\' ? 1 : 0;
            }
            else if (c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z'))
            {
                var start = i;
                while (i + 1 < format.Length && format[i + 1] == c)
                    i++;

                yield return new Run(c, i - start + 1);
            }
        }
    }

    private readonly record struct Run(char Letter, int Length)
    {
        public bool IsText => Parts.IndexOf(Letter) < 0 && OtherLetters.IndexOf(Letter) < 0;

        public override string ToString() => new(Letter, Length);
    }
}
