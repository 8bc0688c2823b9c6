using OssLogSinks.Core.Rolling;
using Serilog;
using Serilog.Debugging;

namespace Quickstart.Snippets;

/// <summary>The README's Serilog lines, compiled.</summary>
internal static class SerilogSnippet
{
    public static async Task LogAsync()
    {
        // snippet: serilog
        SelfLog.Enable(Console.Error); // The sink and Serilog itself report their errors here.

        Log.Logger = new LoggerConfiguration()
            .WriteTo.OssAppend(
                bucket: "my-logs",
                region: "cn-hangzhou",
                objectKey: "shop/{MachineName}/app-.log",
                rollingInterval: OssRollingInterval.Day)
            .CreateLogger();

        Log.Information("Order {Order} was paid", 4711);
        await Log.CloseAndFlushAsync();
        // end
    }

    public static void Audit()
    {
        // snippet: audit
        SelfLog.Enable(Console.Error);

        using var audit = new LoggerConfiguration()
            .AuditTo.OssAppend(bucket: "my-logs", region: "cn-hangzhou", objectKey: "audit/{Timestamp:yyyy/MM/dd}/{MachineName}.log")
            .CreateLogger();

        audit.Information("Order {Order} was paid", 4711); // Stored in OSS now, or this line has thrown.
        // end
    }
}
