using System.Diagnostics;
using System.Globalization;
using System.Text;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.Keys;

/// <summary>Parses a key template, and collects all faults with their columns.</summary>
internal sealed class KeyTemplateParser
{
    // Reports replace braces, so these texts have none.
    private const string PercentSign = "'%' appears in each key as it is; an environment variable is written Environment:NAME in braces, and a date Timestamp:yyyyMMdd in braces";
    private const string DollarSign = "'$' appears in each key as it is; a placeholder begins with a brace";

    // What other sinks call the time, and names of parts of a time. Here they are properties of the event.
    private static readonly string[] NamesOfTimes = ["Date", "Time", "DateTime", "Now", "UtcNow", "UtcDate", "UtcTimestamp", "Year", "Month", "Day", "Hour", "HalfHour", "Minute", "Second"];

    private readonly string _text;
    private readonly ProcessIdentity _identity;
    private readonly ICollection<string> _faults;
    private readonly StringBuilder _literal = new();
    private readonly List<KeyPart> _parts = [];
    private readonly List<string> _properties = [];
    private readonly List<DatePlace> _dates = [];
    private readonly List<string> _doubts = [];

    public KeyTemplateParser(string text, ProcessIdentity identity, ICollection<string> faults)
    {
        _text = text;
        _identity = identity;
        _faults = faults;
    }

    public IReadOnlyList<KeyPart> Parts => _parts;

    public IReadOnlyList<string> Properties => _properties;

    /// <summary>Valid parts of the template that are rarely meant.</summary>
    public IReadOnlyList<string> Doubts => _doubts;

    /// <summary>Whether keys have the process's instance id.</summary>
    public bool HasInstance { get; private set; }

    public void Parse()
    {
        CheckEnds();
        for (var i = 0; i < _text.Length; i++)
        {
            var c = _text[i];
            var doubled = i + 1 < _text.Length && _text[i + 1] == c;
            if (c is '{' or '}' && doubled)
            {
                _literal.Append(c);
                i++;
            }
            else if (c == '{')
            {
                var close = _text.IndexOf('}', i);
                if (close < 0)
                {
                    Fault(i, "the brace is never closed; write {{ for a brace in the key");
                    return;
                }

                ParsePlace(_text.Substring(i + 1, close - i - 1), i);
                i = close;
            }
            else if (c == '}')
            {
                Fault(i, "this brace closes no other; write }} for a brace in the key");
            }
            else
            {
                CheckLiteral(i);
                _literal.Append(c);
            }
        }

        EndLiteral();
        DateFormats.Check(_dates, Fault);
    }

    private void CheckEnds()
    {
        if (char.IsWhiteSpace(_text[0]))
            Fault(0, "there is a space at the key's beginning; remove it");
        if (char.IsWhiteSpace(_text[_text.Length - 1]))
            Fault(_text.Length - 1, "there is a space at the key's end; remove it");
    }

    private void CheckLiteral(int index)
    {
        var c = _text[index];
        if (ObjectKeyRules.IsHalfCharacter(_text, index))
            Fault(index, "there is half a character here; write all of it, or remove it");
        else if (ObjectKeyRules.IsInvisible(c))
            Fault(index, $"there is an invisible character here (U+{((int)c).ToString("X4", CultureInfo.InvariantCulture)}); leave it out");
        else if (c == '\\' && index > 0)
            Fault(index, "'\\' does not separate folders in OSS; write '/'");
        else if (c == '%' && !_doubts.Contains(PercentSign))
            _doubts.Add(PercentSign);
        else if (c == '$' && index + 1 < _text.Length && _text[index + 1] == '{' && !_doubts.Contains(DollarSign))
            _doubts.Add(DollarSign);
    }

    private void ParsePlace(string place, int column)
    {
        var colon = place.IndexOf(':');
        var name = colon < 0 ? place : place.Substring(0, colon);
        var format = colon < 0 ? null : place.Substring(colon + 1);

        switch (name)
        {
            case "Timestamp":
                AddTimestamp(format, column);
                break;
            case "Sequence":
                AddSequence(format, column);
                break;
            case "MachineName":
                AddConstant(_identity.MachineName, format, column);
                break;
            case "ProcessId":
                AddConstant(_identity.ProcessId, format, column);
                break;
            case "InstanceId":
                HasInstance = true;
                AddConstant(_identity.InstanceId, format, column);
                break;
            case "Environment":
                AddEnvironment(format, column);
                break;
            default:
                AddProperty(name, format, column);
                break;
        }
    }

