using OssLogSinks.Battery.Parts;

namespace OssLogSinks.Battery.FrontDoors;

/// <summary>A logging library as an application uses it. Each event is one line: its text.</summary>
internal interface IFrontDoor
{
    void Log(string text);

    /// <summary>Ends when all that was logged is as safe as ordered; false if some of it is not.</summary>
    Task<bool> FlushAsync();

    /// <summary>What an orderly application does at its end.</summary>
    void Close();
}

/// <summary>Opens a front door as an order says.</summary>
internal static class FrontDoor
{
    public static IFrontDoor Open(PartOrder order) => order.FrontDoor switch
    {
        "serilog" => new SerilogFrontDoor(order),
        "nlog" => new NLogFrontDoor(order),
        "logging" => new LoggingFrontDoor(order),
        var name => throw new ArgumentException($"There is no front door '{name}'."),
    };
}
