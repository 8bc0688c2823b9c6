using System.Diagnostics;
using System.Text.Json;
using Serilog.Context;
using Serilog.Sinks.OssAppend.Tests.Doubles;

namespace Serilog.Sinks.OssAppend.Tests;

/// <summary>What engines read and people do not: compact JSON has trace and span, the log context, and objects as objects.</summary>
public class CompactJsonTests
{
    [Fact]
    public async Task TraceSpanContextAndObjects_AreInTheDocument()
    {
        var bucket = new MemoryOss();
        var options = Some.Options(bucket);
        options.Formatter = new OssAppendCompactJsonFormatter();
        using var activity = new Activity("order").SetIdFormat(ActivityIdFormat.W3C).Start();
        await using (var logger = new LoggerConfiguration().Enrich.FromLogContext().WriteTo.OssAppend(options).CreateLogger())
        using (LogContext.PushProperty("Tenant", "acme"))
            logger.ForContext<CompactJsonTests>().Information("Paid {@Order}", new { Number = 4711, Lines = new[] { "a", "b" } });

        using var document = JsonDocument.Parse(Assert.Single(bucket.Lines));
        var root = document.RootElement;
        Assert.Equal(activity.TraceId.ToHexString(), root.GetProperty("@tr").GetString());
        Assert.Equal(activity.SpanId.ToHexString(), root.GetProperty("@sp").GetString());
        Assert.Equal("acme", root.GetProperty("Tenant").GetString());
        Assert.Equal(typeof(CompactJsonTests).FullName, root.GetProperty("SourceContext").GetString());
        Assert.Equal(4711, root.GetProperty("Order").GetProperty("Number").GetInt32());
        Assert.Equal(["a", "b"], root.GetProperty("Order").GetProperty("Lines").EnumerateArray().Select(line => line.GetString()));
    }
}
