namespace OssLogSinks.Benchmarks.Events;

/// <summary>What a web server logs when it has answered.</summary>
/// <param name="Method">HTTP method.</param>
/// <param name="Path">Path and query.</param>
/// <param name="Status">HTTP status.</param>
/// <param name="Elapsed">Milliseconds.</param>
/// <param name="Client">Who asked; the stream, where there are several.</param>
/// <param name="Failure">What was thrown; null for nothing.</param>
internal sealed record Request(string Method, string Path, int Status, double Elapsed, string Client, Exception? Failure)
{
    /// <summary>With the line's head some 150 bytes.</summary>
    public const string Template = "HTTP {RequestMethod} {RequestPath} responded {StatusCode} in {Elapsed:0.0000} ms for {ClientId}";
}
