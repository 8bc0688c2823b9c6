using OssLogSinks.Benchmarks.Events;
using Serilog.Core;

namespace OssLogSinks.Benchmarks.FrontDoors;

/// <summary>A Serilog logger.</summary>
/// <param name="logger">The logger.</param>
/// <param name="count">What became of the events; asked after the close.</param>
internal sealed class SerilogFrontDoor(Logger logger, Func<FrontDoorCounts> count) : IFrontDoor
{
    public void Log(Request request)
    {
        if (request.Failure is { } failure)
            logger.Error(failure, Request.Template, request.Method, request.Path, request.Status, request.Elapsed, request.Client);
        else
            logger.Information(Request.Template, request.Method, request.Path, request.Status, request.Elapsed, request.Client);
    }

    public FrontDoorCounts Close()
    {
        logger.Dispose();
        return count();
    }
}
