var builder = WebApplication.CreateBuilder(args);
builder.Logging.AddOssAppend();

var app = builder.Build();
app.MapGet("/", () => "Hello!");
app.Run();
