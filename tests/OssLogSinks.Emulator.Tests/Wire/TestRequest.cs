namespace OssLogSinks.Emulator.Tests.Wire;

/// <summary>A request before it is signed: decoded bucket, key and query.</summary>
internal sealed record TestRequest(string Method, string Bucket, string Key)
{
    public IReadOnlyList<(string Name, string Value)> Query { get; init; } = [];

    public Dictionary<string, string> Headers { get; init; } = new(StringComparer.OrdinalIgnoreCase);

    public byte[]? Body { get; init; }

    public string Encoded => Encode(Bucket.Length == 0 ? "/" : $"/{Bucket}/{Key}");

    public static TestRequest Append(string key, long position, byte[] body) =>
        new("POST", "logs", key) { Query = [("append", ""), ("position", $"{position}")], Body = body };

    public static string Encode(string path) => Uri.EscapeDataString(path).Replace("%2F", "/", StringComparison.Ordinal);

    public TestRequest With(string header, string value)
    {
        Headers[header] = value;
        return this;
    }
}
