using System.Globalization;
using System.IO.Compression;
using OssLogSinks.Emulator.Protocol;

namespace OssLogSinks.Emulator.Faults;

/// <summary>The answers of scripted errors, for common codes with the messages in the OSS documentation.</summary>
internal static class FaultReplies
{
    public static OssReply InternalError => Of(500, "InternalError");

    public static OssReply ServiceUnavailable => Of(503, "ServiceUnavailable");

    public static OssReply TooManyRequests => Of(429, "QpsLimitExceeded");

    public static OssReply BadGateway => Of(502, null);

    /// <summary>An error answer; it has no body if there is no code.</summary>
    public static OssReply Of(int status, string? code) => code is null
        ? new OssReply(status) { Text = "" }
        : new OssError(status, code, MessageOf(code), EcOf(code));

    /// <summary>A page like that of a proxy or firewall in front of OSS.</summary>
    public static OssReply Page(int status) => new OssReply(status)
    {
        IsForeign = true,
        Text = $"<html><head><title>{status}</title></head><body><h1>{status}</h1><p>The gateway has blocked your request.</p></body></html>",
    }.Set("Content-Type", "text/html").Set("Server", "gateway");

    /// <summary>A RequestTimeTooSkewed answer with these times.</summary>
    public static OssReply Skewed(DateTimeOffset serverTime, DateTimeOffset date) =>
        ((OssReply)Authentication.AuthenticationErrors.Skewed(serverTime, serverTime)).Set("Date", date.ToString("r", CultureInfo.InvariantCulture));

    /// <summary>The answer, compressed as by a proxy.</summary>
    public static OssReply Compressed(OssReply reply)
    {
        if (reply.Bytes is null)
            return reply;

        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Optimal, leaveOpen: true))
        {
            foreach (var chunk in reply.Bytes)
                gzip.Write(chunk.Span);
        }

        return (reply with { Bytes = [bytes.ToArray()], ContentLength = bytes.Length }).Set("Content-Encoding", "gzip");
    }

    private static string MessageOf(string code) => code switch
    {
        "InternalError" => "Please contact the server administrator, oss@service.aliyun.com.",
        "ServiceUnavailable" => "Thread pool is almost full, please retry later.",
        "StaleFile" => "The file is stale, please retry later.",
        "QpsLimitExceeded" => "Please reduce your request rate.",
        "TotalQpsLimitExceeded" => "Please reduce your request rate.",
        _ => "Scripted by the test.",
    };

    private static string? EcOf(string code) => code switch
    {
        "InternalError" => "0001-00000000",
        "TotalQpsLimitExceeded" => "0004-00000302",
        "PositionNotEqualToLength" => "0026-00000016",
        "ObjectNotAppendable" => "0026-00000017",
        "AccessDenied" => "0003-00000001",
        "InvalidAccessKeyId" => "0002-00000902",
        "SecurityTokenExpired" => "0002-00000007",
        _ => null,
    };
}
