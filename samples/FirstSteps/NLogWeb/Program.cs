using NLog.Web;

var builder = WebApplication.CreateBuilder(args);
builder.Logging.ClearProviders();
builder.Host.UseNLog();

var app = builder.Build();
app.UseMiddleware<NLogRequestLoggingMiddleware>();
app.MapGet("/", () => "Hello!");
app.Run();

NLog.LogManager.Shutdown();
