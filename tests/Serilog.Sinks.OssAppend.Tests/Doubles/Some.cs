using System.Globalization;
using Serilog.Events;
using Serilog.Parsing;

namespace Serilog.Sinks.OssAppend.Tests.Doubles;

/// <summary>What most tests need.</summary>
internal static class Some
{
    /// <summary>Settings for a bucket in memory: one object, short waits.</summary>
    public static OssAppendSinkOptions Options(MemoryOss bucket) => new()
    {
        Client = bucket,
        ObjectKey = "app.log",
        OutputTemplate = "{Message:lj}{NewLine}",
        FormatProvider = CultureInfo.InvariantCulture,
        AppendInterval = TimeSpan.FromMilliseconds(8),
        Monitor = new OssAppendMonitor(),
    };

    public static LogEvent Event(string text, LogEventLevel level = LogEventLevel.Information, params LogEventProperty[] properties) =>
        new(new DateTimeOffset(2026, 11, 22, 20, 15, 7, 89, TimeSpan.FromHours(8)), level, null, new MessageTemplateParser().Parse(text), properties);
}
