using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace OssLogSinks.Aspire.Tests;

/// <summary>What a reference gives a consumer, in an AppHost that does not run: the emulator is started by its event alone.</summary>
public class ReferenceTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Bucket_SetsWhatTheSinksRead()
    {
        var builder = CreateBuilder();
        var bucket = builder.AddOssEmulator("oss", options => options.Region = "cn-beijing").AddBucket("logs", "shop-logs");
        var consumer = builder.AddExecutable("consumer", "dotnet", ".").WithReference(bucket, "archive");
        await using var app = builder.Build();

        var variables = await VariablesOf(app, consumer, bucket.Resource.Parent);

        var endpoint = (await bucket.Resource.Parent.GetEmulatorAsync(Cancellation)).Endpoint.GetLeftPart(UriPartial.Authority);
        Assert.Equal(
            new SortedDictionary<string, string>
            {
                ["ConnectionStrings__archive"] = $"Endpoint={endpoint};Region=cn-beijing;AccessKeyId=emulator-key;AccessKeySecret=emulator-secret;Bucket=shop-logs",
                ["OSS_ENDPOINT"] = endpoint,
                ["OSS_REGION"] = "cn-beijing",
                ["OSS_ACCESS_KEY_ID"] = "emulator-key",
                ["OSS_ACCESS_KEY_SECRET"] = "emulator-secret",
                ["OSS_BUCKET"] = "shop-logs",
            },
            variables);
    }

    [Fact]
    public async Task Emulator_SetsAllButTheBucket()
    {
        var builder = CreateBuilder();
        var oss = builder.AddOssEmulator("oss");
        oss.AddBucket("logs");
        var consumer = builder.AddExecutable("consumer", "dotnet", ".").WithReference(oss);
        await using var app = builder.Build();

        var variables = await VariablesOf(app, consumer, oss.Resource);

        Assert.Equal(["ConnectionStrings__oss", "OSS_ACCESS_KEY_ID", "OSS_ACCESS_KEY_SECRET", "OSS_ENDPOINT", "OSS_REGION"], variables.Keys);
    }

    [Fact]
    public async Task Buckets_ExistInTheEmulator()
    {
        var builder = CreateBuilder();
        var oss = builder.AddOssEmulator("oss");
        oss.AddBucket("logs");
        oss.AddBucket("audit", "shop-audit");
        await using var app = builder.Build();

        await StartAsync(app, oss.Resource);

        var emulator = await oss.Resource.GetEmulatorAsync(Cancellation);
        Assert.Empty(emulator.ListObjects("logs"));
        Assert.Empty(emulator.ListObjects("shop-audit"));
        Assert.Equal(["logs", "shop-audit"], emulator.Options.Buckets);
    }

    [Theory]
    [InlineData(null, "True")]
    [InlineData("false", "false")]
    public void AppHost_WaitsForItsConsumersUnlessToldNotTo(string? configured, string expected)
    {
        const string Setting = "DcpPublisher:WaitForResourceCleanup";
        var builder = CreateBuilder();
        builder.Configuration[Setting] = configured;

        builder.AddOssEmulator("oss");

        Assert.Equal(expected, builder.Configuration[Setting]);
    }

    private static IDistributedApplicationBuilder CreateBuilder() =>
        DistributedApplication.CreateBuilder(new DistributedApplicationOptions { DisableDashboard = true });

    private static async Task<SortedDictionary<string, string>> VariablesOf(DistributedApplication app, IResourceBuilder<ExecutableResource> consumer, IResource emulator)
    {
        await StartAsync(app, emulator);
        var configuration = await ExecutionConfigurationBuilder.Create(consumer.Resource).WithEnvironmentVariablesConfig()
            .BuildAsync(new DistributedApplicationExecutionContext(DistributedApplicationOperation.Run), NullLogger.Instance, Cancellation);
        Assert.Null(configuration.Exception);
        return new SortedDictionary<string, string>(configuration.EnvironmentVariables.ToDictionary(), StringComparer.Ordinal);
    }

    private static Task StartAsync(DistributedApplication app, IResource emulator)
    {
        var eventing = app.Services.GetRequiredService<IDistributedApplicationEventing>();
        var logs = app.Services.GetRequiredService<ResourceLoggerService>();
        return eventing.PublishAsync(new InitializeResourceEvent(emulator, eventing, logs, app.ResourceNotifications, app.Services), Cancellation);
    }
}
