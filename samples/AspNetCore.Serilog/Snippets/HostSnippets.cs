using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using OssLogSinks.Core.Client.Credentials;
using Serilog;
using Serilog.Debugging;

namespace SerilogSite.Snippets;

/// <summary>Lines of docs/hosting.md and docs/kubernetes.md, compiled.</summary>
internal static class HostSnippets
{
    public static void Bootstrap(string[] args)
    {
        // snippet: bootstrap
        SelfLog.Enable(Console.Error);
        Log.Logger = new LoggerConfiguration().WriteTo.Console().CreateBootstrapLogger();

        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddSerilog((services, logger) => logger
            .ReadFrom.Configuration(builder.Configuration)
            .ReadFrom.Services(services));
        // end
    }

    public static void Credentials(WebApplicationBuilder builder)
    {
        // snippet: credentials
        builder.Services.AddSerilog((services, logger) => logger.WriteTo.OssAppend(
            bucket: "my-logs",
            region: "cn-hangzhou",
            credentials: services.GetRequiredService<IOssCredentialsProvider>()));
        // end
    }

    public static void Probes(WebApplicationBuilder builder)
    {
        // snippet: probes
        builder.Services.AddHealthChecks().AddOssAppend(tags: ["logs"]);

        var app = builder.Build();
        app.MapHealthChecks("/healthz/live", new HealthCheckOptions { Predicate = _ => false });
        app.MapHealthChecks("/healthz/ready", new HealthCheckOptions { Predicate = check => !check.Tags.Contains("logs") });
        app.MapHealthChecks("/healthz/logs", new HealthCheckOptions { Predicate = check => check.Tags.Contains("logs") });
        // end
    }
}
