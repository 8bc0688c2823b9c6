using OssLogSinks.Emulator.Http;

namespace OssLogSinks.Emulator.Faults;

/// <summary>The answers of scripted errors, with the texts that OSS documents for them.</summary>
internal static class FaultReplies
{
    public static OssReply InternalError => Of(500, "InternalError");

    public static OssReply ServiceUnavailable => Of(503, "ServiceUnavailable");

    public static OssReply TooManyRequests => Of(429, "QpsLimitExceeded");

    public static OssReply BadGateway => Of(502, null);

    /// <summary>An error answer; without a code, one without a body.</summary>
    public static OssReply Of(int status, string? code) => code is null
        ? new OssReply(status) { Text = "" }
        : new OssError(status, code, MessageOf(code), EcOf(code));

    private static string MessageOf(string code) => code switch
    {
        "InternalError" => "Please contact the server administrator, oss@service.aliyun.com.",
        "ServiceUnavailable" => "Thread pool is almost full, please retry later.",
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
