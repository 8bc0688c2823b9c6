using Microsoft.Extensions.Logging;
using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Emulator;
using OssLogSinks.Extensions.Logging.Tests.Support;
using OssLogSinks.Testing.FrontDoors;

namespace OssLogSinks.Extensions.Logging.Tests;

/// <summary>The buffer on disk of a provider, over HTTP to the emulator.</summary>
public sealed class ProviderBufferOverHttpTests : BufferOverHttpTests
{
    private readonly KeptProvider _others = new();

    private protected override IEnumerable<string> Reports => _others.Events.Where(e => e.Category == "OssLogSinks.OssAppend").Select(e => e.Message);

    [Theory]
    [InlineData("code")]
    [InlineData("configuration")]
    public Task EachWayToConfigure_EndsInABufferThatOutlivesItsHost(string way) => AssertBufferOutlivesAsync(way);

    private protected override IBufferedLog Open(string way, OssEmulator oss, TimeSpan closeTimeout = default)
    {
        var losses = new KeptLosses();
        var isInCode = way != "configuration";
        return new BufferedHost(
            ProviderHost.Build(
                options =>
                {
                    ProviderHost.Reach(oss, options);
                    options.BufferPath = isInCode ? BufferPath : options.BufferPath;
                    options.CloseTimeout = isInCode ? closeTimeout : options.CloseTimeout;
                },
                isInCode ? null : ProviderHost.Configuration(("BufferPath", BufferPath), ("CloseTimeout", "00:00:00"), ("BufferSync", "None")),
                logging => logging.AddProvider(_others).Services.Add(new(typeof(ILostEventListener), losses))),
            losses);
    }

    private sealed class BufferedHost(ProviderHost host, KeptLosses losses) : IBufferedLog
    {
        public void Write(string message) => host.Logger.Log(LogLevel.Information, default, message, null, static (text, _) => text);

        public async Task FlushToDiskAsync() => Assert.True(await host.Provider.FlushAsync(OssFlushTarget.Disk, TestContext.Current.CancellationToken));

        public async Task CloseAsync() => await host.DisposeAsync();

        public DeliverySnapshot GetSnapshot() => host.Provider.GetSnapshot();

        public void AssertAllAreSafe(int count)
        {
            Assert.Empty(losses.All);
            Assert.Equal(0, GetSnapshot().DroppedTotal);
        }

        public ValueTask DisposeAsync() => host.DisposeAsync();
    }
}
