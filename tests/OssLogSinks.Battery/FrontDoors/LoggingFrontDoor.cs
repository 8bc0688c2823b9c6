using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using OssLogSinks.Battery.Parts;
using OssLogSinks.Extensions.Logging;

namespace OssLogSinks.Battery.FrontDoors;

internal sealed class LoggingFrontDoor : IFrontDoor
{
    private readonly PartOrder _order;
    private readonly ServiceProvider _services;
    private readonly OssAppendLoggerProvider _provider;
    private readonly ILogger _logger;

    public LoggingFrontDoor(PartOrder order)
    {
        _order = order;
        var services = new ServiceCollection().AddSingleton<ConsoleFormatter, MessageFormatter>();
        services.AddLogging(logging => logging.AddOssAppend(options =>
        {
            SharedSettings.Apply(order, options);
            options.Formatter = MessageFormatter.FormatterName;
            options.ReportToConsole = true;
        }));
        _services = services.BuildServiceProvider();
        _logger = _services.GetRequiredService<ILoggerFactory>().CreateLogger("Battery");
        _provider = _services.GetServices<ILoggerProvider>().OfType<OssAppendLoggerProvider>().Single();
    }

    public void Log(string text) => _logger.Log(LogLevel.Information, default, text, null, static (state, _) => state);

    public Task<bool> FlushAsync() => _provider.FlushAsync(_order.FlushTarget());

    public void Close() => _services.Dispose();

    private sealed class MessageFormatter() : ConsoleFormatter(FormatterName)
    {
        public const string FormatterName = "message";

        public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter) =>
            textWriter.Write(logEntry.Formatter(logEntry.State, logEntry.Exception) + "\n");
    }
}
