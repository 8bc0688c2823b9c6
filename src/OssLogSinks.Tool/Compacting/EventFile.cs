using System.Text.Json;
using Parquet;
using Parquet.Schema;

namespace OssLogSinks.Tool.Compacting;

/// <summary>An object that events of a Parquet file come from.</summary>
/// <param name="Key">The object's key.</param>
/// <param name="Length">Its bytes as stored.</param>
/// <param name="Crc64">CRC-64 of these bytes.</param>
/// <param name="Rows">The events that it has.</param>
internal sealed record CompactedSource(string Key, long Length, ulong Crc64, long Rows)
{
    /// <summary>The name of the file's metadata that lists its sources.</summary>
    public const string MetadataName = "osslogs.sources";

    public static string Write(IEnumerable<CompactedSource> sources) => JsonSerializer.Serialize(sources);

    /// <summary>Reads the list; null if it is none.</summary>
    public static IReadOnlyList<CompactedSource>? TryRead(IReadOnlyDictionary<string, string>? metadata)
    {
        try
        {
            return metadata is not null && metadata.TryGetValue(MetadataName, out var text) ? JsonSerializer.Deserialize<List<CompactedSource>>(text) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>Writes events to a Parquet file, one row group at a time, so that memory stays flat. Not thread-safe.</summary>
internal sealed class EventFileWriter : IAsyncDisposable
{
    private const int MostRows = 100_000;
    private const int MostCharacters = 32 * 1024 * 1024;

    private readonly EventColumns _columns;
    private readonly FileStream _file;
    private readonly ParquetWriter _writer;

    // The rows of the group that is being filled.
    private readonly List<DateTime> _times = [];
    private readonly List<string?>[] _texts;
    private readonly List<object?>[] _values;
    private long _characters;
    private bool _isClosed;

    private EventFileWriter(EventColumns columns, FileStream file, ParquetWriter writer)
    {
        _columns = columns;
        _file = file;
        _writer = writer;
        _texts = [.. EventColumns.FixedNames.Skip(1).Select(_ => new List<string?>())];
        _values = [.. columns.Properties.Select(_ => new List<object?>())];
    }

    public static async Task<EventFileWriter> CreateAsync(string path, EventColumns columns, IEnumerable<CompactedSource> sources, CancellationToken cancellationToken)
    {
        var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        var options = new ParquetOptions { CompressionMethod = CompressionMethod.Zstd };
        var writer = await ParquetWriter.CreateAsync(new ParquetSchema(columns.Fields), file, options, cancellationToken: cancellationToken).ConfigureAwait(false);
        writer.CustomMetadata = new Dictionary<string, string> { [CompactedSource.MetadataName] = CompactedSource.Write(sources) };
        return new EventFileWriter(columns, file, writer);
    }

    public async ValueTask AddAsync(ClefRow row, string source, CancellationToken cancellationToken)
    {
        _times.Add(row.Time);
        var texts = EventColumns.TextsOf(row, source);
        for (var i = 0; i < texts.Length; i++)
        {
            _texts[i].Add(texts[i]);
            _characters += texts[i]?.Length ?? 0;
        }

        for (var i = 0; i < _values.Length; i++)
            _values[i].Add(row.Values.GetValueOrDefault(_columns.Properties[i].Name));

        if (_times.Count >= MostRows || _characters >= MostCharacters)
            await WriteGroupAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes the rest. Without it, the file is no Parquet file.</summary>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        if (_times.Count > 0)
            await WriteGroupAsync(cancellationToken).ConfigureAwait(false);

        await DisposeAsync().ConfigureAwait(false);
    }

    // Closing the writer writes the index, so it is done once.
    public async ValueTask DisposeAsync()
    {
        if (_isClosed)
            return;

        _isClosed = true;
        await _writer.DisposeAsync().ConfigureAwait(false);
        await _file.DisposeAsync().ConfigureAwait(false);
    }

    private async Task WriteGroupAsync(CancellationToken cancellationToken)
    {
        using var group = _writer.CreateRowGroup();
        await group.WriteAsync<DateTime>(_columns.Fields[0], _times.ToArray(), cancellationToken: cancellationToken).ConfigureAwait(false);
        for (var i = 0; i < _texts.Length; i++)
            await group.WriteAsync(_columns.Fields[i + 1], _texts[i]!).ConfigureAwait(false);

        for (var i = 0; i < _values.Length; i++)
        {
            await WriteAsync(group, _columns.Properties[i], _values[i], cancellationToken).ConfigureAwait(false);
            _values[i].Clear();
        }

        group.CompleteValidate();
        _times.Clear();
        Array.ForEach(_texts, texts => texts.Clear());
        _characters = 0;
    }

    private static Task WriteAsync(ParquetRowGroupWriter group, DataField field, List<object?> values, CancellationToken cancellationToken)
    {
        if (field.ClrType == typeof(bool))
            return group.WriteAsync<bool>(field, values.Select(value => (bool?)value).ToArray(), cancellationToken: cancellationToken);
        if (field.ClrType == typeof(long))
            return group.WriteAsync<long>(field, values.Select(value => (long?)value).ToArray(), cancellationToken: cancellationToken);
        if (field.ClrType == typeof(double))
            return group.WriteAsync<double>(field, values.Select(value => value is null ? (double?)null : Convert.ToDouble(value, System.Globalization.CultureInfo.InvariantCulture)).ToArray(), cancellationToken: cancellationToken);

        return group.WriteAsync(field, values.Select(value => (string?)value).ToList()!);
    }
}

/// <summary>Reads the rows of a Parquet file of events, one row group at a time.</summary>
internal sealed class EventFileReader : IAsyncDisposable
{
    private readonly ParquetReader _reader;

    private EventFileReader(ParquetReader reader, EventColumns columns, IReadOnlyList<CompactedSource> sources)
    {
        _reader = reader;
        Columns = columns;
        Sources = sources;
    }

    public EventColumns Columns { get; }

    public IReadOnlyList<CompactedSource> Sources { get; }

    /// <summary>Opens a file; null if it was not written by <see cref="EventFileWriter"/>. Closes the stream either way.</summary>
    public static async Task<EventFileReader?> TryOpenAsync(Stream file, CancellationToken cancellationToken)
    {
        ParquetReader? reader = null;
        try
        {
            if (!await HasMarkAsync(file, cancellationToken).ConfigureAwait(false))
            {
                await file.DisposeAsync().ConfigureAwait(false);
                return null;
            }

            reader = await ParquetReader.CreateAsync(file, leaveStreamOpen: false, cancellationToken: cancellationToken).ConfigureAwait(false);
            if (CompactedSource.TryRead(reader.CustomMetadata) is { } sources && EventColumns.Of(reader.Schema) is { } columns)
                return new EventFileReader(reader, columns, sources);
        }
        catch (Exception exception) when (exception is ParquetException or InvalidDataException or EndOfStreamException or ArgumentException or OverflowException)
        {
            // It is no Parquet file, or a damaged one.
        }

        if (reader is not null)
            await reader.DisposeAsync().ConfigureAwait(false);
        await file.DisposeAsync().ConfigureAwait(false);
        return null;
    }

    /// <summary>All rows, in their order. Only one enumeration at a time.</summary>
    public async IAsyncEnumerable<EventFileRow> ReadAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var index = 0; index < _reader.RowGroupCount; index++)
        {
            using var group = _reader.OpenRowGroupReader(index);
            var count = checked((int)group.RowCount);
            var times = new DateTime[count];
            await group.ReadAsync<DateTime>(Columns.Fields[0], times, cancellationToken: cancellationToken).ConfigureAwait(false);
            var cells = new List<Func<int, object?>>();
            foreach (var field in Columns.Fields.Skip(1))
                cells.Add(await ReadColumnAsync(group, field, count, cancellationToken).ConfigureAwait(false));

            for (var row = 0; row < count; row++)
                yield return new EventFileRow(times[row], [.. cells.Select(cell => cell(row))]);
        }
    }

    public ValueTask DisposeAsync() => _reader.DisposeAsync();

    // A connection that fails must not look like a file of something else, so the mark is read first.
    private static async Task<bool> HasMarkAsync(Stream file, CancellationToken cancellationToken)
    {
        const int LeastLength = 12;
        var mark = new byte[4];
        if (file.Length < LeastLength)
            return false;

        file.Seek(-mark.Length, SeekOrigin.End);
        await file.ReadExactlyAsync(mark, cancellationToken).ConfigureAwait(false);
        file.Seek(0, SeekOrigin.Begin);
        return mark.AsSpan().SequenceEqual("PAR1"u8);
    }

    private static async Task<Func<int, object?>> ReadColumnAsync(ParquetRowGroupReader group, DataField field, int count, CancellationToken cancellationToken)
    {
        if (field.ClrType == typeof(bool))
        {
            var values = new bool?[count];
            await group.ReadAsync<bool>(field, values, cancellationToken: cancellationToken).ConfigureAwait(false);
            return row => values[row];
        }

        if (field.ClrType == typeof(long))
        {
            var values = new long?[count];
            await group.ReadAsync<long>(field, values, cancellationToken: cancellationToken).ConfigureAwait(false);
            return row => values[row];
        }

        if (field.ClrType == typeof(double))
        {
            var values = new double?[count];
            await group.ReadAsync<double>(field, values, cancellationToken: cancellationToken).ConfigureAwait(false);
            return row => values[row];
        }

        var texts = new string?[count];
        await group.ReadAsync(field, texts.AsMemory()!, cancellationToken: cancellationToken).ConfigureAwait(false);
        return row => texts[row];
    }
}

/// <summary>A row that was read: the time, and the cells of all other columns in their order.</summary>
internal sealed record EventFileRow(DateTime Time, IReadOnlyList<object?> Cells)
{
    public string? Text(int fixedColumn) => (string?)Cells[fixedColumn - 1];

    public object? Property(int index) => Cells[EventColumns.FixedNames.Length - 1 + index];

    /// <summary>The key of the object that the row comes from.</summary>
    public string Source => Text(EventColumns.FixedNames.Length - 1) ?? "";
}
