using NLog;
using NLog.Web;
using NLogSite;
using Samples.Shared;

// A site that logs through NLog into OSS, set up by nlog.config alone, which takes what differs from machine to machine from
// appsettings.json. Without an endpoint there it brings an OSS of its own. Ctrl-C or SIGTERM stop it: what it has logged until
// then is stored before it ends.
var builder = WebApplication.CreateBuilder(args);
await using var bucket = await SiteBucket.OpenAsync(builder.Configuration, "Oss");

builder.Logging.ClearProviders();
builder.Host.UseNLog();
builder.Services.AddHealthChecks().AddOssAppend();

var app = builder.Build();
app.UseMiddleware<NLogRequestLoggingMiddleware>();
app.MapGet("/orders/{order:int}", (int order) =>
{
    SiteLog.OrderSeen(app.Logger, order);
    return $"Order {order}";
});
app.MapSitePages(bucket);

await app.RunAsync();

// Stores what waited.
LogManager.Shutdown();
