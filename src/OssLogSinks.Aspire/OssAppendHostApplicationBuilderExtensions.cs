using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OssLogSinks.Aspire;
using OssLogSinks.Core;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Extensions.Logging;

namespace Microsoft.Extensions.Hosting;

/// <summary>Adds <c>builder.AddOssAppend("logs")</c>.</summary>
public static class OssAppendHostApplicationBuilderExtensions
{
    private const string Caller = "AddOssAppend";

    /// <summary>
    /// Appends the application's log events to objects in Alibaba Cloud OSS, each exactly once: adds the logging provider, its health check and
    /// its metrics. The connection string of the given name says where the events go; <c>WithReference</c> in the AppHost sets it. Set everything
    /// else in <c>Logging:OssAppend</c>. A host has one provider, so call this once.
    /// </summary>
    /// <param name="builder">The application's builder.</param>
    /// <param name="connectionName">The name of the connection string: with Aspire, the name of the bucket in the AppHost.</param>
    /// <param name="configureSettings">Changes what was read from <c>Aspire:OssAppend</c> and the connection string. Default: nothing.</param>
    /// <param name="configureOptions">Changes the provider's options, after everything else has set them. Default: nothing.</param>
    /// <exception cref="OssSettingsException">
    /// The connection string or a setting in <c>Aspire:OssAppend</c> cannot be used; the exception names all faults. The provider's own settings
    /// are checked when the host creates the provider.
    /// </exception>
    /// <exception cref="InvalidOperationException">It was called before.</exception>
    public static void AddOssAppend(
        this IHostApplicationBuilder builder,
        string connectionName,
        Action<OssAppendSettings>? configureSettings = null,
        Action<OssAppendLoggerOptions>? configureOptions = null)
    {
        if (builder is null)
            throw new ArgumentNullException(nameof(builder));
        if (string.IsNullOrEmpty(connectionName))
            throw new ArgumentException("It must be the name of a connection string.", nameof(connectionName));

        var connection = $"ConnectionStrings:{connectionName}";
        AddOnce(builder.Services, connection);
        var faults = new List<SettingFault>();
        var settings = OssAppendSettings.Read(builder.Configuration.GetSection(OssAppendSettings.Section), faults);
        settings.ConnectionString = builder.Configuration.GetConnectionString(connectionName) ?? settings.ConnectionString;
        configureSettings?.Invoke(settings);
        var parts = ConnectionParts.Parse(connection, settings.ConnectionString, faults);
        if (faults.Count > 0)
            throw new OssSettingsException(faults, Caller);

        builder.Logging.AddOssAppend(options =>
        {
            ConnectionParts.Apply(parts, options);
            configureOptions?.Invoke(options);
            if (parts.Count == 0 && string.IsNullOrEmpty(options.Bucket))
                throw new OssSettingsException([new SettingFault(connection, "is missing. In the AppHost, give this project WithReference() of the bucket; elsewhere set it, or Bucket and Region in Logging:OssAppend.")], Caller);
        });
        if (!settings.DisableHealthChecks)
            builder.Services.AddHealthChecks().AddOssAppend();
        if (!settings.DisableMetrics)
            builder.Services.AddOssAppendMetrics();
    }

    private static void AddOnce(IServiceCollection services, string connection)
    {
        if (services.FirstOrDefault(service => service.ServiceType == typeof(Connection))?.ImplementationInstance is Connection former)
            throw new InvalidOperationException($"{Caller} was called before, for {former.Name}, and now for {connection}. A host has one provider.");

        services.AddSingleton(new Connection(connection));
    }

    private sealed record Connection(string Name);
}
