using NLog;
using NLog.Config;
using NLog.Targets;
using OssLogSinks.Benchmarks.Events;

namespace OssLogSinks.Benchmarks.FrontDoors;

/// <summary>An NLog factory with one target.</summary>
internal sealed class NLogFrontDoor : IFrontDoor
{
    private readonly Logger _logger;
    private readonly TimeSpan _closeTimeout;
    private readonly Func<FrontDoorCounts> _count;

    /// <param name="target">The target.</param>
    /// <param name="closeTimeout">How long the close may take.</param>
    /// <param name="count">What became of the events; asked after the close.</param>
    public NLogFrontDoor(Target target, TimeSpan closeTimeout, Func<FrontDoorCounts> count)
    {
        _closeTimeout = closeTimeout;
        _count = count;
        var factory = new LogFactory { ThrowConfigExceptions = true };
        var configuration = new LoggingConfiguration(factory);
        configuration.AddRuleForAllLevels(target);
        factory.Configuration = configuration;
        _logger = factory.GetLogger("Shop.Requests");
    }

    public void Log(Request request)
    {
        if (request.Failure is { } failure)
            _logger.Error(failure, Request.Template, request.Method, request.Path, request.Status, request.Elapsed, request.Client);
        else
            _logger.Info(Request.Template, request.Method, request.Path, request.Status, request.Elapsed, request.Client);
    }

    public FrontDoorCounts Close()
    {
        // A shutdown would flush by itself, for 15 seconds whatever the target's own timeout is.
        _logger.Factory.Flush(_closeTimeout);
        _logger.Factory.Dispose();
        return _count();
    }
}
