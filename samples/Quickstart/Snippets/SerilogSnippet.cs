using OssLogSinks.Core.Rolling;
using Serilog;

namespace Quickstart.Snippets;

/// <summary>The README's Serilog lines, compiled.</summary>
internal static class SerilogSnippet
{
    public static async Task LogAsync()
    {
        // snippet: serilog
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
}
