using Parquet.Schema;

namespace OssLogSinks.Tool.Compacting;

/// <summary>What a column of a property holds.</summary>
internal enum PropertyKind
{
    /// <summary>Only null was seen.</summary>
    Unknown,

    /// <summary>true or false.</summary>
    Boolean,

    /// <summary>Whole numbers of 64 bits.</summary>
    Integer,

    /// <summary>Numbers, some of them with a fraction.</summary>
    Number,

    /// <summary>Text.</summary>
    Text,

    /// <summary>Several of these, or no scalar: there is no column.</summary>
    Mixed,
}

/// <summary>Finds the properties that always have the same scalar type. Memory is bounded, however many names there are.</summary>
internal sealed class PropertyKinds
{
    private const int MostNames = 2000;
    private const int MostColumns = 100;

    private readonly Dictionary<string, (PropertyKind Kind, long Count)> _kinds = new(StringComparer.Ordinal);

    public void Add(ClefRow row)
    {
        foreach (var (name, value) in row.Values)
        {
            var (kind, count) = _kinds.GetValueOrDefault(name);
            if (count > 0 || _kinds.Count < MostNames)
                _kinds[name] = (Join(kind, KindOf(value)), count + 1);
        }
    }

    /// <summary>The names and kinds of the columns, the most frequent ones if there are too many. No two differ in case alone.</summary>
    public IReadOnlyList<(string Name, PropertyKind Kind)> Columns()
    {
        var taken = new HashSet<string>(EventColumns.FixedNames, StringComparer.OrdinalIgnoreCase);
        return [.. _kinds
            .Where(entry => entry.Value.Kind is PropertyKind.Boolean or PropertyKind.Integer or PropertyKind.Number or PropertyKind.Text && IsColumnName(entry.Key))
            .OrderByDescending(entry => entry.Value.Count)
            .ThenBy(entry => entry.Key, StringComparer.Ordinal)
            .Where(entry => taken.Add(entry.Key))
            .Take(MostColumns)
            .OrderBy(entry => entry.Key, StringComparer.Ordinal)
            .Select(entry => (entry.Key, entry.Value.Kind))];
    }

    // Other names need quoting that differs from program to program.
    private static bool IsColumnName(string name) => name.Length > 0 && name.All(c => char.IsLetterOrDigit(c) || c is '_' or '-' or '.');

    private static PropertyKind KindOf(object? value) => value switch
    {
        null => PropertyKind.Unknown,
        bool => PropertyKind.Boolean,
        long => PropertyKind.Integer,
        double => PropertyKind.Number,
        string => PropertyKind.Text,
        _ => PropertyKind.Mixed,
    };

    private static PropertyKind Join(PropertyKind first, PropertyKind second) => (first, second) switch
    {
        _ when first == second || second == PropertyKind.Unknown => first,
        (PropertyKind.Unknown, _) => second,
        (PropertyKind.Integer, PropertyKind.Number) or (PropertyKind.Number, PropertyKind.Integer) => PropertyKind.Number,
        _ => PropertyKind.Mixed,
    };
}

/// <summary>The columns of a Parquet file of events: the fixed ones, and those of properties.</summary>
internal sealed class EventColumns
{
    /// <summary>The names of the fixed columns, in their order.</summary>
    public static readonly string[] FixedNames =
        ["time", "level", "message_template", "message", "exception", "event_id", "trace_id", "span_id", "properties", "time_text", "source"];

    /// <summary>Columns for the properties of events.</summary>
    public EventColumns(IReadOnlyList<(string Name, PropertyKind Kind)> properties)
        : this([
            new DateTimeDataField(FixedNames[0], DateTimeFormat.Timestamp, isAdjustedToUTC: true, unit: DateTimeTimeUnit.Micros, isNullable: false),
            .. FixedNames.Skip(1).Select(name => new DataField<string>(name)),
            .. properties.Select(property => FieldOf(property.Name, property.Kind)),
        ])
    {
    }

    private EventColumns(IReadOnlyList<DataField> fields)
    {
        Fields = fields;
        Properties = [.. fields.Skip(FixedNames.Length)];
    }

    /// <summary>All columns.</summary>
    public IReadOnlyList<DataField> Fields { get; }

    /// <summary>The columns of properties.</summary>
    public IReadOnlyList<DataField> Properties { get; }

    /// <summary>The columns of a file; null if it has others.</summary>
    public static EventColumns? Of(ParquetSchema schema) =>
        schema.DataFields.Take(FixedNames.Length).Select(field => field.Name).SequenceEqual(FixedNames) ? new EventColumns(schema.DataFields) : null;

    /// <summary>The texts of a row's fixed columns behind the time, in their order.</summary>
    public static string?[] TextsOf(ClefRow row, string source) =>
        [row.Level, row.Template, row.Message, row.Exception, row.EventId, row.TraceId, row.SpanId, row.Properties, row.TimeText, source];

    /// <summary>Whether a column holds texts.</summary>
    public static bool IsText(DataField field) => field.ClrType != typeof(bool) && field.ClrType != typeof(long) && field.ClrType != typeof(double);

    private static DataField FieldOf(string name, PropertyKind kind) => kind switch
    {
        PropertyKind.Boolean => new DataField(name, typeof(bool), isNullable: true),
        PropertyKind.Integer => new DataField(name, typeof(long), isNullable: true),
        PropertyKind.Number => new DataField(name, typeof(double), isNullable: true),
        _ => new DataField<string>(name),
    };
}
