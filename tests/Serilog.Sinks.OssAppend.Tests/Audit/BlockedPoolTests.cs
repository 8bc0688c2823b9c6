using Serilog.Sinks.OssAppend.Tests.Doubles;

namespace Serilog.Sinks.OssAppend.Tests.Audit;

/// <summary>Calls that block threads of the pool do not take them from the delivery that they wait for.</summary>
[Collection(SinkAloneCollection.Name)]
public sealed class BlockedPoolTests
{
    private const int Calls = 200;

    // The pool alone adds some four threads a second.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task AuditCallsOfThePool_AreAnsweredSoon_AndThePoolIsAsItWas()
    {
        var bucket = new MemoryOss();
        ThreadPool.GetMinThreads(out var before, out _);
        var options = Some.Options(bucket);
        options.AppendInterval = new OssAppendSinkOptions().AppendInterval;
        var begun = TimeProvider.System.GetTimestamp();
        await using (var logger = new LoggerConfiguration().AuditTo.OssAppend(options).CreateLogger())
        {
            bucket.Hold();
            var calls = Enumerable.Range(0, Calls).Select(i => Task.Run(() => logger.Information("{I}", i), TestContext.Current.CancellationToken)).ToList();
            await OnAThread(() => SpinWait.SpinUntil(() => options.Monitor!.GetSnapshot().Accepted == Calls, Soon));
            bucket.Release();
            await Task.WhenAll(calls).InTime();
        }

        ThreadPool.GetMinThreads(out var after, out _);
        Assert.True(TimeProvider.System.GetElapsedTime(begun) < Soon);
        Assert.Equal(Calls, bucket.Lines.Length);
        Assert.Equal(before, after);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task CallsOfThePoolThatWaitForSpace_GetItSoon(bool renderAtCall)
    {
        var bucket = new MemoryOss();
        var options = Some.Options(bucket);
        options.QueueLimit = 1;
        options.BlockWhenFull = true;
        options.BlockTimeout = Timeout.InfiniteTimeSpan;
        options.RenderAtCall = renderAtCall;
        options.AppendSizeLimitBytes = options.EventSizeLimitBytes = 4096;
        options.MemoryLimitBytes = 16384;
        var begun = TimeProvider.System.GetTimestamp();
        await using (var logger = new LoggerConfiguration().WriteTo.OssAppend(options).CreateLogger())
        {
            var text = new string('x', 3000);
            var calls = Enumerable.Range(0, Calls).Select(i => Task.Run(() => logger.Information("{I} {Text}", i, text), TestContext.Current.CancellationToken)).ToList();
            await Task.WhenAll(calls).InTime();
        }

        Assert.True(TimeProvider.System.GetElapsedTime(begun) < Soon);
        Assert.Equal(Calls, bucket.Lines.Length);
    }

    private static Task OnAThread(Action action) => Task.Factory.StartNew(action, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
