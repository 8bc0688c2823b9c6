using OssLogSinks.Benchmarks.Events;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using NLogEvent = NLog.LogEventInfo;
using NLogLevel = NLog.LogLevel;

namespace OssLogSinks.Benchmarks.Micro;

/// <summary>One event of the request log, without an exception, as each library makes it.</summary>
internal static class SampleEvents
{
    private static readonly Request Sample = RequestTraffic.Create(clients: 1000).First(request => request.Failure is null);

    public static LogEvent Serilog()
    {
        var receiver = new KeepingSink();
        using var logger = new LoggerConfiguration().WriteTo.Sink(receiver).CreateLogger();
        logger.Information(Request.Template, Sample.Method, Sample.Path, Sample.Status, Sample.Elapsed, Sample.Client);
        return receiver.Last!;
    }

    public static NLogEvent NLog() =>
        new(NLogLevel.Info, "Shop.Requests", null, Request.Template, [Sample.Method, Sample.Path, Sample.Status, Sample.Elapsed, Sample.Client]);

    private sealed class KeepingSink : ILogEventSink
    {
        public LogEvent? Last { get; private set; }

        public void Emit(LogEvent logEvent) => Last = logEvent;
    }
}
