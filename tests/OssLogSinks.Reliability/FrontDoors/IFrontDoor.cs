using OssLogSinks.Core.Telemetry;
using OssLogSinks.Reliability.Events;

namespace OssLogSinks.Reliability.FrontDoors;

/// <summary>One way to log: the core alone, Serilog, NLog, or Microsoft.Extensions.Logging. Closing it delivers what waits.</summary>
internal interface IFrontDoor : IAsyncDisposable
{
    /// <summary>Logs an event, waiting for space.</summary>
    void Write(EventLine line);

    /// <summary>Ends when everything logged before has its outcome.</summary>
    void Flush();

    /// <summary>Ends when everything logged before is on disk, or in OSS already.</summary>
    /// <returns>False if some of it was given up.</returns>
    bool FlushToDisk();

    /// <summary>What has been done so far; also after the close.</summary>
    DeliverySnapshot GetSnapshot();
}
