using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Extensions.Logging.Tests.Support;

namespace OssLogSinks.Extensions.Logging.Tests;

public partial class ProviderCallTests
{
    [Fact]
    public async Task StateThatIsAStruct_IsNotBoxed()
    {
        const int Events = 5000;
        var host = ProviderHost.InMemory(new MemoryOss { KeepsBytes = false }, options => options.Formatter = "line");
        await using (host)
        {
            Log(host.Logger, Events);
            var before = GC.GetAllocatedBytesForCurrentThread();
            Log(host.Logger, Events);

            // Pages for the texts are all that a call may allocate. A box would be larger.
            Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / Events, 0, LargeState.Size / 2);
        }

        Assert.Equal(2 * Events, host.Provider.GetSnapshot().Delivered);
    }

    [Fact]
    public async Task SourceGeneratedMessage_IsDeliveredWithItsValues()
    {
        var bucket = new MemoryOss();
        await using (var host = ProviderHost.InMemory(bucket, options => (options.Formatter, options.ObjectKey) = ("clef", "{Tenant}.log")))
            LogOrder(host.Logger, 42, "shop");

        Assert.EndsWith("\"@i\":17,\"SourceContext\":\"Shop.Orders\",\"EventName\":\"LogOrder\",\"Id\":42,\"Tenant\":\"shop\"}\n", bucket.Text("shop.log"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task LevelNone_IsNoEvent()
    {
        var bucket = new MemoryOss();
        await using (var host = ProviderHost.InMemory(bucket))
        {
            var logger = host.Provider.CreateLogger("x");
            Assert.False(logger.IsEnabled(LogLevel.None));
            Assert.True(logger.IsEnabled(LogLevel.Trace));
            logger.Log(LogLevel.None, "nothing");
            logger.Log(LogLevel.Trace, "something");
        }

        Assert.Equal("something\n", bucket.AllText);
    }

    [Fact]
    public async Task MessageThatThrows_IsDroppedAndTold_AndTheCallGoesOn()
    {
        var losses = new KeptLosses();
        var bucket = new MemoryOss();
        var host = ProviderHost.InMemory(bucket, more: logging => logging.Services.AddSingleton<ILostEventListener>(losses));
        await using (host)
        {
            host.Logger.Log(LogLevel.Error, 3, 0, null, (_, _) => throw new InvalidOperationException());
            host.Logger.LogInformation("after");
        }

        await Wait.UntilAsync(() => losses.All.Count == 1).InTime();
        var (lost, failure) = losses.All[0];
        Assert.Equal((3, null, DropReason.FormatError), (lost.EventId.Id, lost.Text, failure.Reason));
        Assert.Equal("after\n", bucket.AllText);
        Assert.Equal(1, host.Provider.GetSnapshot().Dropped[DropReason.FormatError]);
    }

    [Fact]
    public async Task EventAfterTheClose_IsCountedAndTold()
    {
        var losses = new KeptLosses();
        var host = ProviderHost.InMemory(new MemoryOss(), more: logging => logging.Services.AddSingleton<ILostEventListener>(losses));
        host.Logger.LogInformation("before");
        await host.DisposeAsync();

        host.Logger.LogInformation("after");

        Assert.Equal(("after", DropReason.Closed), (Assert.Single(losses.All).Event.Text, losses.All[0].Failure.Reason));
        Assert.Equal((1, 1), (host.Provider.GetSnapshot().Delivered, host.Provider.GetSnapshot().Dropped[DropReason.Closed]));
    }

    [Fact]
    public async Task ListenerThatLogs_MayNeedALoggerItself()
    {
        var bucket = new MemoryOss();
        var host = ProviderHost.InMemory(
            bucket,
            options => (options.EventSizeLimitBytes, options.DropTooLargeEvents) = (100, true),
            more: logging => logging.Services.AddSingleton<ILostEventListener, LoggingListener>());
        await using (host)
        {
            host.Logger.LogInformation("{Text}", new string('x', 200));
            await Wait.UntilAsync(() => host.Provider.GetSnapshot().Delivered == 1).InTime();
        }

        Assert.Equal("lost: xxx\n", bucket.AllText);
        Assert.Equal(2, host.Provider.GetSnapshot().Dropped[DropReason.TooLarge]);
    }

    private static void Log(ILogger logger, int count)
    {
        for (var i = 0; i < count; i++)
            logger.Log(LogLevel.Information, default, default(LargeState), null, static (_, _) => "text");
    }

    [LoggerMessage(17, LogLevel.Information, "Order {Id} of {Tenant}")]
    private static partial void LogOrder(ILogger logger, int id, string tenant);

    /// <summary>A state of a kilobyte.</summary>
    [System.Runtime.CompilerServices.InlineArray(Size)]
    private struct LargeState
    {
        public const int Size = 1024;

        private byte _first;

        public readonly byte First => _first;
    }

    private sealed class LoggingListener(ILogger<LoggingListener> logger) : ILostEventListener
    {
        public void OnLost(IReadOnlyCollection<LostEvent> events, OssDeliveryException failure)
        {
            foreach (var lost in events)
            {
                logger.LogInformation("lost: {Beginning}", lost.Text![..3]);
                logger.LogInformation("{Text}", lost.Text);
            }
        }
    }
}
