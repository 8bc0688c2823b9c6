using System.Text;
using System.Text.RegularExpressions;

namespace OssLogSinks.Core.Keys;

/// <summary>One form that keys of a template have. Immutable, thread-safe.</summary>
internal sealed class KeyForm
{
    private const char High = '~';

    private readonly KeyTokens _tokens;

    // The texts of all time places for each period of the span; null if keys show no time that can be searched for.
    private readonly HashSet<string>? _periods;

    // Each run's texts, in ordinal order. A run with a text that is not ASCII is not used to jump: in UTF-8 the texts may have another order.
    private readonly IReadOnlyList<RunTexts> _runs;

    public KeyForm(KeyTokens tokens, IReadOnlyList<DateTimeOffset>? periods)
    {
        _tokens = tokens;
        _periods = periods is null ? null : [.. periods.Select(tokens.TimesAt)];
        _runs = [.. tokens.Runs.Select(run => new RunTexts(run, periods ?? [default]))];
    }

    /// <summary>The text that all keys begin with; may be empty.</summary>
    public string Prefix => _tokens.Prefix;

    /// <summary>Whether an object of this key can have events of the span.</summary>
    public bool CanHold(string key)
    {
        var match = _tokens.Match(key);
        return match is not null && (_periods is null || _periods.Contains(match));
    }

    /// <summary>As <see cref="ObjectKeySearch.NextAfter"/>, for keys of this form.</summary>
    public string? NextAfter(string key)
    {
        var position = 0;
        for (var i = 0; i < _runs.Count; i++)
        {
            var step = _runs[i].Find(key, position);
            if (step.Length >= 0)
            {
                position += step.Length;
                var end = _tokens.EndOfFolder(i, key, position);
                if (end < 0)
                    return key;

                position = end;
                continue;
            }

            if (step.Next is null && i == 0)
                return null;

            // After the last text of this run, go on with the next folder at the place before it.
            var next = new StringBuilder().Append(key, 0, position).Append(step.Next is { } text ? JustBefore(text) : High.ToString()).ToString();
            return string.CompareOrdinal(next, key) > 0 ? next : key;
        }

        return key;
    }

    private static string JustBefore(string text) => new StringBuilder(text) { [text.Length - 1] = (char)(text[text.Length - 1] - 1) }.Append(High).ToString();

    /// <summary>The texts that a run of literals and times can have.</summary>
    private sealed class RunTexts
    {
        private readonly string[] _texts;
        private readonly bool _isOrdered;

        public RunTexts(IReadOnlyList<KeyPart> run, IReadOnlyList<DateTimeOffset> periods)
        {
            _texts = [.. periods.Select(period => KeyTokens.TextOf(run, period)).Distinct(StringComparer.Ordinal).OrderBy(text => text, StringComparer.Ordinal)];
            _isOrdered = _texts.All(text => text.All(c => c is >= ' ' and < High));
        }

        /// <summary>The length of the text that is at a position; -1 with the next possible one if there is none.</summary>
        public (int Length, string? Next) Find(string key, int position)
        {
            var rest = key.Substring(position);
            var at = Array.BinarySearch(_texts, rest, StringComparer.Ordinal);
            at = at < 0 ? ~at : at;
            if (at < _texts.Length && _texts[at].Length == rest.Length && _texts[at] == rest)
                return (rest.Length, null);

            // A text that the rest begins with is sorted before it.
            for (var i = at - 1; i >= 0 && _texts[i].Length > 0 && rest.Length > 0 && _texts[i][0] == rest[0]; i--)
            {
                if (rest.StartsWith(_texts[i], StringComparison.Ordinal))
                    return (_texts[i].Length, null);
                if (i < at - MostLookedBack)
                    break;
            }

            if (_texts.Length > 0 && _texts[0].Length == 0)
                return (0, null);

            return _isOrdered ? (-1, at < _texts.Length ? _texts[at] : null) : (0, null);
        }

        // Texts of one run differ in their digits, so that hardly one begins with another.
        private const int MostLookedBack = 4;
    }
}

/// <summary>
/// The parts of a template as places that are fixed, follow from the time, or may be anything within one segment. Runs are the fixed parts
/// and times between such places; each run but the first begins after the slash that ends them.
/// </summary>
internal sealed class KeyTokens
{
    private const string AnyText = "x7AnyTextOfAProcess7x";
    private const string AnyOrNoText = "x7AnyOrNoTextOfAProcess7x";
    private const int AnyPlace = -1;
    private const int AnyOrNoPlace = -2;

