using Microsoft.Extensions.Diagnostics.HealthChecks;
using OssLogSinks.Core;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Extensions.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds <c>AddHealthChecks().AddOssAppend()</c>.</summary>
public static class OssAppendHealthChecksBuilderExtensions
{
    private const string DefaultName = "oss-append";

    /// <summary>
    /// Adds a check of whether log events reach OSS, for the sinks, targets and logger providers of this process, however they were
    /// configured. The worst of them counts.
    /// </summary>
    /// <param name="builder">The application's health checks.</param>
    /// <param name="sink">
    /// The name of one of them (<see cref="OssAppenderOptions.Name"/>, in NLog the target's; by default the object key). Default: all.
    /// </param>
    /// <param name="name">The check's name, unique among the application's checks. Default: <c>oss-append</c>.</param>
    /// <param name="configure">Sets when the check reports which state. Default: the options' own defaults.</param>
    /// <param name="failureStatus">The status while events are being lost. Default: unhealthy.</param>
    /// <param name="tags">Tags to filter checks by. Default: none.</param>
    /// <returns>The application's health checks, for chaining.</returns>
    /// <exception cref="OssSettingsException">Some settings cannot be used; the exception names all of them.</exception>
    public static IHealthChecksBuilder AddOssAppend(
        this IHealthChecksBuilder builder,
        string? sink = null,
        string name = DefaultName,
        Action<OssAppendHealthCheckOptions>? configure = null,
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null)
    {
        Required(builder).Services.AddOssAppendMonitors();
        return builder.Add(new HealthCheckRegistration(name, new OssAppendHealthCheck(sink, Options(configure)), failureStatus, tags));
    }

    /// <summary>Adds a check of whether the log events of one appender reach OSS.</summary>
    /// <param name="builder">The application's health checks.</param>
    /// <param name="snapshot">
    /// Returns the counters: <c>monitor.GetSnapshot</c> (Serilog), <c>target.GetSnapshot</c> (NLog) or <c>appender.GetSnapshot</c>.
    /// </param>
    /// <param name="name">The check's name, unique among the application's checks. Default: <c>oss-append</c>.</param>
    /// <param name="configure">Sets when the check reports which state. Default: the options' own defaults.</param>
    /// <param name="failureStatus">The status while events are being lost. Default: unhealthy.</param>
    /// <param name="tags">Tags to filter checks by. Default: none.</param>
    /// <returns>The application's health checks, for chaining.</returns>
    /// <exception cref="OssSettingsException">Some settings cannot be used; the exception names all of them.</exception>
    public static IHealthChecksBuilder AddOssAppend(
        this IHealthChecksBuilder builder,
        Func<DeliverySnapshot> snapshot,
        string name = DefaultName,
        Action<OssAppendHealthCheckOptions>? configure = null,
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null) =>
        Required(builder).Add(new HealthCheckRegistration(name, new OssAppendHealthCheck(snapshot, Options(configure)), failureStatus, tags));

    private static IHealthChecksBuilder Required(IHealthChecksBuilder builder) => builder ?? throw new ArgumentNullException(nameof(builder));

    private static OssAppendHealthCheckOptions Options(Action<OssAppendHealthCheckOptions>? configure)
    {
        var options = new OssAppendHealthCheckOptions();
        configure?.Invoke(options);
        return options;
    }
}
