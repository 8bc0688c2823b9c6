using System.Globalization;
using System.Text;

namespace OssLogSinks.Core.Client.Encodings;

/// <summary>
/// A JSON object (RFC 8259), read strictly. System.Text.Json is not part of .NET Standard 2.0, and the documents of credentials are small.
/// </summary>
internal sealed class JsonObject
{
    private readonly Dictionary<string, object?> _members;

    private JsonObject(Dictionary<string, object?> members) => _members = members;

    /// <summary>The names of its members.</summary>
    public IEnumerable<string> Names => _members.Keys;

    /// <summary>Reads a text that is one object; null if it is anything else, if a name is there twice, or if it is nested too deeply.</summary>
    public static JsonObject? TryRead(string text)
    {
        try
        {
            return new Reader(text).ReadDocument() as JsonObject;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary>A member that is a string; null if it is absent or of another kind.</summary>
    public string? Text(string name) => Member(name) as string;

    /// <summary>A member that is a whole number; null if it is absent or anything else.</summary>
    public long? Number(string name) =>
        Member(name) is NumberText number && long.TryParse(number.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : null;

    /// <summary>A member that is true or false; null if it is absent or of another kind.</summary>
    public bool? Flag(string name) => Member(name) as bool?;

    /// <summary>A member that is an object; null if it is absent or of another kind.</summary>
    public JsonObject? Object(string name) => Member(name) as JsonObject;

    /// <summary>The objects of a member that is an array; empty if it is absent or of another kind.</summary>
    public IEnumerable<JsonObject> Objects(string name) => Member(name) is List<object?> items ? items.OfType<JsonObject>() : [];

    private object? Member(string name) => _members.TryGetValue(name, out var value) ? value : null;

    private sealed record NumberText(string Text);

    private sealed class Reader(string text)
    {
        private const int MostLevels = 16;

        private int _at;

        public object? ReadDocument()
        {
            SkipByteOrderMark();
            var value = ReadValue(level: 0);
            SkipBlanks();
            return _at == text.Length ? value : throw new FormatException();
        }

        private object? ReadValue(int level)
        {
            if (level > MostLevels)
                throw new FormatException();

            SkipBlanks();
            return Peek() switch
            {
                '{' => ReadObject(level),
                '[' => ReadArray(level),
                '"' => ReadText(),
                't' => ReadWord("true", true),
                'f' => ReadWord("false", false),
                'n' => ReadWord("null", null),
                _ => ReadNumber(),
            };
        }

        private JsonObject ReadObject(int level)
        {
            var members = new Dictionary<string, object?>(StringComparer.Ordinal);
            ReadItems('}', () =>
            {
                SkipBlanks();
                var name = ReadText();
                SkipBlanks();
                Take(':');
                var value = ReadValue(level + 1);
                if (members.ContainsKey(name))
                    throw new FormatException();
                members.Add(name, value);
            });
            return new JsonObject(members);
        }

        private List<object?> ReadArray(int level)
        {
            var items = new List<object?>();
            ReadItems(']', () => items.Add(ReadValue(level + 1)));
            return items;
        }

        private void ReadItems(char end, Action readItem)
        {
            _at++;
            SkipBlanks();
            if (TryTake(end))
                return;

            do
            {
                readItem();
                SkipBlanks();
            }
            while (TryTake(','));
            Take(end);
        }

        private string ReadText()
        {
            Take('"');
            var read = new StringBuilder();
            while (true)
            {
                var c = Next();
                if (c == '"')
                    return read.ToString();
                if (c < ' ')
                    throw new FormatException();

                read.Append(c == '\\' ? ReadEscape() : c);
            }
        }

        private char ReadEscape() => Next() switch
        {
            '"' => '"',
            '\\' => '\\',
            '/' => '/',
            'b' => '\b',
            'f' => '\f',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => ReadCodeUnit(),
            _ => throw new FormatException(),
        };

        private char ReadCodeUnit()
        {
            const string Digits = "0123456789abcdef";
            var unit = 0;
            for (var i = 0; i < 4; i++)
            {
                var digit = Digits.IndexOf(char.ToLowerInvariant(Next()));
                unit = digit < 0 ? throw new FormatException() : (unit * 16) + digit;
            }

            return (char)unit;
        }

        private object? ReadWord(string word, object? value)
        {
            if (string.CompareOrdinal(text, _at, word, 0, word.Length) != 0)
                throw new FormatException();

            _at += word.Length;
            return value;
        }

        private NumberText ReadNumber()
        {
            var begin = _at;
            _ = TryTake('-');
            if (!TryTake('0'))
                SkipDigits();
            if (TryTake('.'))
                SkipDigits();
            if (TryTake('e') || TryTake('E'))
            {
                _ = TryTake('+') || TryTake('-');
                SkipDigits();
            }

            return new NumberText(text.Substring(begin, _at - begin));
        }

        private void SkipDigits()
        {
            var begin = _at;
            while (Peek() is >= '0' and <= '9')
                _at++;
            if (_at == begin)
                throw new FormatException();
        }

        private void SkipBlanks()
        {
            while (Peek() is ' ' or '\t' or '\r' or '\n')
                _at++;
        }

        private void SkipByteOrderMark() => TryTake('\uFEFF');

        private char Peek() => _at < text.Length ? text[_at] : '\0';

        private char Next() => _at < text.Length ? text[_at++] : throw new FormatException();

        private void Take(char c)
        {
            if (!TryTake(c))
                throw new FormatException();
        }

        private bool TryTake(char c)
        {
            if (_at >= text.Length || text[_at] != c)
                return false;

            _at++;
            return true;
        }
    }
}
