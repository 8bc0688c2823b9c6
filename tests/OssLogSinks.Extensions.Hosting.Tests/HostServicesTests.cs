using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Testing;
using Serilog;

namespace OssLogSinks.Extensions.Hosting.Tests;

/// <summary>A sink that is configured in a file uses what the host's container has.</summary>
public class HostServicesTests
{
    private const string Class = "OssLogSinks.Extensions.Hosting.OssAppendHostServices";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task SinkInJson_UsesTheHostsClientAndCredentials()
    {
        var oss = new MemoryOss();
        var expected = new OssCredentials("id-of-the-host", "secret-of-the-host");
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(
        [
            new("Serilog:WriteTo:0:Name", "OssAppend"),
            new("Serilog:WriteTo:0:Args:objectKey", "host.log"),
            new("Serilog:WriteTo:0:Args:name", "host services"),
            new("Serilog:WriteTo:0:Args:client", $"{Class}::Client, OssLogSinks.Extensions.Hosting"),
        ]);
        builder.Services.AddOssAppendServices().AddOssAppendMonitors();
        builder.Services.AddSingleton<IOssClient>(oss);
        builder.Services.AddSingleton<IOssCredentialsProvider>(new StaticCredentialsProvider(expected));
        builder.Services.AddSerilog(logger => logger.ReadFrom.Configuration(builder.Configuration));

        // The only test that starts a host: it is the one whose services count.
        var early = await Assert.ThrowsAsync<OssCredentialsException>(async () => await OssAppendHostServices.Credentials.GetCredentialsAsync(null, Cancel));
        using var host = builder.Build();
        await host.StartAsync(Cancel);
        host.Services.GetRequiredService<Serilog.ILogger>().Information("from JSON");
        Assert.True(await host.Services.GetRequiredKeyedService<Core.IOssAppendMonitor>("host services").FlushAsync(cancellationToken: Cancel));

        Assert.Contains("AddOssAppendServices()", early.Message);
        Assert.Contains("from JSON", oss.Text("host.log"));
        Assert.Same(expected, await OssAppendHostServices.Credentials.GetCredentialsAsync(null, Cancel));
        await host.StopAsync(Cancel);
    }
}
