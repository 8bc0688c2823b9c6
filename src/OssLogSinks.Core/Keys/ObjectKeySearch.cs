using OssLogSinks.Core.Rolling;

namespace OssLogSinks.Core.Keys;

/// <summary>
/// A key template read backwards: which keys can have events of a time span, and where in a sorted listing they are. Machine, process,
/// environment and properties may have any value. Immutable, thread-safe.
/// </summary>
/// <remarks>
/// List with <see cref="Prefix"/>, beginning after <see cref="NextAfter"/> of an empty key. After each page ask <see cref="NextAfter"/> with
/// the page's last key: it jumps over keys that cannot match, so that a listing never has more pages than one of all keys. If the sink has a
/// <see cref="OssAppenderOptions.LateEventGrace"/>, an event that came later than that is in the object of the period in which it came.
/// </remarks>
public sealed class ObjectKeySearch
{
    private const int MostPeriods = 1_000_000;

    // Where default places are in a key depends on the dots of machine and environment, so a template can give keys of several forms.
    private readonly IReadOnlyList<KeyForm> _forms;

    private ObjectKeySearch(IReadOnlyList<KeyForm> forms)
    {
        _forms = forms;
        Prefix = forms[0].Prefix;
    }

    /// <summary>The text that all keys begin with; may be empty.</summary>
    public string Prefix { get; }

    /// <summary>Prepares a search.</summary>
    /// <param name="options">Template, settings of the sink and time span.</param>
    /// <returns>The search.</returns>
    /// <exception cref="FormatException">The template has faults; the message names each with its column.</exception>
    /// <exception cref="ArgumentException">The span is empty, or has too many periods of the template.</exception>
    public static ObjectKeySearch Create(ObjectKeySearchOptions options)
    {
        if (options is null)
            throw new ArgumentNullException(nameof(options));
        if (options.To <= options.From)
            throw new ArgumentException("The end of the time span must be after its beginning.", nameof(options));

        var faults = new List<string>();
        var shape = new KeyShape(options.RollingInterval, options.Compression);
        var template = ObjectKeyTemplate.TryParse(options.Template, shape, KeyTokens.AnyProcess, faults)
            ?? throw new FormatException("The object key is invalid: " + string.Join("; ", faults) + ".");
        var policy = new RollingPolicy(options.RollingInterval, template.TimestampFormats, options.LocalZone, sizeLimit: null);
        var periods = PeriodsOf(options, template.TimestampFormats, policy);
        return new ObjectKeySearch([.. KeyTokens.FormsOf(options.Template, shape).Select(parts => new KeyForm(new KeyTokens(parts), periods))]);
    }

    /// <summary>Whether an object of this key can have events of the span.</summary>
    public bool CanHold(string key) => _forms.Any(form => form.CanHold(key));

    /// <summary>
    /// Where to go on in a listing: a text to start after, at or behind the given key; null if no later key can match.
    /// </summary>
    /// <param name="key">The last key that was listed; empty at the beginning.</param>
    public string? NextAfter(string key)
    {
        string? first = null;
        foreach (var next in _forms.Select(form => form.NextAfter(key)))
        {
            if (next is not null && (first is null || string.CompareOrdinal(next, first) < 0))
                first = next;
        }

        return first;
    }

    private static List<DateTimeOffset>? PeriodsOf(ObjectKeySearchOptions options, IReadOnlyList<string> formats, RollingPolicy policy)
    {
        if (formats.Count == 0)
            return null;

        var step = StepOf(options.RollingInterval, formats);
        if (step is null)
            return null;
        if ((options.To - options.From).Ticks / step.Value.Ticks > MostPeriods)
            throw new ArgumentException($"The time span has more than {MostPeriods} periods of the key; choose a shorter one.", nameof(options));

        var periods = new List<DateTimeOffset>();
        for (var time = options.From; time < options.To; time += step.Value)
            Add(policy.PeriodOf(time).Start);

        Add(policy.PeriodOf(options.To.AddTicks(-1)).Start);
        return periods;

        void Add(DateTimeOffset start)
        {
            if (periods.Count == 0 || periods[periods.Count - 1] != start)
                periods.Add(start);
        }
    }

    // No longer than a period; null if keys show less than seconds.
    private static TimeSpan? StepOf(OssRollingInterval interval, IReadOnlyList<string> formats)
    {
        if (interval != OssRollingInterval.Infinite)
            return interval == OssRollingInterval.Minute ? TimeSpan.FromMinutes(1) : interval == OssRollingInterval.Hour ? TimeSpan.FromHours(1) : TimeSpan.FromDays(1);
        if (formats.Any(format => format.Length == 1 || format.IndexOfAny(['f', 'F', '%']) >= 0))
            return null;

        return formats.Any(format => format.Contains('s')) ? TimeSpan.FromSeconds(1)
            : formats.Any(format => format.Contains('m')) ? TimeSpan.FromMinutes(1)
            : formats.Any(format => format.IndexOfAny(['h', 'H', 't']) >= 0) ? TimeSpan.FromHours(1)
            : TimeSpan.FromDays(1);
    }
}

/// <summary>What an <see cref="ObjectKeySearch"/> looks for. All times are of events.</summary>
public sealed record ObjectKeySearchOptions
{
    /// <summary>The sink's object key, as in its settings. Required.</summary>
    public string Template { get; init; } = "";

    /// <summary>The sink's rolling interval. Default: Infinite.</summary>
    public OssRollingInterval RollingInterval { get; init; }

    /// <summary>The sink's compression. Default: None, or what the key ends with.</summary>
    public OssCompression? Compression { get; init; }

    /// <summary>The zone of the keys, if the sink uses local time. Default: null for UTC.</summary>
    public TimeZoneInfo? LocalZone { get; init; }

    /// <summary>Events at this time or later. Required.</summary>
    public DateTimeOffset From { get; init; }

    /// <summary>Events before this time. Required.</summary>
    public DateTimeOffset To { get; init; }
}
