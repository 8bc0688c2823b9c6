namespace OssLogSinks.Core.Telemetry;

/// <summary>The places of <c>docs/troubleshooting.md</c> that reports lead to.</summary>
internal static class HelpAnchors
{
    public const string AppendDamaged = "append-damaged";
    public const string Buffer = "the-buffer-on-disk";
    public const string BufferFull = "buffer-on-disk-full";
    public const string BufferUnreadable = "buffer-on-disk-unreadable";
    public const string DoubtfulKey = "doubtful-key";
    public const string NotSealed = "not-sealed";
    public const string ObjectChanged = "object-changed";
    public const string ObjectClosed = "object-closed";
    public const string ObjectDeleted = "object-deleted";
    public const string PlainHttp = "plain-http";
    public const string WorksAgain = "works-again";

    /// <summary>Where it is explained why events were dropped: <c>queue-full</c> for instance.</summary>
    public static string Of(DropReason reason) => string.Concat(DropReasonNames.Of(reason).Select((letter, i) => char.IsUpper(letter) ? (i > 0 ? "-" : "") + char.ToLowerInvariant(letter) : letter.ToString()));

    /// <summary>Where a failure of this kind is explained.</summary>
    public static string Of(OssFailureKind kind) => kind switch
    {
        OssFailureKind.Refused => "oss-refuses",
        OssFailureKind.Credentials => "the-credentials",
        OssFailureKind.Certificate or OssFailureKind.Tls => "tls",
        OssFailureKind.Proxy => "proxy",
        OssFailureKind.NotOss => "not-oss",
        OssFailureKind.Buffer => Buffer,
        _ => "no-connection",
    };
}
