using System.Collections.Concurrent;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Logging;
using OssLogSinks.Emulator;

namespace OssLogSinks.Aspire.Hosting;

/// <summary>
/// Starts the emulators of an AppHost and tells its dashboard. The container disposes it after the consumers have stopped, so these can
/// still deliver what they hold, unless <c>DcpPublisher:WaitForResourceCleanup</c> is false.
/// </summary>
internal sealed partial class EmulatorLifetime : IAsyncDisposable
{
    private readonly ConcurrentBag<OssEmulator> _running = [];

    public async Task StartAsync(OssEmulatorResource resource, InitializeResourceEvent starting, CancellationToken cancellationToken)
    {
        try
        {
            await PublishAsync(resource, starting, state => state with { State = KnownResourceStates.Starting }).ConfigureAwait(false);
            await starting.Eventing.PublishAsync(new BeforeResourceStartedEvent(resource, starting.Services), cancellationToken).ConfigureAwait(false);
            var emulator = await OssEmulator.StartAsync(resource.Options, cancellationToken).ConfigureAwait(false);
            _running.Add(emulator);
            resource.SetStarted(emulator);
            await TellAsync(resource, emulator, starting, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogFailed(starting.Logger, e);
            resource.SetFailed(e);
            await PublishAsync(resource, starting, state => state with { State = KnownResourceStates.FailedToStart }).ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var emulator in _running)
            await emulator.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task TellAsync(OssEmulatorResource resource, OssEmulator emulator, InitializeResourceEvent starting, CancellationToken cancellationToken)
    {
        foreach (var available in resource.Buckets.Prepend<IResource>(resource))
            await starting.Eventing.PublishAsync(new ConnectionStringAvailableEvent(available, starting.Services), cancellationToken).ConfigureAwait(false);

        var endpoint = emulator.Endpoint.GetLeftPart(UriPartial.Authority);
        LogRunning(starting.Logger, endpoint, emulator.Region, resource.Options.Buckets);
        await PublishAsync(resource, starting, state => state with
        {
            State = KnownResourceStates.Running,
            StartTimeStamp = emulator.TimeProvider.GetUtcNow().UtcDateTime,
            Urls = [new UrlSnapshot("http", endpoint, IsInternal: false)],
            Properties = state.Properties.Add(new("Region", emulator.Region)).Add(new("AccessKeyId", emulator.AccessKeyId)),
        }).ConfigureAwait(false);
    }

    // The state of a bucket is that of its emulator.
    private static async Task PublishAsync(OssEmulatorResource resource, InitializeResourceEvent starting, Func<CustomResourceSnapshot, CustomResourceSnapshot> change)
    {
        await starting.Notifications.PublishUpdateAsync(resource, change).ConfigureAwait(false);
        foreach (var bucket in resource.Buckets)
            await starting.Notifications.PublishUpdateAsync(bucket, change).ConfigureAwait(false);
    }

    [LoggerMessage(LogLevel.Information, "The OSS emulator listens on {Endpoint}, region {Region}, buckets {Buckets}.")]
    private static partial void LogRunning(ILogger logger, string endpoint, string region, IEnumerable<string> buckets);

    [LoggerMessage(LogLevel.Error, "The OSS emulator cannot start.")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
