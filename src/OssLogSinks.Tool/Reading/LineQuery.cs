using System.Buffers.Text;
using System.Globalization;
using System.Text;
using OssLogSinks.Tool.Output;
using Serilog.Events;
using Serilog.Expressions;

namespace OssLogSinks.Tool.Reading;

/// <summary>What is remembered from line to line of one object: a stack trace belongs to the line before it.</summary>
internal struct LineContext
{
    /// <summary>The latest time of the lines so far.</summary>
    public DateTimeOffset Time;

    /// <summary>Whether the last line that began an event was wanted.</summary>
    public bool IsWanted;
}

/// <summary>
/// Decides which lines are wanted. Cheap checks come first: a line is parsed only if its bytes can match. Not thread-safe.
/// </summary>
internal sealed class LineQuery
{
    private readonly CompiledExpression? _where;
    private readonly ClefEvent _events;
    private readonly byte[][] _needles;
    private readonly NumberBound[] _bounds;

    /// <exception cref="ToolException">The expression has a fault.</exception>
    public LineQuery(string? where)
    {
        _events = new ClefEvent(EventParts.All);
        _needles = [];
        _bounds = [];
        if (where is null)
            return;

        if (!SerilogExpression.TryCompile(where, out _where, out var error))
            throw new ToolException(ExitCodes.Usage, $"--where has a fault: {error}", "Write an expression of Serilog, for instance: Tenant = 'acme' and Elapsed > 500");

        var tokens = ExpressionTokens.Of(where);
        _events = new ClefEvent(ExpressionTokens.PartsOf(tokens));
        _needles = ExpressionTokens.NeedlesOf(tokens);
        _bounds = ExpressionTokens.BoundsOf(tokens);
    }

    /// <summary>Events at this time or later. Default: all.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Events before this time. Default: all.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Events of this level or above. Default: all.</summary>
    public LogEventLevel? Level { get; init; }

    /// <summary>Whether every line is wanted.</summary>
    public bool IsAll => _where is null && !NeedsHead;

    private bool NeedsHead => Since is not null || Until is not null || Level is not null;

    public bool IsWanted(ReadOnlySpan<byte> line, ref LineContext context)
    {
        if (IsAll)
            return true;

        if (line.Length > 0 && line[0] == '{')
        {
            if (!CanMatch(line))
                return context.IsWanted = false;

            LineHead head = default;
            if (!NeedsHead || LineHead.TryReadJson(line, out head))
                return context.IsWanted = IsHeadWanted(head) && (_where is null || (_events.TryRead(line) is { } json && IsWhereTrue(json)));
        }

        if (!LineHead.TryReadText(line, out var text))
            return context.IsWanted;

        return context.IsWanted = IsHeadWanted(text) && (_where is null || IsWhereTrue(ClefEvent.OfText(line, text)));
    }

    private bool IsHeadWanted(in LineHead head) =>
        (Since is null || head.Time >= Since) && (Until is null || head.Time < Until) && (Level is null || head.Level >= Level);

    // The library compares numbers as decimals, and ends with an exception for those that are none.
    private bool IsWhereTrue(LogEvent logEvent)
    {
        try
        {
            return ExpressionResult.IsTrue(_where!(logEvent));
        }
        catch (OverflowException)
        {
            return false;
        }
    }

    // A writer may escape characters, so a line with escapes is parsed.
    private bool CanMatch(ReadOnlySpan<byte> line)
    {
        foreach (var needle in _needles)
        {
            if (line.IndexOf(needle) < 0 && line.IndexOf("\\u"u8) < 0)
                return false;
        }

        foreach (var bound in _bounds)
        {
            if (bound.Excludes(line) && line.IndexOf("\\u"u8) < 0)
                return false;
        }

        return true;
    }
}

/// <summary>A comparison of a property with a number, decided on the bytes of a line where they leave no doubt.</summary>
/// <param name="Name">The property's name in quotes, as JSON has it.</param>
/// <param name="Comparison">The operator.</param>
/// <param name="Limit">The number.</param>
internal sealed record NumberBound(byte[] Name, string Comparison, double Limit)
{
    /// <summary>
    /// Whether the comparison is false wherever the name is in the line. Two numbers that are the same as a double may differ, so they are
    /// in doubt; so is everything that is no number behind a colon.
    /// </summary>
    public bool Excludes(ReadOnlySpan<byte> line)
    {
        for (var at = line.IndexOf(Name); at >= 0; at = line.IndexOf(Name))
        {
            line = line[(at + Name.Length)..];
            if (line.Length == 0 || line[0] != ':')
                return false;

            line = line[1..];
            if (!Utf8Parser.TryParse(line, out double value, out var length) || length == line.Length || line[length] is not ((byte)',' or (byte)'}' or (byte)']') || !IsFalse(value))
                return false;
        }

        return true;
    }