    private static readonly DateTimeOffset[] Samples =
    [
        new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), new(2026, 9, 23, 23, 59, 59, TimeSpan.Zero), new(2026, 12, 31, 12, 10, 10, TimeSpan.Zero),
    ];

    private readonly Regex _whole;
    private readonly List<Regex> _folders = [];
    private readonly List<TimestampPart> _times = [];

    public KeyTokens(IEnumerable<KeyPart> parts)
    {
        var tokens = parts.SelectMany(Split).ToList();
        _times.AddRange(tokens.OfType<TimestampPart>());
        _whole = new Regex("^" + string.Concat(tokens.Select(PatternOf)) + "$", RegexOptions.CultureInvariant);
        Runs = FindRuns(tokens);
        Prefix = string.Concat(tokens.TakeWhile(token => token is LiteralPart).Select(token => ((LiteralPart)token).Text));
    }

    /// <summary>The identity of every process.</summary>
    public static ProcessIdentity AnyProcess { get; } = new(AnyText, AnyText, AnyText, _ => AnyText);

    public IReadOnlyList<IReadOnlyList<KeyPart>> Runs { get; }

    public string Prefix { get; }

    /// <summary>
    /// The parts of all forms that keys of a template can have. Default places come before the extension, and the last dot of the key may be
    /// in the value of any place that is filled at start.
    /// </summary>
    public static IEnumerable<IReadOnlyList<KeyPart>> FormsOf(string template, KeyShape shape)
    {
        var parser = new KeyTemplateParser(template, AnyProcess, []);
        parser.Parse();
        yield return DefaultKeyPlaces.Complete(parser.Parts, shape);
        if (parser.Parts[parser.Parts.Count - 1] is not LiteralPart last)
            yield break;

        var name = last.Text.LastIndexOf('/') + 1;
        for (var at = last.Text.IndexOf(AnyText, name, StringComparison.Ordinal); at >= 0; at = last.Text.IndexOf(AnyText, at + 1, StringComparison.Ordinal))
        {
            var dotted = new LiteralPart(last.Text.Substring(0, at) + AnyOrNoText + "." + AnyOrNoText + last.Text.Substring(at + AnyText.Length));
            yield return DefaultKeyPlaces.Complete([.. parser.Parts.Take(parser.Parts.Count - 1), dotted], shape);
        }
    }

    /// <summary>The texts of the time places in a key; null if the key is not of this template.</summary>
    public string? Match(string key)
    {
        var match = _whole.Match(key);
        return match.Success ? string.Join("\0", match.Groups.Cast<Group>().Skip(1).Select(group => group.Value)) : null;
    }

    /// <summary>The texts of the time places in the keys of a period, in the form that <see cref="Match"/> returns.</summary>
    public string TimesAt(DateTimeOffset period) => string.Join("\0", _times.Select(time => time.Render(period)));

    /// <summary>The text of a run in a period.</summary>
    public static string TextOf(IReadOnlyList<KeyPart> run, DateTimeOffset period) =>
        string.Concat(run.Select(part => part is TimestampPart time ? time.Render(period) : ((LiteralPart)part).Text));

    /// <summary>Where the folder ends that follows a run and may have any name; -1 if there is none in the template or the key.</summary>
    public int EndOfFolder(int run, string key, int position)
    {
        if (run >= _folders.Count)
            return -1;

        var slash = key.IndexOf('/', position);
        return slash >= 0 && _folders[run].Match(key, position, slash + 1 - position).Success ? slash + 1 : -1;
    }

    private static IEnumerable<KeyPart> Split(KeyPart part)
    {
        if (part is not LiteralPart literal)
        {
            yield return part;
            yield break;
        }

        foreach (var text in Regex.Split(literal.Text, $"({AnyText}|{AnyOrNoText})"))
        {
            if (text is AnyText or AnyOrNoText)
                yield return new PropertyPart(text == AnyText ? AnyPlace : AnyOrNoPlace);
            else if (text.Length > 0)
                yield return new LiteralPart(text);
        }
    }

    private List<IReadOnlyList<KeyPart>> FindRuns(List<KeyPart> tokens)
    {
        var runs = new List<IReadOnlyList<KeyPart>>();
        var run = new List<KeyPart>();
        StringBuilder? folder = null;
        foreach (var token in tokens)
        {
            var text = token is LiteralPart literal ? literal.Text : null;
            if (folder is null && token is LiteralPart or TimestampPart)
            {
                run.Add(token);
                continue;
            }

            if (folder is null)
            {
                runs.Add(run);
                run = [];
                folder = new StringBuilder("^");
            }

            // A time within such a segment may have a slash, and then the segment's end is not known.
            if (token is TimestampPart time && time.Format.Contains('/'))
                return runs;

            var slash = text?.IndexOf('/') ?? -1;
            folder.Append(slash < 0 ? PatternOf(token) : Regex.Escape(text!.Substring(0, slash + 1)));
            if (slash < 0)
                continue;

            _folders.Add(new Regex(folder.Append('$').ToString(), RegexOptions.CultureInvariant));
            folder = null;
            if (slash + 1 < text!.Length)
                run.Add(new LiteralPart(text.Substring(slash + 1)));
        }

        if (folder is null)
            runs.Add(run);

        return runs;
    }

    private static string PatternOf(KeyPart token) => token switch
    {
        LiteralPart literal => Regex.Escape(literal.Text),
        TimestampPart time => "(" + PatternOf(time) + ")",
        SequencePart { Format: { } format } => $"[0-9]{{{format.Length},}}",
        SequencePart => "(?:_[0-9]{3,})?",
        PropertyPart { Index: AnyOrNoPlace } => "[^/]*",
        _ => "[^/]+",
    };

    // Numbers have a fixed width in most formats, and names of days and months are letters.
    private static string PatternOf(TimestampPart time)
    {
        var shapes = Samples.Select(sample => Regex.Replace(Regex.Replace(Regex.Escape(time.Render(sample)), "[0-9]", "[0-9]"), @"(?<!\\)\p{L}+", @"\p{L}+")).Distinct().ToList();
        return shapes.Count == 1 ? shapes[0] : time.Format.Contains('/') ? ".+?" : "[^/]+?";
    }
}
