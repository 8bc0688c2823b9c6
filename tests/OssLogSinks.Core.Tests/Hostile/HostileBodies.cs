using System.IO.Compression;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Core.Tests.Support;
using static OssLogSinks.Core.Telemetry.OssFailureKind;

namespace OssLogSinks.Core.Tests.Hostile;

/// <summary>Bodies of answers: endless, of another length than said, encoded, and documents that are made to break their reader.</summary>
internal static class HostileBodies
{
    private const string Busy = "HTTP/1.1 503 Service Unavailable\n{id}\nContent-Type: application/xml\n";
    private const string Chunked = "Transfer-Encoding: chunked\n\n";

    private static readonly string[] BelievedCodes = ["AccessDenied", "SignatureDoesNotMatch", "RequestTimeTooSkewed"];

    public static IEnumerable<HostileAnswer> All =>
    [
        Endless("endless body", Busy + "\n", "<Error><Code>x</Code></Error>"),
        Endless("endless body of a known length", Busy + "Content-Length: 9000000000\n\n", "x"),
        Endless("endless chunks", Busy + Chunked, "1\r\nx\r\n"),
        Endless("endless chunk", Busy + Chunked + "7fffffff\n", "x"),
        Endless("endless chunk extension", Busy + Chunked + "1;a=", "x"),
        Endless("endless chunk size", Busy + Chunked, "0"),
        Endless("endless trailers", Busy + Chunked + "0\n", "a: b\r\n"),
        Endless("endless body of a success", "HTTP/1.1 200 OK\n{id}\n\n", "x", NotOss),
        Endless("endless page of a gateway", "HTTP/1.1 502 Bad Gateway\nContent-Type: text/html\n\n", "<p>", NotOss),
        Drips("body that drips", Busy + "Content-Length: 100000\n\n", "<Error>"),
        Drips("body without a length that drips", Busy + "\n", "x"),
        Drips("chunks that drip", Busy + Chunked, "1\r\nx\r\n"),
        Body("body that is cut", Busy + "Content-Length: 1000\n\n<Error><Code>Service", Refused),
        Body("body that is longer than said", Busy + "Content-Length: 10\n\n<Error><Code>ServiceUnavailable</Code></Error>", Refused),
        Body("no body where one was said", Busy + "Content-Length: 500\n\n", Refused),
        Body("negative length", Busy + "Content-Length: -1\n\n", Refused, NotOss),
        Body("length that is no number", Busy + "Content-Length: much\n\n", Refused, NotOss),
        Body("two lengths", Busy + "Content-Length: 0\nContent-Length: 5\n\nhello", Refused, NotOss),
        Body("length beyond 64 bits", Busy + "Content-Length: 99999999999999999999\n\n", Refused, NotOss),
        Body("length and chunks", Busy + "Content-Length: 3\n" + Chunked + "5\nhello\n0\n\n", Refused, NotOss),
        Body("chunk size that is no number", Busy + Chunked + "zz\nhello\n0\n\n", Refused, NotOss),
        Body("chunk size beyond 64 bits", Busy + Chunked + "ffffffffffffffffff\nx\n", Refused, NotOss),
        Body("chunk longer than its size", Busy + Chunked + "3\nhello\n0\n\n", Refused, NotOss),
        Body("last chunk missing", Busy + Chunked + "5\nhello\n", Refused),
        Body("unknown transfer encoding", Busy + "Transfer-Encoding: snappy\n\nhello", Refused, NotOss),
        Body("unknown content encoding", Busy + "Content-Encoding: br, zstd, x-own\nContent-Length: 5\n\nhello", Refused),
        Body("gzip that is none", Busy + "Content-Encoding: gzip\nContent-Length: 5\n\nhello", Refused),
        Bomb("gzip bomb", "gzip"),
        Bomb("gzip bomb, declared as deflate", "deflate"),

        Document("document cut within a tag", "<Error><Code>ServiceUnavailable</Co"),
        Document("entity bomb", "<!DOCTYPE Error [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\">]><Error><Code>&c;</Code></Error>"),
        Document("external entity", "<!DOCTYPE Error [<!ENTITY a SYSTEM \"{elsewhere}/a\">]><Error><Code>&a;</Code></Error>"),
        Document("external DTD", "<!DOCTYPE Error SYSTEM \"{elsewhere}/a.dtd\"><Error><Code>ServiceUnavailable</Code></Error>"),
        Document("entity from a file", "<!DOCTYPE Error [<!ENTITY a SYSTEM \"file:///etc/hostname\">]><Error><Code>&a;</Code></Error>"),
        Document("deep nesting", "<Error>" + string.Concat(Enumerable.Repeat("<a>", 15_000)) + string.Concat(Enumerable.Repeat("</a>", 5000))),
        Document("thousands of attributes", $"<Error {string.Concat(Enumerable.Range(0, 5000).Select(i => $"a{i}='' "))}><Code>X</Code></Error>"),
        Document("huge element", $"<Error><Code>{new string('x', 60_000)}</Code></Error>"),
        Document("wrong encoding declared", "<?xml version=\"1.0\" encoding=\"utf-7\"?><Error><Code>X</Code></Error>"),
        Document("UTF-16 declared, UTF-8 sent", "<?xml version=\"1.0\" encoding=\"utf-16\"?><Error><Code>X</Code></Error>"),
        Document("invalid UTF-8", "<Error><Code>\u00ff\u00fe\u00c0\u0080</Code></Error>"),
        Document("another root", "<html><head><title>Code</title></head></html>"),
        Document("JSON", "{{\"Code\":\"ServiceUnavailable\"}}"),
        Document("code with control characters", "<Error><Code>Service&#13;&#10;Unavailable&#27;[2J</Code><Message>a&#10;b&#27;[2J</Message></Error>"),
        Document("message with braces", "<Error><Code>ServiceUnavailable</Code><Message>{{0}} {{Secret}} {{{{</Message></Error>"),
        Document("message with events", "<Error><Code>ServiceUnavailable</Code><Message>0000 " + HostileRun.EventText + "</Message></Error>"),
        Document("message that echoes the signature", "<Error><Code>SignatureDoesNotMatch</Code><Message>{authorization}</Message><StringToSign>{authorization}</StringToSign></Error>"),
        Document("message of 60000 characters", $"<Error><Code>ServiceUnavailable</Code><Message>{new string('m', 60_000)}</Message></Error>"),
        Document("endpoint of somebody else", "<Error><Code>AccessDenied</Code><Message>Use {elsewhere}</Message><Endpoint>{elsewhere}</Endpoint></Error>"),
        Document("server time in the year 9999", "<Error><Code>RequestTimeTooSkewed</Code><ServerTime>9999-12-31T23:59:59.000Z</ServerTime></Error>"),
        Document("server time in 1970", "<Error><Code>RequestTimeTooSkewed</Code><ServerTime>1970-01-01T00:00:00.000Z</ServerTime></Error>"),
    ];

