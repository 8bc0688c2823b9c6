// snippet: client
var builder = WebApplication.CreateBuilder(args);
builder.AddOssAppend("logs");

var app = builder.Build();
app.MapHealthChecks("/health");
// end
app.MapGet("/orders/{order:int}", (int order, ILogger<Program> logger) => Orders.LogPaid(logger, order));
app.Run();

internal static partial class Orders
{
    [LoggerMessage(LogLevel.Information, "Order {Order} was paid")]
    public static partial void LogPaid(ILogger logger, int order);
}
