using OssLogSinks.Core.Protocol;

namespace OssLogSinks.Core.Diagnostics;

/// <summary>Says what an operator can do about a request that the service refuses.</summary>
internal static class TroubleAdvice
{
    /// <summary>A sentence that says what to do; empty if there is nothing to add to the service's own words.</summary>
    public static string For(OssException error) => error.Code switch
    {
        "NoSuchBucket" => "Create the bucket, or correct the bucket's name; a bucket is found only at its own region's endpoint.",
        "InvalidAccessKeyId" => "The access key does not exist or is disabled: correct the access key id.",
        "SignatureDoesNotMatch" => "Correct the access key secret; with signature V4 check the region too.",
        "SecurityTokenExpired" or "InvalidSecurityToken" or "AccessKeyIdAndSecurityTokenNotMatch" => "The temporary credentials are out of date or do not belong together: renew them.",
        "RequestTimeTooSkewed" => "Set this machine's clock.",
        "SecondLevelDomainForbidden" => "The service wants the bucket in the host name: do not choose the path addressing style for it.",
        "PublicEndpointForbidden" => "This account may not use the public endpoint: use a custom domain or the internal endpoint.",
        "TransferAccelerationDisabled" => "Switch transfer acceleration on for the bucket, or use its regional endpoint.",
        "UserDisable" or "BucketDisable" or "AbnormalBucketOwnerStatus" => "The account or the bucket is blocked or in arrears.",
        "InvalidArgument" when IsRegionFault(error) => "Correct the region: the id alone, such as cn-hangzhou.",
        "AccessDenied" when error.SuggestedEndpoint is { } endpoint => $"The bucket is in another region: use the endpoint {endpoint} and its region.",
        "AccessDenied" => MissingAction(error),
        null when (int)error.StatusCode == 403 => MissingAction(error),
        _ => "",
    };

    private static string MissingAction(OssException error) => error.Operation switch
    {
        "AppendObject" => "Grant this access key the RAM action oss:PutObject on the objects' keys, and oss:PutObjectTagging if tags are set.",
        "HeadObject" or "GetObject" => "Grant this access key the RAM action oss:GetObject on the objects' keys.",
        _ => "Grant this access key the RAM actions oss:PutObject and oss:GetObject on the objects' keys.",
    };

    /// <summary>The same for a refused seal.</summary>
    public static string ForSeal(OssException error) => error.Code switch
    {
        "OperationNotSupported" => "Ask Alibaba Cloud's support to enable SealAppendObject for the account, or switch the sealing of finished objects off.",
        "AccessDenied" => "Grant the RAM action oss:SealAppendObject on the objects' keys to this access key, or switch the sealing of finished objects off.",
        _ => "",
    };

    private static bool IsRegionFault(OssException error) => error.Ec is "0002-00000226" or "0002-00000228" or "0002-00000227";
}
