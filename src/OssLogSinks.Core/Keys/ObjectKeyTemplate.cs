using System.Globalization;
using System.Text;
using OssLogSinks.Core.Rolling;

namespace OssLogSinks.Core.Keys;

/// <summary>
/// The template of object keys: text with places in braces. Parsed once.
/// </summary>
/// <remarks>
/// <list type="table">
/// <listheader><term>Place</term><description>Is filled with</description></listheader>
/// <item><term><c>{Timestamp:yyyy/MM/dd/HH}</c></term>
/// <description>the event's time in any .NET date format, or the start of its rolling interval if one is set</description></item>
/// <item><term><c>{MachineName}</c>, <c>{ProcessId}</c></term><description>the machine and the process that log</description></item>
/// <item><term><c>{InstanceId}</c></term><description>twelve random hex digits, new for each process</description></item>
/// <item><term><c>{Environment:NAME}</c></term><description>an environment variable, read at start; it must be set</description></item>
/// <item><term><c>{Sequence:000}</c></term>
/// <description>the object's number within its stream, from 0, with at least as many digits as zeros</description></item>
/// <item><term><c>{Tenant}</c>, <c>{Level}</c>, …</term>
/// <description>a property of the event, escaped so that it cannot leave its place</description></item>
/// <item><term><c>{{</c>, <c>}}</c></term><description>a brace</description></item>
/// </list>
/// <para>
/// A template without a sequence place gets one before its extension: nothing for the first object of a stream, then
/// <c>_001</c>, <c>_002</c>… A template without a time gets the rolling interval's period in front of that:
/// <c>app.log</c> rolling by day becomes <c>app20261122.log</c>, <c>app20261122_001.log</c>.
/// </para>
/// <para>
/// Keys of compressed objects end in <c>.gz</c>, and other keys do not: if a property's value makes the key end in <c>.gz</c>, this
/// becomes <c>%2Egz</c>.
/// </para>
/// <para>
/// In the value of a property, <c>/</c>, <c>\</c>, <c>%</c>, <c>~</c>, braces, control and invisible characters, and the dots of a value
/// that has only dots, become <c>%XX</c>. A value over 128 bytes is cut and marked with a hash; an absent or empty one is <c>_</c>. Directly
/// before a default sequence, the end <c>_001</c> of a value becomes <c>%5F001</c>.
/// </para>
/// </remarks>
public sealed class ObjectKeyTemplate
{
    internal static readonly string[] ReservedNames = ["Timestamp", "Sequence", "MachineName", "ProcessId", "InstanceId", "Environment"];

    private readonly IReadOnlyList<KeyPart> _before;
    private readonly SequencePart _sequence;
    private readonly KeyPart[] _after;
    private readonly bool _hasInstance;
    private readonly IReadOnlyList<string> _doubts;

    private ObjectKeyTemplate(string text, IReadOnlyList<KeyPart> parts, KeyTemplateParser parser)
    {
        Text = text;
        _hasInstance = parser.HasInstance;
        PropertyNames = parser.Properties;
        _doubts = parser.Doubts;
        _sequence = parts.OfType<SequencePart>().Single();
        _before = parts.TakeWhile(p => p is not SequencePart).ToArray();
        _after = parts.SkipWhile(p => p is not SequencePart).Skip(1).ToArray();
        TimestampFormats = parts.OfType<TimestampPart>().Select(p => p.Format).ToArray();
    }

    /// <summary>The template as it was written.</summary>
    public string Text { get; }

    /// <summary>The event properties in the key; <see cref="Records.LogRecord.KeyValues"/> has their values in this order.</summary>
    public IReadOnlyList<string> PropertyNames { get; }

    internal IReadOnlyList<string> TimestampFormats { get; }

    /// <summary>All parts, in their order.</summary>
    internal IEnumerable<KeyPart> Parts => _before.Append(_sequence).Concat(_after);

    /// <summary>Valid parts of the template that are rarely meant, each as the rest of a sentence about the key.</summary>
    internal IReadOnlyList<string> Doubts { get; private set; } = [];

