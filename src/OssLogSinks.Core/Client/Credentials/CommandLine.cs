using System.Text;

namespace OssLogSinks.Core.Client.Credentials;

/// <summary>A command as words, as the aliyun CLI splits it, and words as the arguments of a process.</summary>
internal static class CommandLine
{
    /// <summary>
    /// Splits a command. Quotation marks, single and double, hold words together. A backslash takes the next character as it is, on Windows
    /// only in front of a double quotation mark within double ones. Empty if a quotation is not closed or, not on Windows, a backslash is the
    /// last character.
    /// </summary>
    public static IReadOnlyList<string> Split(string command, bool isWindows)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var isInWord = false;
        var quote = '\0';
        for (var i = 0; i < command.Length; i++)
        {
            var c = command[i];
            var next = i + 1 < command.Length ? command[i + 1] : '\0';
            if (c == '\\' && IsEscape(quote, next, isWindows))
            {
                if (next == '\0')
                    return [];

                i++;
                isInWord |= next != '\n';
                _ = next == '\n' ? word : word.Append(next);
            }
            else if (quote != '\0')
            {
                _ = c == quote ? word : word.Append(c);
                quote = c == quote ? '\0' : quote;
            }
            else if (c is '"' or '\'')
            {
                quote = c;
                isInWord = true;
            }
            else if (char.IsWhiteSpace(c))
            {
                if (isInWord)
                    words.Add(word.ToString());
                word.Clear();
                isInWord = false;
            }
            else
            {
                word.Append(c);
                isInWord = true;
            }
        }

        if (isInWord)
            words.Add(word.ToString());
        return quote == '\0' ? words : [];
    }

    /// <summary>Joins words to arguments that the started process sees as these words again.</summary>
    public static string Join(IEnumerable<string> words) => string.Join(" ", words.Select(Quoted));

    // POSIX: everywhere but in single quotes; in double quotes only before $ ` " \ and a line end.
    private static bool IsEscape(char quote, char next, bool isWindows) =>
        isWindows ? quote == '"' && next == '"'
        : quote == '"' ? next is '$' or '`' or '"' or '\\' or '\n'
        : quote == '\0';

    // Backslashes count only in front of a quotation mark.
    private static string Quoted(string word)
    {
        if (word.Length > 0 && !word.Any(c => char.IsWhiteSpace(c) || c == '"'))
            return word;

        var quoted = new StringBuilder("\"");
        var backslashes = 0;
        foreach (var c in word)
        {
            quoted.Append('\\', c == '"' ? backslashes + 1 : 0).Append(c);
            backslashes = c == '\\' ? backslashes + 1 : 0;
        }

        return quoted.Append('\\', backslashes).Append('"').ToString();
    }
}
