namespace OssLogSinks.Emulator.Protocol;

/// <summary>An answer before it is sent; status 0 means that the connection is closed instead.</summary>
internal sealed record OssReply(int Status)
{
    private readonly List<KeyValuePair<string, string>> _headers = [];

    public static OssReply Closed { get; } = new(0);

    public IReadOnlyList<KeyValuePair<string, string>> Headers => _headers;

    /// <summary>A text body, usually XML.</summary>
    public string? Text { get; init; }

    /// <summary>An object's bytes; null for HEAD.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>>? Bytes { get; init; }

    /// <summary>The Content-Length of an answer about an object, which HEAD has without a body; null for a text.</summary>
    public long? ContentLength { get; init; }

    public OssError? Error { get; init; }

    /// <summary>Whether it is a gateway's answer, without the headers that every answer of OSS has.</summary>
    public bool IsForeign { get; init; }

    /// <summary>How the body ends.</summary>
    public BodyEnd End { get; init; }

    public static implicit operator OssReply(OssError error)
    {
        var reply = new OssReply(error.Status) { Error = error };
        foreach (var (name, value) in error.Headers)
            reply.Set(name, value);

        return reply;
    }

    public static OssReply Xml(string text) => new OssReply(200) { Text = text }.Set("Content-Type", "application/xml");

    public OssReply Set(string name, string? value)
    {
        if (value is not null)
        {
            _headers.RemoveAll(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase));
            _headers.Add(new(name, value));
        }

        return this;
    }

    public OssReply SetAll(IEnumerable<KeyValuePair<string, string>> headers)
    {
        foreach (var (name, value) in headers)
            Set(name, value);

        return this;
    }
}

/// <summary>How an answer's body ends.</summary>
internal enum BodyEnd
{
    /// <summary>At its full length.</summary>
    Whole,

    /// <summary>Half way; the connection is closed.</summary>
    Cut,

    /// <summary>Zeros follow until the client disconnects or 256 MiB of them were sent.</summary>
    Endless,
}
