using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging.Configuration;
using Microsoft.Extensions.Options;
using OssLogSinks.Extensions.Logging;

namespace Microsoft.Extensions.Logging;

/// <summary>Adds <c>builder.Logging.AddOssAppend()</c>.</summary>
public static class OssAppendLoggerExtensions
{
    /// <summary>
    /// Appends events to objects in Alibaba Cloud OSS, each exactly once, in the background. The settings are those of
    /// <see cref="OssAppendLoggerOptions"/>, in the section <c>Logging:OssAppend</c> of the configuration.
    /// </summary>
    /// <param name="builder">The logging builder.</param>
    /// <returns>The logging builder, for chaining.</returns>
    public static ILoggingBuilder AddOssAppend(this ILoggingBuilder builder)
    {
        builder.AddConfiguration();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<ILoggerProvider, OssAppendLoggerProvider>());
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigureOptions<OssAppendLoggerOptions>, LoggerSettings>());
        builder.Services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IOptionsChangeTokenSource<OssAppendLoggerOptions>, LoggerProviderOptionsChangeTokenSource<OssAppendLoggerOptions, OssAppendLoggerProvider>>());
        return builder;
    }

    /// <summary>As <see cref="AddOssAppend(ILoggingBuilder)"/>, with settings in code, which are applied after those of the configuration.</summary>
    /// <param name="builder">The logging builder.</param>
    /// <param name="configure">Sets the settings.</param>
    /// <returns>The logging builder, for chaining.</returns>
    public static ILoggingBuilder AddOssAppend(this ILoggingBuilder builder, Action<OssAppendLoggerOptions> configure)
    {
        builder.AddOssAppend().Services.Configure(configure ?? throw new ArgumentNullException(nameof(configure)));
        return builder;
    }
}