    private static HostileAnswer Body(string name, string text, params OssFailureKind[] kinds) => HostileAnswer.Text(name, HostileTarget.Append, text, kinds);

    private static HostileAnswer Document(string name, string xml) => new HostileAnswer(name, HostileTarget.Append, exchange =>
    {
        var body = exchange.Fill(xml).Replace("{{", "{", StringComparison.Ordinal).Replace("}}", "}", StringComparison.Ordinal);
        return exchange.SendAsync(exchange.Fill($"HTTP/1.1 403 Forbidden\n{{id}}\nContent-Type: application/xml\nContent-Length: {body.Length}\nConnection: close\n\n") + body);
    }, Refused) with
    { IsBelieved = BelievedCodes.Any(code => xml.Contains($"<Code>{code}</Code>", StringComparison.Ordinal)) };

    private static HostileAnswer Endless(string name, string head, string piece, params OssFailureKind[] kinds) => new HostileAnswer(name, HostileTarget.Append, async exchange =>
    {
        await exchange.SendAsync(exchange.Fill(head));
        await exchange.RepeatAsync(piece);
    }, kinds.Length == 0 ? [Refused] : kinds);

    private static HostileAnswer Drips(string name, string head, string piece) => new HostileAnswer(name, HostileTarget.Append, async exchange =>
    {
        await exchange.SendAsync(exchange.Fill(head));
        await exchange.DripAsync(piece);
    }, Refused, NoAnswer) with
    { IsEndless = true };

    // 64 MiB of zeros.
    private static HostileAnswer Bomb(string name, string encoding) => new HostileAnswer(name, HostileTarget.Append, async exchange =>
    {
        var bomb = Gunzip.Member(new byte[64 << 20], CompressionLevel.Fastest);
        await exchange.SendAsync(exchange.Fill(Busy + $"Content-Encoding: {encoding}\nContent-Length: {bomb.Length}\nConnection: close\n\n"));
        await exchange.SendAsync(bomb);
    }, Refused);
}
