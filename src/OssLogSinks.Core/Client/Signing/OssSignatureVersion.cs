namespace OssLogSinks.Core.Client.Signing;

/// <summary>How requests are signed.</summary>
public enum OssSignatureVersion
{
    /// <summary>OSS4-HMAC-SHA256. Needs the bucket's region. The default.</summary>
    V4,

    /// <summary>HMAC-SHA1, for old buckets and gateways only: accounts since March 2025 and buckets since September 2025 cannot use it.</summary>
    V1,
}
