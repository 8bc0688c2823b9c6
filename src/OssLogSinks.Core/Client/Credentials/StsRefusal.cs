using System.Globalization;
using System.Xml;
using System.Xml.Linq;
using OssLogSinks.Core.Client.Encodings;

namespace OssLogSinks.Core.Client.Credentials;

/// <summary>
/// Why STS refused a call. Its own message is never quoted: after a wrong signature it repeats what was signed, tokens included.
/// </summary>
/// <param name="Code">The code; null if the answer has none, as that of a gateway.</param>
/// <param name="RequestId">The request id; null if there is none.</param>
internal sealed record StsRefusal(string? Code, string? RequestId)
{
    private const int LongestName = 100;

    private static readonly StsRefusal None = new(null, null);

    public bool IsAboutTheClock => Begins("InvalidTimeStamp");

    /// <summary>Whether the same call may work at once, with another nonce, clock, token or key.</summary>
    public bool MayWorkAtOnce => IsAboutTheClock || Code is "SignatureNonceUsed" || IsOfTheToken(Code) || IsAboutTheCaller;

    /// <summary>Whether the caller's credentials are refused, so that its source may have others.</summary>
    public bool IsAboutTheCaller => IsOfTheCaller(Code);

    /// <inheritdoc cref="IsAboutTheCaller"/>
    public static bool IsOfTheCaller(string? code) =>
        code is not null && (code.StartsWith("InvalidAccessKeyId", StringComparison.Ordinal) || code.StartsWith("InvalidSecurityToken", StringComparison.Ordinal));

    /// <summary>Whether the OIDC token is refused, so that its file may have another one.</summary>
    public static bool IsOfTheToken(string? code) => code is "AuthenticationFail.OIDCToken.Expired";

    /// <summary>Reads an answer: JSON, or XML from a gateway in front.</summary>
    public static StsRefusal Read(CredentialsAnswer answer)
    {
        var body = answer.Body?.Trim('\uFEFF', ' ', '\r', '\n', '\t') ?? "";
        var refusal = body.Length == 0 ? None : body[0] == '{' ? ReadJson(body) : body[0] == '<' ? ReadXml(body) : None;
        return new StsRefusal(Word(refusal.Code), Word(refusal.RequestId));
    }

    /// <summary>The failure to report.</summary>
    public OssCredentialsException ToException(string action, string host, CredentialsAnswer answer)
    {
        var status = ((int)answer.Status).ToString(CultureInfo.InvariantCulture);
        var isPassing = Code is null || (int)answer.Status is 429 or >= 500 || Begins("Throttling") || IsAboutTheClock
            || Code is "InternalError" or "ServiceUnavailable" or "SignatureNonceUsed" or "AuthenticationFail.OIDCToken.Expired";
        var message = Code is null
            ? $"STS at {host} answered {action} with status {status}, but not as STS does: something else answers in its place."
            : $"STS at {host} refused {action} with status {status} {Code} (request {RequestId ?? "unknown"}).";
        return new OssCredentialsException($"{message}{Advice()} Nothing was written.")
        {
            Outlook = isPassing ? FetchOutlook.Passing : FetchOutlook.Lasting,
            RequestId = RequestId,
            RetryAfter = answer.RetryAfter,
        };
    }

    private string Advice() => Code switch
    {
        null => "",
        "InvalidParameter.RoleArn" or "EntityNotExist.Role" => " Correct the role's ARN: there is no such role.",
        "InvalidParameter.RoleSessionName" => " Correct the session name: 2 to 64 letters, digits and . @ - _",
        "InvalidParameter.DurationSeconds" => " Correct the duration: 900 seconds up to the longest session of the role.",
        "InvalidParameter.PolicyGrammar" or "InvalidParameter.PolicySize" => " Correct the policy of the session.",
        "SignatureDoesNotMatch" or "IncompleteSignature" => " Correct the access key secret that the role is assumed with.",
        "MissingSecurityToken" => " The role is assumed with a temporary access key whose security token is missing: set it too.",
        "NoPermission" => " Grant the caller the RAM action sts:AssumeRole on the role, and let the role's trust policy name the caller or its account. The keys of the account itself cannot assume roles.",
        "AuthenticationFail.OIDCToken.Expired" => " The token file is not renewed: check what writes it; in a pod, its service account token.",
        "AuthenticationFail.OIDCToken.AudienceNotMatch" => " The token must be issued for an audience that the OIDC provider in RAM has; with RRSA, for the audience sts.aliyuncs.com.",
        "AuthenticationFail.NoPermission" => " Correct the ARN of the OIDC provider, or the conditions in the role's trust policy: they must fit the token; with RRSA, its service account.",
        _ when Begins("AuthenticationFail.OIDCToken") => " Enable RRSA for the cluster; elsewhere, create an OIDC provider for the token's issuer in RAM. If there is one, check the token, and update the fingerprint.",
        _ when IsAboutTheCaller => " The access key or token that the role is assumed with is unknown, disabled or out of date: renew it.",
        _ when IsAboutTheClock => " Set this machine's clock.",
        _ when Begins("Throttling") => " The account calls STS too often, from all its users together.",
        _ when Begins("InvalidParameter") => " Correct the role's ARN, the session name, the policy or the duration.",
        _ => "",
    };

    private bool Begins(string start) => Code is not null && Code.StartsWith(start, StringComparison.Ordinal);

    // What is quoted must be a name.
    private static string? Word(string? text) =>
        text is { Length: > 0 and <= LongestName } && text.All(c => c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '.' or '-' or '_') ? text : null;

    private static StsRefusal ReadJson(string body) => JsonObject.TryRead(body) is { } json ? new StsRefusal(json.Text("Code"), json.Text("RequestId")) : None;

    private static StsRefusal ReadXml(string body)
    {
        try
        {
            using var reader = XmlReader.Create(new StringReader(body), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
            var fields = XDocument.Load(reader).Root!.Elements().ToLookup(field => field.Name.LocalName, field => field.Value);
            return new StsRefusal(fields["Code"].FirstOrDefault(), fields["RequestId"].FirstOrDefault());
        }
        catch (XmlException)
        {
            return None;
        }
    }
}
