using Samples.Shared;
using Serilog;
using Serilog.Debugging;
using SerilogSite;

// A site that logs through Serilog into OSS, set up by appsettings.json alone. Without an endpoint there it brings an OSS of
// its own. Ctrl-C or SIGTERM stop it: what it has logged until then is stored before it ends.
SelfLog.Enable(Console.Error);
var builder = WebApplication.CreateBuilder(args);
await using var bucket = await SiteBucket.OpenAsync(builder.Configuration, "Serilog:WriteTo:Oss:Args");

builder.Services.AddSerilog(logger => logger.ReadFrom.Configuration(builder.Configuration));
// snippet: health
builder.Services.AddHealthChecks().AddOssAppend();
// end

var app = builder.Build();
app.UseSerilogRequestLogging();
app.MapGet("/orders/{order:int}", (int order) =>
{
    SiteLog.OrderSeen(app.Logger, order);
    return $"Order {order}";
});
app.MapSitePages(bucket);

// Ends when the site has stopped and its logger is closed, which stores what waited.
await app.RunAsync();
