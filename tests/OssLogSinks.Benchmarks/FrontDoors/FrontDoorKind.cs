namespace OssLogSinks.Benchmarks.FrontDoors;

/// <summary>What an event is logged through.</summary>
internal enum FrontDoorKind
{
    /// <summary><c>WriteTo.OssAppend()</c>.</summary>
    SerilogOss,

    /// <summary><c>WriteTo.File()</c>, buffered.</summary>
    SerilogFile,

    /// <summary>The same in <c>WriteTo.Async()</c>.</summary>
    SerilogAsyncFile,

    /// <summary>The sink that a user writes today.</summary>
    SerilogHandmade,

    /// <summary>A sink that takes the event and leaves it at that.</summary>
    SerilogReceiver,

    /// <summary>The same, which also renders the exception, if there is one, and throws the text away.</summary>
    SerilogExceptionReader,

    /// <summary>The OssAppend target.</summary>
    NLogOss,

    /// <summary>A FileTarget that is kept open, in an AsyncWrapper.</summary>
    NLogAsyncFile,

    /// <summary><c>AddOssAppend()</c> of Microsoft.Extensions.Logging.</summary>
    LoggingOss,

    /// <summary>Serilog's provider for it with <c>WriteTo.File()</c>, buffered.</summary>
    LoggingSerilogFile,

    /// <summary>Its simple console, whose output goes nowhere.</summary>
    LoggingConsole,
}
