// snippet: usings
using OssLogSinks.Core;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;
using Serilog;
using Serilog.Debugging;
// end

namespace Quickstart.Snippets;

/// <summary>The lines of docs/getting-started.md for Function Compute, compiled.</summary>
internal static class FunctionComputeSnippet
{
    // snippet: function-compute
    public static WebApplication Create(string[] args)
    {
        SelfLog.Enable(Console.Error);
        var emulator = Environment.GetEnvironmentVariable("OSS_ENDPOINT"); // Not set: the internal endpoint of the region.
        OssCredentials? latest = null;
        Log.Logger = new LoggerConfiguration()
            .WriteTo.OssAppend(
                bucket: "my-logs",
                region: "cn-hangzhou",
                objectKey: "shop/{Timestamp:yyyy/MM/dd}/{MachineName}-{InstanceId}.log",
                credentials: new DelegateCredentialsProvider(_ => new(latest ?? throw new OssCredentialsException("No invocation has brought credentials yet."))),
                configure: options =>
                {
                    options.Endpoint = emulator;
                    options.Network = emulator is null ? OssNetwork.Internal : OssNetwork.Public;
                })
            .CreateLogger();

        var app = WebApplication.Create(args);
        app.Use((context, next) =>
        {
            var headers = context.Request.Headers;
            if (headers["x-fc-access-key-id"].ToString() is { Length: > 0 } id)
                latest = new OssCredentials(id, headers["x-fc-access-key-secret"].ToString(), headers["x-fc-security-token"].ToString());
            return next(context);
        });

        var functions = app.MapGroup("").AddEndpointFilter(async (context, next) =>
        {
            try
            {
                return await next(context);
            }
            finally
            {
                await FlushAsync(); // Before the response is sent: the instance may be frozen after it.
            }
        });
        functions.MapPost("/invoke", () =>
        {
            Log.Information("Order {Order} was paid", 4711);
            return "done";
        });

        app.MapGet("/pre-stop", FlushAsync); // Not a close: the instance may be used again.
        return app;
    }

    private static async Task FlushAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        try
        {
            await OssAppendMonitors.All.FlushAsync(cancellationToken: limit.Token);
        }
        catch (OperationCanceledException)
        {
            // OSS does not answer. The events wait for the next invocation of this instance.
        }
    }
    // end
}
