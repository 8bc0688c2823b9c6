using OssLogSinks.Core;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Client.Errors;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Tool.Output;

/// <summary>A failure as a person reads it: what happened, what to do, where to read on. No secret is in it.</summary>
/// <param name="ExitCode">How the process ends.</param>
/// <param name="Cause">What happened.</param>
/// <param name="Cure">What to do; empty if there is nothing to say.</param>
/// <param name="Link">The page about it; null if there is none.</param>
internal sealed record FailureText(int ExitCode, string Cause, string Cure, string? Link = null)
{
    public static FailureText? Of(Exception exception) => exception switch
    {
        ToolException tool => new(tool.ExitCode, tool.Message, tool.Cure),
        OssCredentialsException credentials => new(ExitCodes.Refused, credentials.Message.Replace(" Nothing was written.", "", StringComparison.Ordinal), CureOf(credentials), credentials.HelpLink),
        OssSettingsException settings => new(ExitCodes.Usage, settings.Message, "Correct the settings that are named."),
        OssException oss => new(ExitCodeOf(oss), oss.Message, CureOf(oss), oss.HelpLink),
        FileNotFoundException or DirectoryNotFoundException => new(ExitCodes.NotFound, exception.Message, "Check the path."),
        UnauthorizedAccessException => new(ExitCodes.Refused, exception.Message, "Check the rights on the file."),
        InvalidDataException => new(ExitCodes.Found, exception.Message, "Run 'oss-logs verify' to see where."),
        IOException => new(ExitCodes.Unreachable, exception.Message, "Try again."),
        _ => null,
    };

    /// <summary>The RAM action that an operation needs.</summary>
    public static string ActionOf(string? operation) => operation switch
    {
        "ListObjects" => "oss:ListObjects",
        "AppendObject" => "oss:PutObject",
        "SealAppendObject" => "oss:SealAppendObject",
        "DeleteObject" => "oss:DeleteObject",
        _ => "oss:GetObject",
    };

    private static int ExitCodeOf(OssException error) => error.Code switch
    {
        "NoSuchKey" or "NoSuchBucket" => ExitCodes.NotFound,
        _ when error.Kind is OssFailureKind.Credentials => ExitCodes.Refused,
        _ when (int)error.StatusCode is >= 400 and < 500 and not 429 && error.Kind == OssFailureKind.Refused => ExitCodes.Refused,
        _ => ExitCodes.Unreachable,
    };

    // The message of a source says what to correct there. If no source is set up at all, it begins with this word.
    private static string CureOf(OssCredentialsException error) => error.Message.StartsWith("No ", StringComparison.Ordinal)
        ? "Set OSS_ACCESS_KEY_ID and OSS_ACCESS_KEY_SECRET, name a configuration file with --config, or say where the key is with --credentials."
        : "Correct this source of credentials, or choose another one with --credentials.";

    private static string CureOf(OssException error) => error.Kind switch
    {
        OssFailureKind.NameNotResolved => "Check the endpoint, the region and this machine's DNS.",
        OssFailureKind.ConnectionRefused => "Check the endpoint's host and port. Is the emulator running?",
        OssFailureKind.Unreachable or OssFailureKind.ConnectTimeout or OssFailureKind.NoAnswer =>
            "Check the endpoint, the firewall and the proxy. An internal endpoint works only from within its own region.",
        OssFailureKind.ConnectionLost => "Try again. If it happens each time, the endpoint may need https://.",
        OssFailureKind.Certificate => "Check this machine's clock and its trusted root certificates. A company's own root certificate is the setting certificateAuthority.",
        OssFailureKind.Tls => "Write http:// in the endpoint if it does not use TLS.",
        OssFailureKind.Proxy => "Correct the settings proxy, proxyUser and proxyPassword, or HTTPS_PROXY. To go without it, use proxyBypass or NO_PROXY.",
        OssFailureKind.NotOss => "Something else answers: check the endpoint, its scheme (https:// or http://) and the proxy.",
        _ => CureOfCode(error),
    };

    private static string CureOfCode(OssException error) => error.Code switch
    {
        "AccessDenied" when error.SuggestedEndpoint is { } endpoint => $"The bucket is in another region: use --endpoint {endpoint}.",
        "AccessDenied" => $"Grant this access key the RAM action {ActionOf(error.Operation)} on {(error.Operation == "ListObjects" ? "the bucket" : "the objects' keys")}.",
        "NoSuchBucket" => "Correct the bucket's name or the region; a bucket is found only in its own region.",
        "NoSuchKey" => "Check the key with 'oss-logs ls'.",
        "InvalidAccessKeyId" => "The access key does not exist or is disabled: correct its id.",
        "InvalidArgument" when error.Message.Contains("signing region", StringComparison.Ordinal) => "Correct the region: requests must be signed for the bucket's own region.",
        "SignatureDoesNotMatch" => "Correct the access key secret; check the region too.",
        "SecurityTokenExpired" or "InvalidSecurityToken" => "The temporary credentials have expired: get new ones.",
        "RequestTimeTooSkewed" => "Correct this machine's clock.",
        "InvalidObjectState" => "The object is in an archive class: restore it first.",
        "OperationNotSupported" => "Ask Alibaba Cloud to enable this operation for the account.",
        "FileImmutable" => "The object is locked by a retention policy.",
        _ => "",
    };
}
