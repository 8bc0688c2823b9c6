using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using OssLogSinks.Core.Client;
using OssLogSinks.Tool.Objects;
using OssLogSinks.Tool.Reading;

namespace OssLogSinks.Tool.Checks;

/// <summary>Something in an object that should not be there, or is missing.</summary>
/// <param name="Key">The object's key.</param>
/// <param name="Line">The line, from 1; 0 if it is the whole object.</param>
/// <param name="Kind">What kind it is, for scripts: <c>crc</c>, <c>gzip</c>, <c>torn</c>, <c>text</c>, <c>double</c>, <c>gap</c>, <c>order</c>.</param>
/// <param name="Words">The same for people.</param>
internal sealed record Finding(string Key, long Line, string Kind, string Words)
{
    /// <summary>For a gap: how many events are missing.</summary>
    public long Missing { get; init; }
}

/// <summary>What was checked of an object.</summary>
/// <param name="Key">The object's key.</param>
/// <param name="Length">The bytes that were read.</param>
/// <param name="Lines">Its lines.</param>
/// <param name="Crc">What the comparison with the service's CRC-64 gave: <c>equal</c>, <c>different</c>, <c>grew</c>, <c>none</c>.</param>
internal sealed record CheckedObject(string Key, long Length, long Lines, string Crc)
{
    /// <summary>How many lines have no sequence number. The lines of a text event that begins with a time are one.</summary>
    public long Unnumbered { get; init; }
}

/// <summary>
/// Reads objects from end to end and looks for damage: bytes that are not those that the service has a checksum of, gzip that does not
/// open, lines that are cut, and blocks that are there twice. With sequence numbers in the lines, for gaps and a wrong order too.
/// </summary>
internal sealed class ObjectCheck
{
    private readonly OssClient _client;
    private readonly TimeProvider _time;
    private readonly Action<Finding> _report;
    private readonly DoubledBlocks _doubles;
    private readonly SequenceCheck _sequences;

    /// <param name="client">Reads the objects.</param>
    /// <param name="time">The clock.</param>
    /// <param name="fields">Where numbers are.</param>
    /// <param name="mayBeginAnywhere">Whether the first numbers of a sequence may be missing.</param>
    /// <param name="report">Takes what is found.</param>
    public ObjectCheck(OssClient client, TimeProvider time, SequenceFields fields, bool mayBeginAnywhere, Action<Finding> report)
    {
        _client = client;
        _time = time;
        _report = report;
        _doubles = new DoubledBlocks(report);
        _sequences = new SequenceCheck(fields, mayBeginAnywhere, report);
    }

    /// <summary>Whether lines had sequence numbers, so that gaps were looked for.</summary>
    public bool HasSequence => _sequences.IsUsed;

    /// <summary>How many events are missing by their numbers; known after <see cref="End"/>.</summary>
    public long Missing => _sequences.Missing;

    /// <summary>Checks one object. Call it in the order of <see cref="KeyOrder"/>.</summary>
    public async Task<CheckedObject> CheckAsync(OssObjectSummary found, CancellationToken cancellationToken)
    {
        var stored = new ObjectStream(_client, found.Key, 0, found.Length, _time) { ComputesCrc64 = true };
        using var lines = new LineReader(ObjectText.Open(stored, found.Key));
        var check = new LineCheck(found.Key, _report);
        try
        {
            do
            {
                while (lines.TryRead(out var line))
                    CheckLine(check, line.Span);
            }
            while (await lines.FillAsync(cancellationToken).ConfigureAwait(false));
        }
        catch (InvalidDataException)
        {
            _report(new Finding(found.Key, check.Count, "gzip", "The gzip cannot be read behind this line: it is damaged or cut, or other bytes follow it."));
        }

        if (lines.IsTorn)
            _report(new Finding(found.Key, check.Count, "torn", "The last line has no line end."));

        _doubles.EndObject();
        var unnumbered = _sequences.EndObject();
        await DrainAsync(stored, cancellationToken).ConfigureAwait(false);
        return new CheckedObject(found.Key, stored.Position, check.Count, await CompareAsync(found.Key, stored, cancellationToken).ConfigureAwait(false)) { Unnumbered = unnumbered };
    }

    /// <summary>Reports what is known only after all objects.</summary>
    public void End() => _sequences.End();

    private void CheckLine(LineCheck check, ReadOnlySpan<byte> line)
    {
        var kind = check.Check(line);
        _doubles.Add(check.Key, check.Count, line, kind);
        _sequences.Add(check.Key, check.Count, line, kind);
    }

    // The rest behind damaged gzip still counts for the checksum.
    private static async Task DrainAsync(ObjectStream stored, CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        while (await stored.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) > 0)
        {
            // Only the checksum is wanted.
        }
    }

    private async Task<string> CompareAsync(string key, ObjectStream stored, CancellationToken cancellationToken)
    {
        var head = await _client.HeadObjectAsync(new HeadObjectRequest(key), cancellationToken).ConfigureAwait(false);
        if (head?.Length != stored.Position)
            return "grew";
        if (head.Crc64 is not { } crc)
            return "none";
        if (crc == stored.Crc64)
            return "equal";

        _report(new Finding(key, 0, "crc", string.Create(CultureInfo.InvariantCulture, $"The bytes have the CRC-64 {stored.Crc64}, but the service has {crc}.")));
        return "different";
    }
}

/// <summary>What a line is.</summary>
internal enum LineKind
{
    /// <summary>Text that begins with a time.</summary>
    TimedText,

    /// <summary>Other text, which may continue the line before.</summary>
    OtherText,

    /// <summary>One valid JSON document.</summary>
    Json,
}

/// <summary>Checks the lines of one object by themselves.</summary>
internal sealed class LineCheck(string key, Action<Finding> report)
{
    private bool _isJson;

    public string Key => key;

    public long Count { get; private set; }

    public LineKind Check(ReadOnlySpan<byte> line)
    {
        Count++;
        if (!Utf8.IsValid(line))
            report(new Finding(key, Count, "text", "The line is not valid UTF-8."));
        if (line.Contains((byte)0))
            report(new Finding(key, Count, "text", "The line has bytes of zero."));
        if (IsJson(line))
        {
            _isJson |= Count == 1;
            return LineKind.Json;
        }

        if (_isJson && line.Length > 0)
            report(new Finding(key, Count, "torn", "The line is no JSON document, but others are: it was cut, or two were mixed."));

        return LineHead.TryReadText(line, out _) ? LineKind.TimedText : LineKind.OtherText;
    }

    private static bool IsJson(ReadOnlySpan<byte> line)
    {
        if (line.Length == 0 || line[0] != '{')
            return false;

        try
        {
            var reader = new Utf8JsonReader(line);
            while (reader.Read())
            {
                // Every token must be valid.
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
