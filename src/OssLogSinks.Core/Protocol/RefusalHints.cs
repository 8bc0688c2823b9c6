namespace OssLogSinks.Core.Protocol;

/// <summary>What a reader can do about refusals that a setting causes.</summary>
internal static class RefusalHints
{
    /// <summary>The hint for a refusal; null if there is none to give.</summary>
    public static string? For(string? code, string? ec, string? suggestedEndpoint) => code switch
    {
        _ when suggestedEndpoint is not null => $"The bucket's endpoint is {suggestedEndpoint}; set Endpoint to it.",
        "SignatureDoesNotMatch" => "Check the access key's secret, the region and the bucket's name.",
        "InvalidAccessKeyId" => "Check the access key's id and that the key is enabled.",
        "RequestTimeTooSkewed" => "Check the machine's clock.",
        "SecondLevelDomainForbidden" => "Set AddressingStyle to VirtualHosted.",
        "PublicEndpointForbidden" => "Use the internal endpoint, or a domain of your own with AddressingStyle CustomDomain.",
        "TransferAccelerationDisabled" => "Switch transfer acceleration on for the bucket, or use its regional endpoint.",
        "NoSuchBucket" => "Check Bucket, and that Endpoint is that of its region.",
        "InvalidArgument" when ec is "0002-00000226" or "0002-00000228" => "Check Region: the bucket's region id without 'oss-'.",
        _ => null,
    };
}
