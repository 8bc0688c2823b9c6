using System.Text;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using OssLogSinks.Aspire.Hosting;

namespace OssLogSinks.Aspire.Tests;

/// <summary>The emulator as a resource of a running AppHost: the sample's, with what a test adds to it.</summary>
public sealed class EmulatorResourceTests : IDisposable
{
    private readonly CancellationTokenSource _timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);

    // Only a test that fails waits so long.
    public EmulatorResourceTests() => _timeout.CancelAfter(TimeSpan.FromMinutes(4));

    private CancellationToken Cancellation => _timeout.Token;

    public void Dispose() => _timeout.Dispose();

    [Fact]
    public async Task ConsumerThatReadsTheVariables_ShipsEachEventOnce()
    {
        await using var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Shop_AppHost>(Cancellation);
        var logs = BucketOf(builder);
        builder.AddExecutable("native", "dotnet", SampleFiles.Root, SampleFiles.ProgramOf("NativeAot")).WithReference(logs).WaitFor(logs);
        await using var app = await builder.BuildAsync(Cancellation);

        await app.StartAsync(Cancellation);
        await app.ResourceNotifications.WaitForResourceAsync("native", KnownResourceStates.Finished, Cancellation);

        var emulator = await logs.Resource.Parent.GetEmulatorAsync(Cancellation);
        foreach (var key in (string[])["native/serilog.log", "native/nlog.log"])
        {
            var orders = Encoding.UTF8.GetString(emulator.ReadObject("logs", key)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal(Enumerable.Range(0, 1000).Select(order => $"Order {order} was paid"), orders.Select(line => line[line.IndexOf("Order", StringComparison.Ordinal)..]));
        }
    }

    [Fact]
    public async Task ShopThatStops_HasStoredItsEventOnce()
    {
        await using var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Shop_AppHost>(Cancellation);
        var logs = BucketOf(builder);
        await using var app = await builder.BuildAsync(Cancellation);
        await app.StartAsync(Cancellation);
        await app.ResourceNotifications.WaitForResourceHealthyAsync("shop", Cancellation);
        using var client = app.CreateHttpClient("shop");

        (await client.GetAsync(new Uri("/orders/4711", UriKind.Relative), Cancellation)).EnsureSuccessStatusCode();
        Assert.Equal("Healthy", await client.GetStringAsync(new Uri("/health", UriKind.Relative), Cancellation));
        await app.StopAsync(Cancellation);

        var emulator = await logs.Resource.Parent.GetEmulatorAsync(Cancellation);
        var stored = Assert.Single(emulator.ListObjects("logs", "shop/"));
        var lines = Encoding.UTF8.GetString(emulator.ReadObject("logs", stored.Key)).Split('\n');
        Assert.Single(lines, line => line.EndsWith("Order 4711 was paid", StringComparison.Ordinal));
    }

    [Fact]
    public async Task RunningEmulator_IsHealthyAndShowsItsEndpoint()
    {
        await using var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Shop_AppHost>(Cancellation);
        var logs = BucketOf(builder);
        await using var app = await builder.BuildAsync(Cancellation);

        await app.StartAsync(Cancellation);
        var bucketState = await app.ResourceNotifications.WaitForResourceHealthyAsync("logs", Cancellation);
        var state = (await app.ResourceNotifications.WaitForResourceHealthyAsync("oss", Cancellation)).Snapshot;

        var endpoint = (await logs.Resource.Parent.GetEmulatorAsync(Cancellation)).Endpoint.GetLeftPart(UriPartial.Authority);
        Assert.Equal(endpoint, Assert.Single(state.Urls).Url);
        Assert.StartsWith("The emulator listens on " + endpoint, Assert.Single(state.HealthReports).Description, StringComparison.Ordinal);
        Assert.Equal(KnownResourceStates.Running, bucketState.Snapshot.State?.Text);
        Assert.Equal(
            $"Endpoint={endpoint};Region=cn-hangzhou;AccessKeyId=emulator-key;AccessKeySecret=emulator-secret;Bucket=logs",
            await app.GetConnectionStringAsync("logs", Cancellation));
    }

    [Fact]
    public async Task PortInUse_FailsTheStartAndSaysWhy()
    {
        await using var other = await Emulator.OssEmulator.StartAsync(cancellationToken: Cancellation);
        await using var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Shop_AppHost>(Cancellation);
        var second = builder.AddOssEmulator("second", options => options.Port = other.Endpoint.Port);
        await using var app = await builder.BuildAsync(Cancellation);

        await app.StartAsync(Cancellation);
        await app.ResourceNotifications.WaitForResourceAsync("second", KnownResourceStates.FailedToStart, Cancellation);

        var failure = await Assert.ThrowsAsync<IOException>(() => second.Resource.GetEmulatorAsync(Cancellation));
        Assert.Contains($"{other.Endpoint.Port}", failure.Message, StringComparison.Ordinal);
        await app.ResourceNotifications.WaitForResourceHealthyAsync("oss", Cancellation);
    }

    [Fact]
    public async Task StoppedAppHost_StopsTheEmulator()
    {
        await using var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Shop_AppHost>(Cancellation);
        var oss = BucketOf(builder).Resource.Parent;
        Uri endpoint;
        await using (var app = await builder.BuildAsync(Cancellation))
        {
            await app.StartAsync(Cancellation);
            endpoint = (await oss.GetEmulatorAsync(Cancellation)).Endpoint;
        }

        using var client = new HttpClient();
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(endpoint, Cancellation));
    }

    private static IResourceBuilder<OssBucketResource> BucketOf(IDistributedApplicationTestingBuilder builder) =>
        builder.CreateResourceBuilder(builder.Resources.OfType<OssBucketResource>().Single());
}
