using Microsoft.Extensions.Configuration;
using OssLogSinks.Emulator;
using Serilog;

namespace OssLogSinks.Aspire.Tests;

/// <summary>The document's settings for Serilog take what a reference sets from the environment.</summary>
[Collection(SampleFiles.SinksOfTheProcess)]
public class SerilogVariablesTests
{
    [Fact]
    public async Task SettingsOfTheDocument_ReadTheVariables()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var options = new OssEmulatorOptions { Region = "cn-beijing" };
        options.Buckets.Add("shop-logs");
        await using var emulator = await OssEmulator.StartAsync(options, cancellation);
        Environment.SetEnvironmentVariable("OSS_ENDPOINT", emulator.Endpoint.GetLeftPart(UriPartial.Authority));
        Environment.SetEnvironmentVariable("OSS_REGION", emulator.Region);
        Environment.SetEnvironmentVariable("OSS_BUCKET", "shop-logs");
        Environment.SetEnvironmentVariable("OSS_ACCESS_KEY_ID", emulator.AccessKeyId);
        Environment.SetEnvironmentVariable("OSS_ACCESS_KEY_SECRET", emulator.AccessKeySecret);
        var settings = new ConfigurationBuilder().AddJsonFile(Path.Combine(SampleFiles.Root, "samples", "Aspire", "appsettings.serilog.json")).Build();

        await using (var logger = new LoggerConfiguration().ReadFrom.Configuration(settings).CreateLogger())
            logger.Information("Order {Order} was paid", 4711);

        Assert.NotEqual(0, Assert.Single(emulator.ListObjects("shop-logs", "shop/")).Length);
    }
}