    private void AddTimestamp(string? format, int column)
    {
        try
        {
            _ = new DateTimeOffset(2026, 9, 23, 0, 0, 0, TimeSpan.Zero).ToString(format, CultureInfo.InvariantCulture);
            Add(new TimestampPart(format ?? ""));
            _dates.Add(new DatePlace(format ?? "", column));
        }
        catch (FormatException)
        {
            Fault(column, $"{SettingFault.Shown(format)} is not a .NET date format; write yyyy/MM/dd for instance");
        }
    }

    private void AddSequence(string? format, int column)
    {
        if (_parts.OfType<SequencePart>().Any())
        {
            Fault(column, "the sequence can be in one place only; remove the others");
            return;
        }

        format = string.IsNullOrEmpty(format) ? "0" : format!;
        if (format.Any(c => c != '0'))
            Fault(column, $"{SettingFault.Shown(format)} is not a sequence format; write one zero for each digit it has at least");
        else
            Add(new SequencePart(format));
    }

    private void AddConstant(string value, string? format, int column)
    {
        if (format is not null)
            Fault(column, "this placeholder takes no format; remove it");
        else
            _literal.Append(KeyValueEscaping.Escape(value));
    }

    private void AddEnvironment(string? variable, int column)
    {
        if (string.IsNullOrEmpty(variable))
        {
            Fault(column, "name the variable, as in {Environment:REGION}");
            return;
        }

        var value = _identity.ReadEnvironment(variable!);
        if (string.IsNullOrEmpty(value))
            Fault(column, $"the environment variable {SettingFault.Shown(variable)} is not set; set it, or remove the placeholder");
        else
            _literal.Append(KeyValueEscaping.Escape(value));
    }

    private void AddProperty(string name, string? format, int column)
    {
        var meant = ObjectKeyTemplate.ReservedNames.FirstOrDefault(r => string.Equals(r, name, StringComparison.OrdinalIgnoreCase));
        if (meant is not null)
            Fault(column, $"'{name}' is written '{meant}'");
        else if (name.Length == 0)
            Fault(column, "the braces are empty; name a property, or write {{ for a brace in the key");
        else if (!name.All(c => char.IsLetterOrDigit(c) || c is '_' or '.' or '-'))
            Fault(column, $"{SettingFault.Shown(name)} is not a property name: letters, digits, '_', '.' and '-' only");
        else if (DateFormats.OfName(name) is { } date)
            Fault(column, $"a date is written {{Timestamp:{date}}}, since {{{name}}} is a property of the event");
        else if (format is not null)
            Fault(column, $"a property placeholder takes no format, but {SettingFault.Shown(name)} has {SettingFault.Shown(format)}; leave it out");
        else
            AddProperty(name);
    }

    private void AddProperty(string name)
    {
        if (NamesOfTimes.Contains(name, StringComparer.OrdinalIgnoreCase) && !_properties.Contains(name))
            _doubts.Add($"'{name}' in braces is a property of the event, and '{KeyValueEscaping.Missing}' without one; a date is written Timestamp:yyyyMMdd in braces");
        Add(new PropertyPart(PropertyIndex(name)));
    }

    private int PropertyIndex(string name)
    {
        var index = _properties.IndexOf(name);
        if (index >= 0)
            return index;

        _properties.Add(name);
        return _properties.Count - 1;
    }

    private void Add(KeyPart part)
    {
        EndLiteral();
        _parts.Add(part);
    }

    private void EndLiteral()
    {
        if (_literal.Length == 0)
            return;

        _parts.Add(new LiteralPart(_literal.ToString()));
        _literal.Clear();
    }

    private void Fault(int column, string problem) =>
        _faults.Add($"column {(column + 1).ToString(CultureInfo.InvariantCulture)}: {problem}");
}

/// <summary>The values of a process that keys can contain.</summary>
internal sealed class ProcessIdentity
{
    public static ProcessIdentity Current { get; } = new(
        Environment.MachineName,
        CurrentProcessId(),
        Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture).Substring(0, 12),
        Environment.GetEnvironmentVariable);

    public ProcessIdentity(string machineName, string processId, string instanceId, Func<string, string?> readEnvironment)
    {
        MachineName = machineName;
        ProcessId = processId;
        InstanceId = instanceId;
        ReadEnvironment = readEnvironment;
    }

    public string MachineName { get; }

    public string ProcessId { get; }

    /// <summary>Random for each process, so two processes share an object only if the key leaves it out.</summary>
    public string InstanceId { get; }

    public Func<string, string?> ReadEnvironment { get; }

    private static string CurrentProcessId()
    {
        using var process = Process.GetCurrentProcess();
        return process.Id.ToString(CultureInfo.InvariantCulture);
    }
}
