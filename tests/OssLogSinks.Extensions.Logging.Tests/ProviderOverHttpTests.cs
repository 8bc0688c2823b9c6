using System.Text;
using Microsoft.Extensions.Logging;
using OssLogSinks.Emulator;

namespace OssLogSinks.Extensions.Logging.Tests;

/// <summary>The whole way, over HTTP to the emulator.</summary>
public class ProviderOverHttpTests
{
    [Fact]
    public async Task SettingsInCode_ReachTheService()
    {
        await using var oss = await OssEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using (var factory = LoggerFactory.Create(logging => logging.AddOssAppend(options =>
        {
            options.Bucket = "logs";
            options.Region = oss.Region;
            options.Endpoint = oss.Endpoint.ToString();
            options.AccessKeyId = oss.AccessKeyId;
            options.AccessKeySecret = oss.AccessKeySecret;
            options.ObjectKey = "app.log";
        })))
        {
            factory.CreateLogger("Shop").LogInformation("Hello {Name}", "OSS 😀");
        }

        Assert.EndsWith("Hello OSS 😀\n", Encoding.UTF8.GetString(oss.ReadObject("logs", "app.log")), StringComparison.Ordinal);
    }
}
