using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using OssLogSinks.Aspire.Hosting;
using OssLogSinks.Emulator;

namespace Aspire.Hosting;

/// <summary>Adds <c>builder.AddOssEmulator("oss").AddBucket("logs")</c> to an AppHost.</summary>
public static class OssEmulatorBuilderExtensions
{
    // Without it the AppHost ends while its consumers still stop, and the emulator with it, so they could not deliver what they hold.
    private const string WaitsForConsumers = "DcpPublisher:WaitForResourceCleanup";

    /// <summary>
    /// Adds an emulator of Alibaba Cloud OSS that runs in the AppHost's process: no container, no account. It has the buckets that
    /// <see cref="AddBucket"/> adds, and is not part of what is published. An AppHost with an emulator waits at its end for its consumers, unless
    /// its configuration sets <c>DcpPublisher:WaitForResourceCleanup</c> to false.
    /// </summary>
    /// <param name="builder">The AppHost's builder.</param>
    /// <param name="name">The name of the resource.</param>
    /// <param name="configure">Changes the emulator's settings, its port for instance. Default: a free port, region <c>cn-hangzhou</c>.</param>
    /// <returns>The emulator.</returns>
    public static IResourceBuilder<OssEmulatorResource> AddOssEmulator(
        this IDistributedApplicationBuilder builder, [ResourceName] string name, Action<OssEmulatorOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = new OssEmulatorOptions();
        options.Buckets.Clear();
        configure?.Invoke(options);
        var resource = new OssEmulatorResource(name, options);
        var healthCheck = $"{name}_check";
        builder.Configuration[WaitsForConsumers] ??= bool.TrueString;
        builder.Services.TryAddSingleton<EmulatorLifetime>();
        builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(healthCheck, new EmulatorHealthCheck(resource), failureStatus: null, tags: null));
        return builder.AddResource(resource)
            .ExcludeFromManifest()
            .WithHealthCheck(healthCheck)
            .WithInitialState(Initial("OssEmulator"))
            .OnInitializeResource(static (emulator, starting, cancellationToken) =>
                starting.Services.GetRequiredService<EmulatorLifetime>().StartAsync(emulator, starting, cancellationToken));
    }

    /// <summary>Adds a bucket, which exists when the emulator has started.</summary>
    /// <param name="builder">The emulator.</param>
    /// <param name="name">The name of the resource.</param>
    /// <param name="bucketName">The name of the bucket. Default: that of the resource.</param>
    /// <returns>The bucket.</returns>
    public static IResourceBuilder<OssBucketResource> AddBucket(
        this IResourceBuilder<OssEmulatorResource> builder, [ResourceName] string name, string? bucketName = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var bucket = new OssBucketResource(name, bucketName ?? name, builder.Resource);
        builder.Resource.Add(bucket);
        return builder.ApplicationBuilder.AddResource(bucket).ExcludeFromManifest().WithInitialState(Initial("OssBucket"));
    }

    /// <summary>
    /// Gives a consumer the connection string <c>ConnectionStrings__NAME</c>, and the variables <c>OSS_ENDPOINT</c>, <c>OSS_REGION</c>,
    /// <c>OSS_ACCESS_KEY_ID</c> and <c>OSS_ACCESS_KEY_SECRET</c>. The sinks read the key by themselves, if no other credentials are set, but not
    /// the endpoint and the region: use these two in your settings and code. Of several references, the last one sets the variables.
    /// </summary>
    /// <typeparam name="TConsumer">The consumer's type.</typeparam>
    /// <param name="builder">The consumer: a project or an executable.</param>
    /// <param name="emulator">The emulator.</param>
    /// <param name="connectionName">NAME in the variable. Default: the name of the resource.</param>
    /// <returns>The consumer.</returns>
    public static IResourceBuilder<TConsumer> WithReference<TConsumer>(
        this IResourceBuilder<TConsumer> builder, IResourceBuilder<OssEmulatorResource> emulator, string? connectionName = null)
        where TConsumer : IResourceWithEnvironment
    {
        ArgumentNullException.ThrowIfNull(emulator);
        return ResourceBuilderExtensions.WithReference(builder, emulator, connectionName, optional: false).WithVariablesOf(emulator.Resource);
    }

    /// <summary>
    /// As <see cref="WithReference{TConsumer}(IResourceBuilder{TConsumer}, IResourceBuilder{OssEmulatorResource}, string?)"/>, and
    /// <c>OSS_BUCKET</c> with the name of the bucket, which is in the connection string too.
    /// </summary>
    /// <typeparam name="TConsumer">The consumer's type.</typeparam>
    /// <param name="builder">The consumer: a project or an executable.</param>
    /// <param name="bucket">The bucket.</param>
    /// <param name="connectionName">NAME in the variable. Default: the name of the resource.</param>
    /// <returns>The consumer.</returns>
    public static IResourceBuilder<TConsumer> WithReference<TConsumer>(
        this IResourceBuilder<TConsumer> builder, IResourceBuilder<OssBucketResource> bucket, string? connectionName = null)
        where TConsumer : IResourceWithEnvironment
    {
        ArgumentNullException.ThrowIfNull(bucket);
        return ResourceBuilderExtensions.WithReference(builder, bucket, connectionName, optional: false)
            .WithVariablesOf(bucket.Resource.Parent)
            .WithEnvironment("OSS_BUCKET", bucket.Resource.BucketName);
    }

    private static IResourceBuilder<TConsumer> WithVariablesOf<TConsumer>(this IResourceBuilder<TConsumer> builder, OssEmulatorResource emulator)
        where TConsumer : IResourceWithEnvironment =>
        builder
            .WithEnvironment("OSS_ENDPOINT", emulator.Endpoint)
            .WithEnvironment("OSS_REGION", emulator.Options.Region)
            .WithEnvironment("OSS_ACCESS_KEY_ID", emulator.Options.AccessKeyId)
            .WithEnvironment("OSS_ACCESS_KEY_SECRET", emulator.Options.AccessKeySecret);

    private static CustomResourceSnapshot Initial(string type) => new() { ResourceType = type, Properties = [], State = KnownResourceStates.NotStarted };
}
