using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OssLogSinks.Emulator;
using OssLogSinks.EndToEnd.Tests.Support;

namespace OssLogSinks.EndToEnd.Tests;

/// <summary>Many hosts in one process, as the tests of a large application start them: every second one has a disk buffer, all in the same folder.</summary>
public sealed class ManyHostsTests : IDisposable
{
    private const int Requests = 5;

    private readonly BufferFolder _buffer = new();

    public void Dispose() => _buffer.Dispose();

    [Theory]
    [InlineData(20)]
    [InlineData(200, Explicit = true)]
    public async Task HostsInParallel_StoreEachEventOnce(int hosts)
    {
        await using var emulator = await OssEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);

        await Task.WhenAll(Enumerable.Range(0, hosts).Select(number => Task.Run(() => VisitAsync(emulator, number), TestContext.Current.CancellationToken)));

        for (var number = 0; number < hosts; number++)
            Assert.Equal(Enumerable.Range(0, Requests).Select(i => $"event {i}"), emulator.Lines(KeyOf(number)).Select(line => line[line.IndexOf("event", StringComparison.Ordinal)..]));

        // A close that took long because the thread pool was busy removes its folder in the background.
        await _buffer.AreLeftAsync(0);
    }

    private static string KeyOf(int number) => $"host-{number}.log";

    private async Task VisitAsync(OssEmulator emulator, int number)
    {
        await using var host = new SiteFactory(emulator, KeyOf(number), number % 2 == 0 ? null : _buffer.Path);
        using var client = host.CreateClient();
        for (var i = 0; i < Requests; i++)
            await client.GetStringAsync(new Uri($"/?event={i}", UriKind.Relative), TestContext.Current.CancellationToken);
    }

    private sealed class SiteFactory(OssEmulator emulator, string key, string? bufferPath) : WebApplicationFactory<SiteFactory>
    {
        protected override IHostBuilder CreateHostBuilder() => new HostBuilder()
            .ConfigureLogging(logging => logging.AddOssAppend(options =>
            {
                options.Endpoint = emulator.Endpoint.ToString();
                options.Region = emulator.Region;
                options.Bucket = Emulated.Bucket;
                options.AccessKeyId = emulator.AccessKeyId;
                options.AccessKeySecret = emulator.AccessKeySecret;
                options.ObjectKey = key;
                options.BufferPath = bufferPath;

                // All hosts close at the same time, on two cores perhaps.
                options.CloseTimeout = TimeSpan.FromMinutes(2);
            }).AddFilter("Microsoft", LogLevel.None))
            .ConfigureWebHost(web => web.Configure(site => site.Run(context =>
            {
                SayEvent(context.RequestServices.GetRequiredService<ILogger<SiteFactory>>(), context.Request.Query["event"].ToString(), null);
                return Task.CompletedTask;
            })));

        protected override void ConfigureWebHost(IWebHostBuilder builder) => builder.UseContentRoot(AppContext.BaseDirectory);

        private static readonly Action<ILogger, string, Exception?> SayEvent = LoggerMessage.Define<string>(LogLevel.Information, default, "event {Number}");
    }
}
