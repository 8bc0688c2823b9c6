using OssLogSinks.Core.Telemetry;
using static OssLogSinks.Core.Telemetry.OssFailureKind;

namespace OssLogSinks.Core.Tests.Hostile;

/// <summary>Answers to the requests that find out what became of an append: HEAD, and GET of a range.</summary>
internal static class HostileReads
{
    private const string Ok = "HTTP/1.1 200 OK\n{id}\n";
    private const string Type = "x-oss-object-type: Appendable\n";
    private const string Absent = "HTTP/1.1 404 Not Found\n";
    private const string Part = "HTTP/1.1 206 Partial Content\n{id}\n";

    public static IEnumerable<HostileAnswer> All =>
    [
        Head("HEAD closed", "", ConnectionLost),
        Head("HEAD without a length", Ok + Type + "\n", NotOss, ConnectionLost),
        Head("HEAD without a type", Ok + "Content-Length: 6\n\n", NotOss, ConnectionLost),
        Head("HEAD without a request id", "HTTP/1.1 200 OK\n" + Type + "Content-Length: 6\n\n", NotOss, ConnectionLost),
        Head("HEAD with two lengths", Ok + Type + "Content-Length: 6\nContent-Length: 7\n\n", NotOss, ConnectionLost),
        Head("HEAD with a negative length", Ok + Type + "Content-Length: -6\n\n", NotOss, ConnectionLost),
        Head("HEAD with the largest length", Ok + Type + "Content-Length: 9223372036854775807\n\n", NotOss, ConnectionLost),
        Head("HEAD with two types", Ok + Type + "x-oss-object-type: Normal\nContent-Length: 6\n\n", NotOss, ConnectionLost),
        Head("HEAD whose position is not its length", Ok + Type + "x-oss-next-append-position: 7\nContent-Length: 6\n\n", NotOss, ConnectionLost),
        Head("HEAD with a CRC-64 that is no number", Ok + Type + "x-oss-hash-crc64ecma: -1\nContent-Length: 6\n\n", NotOss, ConnectionLost),
        Head("HEAD with a body", Ok + "Content-Length: 5\n\nhello", NotOss, ConnectionLost),
        Head("HEAD with 204", "HTTP/1.1 204 No Content\n{id}\n\n", NotOss, ConnectionLost),
        Head("HEAD that redirects", "HTTP/1.1 302 Found\nLocation: {elsewhere}\nContent-Length: 0\n\n", NotOss, ConnectionLost),
        Head("HEAD 404 of a gateway", Absent + "Content-Type: text/html\nContent-Length: 0\n\n", NotOss, ConnectionLost),
        Head("HEAD 404 of a gateway that names a code", Absent + "x-oss-err: PEVycm9yPjxDb2RlPk5vU3VjaEtleTwvQ29kZT48L0Vycm9yPg==\nContent-Length: 0\n\n", NotOss, ConnectionLost),
        Head("HEAD 404 with an error that is no base64", Absent + "{id}\nx-oss-err: !!!!\nContent-Length: 0\n\n", Refused, ConnectionLost),
        Head("HEAD 404 of another object", Absent + "{id}\nx-oss-err: PEVycm9yPjxDb2RlPk5vU3VjaEJ1Y2tldDwvQ29kZT48L0Vycm9yPg==\nContent-Length: 0\n\n", Refused, ConnectionLost),
        Head("HEAD 403 without a document", "HTTP/1.1 403 Forbidden\n{id}\nContent-Length: 0\n\n", Refused, ConnectionLost),
        Head("HEAD 304", "HTTP/1.1 304 Not Modified\n{id}\n\n", Refused, NotOss, ConnectionLost),
        new HostileAnswer("HEAD that drips", HostileTarget.Head, exchange => exchange.DripAsync("HTTP/1.1 200 OK\r\na: b\r\nc: d\r\n"), NoAnswer, NotOss, ConnectionLost) with { IsEndless = true },
        new HostileAnswer("HEADs that contradict each other", HostileTarget.Head, Contradict(), ConnectionLost, NotOss, Refused),

        Get("GET closed", "", ConnectionLost),
        Get("GET of the whole object", Ok + "Content-Length: 5\n\nbegun", Unknown, ConnectionLost),
        Get("GET without its range", Part + "Content-Length: 5\n\nbegun", NotOss),
        Get("GET of another range", Part + "Content-Range: bytes 1-5/100\nContent-Length: 5\n\nbegun", Unknown, NotOss),
        Get("GET with a range that cannot be", Part + "Content-Range: bytes 9-1/100\nContent-Length: 5\n\nbegun", NotOss),
        Get("GET 416 of a gateway", "HTTP/1.1 416 Range Not Satisfiable\nContent-Length: 0\n\n", NotOss),
        Get("GET that redirects", "HTTP/1.1 307 Temporary Redirect\nLocation: {elsewhere}\nContent-Length: 0\n\n", NotOss),
        new HostileAnswer("GET with an endless body", HostileTarget.Get, async exchange =>
        {
            await exchange.SendAsync(exchange.Fill(Part + "Content-Range: bytes 0-999999999/1000000000\n\n"));
            await exchange.RepeatAsync("x");
        }, Unknown, NotOss),
        Get("GET with half of the range", Part + "Content-Range: {range}\nContent-Length: {length}\n\nbeg", ConnectionLost, NotOss),
        Get("GET with an encoded range", Part + "Content-Range: {range}\nContent-Encoding: gzip\n\nbegun", ConnectionLost, Unknown, NotOss),
        new HostileAnswer("GET that drips", HostileTarget.Get, async exchange =>
        {
            await exchange.SendAsync(exchange.Fill(Part + Range(exchange, "Content-Range: {range}\n\n")));
            await exchange.DripAsync("x");
        }, NoAnswer, ConnectionLost, Unknown) with { IsEndless = true },
    ];

    private static HostileAnswer Head(string name, string text, params OssFailureKind[] kinds) => HostileAnswer.Text(name, HostileTarget.Head, text, kinds);

    private static HostileAnswer Get(string name, string text, params OssFailureKind[] kinds) =>
        new HostileAnswer(name, HostileTarget.Get, exchange => exchange.SendAsync(exchange.Fill(Range(exchange, text))), kinds);

    // The range that the client asks for.
    private static string Range(HostileExchange exchange, string text)
    {
        const string Name = "bytes=";
        var at = exchange.Head.IndexOf(Name, StringComparison.OrdinalIgnoreCase);
        if (at < 0)
            return text;

        var range = exchange.Head[(at + Name.Length)..].Split('\r')[0];
        var ends = range.Split('-').Select(long.Parse).ToArray();
        return text.Replace("{range}", $"bytes {range}/{ends[1] + 1}", StringComparison.Ordinal).Replace("{length}", $"{ends[1] - ends[0] + 1}", StringComparison.Ordinal);
    }

    // Now not there, now without appends, now of a length that no append of the client gives.
    private static Func<HostileExchange, Task> Contradict()
    {
        var count = 0;
        return exchange => exchange.SendAsync(exchange.Fill((Interlocked.Increment(ref count) % 3) switch
        {
            0 => Ok + Type + "x-oss-next-append-position: 1\nContent-Length: 2\n\n",
            1 => "HTTP/1.1 404 Not Found\n{id}\nContent-Length: 0\n\n",
            _ => Ok + Type + "x-oss-object-type: Normal\nContent-Length: 3\n\n",
        }));
    }
}
