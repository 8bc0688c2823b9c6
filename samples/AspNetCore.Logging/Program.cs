using LoggingSite;
using Samples.Shared;

// A site that logs through Microsoft.Extensions.Logging into OSS, set up by appsettings.json alone. Without an endpoint there it brings an OSS
// of its own. Ctrl-C or SIGTERM stop it: what it has logged until then is stored before it ends.
var builder = WebApplication.CreateBuilder(args);
await using var bucket = await SiteBucket.OpenAsync(builder.Configuration, "Logging:OssAppend");

builder.Logging.AddOssAppend();
builder.Services.AddHealthChecks().AddOssAppend();

var app = builder.Build();
app.Use(async (context, next) =>
{
    await next(context);
    SiteLog.Answered(app.Logger, context.Request.Method, context.Request.Path, context.Response.StatusCode);
});
app.MapGet("/orders/{order:int}", (int order) =>
{
    SiteLog.OrderSeen(app.Logger, order);
    return $"Order {order}";
});
app.MapSitePages(bucket);

// Ends when the site has stopped. The container then closes the provider, which stores what waited.
await app.RunAsync();
