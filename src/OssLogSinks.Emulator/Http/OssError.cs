namespace OssLogSinks.Emulator.Http;

/// <summary>An error answer: status, code, message, EC, and what the document and the headers say beyond that.</summary>
internal sealed record OssError(int Status, string Code, string Message, string? Ec = null)
{
    public IReadOnlyList<KeyValuePair<string, string>> Elements { get; init; } = [];

    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    public OssError With(string element, string? value) =>
        value is null ? this : this with { Elements = [.. Elements, new(element, value)] };

    public OssError WithHeader(string name, string value) => this with { Headers = [.. Headers, new(name, value)] };
}
