namespace OssLogSinks.Core.Telemetry;

/// <summary>Knows which section of docs/troubleshooting.md explains which message. A constant is the section's heading as the anchor of a link.</summary>
internal static class HelpAnchors
{
    public const string Settings = "settings-are-invalid";
    public const string PlainHttp = "logs-go-unencrypted";
    public const string DoubtfulKey = "the-object-key-is-doubtful";

    public const string NameNotResolved = "a-name-cannot-be-resolved";
    public const string ConnectionRefused = "the-connection-is-refused";
    public const string NoAnswer = "the-endpoint-does-not-answer";
    public const string ConnectionLost = "the-connection-is-lost";
    public const string Certificate = "the-certificate-is-not-accepted";
    public const string Tls = "the-tls-handshake-fails";
    public const string Proxy = "the-proxy-fails";
    public const string NotOss = "something-else-than-oss-answers";
    public const string Credentials = "the-credentials-are-missing-or-invalid";
    public const string Refused = "oss-refuses-a-request";
    public const string NoBucket = "the-bucket-does-not-exist";
    public const string AccessKey = "the-access-key-is-unknown";
    public const string Signature = "the-signature-does-not-match";
    public const string Token = "the-temporary-credentials-have-expired";
    public const string Clock = "the-clock-is-wrong";
    public const string Region = "the-endpoint-or-region-is-wrong";
    public const string AccessDenied = "access-is-denied";
    public const string Archive = "the-object-is-archived";
    public const string Unknown = "an-answer-cannot-be-used";
    public const string WorksAgain = "delivery-works-again";

    public const string ObjectClosed = "an-object-accepts-no-more-appends";
    public const string ObjectGone = "an-object-was-deleted";
    public const string ObjectChanged = "an-object-was-changed-or-damaged";
    public const string NotSealed = "a-finished-object-is-not-sealed";

    public const string Buffer = "the-disk-buffer-does-not-work";
    public const string BufferFull = "the-disk-buffer-is-full";
    public const string WaitOnDisk = "events-wait-on-disk";
    public const string OtherProcess = "events-of-another-process";
    public const string BufferDamaged = "files-of-the-disk-buffer-are-damaged";

    /// <summary>The link to a section.</summary>
    public static string LinkTo(string anchor) => "docs/troubleshooting.md#" + anchor;

    /// <summary>The link to a section in parentheses, for the end of a message.</summary>
    public static string Reference(string anchor) => $"(see {LinkTo(anchor)})";

    /// <summary>The section about a drop reason; its heading is the reason's name.</summary>
    public static string For(DropReason reason) => DropReasonNames.Of(reason).ToLowerInvariant();

    /// <summary>The section about a failed request.</summary>
    public static string For(Exception error) => (error as IExplainedFailure)?.HelpAnchor ?? Unknown;

    /// <summary>The section about a kind of failure, for failures without an error code.</summary>
    public static string For(OssFailureKind kind) => kind switch
    {
        OssFailureKind.Refused => Refused,
        OssFailureKind.Credentials => Credentials,
        OssFailureKind.NameNotResolved => NameNotResolved,
        OssFailureKind.ConnectionRefused => ConnectionRefused,
        OssFailureKind.Unreachable or OssFailureKind.ConnectTimeout or OssFailureKind.NoAnswer => NoAnswer,
        OssFailureKind.ConnectionLost => ConnectionLost,
        OssFailureKind.Certificate => Certificate,
        OssFailureKind.Tls => Tls,
        OssFailureKind.Proxy => Proxy,
        OssFailureKind.NotOss => NotOss,
        OssFailureKind.Buffer => Buffer,
        _ => Unknown,
    };
}
