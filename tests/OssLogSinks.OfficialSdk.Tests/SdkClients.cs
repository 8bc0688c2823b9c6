using OssLogSinks.AlibabaCloudSdk;
using OssLogSinks.AliyunSdk;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Emulator;

namespace OssLogSinks.OfficialSdk.Tests;

/// <summary>The clients that all tests run on, each for the emulator's bucket <c>logs</c>.</summary>
internal static class SdkClients
{
    public const string Bucket = "logs";

    public static IOssClient Create(SdkKind kind, OssEmulator oss, TimeSpan? timeout = null, IOssCredentialsProvider? credentials = null) => kind switch
    {
        SdkKind.Aliyun => AliyunSdk.AliyunSdk.Client(Aliyun(oss, timeout, credentials)),
        SdkKind.AlibabaCloud => AlibabaCloudSdk.AlibabaCloudSdk.Client(AlibabaCloud(oss, timeout, credentials)),
        _ => new OssClient(new OssClientOptions
        {
            Endpoint = oss.Endpoint.ToString(),
            Region = oss.Region,
            Bucket = Bucket,
            Credentials = credentials ?? KeyOf(oss),
            RequestTimeout = timeout ?? TimeSpan.FromSeconds(30),
        }),
    };

    public static AliyunSdkOptions Aliyun(OssEmulator oss, TimeSpan? timeout = null, IOssCredentialsProvider? credentials = null) => new()
    {
        Endpoint = oss.Endpoint.ToString(),
        Region = oss.Region,
        Bucket = Bucket,
        Credentials = credentials ?? KeyOf(oss),
        RequestTimeout = timeout ?? TimeSpan.FromSeconds(30),
    };

    public static AlibabaCloudSdkOptions AlibabaCloud(OssEmulator oss, TimeSpan? timeout = null, IOssCredentialsProvider? credentials = null) => new()
    {
        Endpoint = oss.Endpoint.ToString(),
        Region = oss.Region,
        Bucket = Bucket,
        Credentials = credentials ?? KeyOf(oss),
        RequestTimeout = timeout ?? TimeSpan.FromSeconds(30),
    };

    private static StaticCredentialsProvider KeyOf(OssEmulator oss) => new(oss.AccessKeyId, oss.AccessKeySecret);
}

/// <summary>The built-in client, and one over each SDK.</summary>
public enum SdkKind
{
    BuiltIn,
    Aliyun,
    AlibabaCloud,
}
