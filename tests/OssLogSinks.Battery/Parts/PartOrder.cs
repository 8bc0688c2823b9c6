using System.Globalization;

namespace OssLogSinks.Battery.Parts;

/// <summary>What a process is to do, as <c>name=value</c>: text that every runtime and every launcher passes on unchanged.</summary>
internal sealed class PartOrder
{
    private readonly Dictionary<string, string> _values;

    private PartOrder(Dictionary<string, string> values) => _values = values;

    public string FrontDoor => Text("front");

    public string Endpoint => Text("endpoint");

    public string Bucket => Text("bucket");

    public string AccessKeyId => Text("id");

    public string AccessKeySecret => Text("secret");

    /// <summary>The template of the objects' keys.</summary>
    public string Key => Text("key");

    /// <summary>How many events; the first half is flushed before the rest is logged. Even.</summary>
    public int Events => Number("events", 1000);

    /// <summary>After how many events another flush follows; 0 for none but the one in the middle.</summary>
    public int FlushEvery => Number("every", 0);

    /// <summary>The culture of the process; null for that of the system.</summary>
    public string? Culture => Optional("culture");

    /// <summary>The number of the first event.</summary>
    public int First => Number("first", 0);

    /// <summary>How long events wait before they are sent, in milliseconds. Long: what arrives was sent by a flush, a close or the end of the process.</summary>
    public int Interval => Number("interval", 600_000);

    /// <summary>In seconds.</summary>
    public int CloseTimeout => Number("close", 60);

    public bool IsGzip => Number("gzip", 0) == 1;

    /// <summary>Bytes; 0 for no limit but that of OSS.</summary>
    public int ObjectSize => Number("size", 0);

    /// <summary>The folder of the disk buffer; null to buffer in memory.</summary>
    public string? BufferPath => Optional("buffer");

    /// <summary>Whether the flush in the middle is one to the disk.</summary>
    public bool FlushesToDisk => Number("disk", 0) == 1;

    /// <summary>Whether the process waits for a line of its input after that flush.</summary>
    public bool Waits => Number("wait", 0) == 1;

    /// <summary>How the process ends: see <see cref="ProcessEnd"/>.</summary>
    public string End => Optional("end") ?? "close";

    /// <summary>Folders for <see cref="PlacesPart"/>, with a bar between them.</summary>
    public string[] Places => Text("places").Split('|');

    /// <summary>Reads an order; a later value replaces an earlier one of the same name.</summary>
    public static PartOrder Parse(IEnumerable<string> arguments) =>
        new PartOrder([]).With([.. arguments.Select(argument => argument.Split(['='], 2)).Select(pair => (pair[0], pair[1]))]);

    /// <summary>The same order with some values replaced.</summary>
    public PartOrder With(params (string Name, string Value)[] changes)
    {
        var values = new Dictionary<string, string>(_values);
        foreach (var (name, value) in changes)
            values[name] = value;

        return new PartOrder(values);
    }

    private string Text(string name) => Optional(name) ?? throw new ArgumentException($"The order does not say '{name}'.");

    private string? Optional(string name) => _values.TryGetValue(name, out var value) ? value : null;

    private int Number(string name, int absent) => Optional(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : absent;
}