    private bool IsFalse(double value) => Comparison switch
    {
        ">" or ">=" => value < Limit,
        "<" or "<=" => value > Limit,
        _ => value < Limit || value > Limit,
    };
}

/// <summary>
/// Reads only as much of an expression as saves work, and assumes nothing that it is not sure of: an expression with a word that is not
/// understood needs all of an event.
/// </summary>
internal static class ExpressionTokens
{
    private static readonly HashSet<string> Comparisons = ["=", ">", "<", ">=", "<="];

    /// <summary>The tokens: identifiers, numbers, operators, and strings with their first quote.</summary>
    public static List<string> Of(string expression)
    {
        var tokens = new List<string>();
        for (var i = 0; i < expression.Length;)
        {
            var c = expression[i];
            var start = i++;
            if (char.IsWhiteSpace(c))
                continue;

            if (c == '\'')
            {
                var text = new StringBuilder("'");
                for (; i < expression.Length; i++)
                {
                    var isQuote = expression[i] == '\'';
                    if (isQuote && (i + 1 == expression.Length || expression[i + 1] != '\''))
                        break;

                    // A doubled quote is one quote of the text.
                    i += isQuote ? 1 : 0;
                    text.Append(expression[i]);
                }

                i++;
                tokens.Add(text.ToString());
                continue;
            }

            if (char.IsLetterOrDigit(c) || c is '_' or '@')
            {
                while (i < expression.Length && (char.IsLetterOrDigit(expression[i]) || expression[i] is '_'))
                    i++;
            }
            else if (c is '<' or '>' && i < expression.Length && expression[i] is '=' or '>')
            {
                i++;
            }

            tokens.Add(expression[start..i]);
        }

        return tokens;
    }

    public static EventParts PartsOf(List<string> tokens)
    {
        var properties = new List<byte[]>();
        var hasMessage = false;
        foreach (var token in tokens)
        {
            if (token is "@m" or "@mt" or "@x" or "@i" or "@r" or "@Message" or "@MessageTemplate" or "@Exception")
                hasMessage = true;
            else if (token[0] == '@' && token is not ("@t" or "@l" or "@tr" or "@sp" or "@Timestamp" or "@Level"))
                return EventParts.All;
            else if (token is "rest" or "[" or "{")
                return EventParts.All;
            else if (char.IsLetter(token[0]) || token[0] == '_')
                properties.Add(Encoding.UTF8.GetBytes(token));
        }

        return new EventParts([.. properties], hasMessage);
    }

    /// <summary>
    /// Bytes that each matching line has: the names and texts of comparisons that are joined by 'and' alone.
    /// </summary>
    public static byte[][] NeedlesOf(List<string> tokens)
    {
        var needles = new List<byte[]>();
        foreach (var clause in ClausesOf(tokens))
        {
            if (clause.Count == 3)
                AddNeedles(needles, clause[0], clause[1], clause[2]);
        }

        return [.. needles];
    }

    /// <summary>Comparisons with a number that are joined by 'and' alone.</summary>
    public static NumberBound[] BoundsOf(List<string> tokens)
    {
        var bounds = new List<NumberBound>();
        foreach (var clause in ClausesOf(tokens))
        {
            // A number with a fraction is three tokens, and a sign is one more.
            if (clause[0].All(IsPlain) && double.TryParse(string.Concat(clause.Skip(2)), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var limit))
                bounds.Add(new NumberBound(Encoding.ASCII.GetBytes($"\"{clause[0]}\""), clause[1], limit));
        }

        return [.. bounds];
    }

    // The comparisons that all must be true; none if there is another word that changes their meaning.
    private static IEnumerable<List<string>> ClausesOf(List<string> tokens)
    {
        if (tokens.Exists(token => token.ToLowerInvariant() is "(" or ")" or "[" or "{" or "or" or "not" or "if" or "ci"))
            yield break;

        for (var start = 0; start < tokens.Count;)
        {
            var end = tokens.FindIndex(start, token => string.Equals(token, "and", StringComparison.OrdinalIgnoreCase));
            end = end < 0 ? tokens.Count : end;
            if (end - start >= 3 && char.IsLetter(tokens[start][0]) && Comparisons.Contains(tokens[start + 1]))
                yield return tokens[start..end];

            start = end + 1;
        }
    }

    private static void AddNeedles(List<byte[]> needles, string name, string comparison, string value)
    {
        if (value.Equals("null", StringComparison.OrdinalIgnoreCase) || !(value[0] == '\'' || char.IsAsciiDigit(value[0])) || !name.All(IsPlain))
            return;

        // The text is rarer than the name, so it comes first.
        if (comparison == "=" && value[0] == '\'' && value.Length > 1 && value.Skip(1).All(IsPlain))
            needles.Add(Encoding.ASCII.GetBytes($"\"{value[1..]}\""));
        needles.Add(Encoding.ASCII.GetBytes($"\"{name}\""));
    }

    // Characters that no writer of JSON escapes, but as \u.
    private static bool IsPlain(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.';
}
