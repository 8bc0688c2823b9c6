namespace OssLogSinks.Emulator.Authentication;

/// <summary>Who a request claims to be from, when it was signed, and the signature that has to prove it.</summary>
internal sealed record SignatureClaim(SignatureForm Form, string AccessKeyId, string Signature)
{
    public bool IsQuery => Form is SignatureForm.V1Query or SignatureForm.V4Query;

    public string? SecurityToken { get; init; }

    /// <summary>When it was signed; null for a V1 URL, which only says when it ends.</summary>
    public DateTimeOffset? SignedAt { get; init; }

    /// <summary>The end of a presigned URL.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>The date as text: what V4 puts into the string to sign, what V1 does.</summary>
    public string DateText { get; init; } = "";

    /// <summary>V4: <c>yyyyMMdd/region/product/aliyun_v4_request</c>.</summary>
    public CredentialScope Scope { get; init; } = new("", "", "");

    /// <summary>V4: lower-case names of headers signed beyond the default ones.</summary>
    public IReadOnlyList<string> AdditionalHeaders { get; init; } = [];
}
