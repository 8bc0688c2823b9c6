using OssLogSinks.Benchmarks.Events;

namespace OssLogSinks.Benchmarks.FrontDoors;

/// <summary>A way to log: a logger with one sink or target, as an application would configure it.</summary>
internal interface IFrontDoor
{
    void Log(Request request);

    /// <summary>Closes it, which delivers what waits.</summary>
    FrontDoorCounts Close();
}
