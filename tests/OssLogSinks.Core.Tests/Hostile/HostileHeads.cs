using OssLogSinks.Core.Telemetry;
using static OssLogSinks.Core.Telemetry.OssFailureKind;

namespace OssLogSinks.Core.Tests.Hostile;

/// <summary>Heads of answers: giant, malformed, contradictory, and answers that lead elsewhere.</summary>
internal static class HostileHeads
{
    private const string Ok = "HTTP/1.1 200 OK\n{id}\n";
    private const string Next = "x-oss-next-append-position: ";
    private const string Crc = "x-oss-hash-crc64ecma: ";
    private const string End = "Content-Length: 0\n\n";

    public static IEnumerable<HostileAnswer> All =>
    [
        Head("one giant header", "HTTP/1.1 200 OK\na: " + new string('x', 128 * 1024) + "\n\n", NotOss),
        Head("thousands of headers", "HTTP/1.1 200 OK\n" + string.Concat(Enumerable.Range(0, 8000).Select(i => $"h{i}: value\n")) + "\n", NotOss),
        new HostileAnswer("endless headers", HostileTarget.Append, async exchange =>
        {
            await exchange.SendAsync("HTTP/1.1 200 OK\r\n");
            await exchange.RepeatAsync("a: b\r\n");
        }, NotOss),
        new HostileAnswer("endless header name", HostileTarget.Append, async exchange =>
        {
            await exchange.SendAsync("HTTP/1.1 200 OK\r\n");
            await exchange.RepeatAsync("a");
        }, NotOss),
        new HostileAnswer("endless status line", HostileTarget.Append, async exchange =>
        {
            await exchange.SendAsync("HTTP/1.1 200 ");
            await exchange.RepeatAsync("O");
        }, NotOss),
        new HostileAnswer("endless 1xx answers", HostileTarget.Append, exchange => exchange.RepeatAsync("HTTP/1.1 102 Processing\r\n\r\n"), NoAnswer, NotOss) with { IsEndless = true },
        Head("100 and nothing more", "HTTP/1.1 100 Continue\n\n", ConnectionLost, NotOss),
        Head("101 that switches protocols", "HTTP/1.1 101 Switching Protocols\nUpgrade: h2c\nConnection: Upgrade\n\n", NotOss),
        Head("103 and then garbage", "HTTP/1.1 103 Early Hints\nLink: <{elsewhere}>\n\ngarbage\n\n", NotOss),
        Head("status 99", "HTTP/1.1 099 Less\n" + End, NotOss),
        Head("status 999", "HTTP/1.1 999 More\n" + End, NotOss),
        Head("status with four digits", "HTTP/1.1 2000 OK\n" + End, NotOss),
        Head("status that is a word", "HTTP/1.1 OK OK\n" + End, NotOss),
        Head("HTTP 0.9", "<html>hello</html>", NotOss, ConnectionLost),
        Head("HTTP 3.7", "HTTP/3.7 200 OK\n" + End, NotOss),
        Head("frames of HTTP/2", "\0\0\u0012\u0004\0\0\0\0\0\0\u0003\0\0\0\u0064", NotOss, ConnectionLost),
        Head("header without a colon", "HTTP/1.1 200 OK\nno colon here\n" + End, NotOss),
        Head("header with a space in its name", "HTTP/1.1 200 OK\nx oss: 1\n" + End, NotOss),
        Head("header with a zero byte", "HTTP/1.1 200 OK\na: b\0c\n" + End, NotOss),
        Head("reason with control characters", "HTTP/1.1 503 \u001b[2J\u0007 Busy\n" + End, NotOss),
        Head("reason that echoes the signature", "HTTP/1.1 403 {authorization}\n" + End, NotOss),
        Head("header that echoes the signature", "HTTP/1.1 403 Forbidden\nx-oss-request-id: {authorization}\n" + End, NotOss),

        Redirect("301", ""),
        Redirect("302", ""),
        Redirect("303", ""),
        Redirect("307", ""),
        Redirect("308", ""),
        Redirect("307", "{id}\n", Refused, NotOss),
        Head("300 with choices", "HTTP/1.1 300 Multiple Choices\nLocation: {elsewhere}/a\n" + End, NotOss),
        Head("304 without a request id", "HTTP/1.1 304 Not Modified\n\n", NotOss),
        Head("304 with a request id", "HTTP/1.1 304 Not Modified\n{id}\n\n", Refused, NotOss),
        Head("305 that names a proxy", "HTTP/1.1 305 Use Proxy\nLocation: {elsewhere}\n" + End, NotOss),
        Head("200 with a refresh to elsewhere", "HTTP/1.1 200 OK\nRefresh: 0; url={elsewhere}\nContent-Location: {elsewhere}\nAlt-Svc: h2=\"{elsewhere}\"\n" + End, NotOss),
        Head("401 that asks for a password", "HTTP/1.1 401 Unauthorized\nWWW-Authenticate: Basic realm=\"oss\"\n" + End, NotOss),
        Head("401 that asks for NTLM", "HTTP/1.1 401 Unauthorized\nWWW-Authenticate: NTLM\nWWW-Authenticate: Negotiate\n" + End, NotOss),
        Head("407 of no proxy", "HTTP/1.1 407 Proxy Authentication Required\nProxy-Authenticate: Basic realm=\"oss\"\n" + End, Proxy),
        Head("417 Expectation Failed", "HTTP/1.1 417 Expectation Failed\n" + End, NotOss),
        Head("421 Misdirected Request", "HTTP/1.1 421 Misdirected Request\n" + End, NotOss),
        Head("cookies for the next request", "HTTP/1.1 503 Busy\nSet-Cookie: a=b; Domain=127.0.0.1\n" + End, NotOss),

        Head("200 without a request id", "HTTP/1.1 200 OK\n" + Next + "{next}\n" + End, NotOss),
        Head("200 without a position", Ok + End, NotOss),
        Head("200 with an empty position", Ok + Next + "\n" + End, NotOss),
        Head("200 with a negative position", Ok + Next + "-1\n" + End, NotOss),
        Head("200 with a position that is no number", Ok + Next + "many\n" + End, NotOss),
        Head("200 with a hexadecimal position", Ok + Next + "0x10\n" + End, NotOss),
        Head("200 with a position of 20 digits", Ok + Next + "99999999999999999999\n" + End, NotOss),
        Head("200 with the largest position", Ok + Next + "9223372036854775807\n" + End, NotOss),
        Head("200 with two positions", Ok + Next + "{next}\n" + Next + "{past}\n" + End, NotOss),
        Head("200 with joined positions", Ok + Next + "{next}, {past}\n" + End, NotOss),
        Head("200 with the position before", Ok + Next + "{before}\n" + End),
        Head("200 with a position too far", Ok + Next + "{past}\n" + End),
        Head("200 with position zero", Ok + Next + "0\n" + End),
        Head("200 with a wrong CRC-64", Ok + Next + "{next}\n" + Crc + "4711\n" + End),
        Head("200 with a CRC-64 that is no number", Ok + Next + "{next}\n" + Crc + "ff\n" + End, NotOss),
        Head("200 with a CRC-64 of 65 bits", Ok + Next + "{next}\n" + Crc + "18446744073709551616\n" + End, NotOss),
        Head("200 with two CRC-64s", Ok + Next + "{next}\n" + Crc + "1\n" + Crc + "2\n" + End, NotOss),
        Head("200 with two request ids", Ok + "x-oss-request-id: OTHER\n" + Next + "{next}\n" + End, NotOss),
        Head("200 with a request id of 1000 characters", $"HTTP/1.1 200 OK\nx-oss-request-id: {new string('A', 1000)}\n" + Next + "{next}\n" + End, NotOss),
        Head("201 without a position", "HTTP/1.1 201 Created\n{id}\n" + End, NotOss),
        Head("204 with a body", "HTTP/1.1 204 No Content\n{id}\nContent-Length: 5\n\nhello", NotOss),
        Head("206 for an append", "HTTP/1.1 206 Partial Content\n{id}\nContent-Range: bytes 0-0/1\nContent-Length: 1\n\nx", NotOss),
        Head("200 whose Date is year 1", Ok + "Date: Mon, 01 Jan 0001 00:00:00 GMT\n" + End, NotOss),
    ];

    private static HostileAnswer Head(string name, string text, params OssFailureKind[] kinds) => HostileAnswer.Text(name, HostileTarget.Append, text, kinds);

    private static HostileAnswer Redirect(string status, string id, params OssFailureKind[] kinds) => HostileAnswer.Text(
        $"redirect {status} to elsewhere" + (id.Length == 0 ? "" : " with a request id"),
        HostileTarget.Append,
        $"HTTP/1.1 {status} Moved\n{id}Location: {{elsewhere}}/logs/app.log?append&position=0\nContent-Length: 0\n\n",
        kinds.Length == 0 ? [NotOss] : kinds);
}
