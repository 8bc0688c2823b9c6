using Microsoft.Extensions.Logging;

namespace OssLogSinks.EndToEnd.Child;

/// <summary>A logging library as an application uses it. What is given up is printed as 'lost: ' and the event's text.</summary>
internal interface IFrontDoor
{
    void Log(string text);

    /// <summary>Ends when all that was logged is as safe as ordered.</summary>
    /// <exception cref="InvalidOperationException">Some of it is not.</exception>
    Task FlushAsync();

    /// <summary>What an orderly application does at its end.</summary>
    void CloseAndFlush();

    void AddTo(ILoggingBuilder logging);

    static IFrontDoor Open(Order order) => order.FrontDoor switch
    {
        "serilog" => new SerilogFrontDoor(order),
        "logging" => new LoggingFrontDoor(order),
        _ => new NLogFrontDoor(order),
    };
}
