using Microsoft.Extensions.Logging;
using OssLogSinks.Core.Delivery;
using Serilog;
using Serilog.Core;
using Serilog.Debugging;
using Serilog.Events;
using Serilog.Sinks.OssAppend;

namespace OssLogSinks.EndToEnd.Child;

internal sealed class SerilogFrontDoor : IFrontDoor, ILoggingFailureListener
{
    private readonly OssAppendMonitor _monitor = new();
    private readonly OssFlushTarget _flushTarget;

    public SerilogFrontDoor(Order order)
    {
        SelfLog.Enable(Console.Error);
        _flushTarget = order.FlushTarget;
        var options = new OssAppendSinkOptions
        {
            Endpoint = order.Endpoint,
            Region = order.Region,
            Bucket = order.Bucket,
            AccessKeyId = order.AccessKeyId,
            AccessKeySecret = order.AccessKeySecret,
            ObjectKey = order.ObjectKey,
            OutputTemplate = "{Message:lj}{NewLine}",
            AppendInterval = TimeSpan.FromMilliseconds(order.PeriodMilliseconds),
            CloseTimeout = TimeSpan.FromSeconds(order.CloseTimeoutSeconds),
            RetryDelay = TimeSpan.FromMilliseconds(5),
            RetryDelayLimit = TimeSpan.FromMilliseconds(100),
            DrainOnProcessExit = order.DrainOnProcessExit,
            BufferPath = order.BufferPath,
            Monitor = _monitor,
        };
        Serilog.Log.Logger = new LoggerConfiguration()
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
            .WriteTo.Fallible(w => w.OssAppend(options), this)
            .CreateLogger();
    }

    public void Log(string text) => Serilog.Log.Information(text);

    public async Task FlushAsync()
    {
        if (!await _monitor.FlushAsync(_flushTarget))
            throw new InvalidOperationException("The flush failed.");
    }

    public void CloseAndFlush() => Serilog.Log.CloseAndFlush();

    public void AddTo(ILoggingBuilder logging) => logging.AddSerilog();

    public void OnLoggingFailed(object sender, LoggingFailureKind kind, string message, IReadOnlyCollection<LogEvent>? events, Exception? exception)
    {
        foreach (var logEvent in events ?? [])
            Console.WriteLine("lost: " + logEvent.MessageTemplate.Text);
    }
}
