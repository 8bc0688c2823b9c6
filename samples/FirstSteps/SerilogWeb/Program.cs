using Serilog;
using Serilog.Debugging;

SelfLog.Enable(Console.Error);

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddSerilog(logger => logger.ReadFrom.Configuration(builder.Configuration));

var app = builder.Build();
app.UseSerilogRequestLogging();
app.MapGet("/", () => "Hello!");
app.Run();
