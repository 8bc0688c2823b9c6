using Microsoft.Extensions.Diagnostics.HealthChecks;
using OssLogSinks.Core;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.HealthChecks;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds <c>AddHealthChecks().AddOssAppend(…)</c>.</summary>
public static class OssAppendHealthChecksBuilderExtensions
{
    private const string DefaultName = "oss-append";

    /// <summary>Adds a check of whether log events reach OSS.</summary>
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
        IEnumerable<string>? tags = null)
    {
        if (builder is null)
            throw new ArgumentNullException(nameof(builder));

        var options = new OssAppendHealthCheckOptions();
        configure?.Invoke(options);
        var check = new OssAppendHealthCheck(snapshot, options);
        return builder.Add(new HealthCheckRegistration(name, check, failureStatus, tags));
    }
}
