using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace OssLogSinks.EndToEnd.Child;

/// <summary>An ASP.NET Core application that still logs while it stops, and leaves its logger to the end of the process.</summary>
internal static partial class Site
{
    public static async Task RunAsync(IFrontDoor frontDoor)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        frontDoor.AddTo(builder.Logging);
        builder.Services.AddHostedService<Work>();
        await using var app = builder.Build();
        app.Lifetime.ApplicationStarted.Register(() => Console.WriteLine("logged"));
        await app.RunAsync();
        frontDoor.Log("host has ended");
    }

    private sealed partial class Work(ILogger<Work> logger) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken)
        {
            LogStopping(logger);
            return Task.CompletedTask;
        }

        [LoggerMessage(LogLevel.Information, "work stops")]
        private static partial void LogStopping(ILogger logger);
    }
}
