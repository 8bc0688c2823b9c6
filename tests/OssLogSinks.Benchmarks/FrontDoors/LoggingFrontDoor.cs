using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OssLogSinks.Benchmarks.Events;

namespace OssLogSinks.Benchmarks.FrontDoors;

/// <summary>A logger of Microsoft.Extensions.Logging, called as the source generator writes it.</summary>
internal sealed partial class LoggingFrontDoor : IFrontDoor
{
    private readonly ServiceProvider _services;
    private readonly ILogger _logger;
    private readonly Func<FrontDoorCounts> _count;

    /// <param name="services">The container with one provider.</param>
    /// <param name="count">What became of the events; asked after the close.</param>
    public LoggingFrontDoor(ServiceProvider services, Func<FrontDoorCounts> count)
    {
        _services = services;
        _count = count;
        _logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("Shop.Requests");
    }

    public void Log(Request request)
    {
        if (request.Failure is { } failure)
            Failed(_logger, failure, request.Method, request.Path, request.Status, request.Elapsed, request.Client);
        else
            Answered(_logger, request.Method, request.Path, request.Status, request.Elapsed, request.Client);
    }

    public FrontDoorCounts Close()
    {
        _services.Dispose();
        return _count();
    }

    [LoggerMessage(LogLevel.Information, Request.Template)]
    private static partial void Answered(ILogger logger, string requestMethod, string requestPath, int statusCode, double elapsed, string clientId);

    [LoggerMessage(LogLevel.Error, Request.Template)]
    private static partial void Failed(ILogger logger, Exception failure, string requestMethod, string requestPath, int statusCode, double elapsed, string clientId);
}
