using OssLogSinks.Benchmarks.Services;

namespace OssLogSinks.Benchmarks.FrontDoors;

/// <summary>How a front door is opened. What is not named here is at its default.</summary>
internal sealed record FrontDoorSettings(FrontDoorKind Kind)
{
    public LineFormat Format { get; init; }

    /// <summary>Whether the event becomes bytes within the logging call.</summary>
    public bool RendersAtCall { get; init; }

    /// <summary>Whether the logging call waits when there is no space. Otherwise the event is dropped, as is the default everywhere.</summary>
    public bool WaitsForSpace { get; init; } = true;

    /// <summary>Whether each client has objects of its own.</summary>
    public bool SplitsByClient { get; init; }

    /// <summary>Whether OSS is a client in memory, without a wire.</summary>
    public bool HasMemoryClient { get; init; }

    /// <summary>Whether events wait on disk.</summary>
    public bool HasBuffer { get; init; }

    /// <summary>Whether objects are compressed.</summary>
    public bool Compresses { get; init; }

    /// <summary>Whether events have numbers.</summary>
    public bool HasSequence { get; init; }

    /// <summary>How many events may wait; null for the default.</summary>
    public int? QueueLimit { get; init; }

    /// <summary>How many bytes may wait; null for the default.</summary>
    public long? MemoryLimitBytes { get; init; }

    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>A folder of this front door's own, for files and buffers.</summary>
    public string Folder { get; init; } = "";

    /// <summary>What the keys of this front door's objects begin with.</summary>
    public string Prefix { get; init; } = "";

    public ServiceAddress? Service { get; init; }

    public string ObjectKey => SplitsByClient ? Prefix + "/{ClientId}.log" : Prefix + "/app.log";

    public IFrontDoor Open() => Kind switch
    {
        FrontDoorKind.NLogOss => NLogFrontDoors.Oss(this),
        FrontDoorKind.NLogAsyncFile => NLogFrontDoors.AsyncFile(this),
        FrontDoorKind.LoggingOss or FrontDoorKind.LoggingSerilogFile or FrontDoorKind.LoggingConsole => LoggingFrontDoors.Open(this),
        _ => SerilogFrontDoors.Open(this),
    };
}
