using OssLogSinks.Core.Credentials;
using OssLogSinks.Core.Protocol;
using OssLogSinks.Core.Rolling;
using OssLogSinks.Core.Tests.Support;

namespace OssLogSinks.Core.Tests;

public class OssAppenderOptionsTests
{
    [Fact]
    public void Defaults_NeedNoMoreThanAPlace()
    {
        var options = new OssAppenderOptions { Bucket = "logs", Region = "cn-hangzhou", Credentials = new StaticCredentialsProvider("id", "secret") };

        Assert.Empty(options.Validate());
    }

    [Fact]
    public void OtherClient_NeedsNeitherEndpointNorCredentials() =>
        Assert.Empty(new OssAppenderOptions { Client = new MemoryOss() }.Validate());

    [Fact]
    public void EveryBadSetting_IsNamedInOneException()
    {
        var options = new OssAppenderOptions
        {
            Endpoint = "ftp://nowhere",
            Bucket = "Not A Bucket",
            Region = "oss-cn-hangzhou",
            Credentials = new EnvironmentCredentialsProvider(_ => null),
            ObjectKey = "/{Timestamp:yyyy/{",
            ObjectSizeLimit = 0,
            AppendSizeLimit = 1,
            RecordSizeLimit = 0,
            MemoryLimit = 0,
            BufferPath = "",
            BufferSizeLimitBytes = 0,
            BufferFullAction = (OssBufferFullAction)42,
            BufferSync = (OssBufferSync)42,
            BufferSyncInterval = TimeSpan.Zero,
            ConcurrentAppends = 0,
            OpenStreamLimit = 0,
            AppendInterval = TimeSpan.FromSeconds(-1),
            RetryDelay = TimeSpan.Zero,
            RetryDelayLimit = TimeSpan.FromDays(99),
            RefusalRetryDelay = TimeSpan.Zero,
            RetryTimeLimit = TimeSpan.Zero,
            CloseTimeout = TimeSpan.FromSeconds(-5),
            RequestTimeout = TimeSpan.Zero,
            ConnectTimeout = TimeSpan.Zero,
            RollingInterval = (OssRollingInterval)42,
            ObjectProperties = new OssObjectProperties { ContentType = "a\nb" },
            TimeProvider = null!,
            Random = null!,
        };

        var exception = Assert.Throws<OssSettingsException>(() => new OssAppender(options));

        string[] expected =
        [
            "AppendInterval", "AppendSizeLimit", "Bucket", "BufferFullAction", "BufferPath", "BufferSizeLimitBytes", "BufferSync",
            "BufferSyncInterval", "CloseTimeout", "ConcurrentAppends", "ConnectTimeout", "Endpoint", "MemoryLimit", "ObjectKey", "ObjectProperties.ContentType", "ObjectSizeLimit", "OpenStreamLimit", "Random", "RecordSizeLimit",
            "RefusalRetryDelay", "Region", "RequestTimeout", "RetryDelay", "RetryDelayLimit", "RetryTimeLimit", "RollingInterval", "TimeProvider",
        ];
        Assert.Equal(expected, exception.Faults.Select(f => f.Setting).Distinct().Order(StringComparer.Ordinal));
        Assert.All(expected, setting => Assert.Contains(setting + ":", exception.Message));
    }
}
