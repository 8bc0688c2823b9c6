using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;

namespace OssLogSinks.Core.Tests.Client;

public class OssClientOptionsTests
{
    [Fact]
    public void RightSettings_HaveNoFault() =>
        Assert.Empty(new OssClientOptions
        {
            Region = "cn-hangzhou",
            Bucket = "bucket",
            Credentials = new StaticCredentialsProvider("ak", "sk"),
        }.Validate());

    [Fact]
    public void WrongSettings_AreAllNamedAtOnce()
    {
        var options = new OssClientOptions
        {
            Endpoint = "logs.example.com",
            MaxConnections = 0,
            RequestTimeout = TimeSpan.Zero,
            ConnectTimeout = TimeSpan.FromDays(2),
            TrafficLimitBitsPerSecond = 1,
            UserAgentSuffix = "ü",
            TimeProvider = null!,
        };

        var faults = options.Validate();

        Assert.Equal(
            ["Bucket", "AddressingStyle", "Region", "Credentials", "RequestTimeout", "ConnectTimeout", "MaxConnections", "TrafficLimitBitsPerSecond", "TimeProvider", "UserAgentSuffix"],
            faults.Select(fault => fault[..fault.IndexOf(':', StringComparison.Ordinal)]));
        var exception = Assert.Throws<ArgumentException>(() => new OssClient(options));
        Assert.All(faults, fault => Assert.Contains(fault, exception.Message, StringComparison.Ordinal));
    }
}
