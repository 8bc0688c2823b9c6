using OssLogSinks.Core;

namespace Samples.Shared;

/// <summary>The pages of each sample site: a start page that links an order, the health, the bucket and the counters.</summary>
internal static class SitePages
{
    private const string Start = """
        <!DOCTYPE html>
        <html lang="en">
        <head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>A site that logs to OSS</title></head>
        <body>
        <h1>A site that logs to OSS</h1>
        <ul>
        <li><a href="/orders/1">Look at an order</a>: logs an event</li>
        <li><a href="/health">Health</a>: whether events reach OSS</li>
        <li><a href="/bucket">Bucket</a>: what is in the objects</li>
        <li><a href="/metrics">Metrics</a>: what each sink counted</li>
        </ul>
        </body>
        </html>
        """;

    public static void MapSitePages(this WebApplication app, SiteBucket bucket)
    {
        app.MapGet("/", () => Results.Content(Start, "text/html; charset=utf-8"));
        app.MapHealthChecks("/health", HealthPage.Options);
        app.MapGet("/bucket", async (IOssAppendMonitor monitor, CancellationToken cancellationToken) =>
        {
            await monitor.FlushAsync(cancellationToken: cancellationToken);
            return await bucket.DescribeAsync(cancellationToken);
        });
        app.MapGet("/metrics", () => OssAppendMonitors.Open.Select(monitor => monitor.GetSnapshot()));
    }
}