    /// <summary>Reads a template.</summary>
    /// <param name="text">The template.</param>
    /// <returns>The template, ready to render.</returns>
    /// <exception cref="FormatException">The template has faults; the message names each with its column.</exception>
    public static ObjectKeyTemplate Parse(string text)
    {
        var faults = new List<string>();
        return TryParse(text, default, ProcessIdentity.Current, faults)
            ?? throw new FormatException("The object key is invalid: " + string.Join("; ", faults) + ".");
    }

    /// <summary>Parses a template; null with all faults if it cannot be used.</summary>
    internal static ObjectKeyTemplate? TryParse(
        string? text, KeyShape shape, ProcessIdentity identity, ICollection<string> faults)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            faults.Add("the key is empty; leave it out for the default");
            return null;
        }

        var found = new List<string>();
        var parser = new KeyTemplateParser(text!, identity, found);
        parser.Parse();
        if (found.Count == 0)
        {
            var parts = DefaultKeyPlaces.Complete(parser.Parts, shape);
            var template = new ObjectKeyTemplate(text!, parts, parser);
            template.CheckLongestKey(found);
            template.CheckPeriods(shape.Interval, found);
            template.CheckEnd(shape.Compression, found);
            if (found.Count == 0)
            {
                template.Doubts = [.. template.FindDoubts(shape.Interval)];
                return template;
            }
        }

        foreach (var fault in found)
            faults.Add(fault);

        return null;
    }

    /// <summary>Renders everything but the sequence number.</summary>
    /// <param name="time">The event's time, or its period's start, in the zone of the keys.</param>
    /// <param name="values">The event's values in the order of <see cref="PropertyNames"/>.</param>
    internal StreamKey Render(DateTimeOffset time, ReadOnlySpan<string?> values)
    {
        var before = RenderParts(_before, time, values);
        var after = RenderParts(_after, time, values);
        if (_after.Length > 0)
            after = GuardEnd(_after, after);
        else if (_sequence.Format is null)
            before = GuardEnd(_before, before);
        return new(before, _sequence, after) { IsOwn = _hasInstance };
    }

    /// <summary>Whether keys show two times the same way.</summary>
    internal bool ShowsSame(DateTimeOffset one, DateTimeOffset other) => Shown(one) == Shown(other);

    /// <summary>Gives the template as it was written.</summary>
    public override string ToString() => Text;

    // A value must not make the end of a key look like that of a compressed object: 'a.gz', or 'gz' after a dot.
    private static string GuardEnd(IReadOnlyList<KeyPart> parts, string text)
    {
        var isOfTemplate = parts[parts.Count - 1] is LiteralPart literal && GzipSuffix.EndsIn(literal.Text);
        return isOfTemplate || !parts.Any(part => part is PropertyPart) ? text : GzipSuffix.Escape(text);
    }

    private static string RenderParts(IReadOnlyList<KeyPart> parts, DateTimeOffset time, ReadOnlySpan<string?> values)
    {
        var text = new StringBuilder();
        foreach (var part in parts)
        {
            text.Append(part switch
            {
                LiteralPart literal => literal.Text,
                TimestampPart timestamp => timestamp.Render(time),
                PropertyPart property => property.Render(property.Index < values.Length ? values[property.Index] : null),
                _ => throw new InvalidOperationException("The sequence is not a part of a stream key."),
            });
        }

        return text.ToString();
    }

    // The template's own dates must distinguish the interval's periods. Otherwise it rolls too rarely, or back into old objects.
    private void CheckPeriods(OssRollingInterval interval, List<string> faults)
    {
        if (interval.PeriodFormat() is not { } needed)
            return;

        var keys = new HashSet<string>(StringComparer.Ordinal);
        if (!SomePeriods.Of(interval).All(start => keys.Add(Shown(start))))
            faults.Add($"the date formats do not tell the periods of the rolling interval apart; show what {needed} shows, or remove the time and it is added");
    }

    // Without an interval, only the dates decide when an object ends, and whether its key is used again.
    private IEnumerable<string> FindDoubts(OssRollingInterval interval)
    {
        foreach (var doubt in _doubts)
            yield return doubt;

        var time = new DateTimeOffset(2026, 9, 23, 17, 5, 9, TimeSpan.Zero);
        if (interval != OssRollingInterval.Infinite || TimestampFormats.Count == 0)
            yield break;

        if (!ShowsSame(time, time.AddSeconds(1)))
            yield return "it shows seconds, so each second with events makes an object; set RollingInterval, or remove the seconds";
        if (DateFormats.GapOf(TimestampFormats) is { } gap)
            yield return $"its dates repeat because it shows no {gap}, so events are appended to old objects; show the {gap} too";
    }

    // Readers and query engines detect compression by the name.
    private void CheckEnd(OssCompression? compression, List<string> faults)
    {
        if (compression == OssCompression.None && Render(default, []).Compression != OssCompression.None)
            faults.Add("the key ends in .gz, but Compression is None; set Compression to Gzip, or change the end of the key");
    }

    // The whole key, since two adjacent formats can show the same digits for two dates.
    private string Shown(DateTimeOffset time) =>
        string.Concat(Parts.Select(part => part switch
        {
            TimestampPart date => date.Render(time),
            LiteralPart literal => literal.Text,
            _ => "/",
        }));

    // A Wednesday in September is the longest date of the invariant culture; ten digits are the longest sequence.
    private void CheckLongestKey(List<string> faults)
    {
        var longestDate = new DateTimeOffset(2026, 9, 23, 23, 59, 59, 999, TimeSpan.Zero);
        var values = Enumerable.Repeat<string?>("_001".PadLeft(KeyValueEscaping.MaxBytes, 'v'), PropertyNames.Count).ToArray();
        var key = Render(longestDate, values);
        var first = key.ObjectKey(0);
        var longest = key.ObjectKey(int.MaxValue);

        // The end of a key with a value may grow by its escaped dot.
        var reserve = PropertyNames.Count > 0 ? GzipSuffix.EscapingBytes : 0;
        if (Encoding.UTF8.GetByteCount(longest) + reserve > ObjectKeyRules.MaxBytes)
            faults.Add($"the key can become longer than {ObjectKeyRules.MaxBytes} bytes (a property counts {KeyValueEscaping.MaxBytes}); shorten it");
        if (first[0] is '/' or '\\')
            faults.Add($"column 1: a key must not begin with '{first[0]}'; leave it out");
        if (first[first.Length - 1] == '/')
            faults.Add($"column {Text.Length}: a key must not end with '/'; name the object");
        if (ObjectKeyRules.HasDotSegment(first) || ObjectKeyRules.HasDotSegment(longest))
            faults.Add("a segment must not be '.' or '..'; rename it");
        if (longest.Any(char.IsControl))
            faults.Add("the key must not contain control characters; remove them");

        // The parser has checked everything but the dates.
        if (longest.IndexOf('\\') > 0)
            faults.Add("'\\' does not separate folders in OSS; write '/'");
        if (longest.Where((_, i) => ObjectKeyRules.IsHalfCharacter(longest, i)).Any())
            faults.Add("a date format contains half a character; write all of it, or remove it");
        foreach (var mark in longest.Where(ObjectKeyRules.IsInvisible).Distinct())
            faults.Add($"a date format contains an invisible character (U+{((int)mark).ToString("X4", CultureInfo.InvariantCulture)}); leave it out");
    }
}

/// <summary>
/// A key template rendered without the sequence number: the identity of a stream.
/// </summary>
internal sealed record StreamKey(string Before, SequencePart Sequence, string After)
{
    /// <summary>
    /// Whether the key has the instance id of the process that logged. Then no other process writes to the stream, unless it ships records
    /// that this one left on disk.
    /// </summary>
    public bool IsOwn { get; init; }

    /// <summary>
    /// How the stream's objects are compressed. The key decides, so a process that ships another one's records keeps that one's format.
    /// </summary>
    public OssCompression Compression => GzipSuffix.EndsIn(After) ? OssCompression.Gzip : OssCompression.None;

    /// <summary>The key of the stream's object with this sequence number.</summary>
    public string ObjectKey(int sequence) => Before + Sequence.Render(sequence) + After;
}
