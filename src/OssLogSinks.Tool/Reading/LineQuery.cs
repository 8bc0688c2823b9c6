using System.Text;
using OssLogSinks.Tool.Output;
using Serilog.Events;
using Serilog.Expressions;

namespace OssLogSinks.Tool.Reading;

/// <summary>What is remembered from line to line of one object: a stack trace belongs to the line before it.</summary>
internal struct LineContext
{
    /// <summary>The time of the last line that had one.</summary>
    public DateTimeOffset Time;

    /// <summary>Whether that line was wanted.</summary>
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

    /// <exception cref="ToolException">The expression has a fault.</exception>
    public LineQuery(string? where)
    {
        _events = new ClefEvent(EventParts.All);
        _needles = [];
        if (where is null)
            return;

        if (!SerilogExpression.TryCompile(where, out _where, out var error))
            throw new ToolException(ExitCodes.Usage, $"--where has a fault: {error}", "Write an expression of Serilog, for instance: Tenant = 'acme' and Elapsed > 500");

        var tokens = ExpressionTokens.Of(where);
        _events = new ClefEvent(ExpressionTokens.PartsOf(tokens));
        _needles = ExpressionTokens.NeedlesOf(tokens);
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

    private bool IsWhereTrue(LogEvent logEvent) => ExpressionResult.IsTrue(_where!(logEvent));

    // A writer may escape characters, so a line with escapes is parsed.
    private bool CanMatch(ReadOnlySpan<byte> line)
    {
        foreach (var needle in _needles)
        {
            if (line.IndexOf(needle) < 0 && line.IndexOf("\\u"u8) < 0)
                return false;
        }

        return true;
    }
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
        if (tokens.Exists(token => token.ToLowerInvariant() is "(" or ")" or "[" or "{" or "or" or "not" or "if" or "ci"))
            return [];

        var needles = new List<byte[]>();
        for (var start = 0; start < tokens.Count;)
        {
            var end = tokens.FindIndex(start, token => string.Equals(token, "and", StringComparison.OrdinalIgnoreCase));
            end = end < 0 ? tokens.Count : end;
            if (end - start == 3 && char.IsLetter(tokens[start][0]) && Comparisons.Contains(tokens[start + 1]))
                AddNeedles(needles, tokens[start], tokens[start + 1], tokens[start + 2]);

            start = end + 1;
        }

        return [.. needles];
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
