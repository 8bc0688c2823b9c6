using Microsoft.Extensions.DependencyInjection.Extensions;
using OpenTelemetry.Metrics;
using OssLogSinks.Core;
using OssLogSinks.Extensions.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds what a host needs to know about its log sinks, however they were configured.</summary>
public static class OssAppendServiceCollectionExtensions
{
    private const string Meter = "OssLogSinks";

    /// <summary>
    /// Lets OpenTelemetry, if the application has it, export the metrics of all sinks, targets and logger providers of this process (the
    /// meter <c>OssLogSinks</c>; <c>oss.sink.name</c> tells them apart). Adds <see cref="AddOssAppendMonitors"/> too.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <returns>The services, for chaining.</returns>
    public static IServiceCollection AddOssAppendMetrics(this IServiceCollection services) =>
        services.AddOssAppendMonitors().ConfigureOpenTelemetryMeterProvider(static meters => meters.AddMeter(Meter));

    /// <summary>
    /// Adds <see cref="IOssAppendMonitor"/>, to flush and to read counters: without a key for all sinks, targets and logger providers of this
    /// process together, with a key for the one of that name, <c>[FromKeyedServices("audit")]</c> for instance.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <returns>The services, for chaining.</returns>
    public static IServiceCollection AddOssAppendMonitors(this IServiceCollection services)
    {
        services.TryAddSingleton(OssAppendMonitors.All);
        services.TryAddKeyedTransient<IOssAppendMonitor>(
            KeyedService.AnyKey, static (_, key) => OssAppendMonitors.Named(key as string ?? throw new ArgumentException("The key of a monitor must be a string, the name of a sink.", nameof(key))));
        return services;
    }

    /// <summary>
    /// Lets sinks that are configured in a file use the host's <c>IOssCredentialsProvider</c> or <c>IOssClient</c> from the start of the host
    /// on: see <see cref="OssAppendHostServices"/>.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <returns>The services, for chaining.</returns>
    public static IServiceCollection AddOssAppendServices(this IServiceCollection services) => services.AddHostedService<OssAppendHostServices.Start>();
}
