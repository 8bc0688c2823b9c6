using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;

namespace OssLogSinks.Benchmarks.Services;

/// <summary>Where an OSS is, and what it is signed for.</summary>
internal sealed record ServiceAddress(string Endpoint, string Region, string Bucket, string AccessKeyId, string AccessKeySecret)
{
    public OssClient CreateClient() => new(new OssClientOptions
    {
        Endpoint = Endpoint,
        Region = Region,
        Bucket = Bucket,
        Credentials = new StaticCredentialsProvider(AccessKeyId, AccessKeySecret),
    });
}
