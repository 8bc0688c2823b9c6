using System.Net;
using OssLogSinks.Core.Client.Errors;
using Serilog.Sinks.OssAppend.Tests.Doubles;

namespace Serilog.Sinks.OssAppend.Tests.Delivery;

/// <summary>A logger that a host replaces during its start, while OSS is down: its close holds the start up for events alone.</summary>
public sealed class EmptyCloseTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("oss-empty-close-").FullName;
    private readonly MemoryOss _bucket = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task NothingWasLogged_TheCloseDoesNotWait(bool hasBuffer, bool renderAtCall)
    {
        GoDown();
        var options = Options(hasBuffer, renderAtCall);
        var logger = new LoggerConfiguration().WriteTo.OssAppend(options).CreateLogger();

        await logger.DisposeAsync().AsTask().InTime();

        Assert.Empty(_bucket.Appends);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task EverythingIsStored_TheCloseDoesNotWait(bool hasBuffer)
    {
        var options = Options(hasBuffer);
        var logger = new LoggerConfiguration().WriteTo.OssAppend(options).CreateLogger();
        logger.Information("starting");
        Assert.True(await options.Monitor!.FlushAsync(TestContext.Current.CancellationToken).InTime());
        GoDown();

        await logger.DisposeAsync().AsTask().InTime();

        Assert.Equal(["starting"], _bucket.Lines);
    }

    [Fact]
    public async Task OnlyWhatOthersLeftOnDiskWaits_TheCloseDoesNotWait()
    {
        GoDown();
        var leaving = Options(hasBuffer: true);
        leaving.CloseTimeout = TimeSpan.Zero;
        await using (var first = new LoggerConfiguration().WriteTo.OssAppend(leaving).CreateLogger())
        {
            first.Information("left");
            Assert.True(await leaving.Monitor!.FlushAsync(OssLogSinks.Core.Delivery.OssFlushTarget.Disk, TestContext.Current.CancellationToken).InTime());
        }

        var options = Options(hasBuffer: true);
        var logger = new LoggerConfiguration().WriteTo.OssAppend(options).CreateLogger();
        await Wait.UntilAsync(() => options.Monitor!.GetSnapshot() is { OrphanedFolders: > 0, TroubleSince: not null }).InTime();

        await logger.DisposeAsync().AsTask().InTime();
    }

    private void GoDown() => _bucket.Failure = new OssException(HttpStatusCode.ServiceUnavailable, "ServiceUnavailable", "Not now.");

    private OssAppendSinkOptions Options(bool hasBuffer, bool renderAtCall = false)
    {
        var options = Some.Options(_bucket);
        options.CloseTimeout = TimeSpan.FromHours(1);
        options.RenderAtCall = renderAtCall;
        options.BufferPath = hasBuffer ? _folder : null;
        return options;
    }
}
