using OssLogSinks.Battery.Parts;
using Serilog;
using Serilog.Debugging;
using Serilog.Sinks.OssAppend;

namespace OssLogSinks.Battery.FrontDoors;

internal sealed class SerilogFrontDoor : IFrontDoor
{
    private readonly OssAppendMonitor _monitor = new();
    private readonly PartOrder _order;

    public SerilogFrontDoor(PartOrder order)
    {
        _order = order;
        SelfLog.Enable(Console.Error);
        var options = new OssAppendSinkOptions { OutputTemplate = "{Message:lj}{NewLine}", Monitor = _monitor };
        SharedSettings.Apply(order, options);
        Serilog.Log.Logger = new LoggerConfiguration().WriteTo.OssAppend(options).CreateLogger();
    }

    public void Log(string text) => Serilog.Log.Information(text);

    public Task<bool> FlushAsync() => _monitor.FlushAsync(_order.FlushTarget());

    public void Close() => Serilog.Log.CloseAndFlush();
}
